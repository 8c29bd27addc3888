package io.github.elevenspring.problem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;

import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.MessageSource;
import org.springframework.context.support.StaticMessageSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.EncodedResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ElevenLabsProblems}.
 */
class ElevenLabsProblemsTests {

	private static final Locale SPANISH = Locale.forLanguageTag("es-MX");

	private final ElevenLabsProblems problems = new ElevenLabsProblems(new StaticMessageSource());

	@ParameterizedTest
	@MethodSource
	void eachKindHasWordsInEachLanguage(ErrorKind kind, Locale locale) {
		ProblemDetail problem = this.problems.problem(new ElevenLabsRejectedException(kind, "Name a voice's id."),
				locale);
		assertThat(problem.getTitle()).isNotBlank().doesNotContain("elevenlabs.problem");
		assertThat(problem.getDetail()).endsWith(".").doesNotContain("{").doesNotContain("elevenlabs.problem");
		assertThat(problem.getProperties()).containsEntry("kind", kind.name().toLowerCase(Locale.ROOT)).hasSize(1);
		boolean toldTheReason = kind == ErrorKind.INVALID || kind == ErrorKind.NOT_FOUND || kind == ErrorKind.CONFLICT;
		assertThat(problem.getDetail().contains("Name a voice's id.")).isEqualTo(toldTheReason);
	}

	static Stream<Arguments> eachKindHasWordsInEachLanguage() {
		return Arrays.stream(ErrorKind.values())
			.flatMap((kind) -> Stream.of(Locale.ENGLISH, Locale.GERMAN, SPANISH)
				.map((locale) -> Arguments.of(kind, locale)));
	}

	@ParameterizedTest
	@CsvSource({ "_de", "_es" })
	void noLanguageLacksACode(String language) throws IOException {
		assertThat(bundle(language).stringPropertyNames()).isEqualTo(bundle("").stringPropertyNames());
		assertThat(bundle(language).values()).allMatch((text) -> !text.toString().contains("'"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			en | 1000 | ElevenLabs is busy. Try again in a second.
			en | 1001 | ElevenLabs is busy. Try again in 2 seconds.
			de-AT | 30000 | ElevenLabs ist überlastet. Versuchen Sie es in 30 Sekunden noch einmal.
			es | 1 | ElevenLabs está saturado. Inténtelo de nuevo en un segundo.
			fr | 2000 | ElevenLabs is busy. Try again in 2 seconds.""")
	void saysHowLongToWait(String language, long millis, String detail) {
		assertThat(this.problems.problem(busy(Duration.ofMillis(millis)), Locale.forLanguageTag(language)).getDetail())
			.isEqualTo(detail);
	}

	@Test
	void doesNotAskToTryAgainWhereThatIsOfNoUse() {
		ElevenLabsRejectedException spent = new ElevenLabsRejectedException(ErrorKind.BUDGET, "Spent.",
				Duration.ofHours(9));
		ResponseEntity<ProblemDetail> response = this.problems.respond(spent, Locale.ENGLISH);
		assertThat(response.getBody().getDetail())
			.isEqualTo("The budget set for ElevenLabs is spent. Whoever set it can raise it.");
		assertThat(response.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("32400");
	}

	@ParameterizedTest
	@CsvSource({ "0, 1", "1, 1", "1000, 1", "1001, 2", "30000, 30" })
	void roundsTheTimeToWaitUp(long millis, String seconds) {
		ResponseEntity<ProblemDetail> response = this.problems.respond(busy(Duration.ofMillis(millis)), Locale.ENGLISH);
		assertThat(response.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo(seconds);
		assertThat(response.getHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
		assertThat(response.getStatusCode().value()).isEqualTo(503);
	}

	@ParameterizedTest
	@CsvSource({ "CONCURRENCY, 503", "RATE, 503", "BUSY, 503", "QUOTA, 402", "AUTH, 502", "PERMISSION, 502",
			"INVALID, 400", "NOT_FOUND, 404", "CONFLICT, 409", "SERVER, 503", "NETWORK, 503", "TIMEOUT, 503",
			"QUEUE_FULL, 503", "QUEUE_TIMEOUT, 503", "BREAKER_OPEN, 503", "BUDGET, 402", "SHUTDOWN, 503" })
	void eachKindHasItsStatus(ErrorKind kind, int status) {
		assertThat(this.problems.problem(new ElevenLabsRejectedException(kind, "x"), Locale.ENGLISH).getStatus())
			.isEqualTo(status);
	}

	@Test
	void namesTheTrace() {
		ElevenLabsApiException error = new ElevenLabsApiException(ErrorKind.SERVER, "Failed.",
				new ElevenLabsApiException.Details(500, null, null, "trace-9", null, 0));
		assertThat(this.problems.problem(error, Locale.ENGLISH).getProperties()).containsEntry("traceId", "trace-9");
	}

	@Test
	void theWordsOfTheApplicationWin() {
		StaticMessageSource own = new StaticMessageSource();
		own.addMessage("elevenlabs.problem.quota.title", Locale.ENGLISH, "Ask Bob");
		own.addMessage("elevenlabs.problem.invalid.detail", Locale.ENGLISH, "No: {0}");
		ElevenLabsProblems problems = new ElevenLabsProblems(own);
		ProblemDetail quota = problems.problem(new ElevenLabsRejectedException(ErrorKind.QUOTA, "x"), Locale.ENGLISH);
		assertThat(quota.getTitle()).isEqualTo("Ask Bob");
		assertThat(quota.getDetail()).startsWith("The ElevenLabs account has no credits left.");
		assertThat(
				problems.problem(new ElevenLabsRejectedException(ErrorKind.INVALID, "why"), Locale.ENGLISH).getDetail())
			.isEqualTo("No: why");
	}

	@Test
	void aMessageSourceThatAnswersWithCodesKnowsNothing() {
		StaticMessageSource echo = new StaticMessageSource();
		echo.setUseCodeAsDefaultMessage(true);
		assertThat(((MessageSource) echo).getMessage("x", null, null, Locale.ENGLISH)).isEqualTo("x");
		assertThat(new ElevenLabsProblems(echo)
			.problem(new ElevenLabsRejectedException(ErrorKind.QUOTA, "x"), Locale.ENGLISH)
			.getTitle()).isEqualTo("No credits left");
	}

	private static ElevenLabsRejectedException busy(Duration retryAfter) {
		return new ElevenLabsRejectedException(ErrorKind.BUSY, "Busy.", retryAfter);
	}

	private static Properties bundle(String language) throws IOException {
		return PropertiesLoaderUtils.loadProperties(new EncodedResource(
				new ClassPathResource("messages" + language + ".properties", ElevenLabsProblems.class),
				StandardCharsets.UTF_8));
	}

}
