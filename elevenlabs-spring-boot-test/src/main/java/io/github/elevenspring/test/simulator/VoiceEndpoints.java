package io.github.elevenspring.test.simulator;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The voices of the account, page by page, all at once, and one by one.
 */
final class VoiceEndpoints {

	// ElevenLabs API reference, list voices, 2026-07

	private static final int DEFAULT_PAGE_SIZE = 10;

	private static final int LARGEST_PAGE_SIZE = 100;

	private static final int MOST_IDS = 100;

	private static final String TOKEN_PREFIX = "offset:";

	private final Account account;

	VoiceEndpoints(Account account) {
		this.account = account;
	}

	Mono<Answer> page(Exchange exchange) {
		this.account.authenticator().check(exchange);
		QueryParameters query = new QueryParameters(exchange);
		int pageSize = query.integer("page_size", DEFAULT_PAGE_SIZE);
		if (pageSize < 1 || pageSize > LARGEST_PAGE_SIZE) {
			throw new ApiException(ApiError.invalid("invalid_page_size", "invalid_page_size",
					"The page size must be between 1 and " + LARGEST_PAGE_SIZE + ".", "page_size"));
		}
		List<SimulatedVoice> matches = this.account.voices()
			.all()
			.stream()
			.filter(search(exchange.parameter("search")))
			.filter(category(query))
			.filter(type(query))
			.filter(ids(exchange))
			.sorted(order(query))
			.toList();
		int start = offset(exchange.parameter("next_page_token"), matches.size());
		int end = Math.min(start + pageSize, matches.size());
		boolean more = end < matches.size();
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("voices", matches.subList(start, end).stream().map(VoiceBody::of).toList());
		body.put("has_more", more);
		body.put("total_count", query.flag("include_total_count", true) ? matches.size() : 0);
		body.put("next_page_token", more ? token(end) : null);
		return Mono.just(Answer.json(200, body));
	}

	Mono<Answer> all(Exchange exchange) {
		this.account.authenticator().check(exchange);
		List<VoiceBody> voices = this.account.voices().all().stream().map(VoiceBody::of).toList();
		return Mono.just(Answer.json(200, Map.of("voices", voices)));
	}

	Mono<Answer> one(Exchange exchange) {
		return Mono.just(Answer.json(200, VoiceBody.of(find(exchange))));
	}

	Mono<Answer> settings(Exchange exchange) {
		return Mono.just(Answer.json(200, VoiceBody.of(find(exchange)).settings()));
	}

	Mono<Answer> defaultSettings(Exchange exchange) {
		return Mono.just(Answer.json(200, VoiceBody.Settings.DEFAULT));
	}

	private SimulatedVoice find(Exchange exchange) {
		this.account.authenticator().check(exchange);
		String id = exchange.pathVariable("voice_id");
		return this.account.voices().find(id).orElseThrow(() -> new ApiException(ApiError.voiceNotFound(id)));
	}

	private static Predicate<SimulatedVoice> search(@Nullable String search) {
		if (search == null) {
			return (voice) -> true;
		}
		String wanted = search.toLowerCase(Locale.ROOT);
		return (voice) -> {
			String all = String.join(" ", voice.name(), voice.description(), voice.category(),
					String.join(" ", voice.labels().values()));
			return all.toLowerCase(Locale.ROOT).contains(wanted);
		};
	}

	private static Predicate<SimulatedVoice> category(QueryParameters query) {
		String category = query.oneOf("category", "premade", "cloned", "generated", "professional");
		return (voice) -> category == null || voice.category().equals(category);
	}

	private static Predicate<SimulatedVoice> type(QueryParameters query) {
		String type = query.oneOf("voice_type", "personal", "community", "default", "workspace", "non-default",
				"non-community", "saved");
		return switch ((type != null) ? type : "") {
			case "personal", "non-default" -> SimulatedVoice::isOwn;
			case "default" -> (voice) -> !voice.isOwn();
			case "community", "workspace" -> (voice) -> false;
			default -> (voice) -> true;
		};
	}

	private static Predicate<SimulatedVoice> ids(Exchange exchange) {
		List<String> ids = exchange.parameters("voice_ids")
			.stream()
			.flatMap((value) -> Arrays.stream(value.split(",")))
			.toList();
		if (ids.size() > MOST_IDS) {
			throw new ApiException(ApiError.invalid("invalid_parameters", "invalid_parameters",
					"At most " + MOST_IDS + " voice ids can be looked up at once.", "voice_ids"));
		}
		return (voice) -> ids.isEmpty() || ids.contains(voice.id());
	}

	private static Comparator<SimulatedVoice> order(QueryParameters query) {
		String sort = query.oneOf("sort", "created_at_unix", "name");
		String direction = query.oneOf("sort_direction", "asc", "desc");
		Comparator<SimulatedVoice> order = "name".equals(sort) ? Comparator.comparing(SimulatedVoice::name)
				: Comparator.comparingLong(SimulatedVoice::createdAt);
		return "desc".equals(direction) ? order.reversed() : order;
	}

	private static String token(int offset) {
		return Base64.getUrlEncoder()
			.withoutPadding()
			.encodeToString((TOKEN_PREFIX + offset).getBytes(StandardCharsets.US_ASCII));
	}

	private static int offset(@Nullable String token, int size) {
		if (token == null) {
			return 0;
		}
		try {
			String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII);
			if (text.startsWith(TOKEN_PREFIX)) {
				return Math.min(Integer.parseUnsignedInt(text.substring(TOKEN_PREFIX.length())), size);
			}
		}
		catch (IllegalArgumentException ex) {
			// not one of ours
		}
		throw new ApiException(ApiError.invalid("invalid_cursor", "invalid_cursor", "The page token is not valid.",
				"next_page_token"));
	}

}
