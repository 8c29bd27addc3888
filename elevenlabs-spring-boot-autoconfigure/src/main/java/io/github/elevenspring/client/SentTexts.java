package io.github.elevenspring.client;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.speech.SpeechRequest;
import tools.jackson.databind.JsonNode;

import org.springframework.http.HttpEntity;
import org.springframework.util.StringUtils;

/**
 * Finds what a call sends in the user's words, so that it can be kept out of errors.
 */
final class SentTexts {

	private SentTexts() {
	}

	static List<String> of(Call call) {
		if (call.request() instanceof SpeechRequest speech) {
			return Stream.of(speech.text(), speech.previousText(), speech.nextText())
				.filter(StringUtils::hasText)
				.map(String.class::cast)
				.toList();
		}
		List<String> texts = new ArrayList<>();
		if (call.request() instanceof ApiRequest request) {
			if (request.body() != null) {
				collect(WireJson.MAPPER.readTree(WireJson.write(request.body())), texts);
			}
			if (request.parts() != null) {
				request.parts()
					.values()
					.forEach((parts) -> parts.stream()
						.map(HttpEntity::getBody)
						.filter(String.class::isInstance)
						.map(String.class::cast)
						.forEach(texts::add));
			}
		}
		return texts;
	}

	private static void collect(JsonNode node, List<String> texts) {
		if (node.isString()) {
			texts.add(node.asString());
		}
		node.forEach((child) -> collect(child, texts));
	}

}
