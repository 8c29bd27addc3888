package io.github.elevenspring.client;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

import io.github.elevenspring.model.ReplyMetadata;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * Reads what ElevenLabs says in headers. A header that is missing or makes no sense is
 * {@code null}: facts about a reply must never make the reply fail.
 */
final class ReplyHeaders {

	static final String TRACE_ID = "x-trace-id";

	private static final String NOT_STORED = "not_stored";

	/**
	 * Longer waits are taken for nonsense, and would overflow when counted in
	 * nanoseconds.
	 */
	private static final Duration LONGEST_WAIT = Duration.ofDays(366);

	private ReplyHeaders() {
	}

	static ReplyMetadata metadata(HttpHeaders headers) {
		String historyItemId = headers.getFirst("history-item-id");
		Long synthesisMillis = number(headers, "tts-latency-ms");
		return new ReplyMetadata(headers.getFirst("request-id"), headers.getFirst(TRACE_ID),
				NOT_STORED.equals(historyItemId) ? null : historyItemId, number(headers, "character-cost"),
				smallNumber(headers, "current-concurrent-requests"),
				smallNumber(headers, "maximum-concurrent-requests"), headers.getFirst("x-region"),
				(synthesisMillis != null) ? Duration.ofMillis(synthesisMillis) : null);
	}

	/**
	 * Read {@code Retry-After}, which holds seconds or a date.
	 */
	static @Nullable Duration retryAfter(HttpHeaders headers, Clock clock) {
		String value = headers.getFirst(HttpHeaders.RETRY_AFTER);
		if (value == null) {
			return null;
		}
		Long seconds = number(headers, HttpHeaders.RETRY_AFTER);
		if (seconds != null) {
			return sensible(Duration.ofSeconds(seconds));
		}
		try {
			ZonedDateTime date = ZonedDateTime.parse(value.trim(), DateTimeFormatter.RFC_1123_DATE_TIME);
			Duration wait = Duration.between(clock.instant(), date.toInstant());
			return wait.isNegative() ? Duration.ZERO : sensible(wait);
		}
		catch (DateTimeException ex) {
			return null;
		}
	}

	private static @Nullable Duration sensible(Duration wait) {
		return (wait.compareTo(LONGEST_WAIT) <= 0) ? wait : null;
	}

	private static @Nullable Integer smallNumber(HttpHeaders headers, String name) {
		Long number = number(headers, name);
		return (number != null && number <= Integer.MAX_VALUE) ? (Integer) number.intValue() : null;
	}

	private static @Nullable Long number(HttpHeaders headers, String name) {
		String value = headers.getFirst(name);
		try {
			long number = (value != null) ? Long.parseLong(value.trim()) : -1;
			return (number >= 0) ? (Long) number : null;
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

}
