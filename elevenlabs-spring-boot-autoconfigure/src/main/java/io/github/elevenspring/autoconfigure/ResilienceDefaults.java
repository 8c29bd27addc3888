package io.github.elevenspring.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.elevenspring.resilience.CircuitBreakers;
import io.github.elevenspring.resilience.IgnoredErrors;
import io.github.elevenspring.resilience.RetryRules;
import io.github.elevenspring.resilience.TransientErrors;
import io.github.elevenspring.resilience.VendorFaults;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.ClassUtils;

/**
 * Puts our defaults beneath the usual keys of Resilience4j, so that each of them can be
 * set as ever, and an instance can be given another base. The breakers share a
 * configuration; the retry has its own, because Resilience4j reads the keys of a wait
 * only where the wait itself is set.
 */
final class ResilienceDefaults implements EnvironmentPostProcessor, Ordered {

	static final String RETRY = "elevenlabs";

	static final int MAX_ATTEMPTS = 3;

	static final Duration FIRST_WAIT = Duration.ofMillis(500);

	static final double MULTIPLIER = 2;

	static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

	/**
	 * Failures in a row that open a breaker.
	 */
	static final int FAILURES = 5;

	static final Duration OPEN_FOR = Duration.ofSeconds(60);

	static final int PROBES = 3;

	private static final String SHARED = "elevenlabs";

	private static final List<String> BREAKERS = List.of(CircuitBreakers.SPEECH, CircuitBreakers.READS,
			CircuitBreakers.EXCHANGE);

	static RetryRules.Backoff backoff() {
		return RetryRules.Backoff.exponential(FIRST_WAIT, MULTIPLIER, LONGEST_WAIT);
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (!ClassUtils.isPresent("io.github.resilience4j.springboot.retry.autoconfigure.RetryAutoConfiguration",
				getClass().getClassLoader())) {
			return;
		}
		Map<String, Object> defaults = new LinkedHashMap<>();
		String retry = "resilience4j.retry.instances." + RETRY;
		if (!isSet(environment, retry + ".base-config")) {
			defaults.put(retry + ".max-attempts", MAX_ATTEMPTS);
			defaults.put(retry + ".retry-exception-predicate", TransientErrors.class.getName());
			if (!isSet(environment, retry + ".interval-bi-function")) {
				// Resilience4j refuses to be told the wait twice
				defaults.put(retry + ".wait-duration", FIRST_WAIT);
				defaults.put(retry + ".enable-exponential-backoff", true);
				defaults.put(retry + ".exponential-backoff-multiplier", MULTIPLIER);
				defaults.put(retry + ".exponential-max-wait-duration", LONGEST_WAIT);
			}
		}
		if (environment.getProperty("elevenlabs.circuit-breaker.enabled", Boolean.class, true)) {
			addBreakers(defaults);
		}
		environment.getPropertySources().addLast(new MapPropertySource("elevenLabsResilienceDefaults", defaults));
	}

	private static void addBreakers(Map<String, Object> defaults) {
		String breakers = "resilience4j.circuitbreaker.";
		String shared = breakers + "configs." + SHARED;
		defaults.put(shared + ".sliding-window-type", "COUNT_BASED");
		defaults.put(shared + ".sliding-window-size", FAILURES);
		defaults.put(shared + ".minimum-number-of-calls", FAILURES);
		defaults.put(shared + ".failure-rate-threshold", 100);
		defaults.put(shared + ".wait-duration-in-open-state", OPEN_FOR);
		defaults.put(shared + ".permitted-number-of-calls-in-half-open-state", PROBES);
		defaults.put(shared + ".record-failure-predicate", VendorFaults.class.getName());
		defaults.put(shared + ".ignore-exception-predicate", IgnoredErrors.class.getName());
		BREAKERS.forEach((name) -> defaults.put(breakers + "instances." + name + ".base-config", SHARED));
	}

	private static boolean isSet(ConfigurableEnvironment environment, String name) {
		return Binder.get(environment).bind(name, String.class).isBound();
	}

	/**
	 * Behind all that read the application's own configuration.
	 */
	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

}
