package io.github.elevenspring.test.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text form of the faults, for properties, the command line and the control plane.
 */
final class FaultNames {

	private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s)");

	private static final Map<String, Supplier<Fault>> PLAIN = new TreeMap<>(Map.ofEntries(
			Map.entry("too-many-concurrent-requests", Fault::tooManyConcurrentRequests),
			Map.entry("rate-limited", () -> Fault.rateLimited(null)),
			Map.entry("system-busy", () -> Fault.systemBusy(null)), Map.entry("internal-error", Fault::internalError),
			Map.entry("unavailable", Fault::unavailable), Map.entry("bad-gateway", Fault::badGateway),
			Map.entry("invalid-key", Fault::invalidKey),
			Map.entry("quota-exceeded", () -> Fault.quotaExceeded(QuotaAnswer.LEGACY)),
			Map.entry("insufficient-credits", () -> Fault.quotaExceeded(QuotaAnswer.CURRENT)),
			Map.entry("empty-audio", Fault::emptyAudio), Map.entry("json-instead-of-audio", Fault::jsonInsteadOfAudio),
			Map.entry("html-instead-of-audio", Fault::htmlInsteadOfAudio),
			Map.entry("malformed-json", Fault::malformedJson), Map.entry("disconnect", Fault::disconnect),
			Map.entry("reset", Fault::reset), Map.entry("silence", Fault::silence),
			Map.entry("garbage", Fault::garbage), Map.entry("broken-line", Fault::brokenLine)));

	private static final Map<String, LongFunction<Fault>> SIZED = new TreeMap<>(Map.of("reset-after", Fault::resetAfter,
			"cut-after", Fault::cutAfter, "truncate-after", Fault::truncateAfter, "stall-after", Fault::stallAfter,
			"giant", Fault::giant, "status", (status) -> Fault.status(Math.toIntExact(status))));

	private static final Map<String, Function<Duration, Fault>> TIMED = new TreeMap<>(
			Map.of("latency", Fault::latency, "rate-limited", Fault::rateLimited, "system-busy", Fault::systemBusy));

	private FaultNames() {
	}

	static Fault parse(String text) {
		int colon = text.indexOf(':');
		if (colon < 0) {
			return lookUp(PLAIN, text, text).get();
		}
		String name = text.substring(0, colon);
		String argument = text.substring(colon + 1);
		if (TIMED.containsKey(name)) {
			return lookUp(TIMED, name, text).apply(duration(argument, text));
		}
		return lookUp(SIZED, name, text).apply(number(argument, text));
	}

	static List<String> all() {
		List<String> names = new ArrayList<>(PLAIN.keySet());
		SIZED.keySet().forEach((name) -> names.add(name + ":<number>"));
		TIMED.keySet().forEach((name) -> names.add(name + ":<duration>"));
		return names;
	}

	private static <T> T lookUp(Map<String, T> faults, String name, String text) {
		T fault = faults.get(name);
		if (fault == null) {
			throw new IllegalArgumentException(
					"There is no fault '%s'; there are %s".formatted(text, String.join(", ", all())));
		}
		return fault;
	}

	private static long number(String argument, String text) {
		try {
			return Long.parseUnsignedLong(argument);
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException("The fault '%s' needs a number behind the colon".formatted(text), ex);
		}
	}

	private static Duration duration(String argument, String text) {
		Matcher matcher = DURATION.matcher(argument);
		if (!matcher.matches()) {
			throw new IllegalArgumentException(
					"The fault '%s' needs a duration such as 500ms or 2s behind the colon".formatted(text));
		}
		long amount = Long.parseLong(matcher.group(1));
		return "s".equals(matcher.group(2)) ? Duration.ofSeconds(amount) : Duration.ofMillis(amount);
	}

}
