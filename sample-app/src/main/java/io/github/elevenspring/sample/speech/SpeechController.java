package io.github.elevenspring.sample.speech;

import java.util.Locale;

import io.github.elevenspring.model.CacheResult;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Delivery;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.ReplyMetadata;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.SpeechStream;
import io.github.elevenspring.template.ElevenLabsOperations;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebInputException;

/**
 * Speaks a text. Each piece of audio goes to the client the moment it arrives; when the
 * client goes away, the request to ElevenLabs ends too.
 */
@RestController
class SpeechController {

	private static final int MAX_USER_ID_LENGTH = 128;

	private final ElevenLabsOperations elevenLabs;

	SpeechController(ElevenLabsOperations elevenLabs) {
		this.elevenLabs = elevenLabs;
	}

	/**
	 * Speak a text.
	 * @param body what to say, and how
	 * @param userId tenant the call counts for; a real application takes it from the
	 * login, not from a header
	 * @param priority how urgent the call is
	 * @param fallback whether another voice may speak if ElevenLabs does not
	 * @param response where the audio goes
	 * @return completes with the last byte sent
	 */
	@PostMapping(path = "/api/speech", consumes = MediaType.APPLICATION_JSON_VALUE)
	Mono<Void> speak(@RequestBody SpeechBody body,
			@RequestHeader(name = "X-User-Id", required = false) @Nullable String userId,
			@RequestHeader(name = "X-Priority", defaultValue = "interactive") Priority priority,
			@RequestHeader(name = "X-Fallback", defaultValue = "true") boolean fallback, ServerHttpResponse response) {
		SpeechRequest request = request(body, userId, priority, fallback);
		return this.elevenLabs.speech().stream(request, (speech) -> send(speech, response)).then();
	}

	private static SpeechRequest request(SpeechBody body, @Nullable String userId, Priority priority,
			boolean fallback) {
		try {
			Assert.isTrue(userId == null || userId.length() <= MAX_USER_ID_LENGTH,
					() -> "X-User-Id must not be longer than " + MAX_USER_ID_LENGTH + " characters.");
			String tenant = StringUtils.hasText(userId) ? userId.trim() : null;
			return body.toRequest(
					CallOptions.defaults().withPriority(priority).withTenant(tenant).withFallbackAllowed(fallback));
		}
		catch (IllegalArgumentException ex) {
			throw new ServerWebInputException("Value out of range", null, ex);
		}
	}

	private static Mono<Void> send(SpeechStream speech, ServerHttpResponse response) {
		HttpHeaders headers = response.getHeaders();
		headers.setContentType(MediaType.parseMediaType(speech.format().mediaType()));
		headers.setCacheControl(CacheControl.noStore());
		ReplyMetadata metadata = speech.metadata();
		String requestId = (metadata.requestId() != null) ? metadata.requestId() : metadata.traceId();
		if (requestId != null) {
			headers.set("X-Request-Id", requestId);
		}
		if (metadata.billedCredits() != null) {
			headers.set("X-Billed-Credits", metadata.billedCredits().toString());
		}
		Delivery delivery = speech.delivery();
		if (delivery.cache() != CacheResult.NONE) {
			headers.set("X-Cache", delivery.cache().name().toLowerCase(Locale.ROOT));
		}
		if (delivery.degradation() != null) {
			headers.set("X-Degraded", delivery.degradation().kind().id());
		}
		return response
			.writeAndFlushWith(speech.audio().map((chunk) -> Mono.just(response.bufferFactory().wrap(chunk))));
	}

}
