package io.github.elevenspring.resilience;

import java.util.List;
import java.util.function.Function;

import io.github.elevenspring.call.Call;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import reactor.core.scheduler.Scheduler;

/**
 * The circuit breakers of the families of calls: speech may be down while the account can
 * still be read. Thread-safe. Changing the state of one by hand works at once, for
 * waiting calls too.
 *
 * @since 0.1.0
 */
public final class CircuitBreakers {

	/**
	 * Name of the breaker of text to speech.
	 */
	public static final String SPEECH = "elevenlabs-speech";

	/**
	 * Name of the breaker of what only reads: voices, models and the account.
	 */
	public static final String READS = "elevenlabs-reads";

	/**
	 * Name of the breaker of the endpoints that have no model here.
	 */
	public static final String EXCHANGE = "elevenlabs-exchange";

	private final FamilyBreaker speech;

	private final FamilyBreaker reads;

	private final FamilyBreaker exchange;

	/**
	 * Create the three breakers.
	 * @param breakers makes or finds a breaker by name
	 * @param timer tells waiting calls that a breaker has opened
	 */
	public CircuitBreakers(Function<String, CircuitBreaker> breakers, Scheduler timer) {
		this.speech = new FamilyBreaker(breakers.apply(SPEECH), timer);
		this.reads = new FamilyBreaker(breakers.apply(READS), timer);
		this.exchange = new FamilyBreaker(breakers.apply(EXCHANGE), timer);
	}

	/**
	 * Return a circuit breaker, to see its state or to change it.
	 * @param name {@link #SPEECH}, {@link #READS} or {@link #EXCHANGE}
	 * @return the breaker
	 * @throws IllegalArgumentException if there is none of that name
	 */
	public CircuitBreaker circuitBreaker(String name) {
		return all().stream()
			.filter((breaker) -> breaker.getName().equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("There is no circuit breaker '" + name + "'"));
	}

	FamilyBreaker familyOf(Call call) {
		return switch (call.operation()) {
			case SPEECH_CONVERT, SPEECH_STREAM, SPEECH_CONVERT_WITH_TIMESTAMPS, SPEECH_STREAM_WITH_TIMESTAMPS ->
				this.speech;
			case VOICES_LIST, VOICES_GET, VOICES_SETTINGS, MODELS_LIST, ACCOUNT_USER, ACCOUNT_SUBSCRIPTION ->
				this.reads;
			case EXCHANGE -> this.exchange;
		};
	}

	List<CircuitBreaker> all() {
		return List.of(this.speech.breaker(), this.reads.breaker(), this.exchange.breaker());
	}

}
