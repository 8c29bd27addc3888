package io.github.elevenspring.test.simulator;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.elevenspring.test.simulator.ConcurrencyGate.Slot;
import io.github.elevenspring.test.simulator.CreditAccount.Hold;
import io.github.elevenspring.test.simulator.speech.OutputFormat;
import io.github.elevenspring.test.simulator.speech.Piece;
import io.github.elevenspring.test.simulator.speech.Script;
import io.github.elevenspring.test.simulator.speech.Timbre;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Text to speech. The order of the checks is the vendor's: body, key, query, then what
 * the account and the model allow, credits and at last the slot.
 */
final class SpeechEndpoint {

	// an estimate is enough to say how long a whole conversion takes
	private static final double CHARACTERS_PER_SECOND = 15;

	private final Account account;

	SpeechEndpoint(Account account) {
		this.account = account;
	}

	Endpoint as(SpeechForm form) {
		return (exchange) -> answer(exchange, form);
	}

	private Mono<Answer> answer(Exchange exchange, SpeechForm form) {
		SpeechRequest request = SpeechRequest.parse(exchange.body());
		this.account.authenticator().check(exchange);
		OutputFormat format = SpeechRules.format(formatName(exchange), this.account.plan());
		String voiceId = exchange.pathVariable("voice_id");
		SimulatedVoice voice = this.account.voices()
			.find(voiceId)
			.orElseThrow(() -> new ApiException(ApiError.voiceNotFound(voiceId)));
		Model model = SpeechRules.model(request);
		SpeechRules.check(request, model);

		Hold hold = this.account.credits().reserve(model.cost(request.codePoints()));
		exchange.onEnd(hold::giveBack);
		Slot slot = this.account.gate().slot(model.concurrencyGroup());
		exchange.onEnd(slot::release);
		Script script = new Script(request.text(), timbre(voice, request), format);
		return slot.acquire().then(Mono.defer(() -> speak(exchange, form, model, script, request, hold, slot)));
	}

	private Mono<Answer> speak(Exchange exchange, SpeechForm form, Model model, Script script, SpeechRequest request,
			Hold hold, Slot slot) {
		Pace pace = this.account.pace();
		Duration latency = pace.latency(model);
		Flux<Piece> pieces = this.account.narrator().read(script);
		Answer answer = form.answer(script.format(), form.isStreamed() ? paced(pieces, pace, exchange.clock()) : pieces)
			.withHeaders(headers(exchange, model, request, slot, latency));
		Flux<byte[]> body = answer.body().doOnComplete(hold::pay);
		Duration wait = form.isStreamed() ? latency
				: latency.plus(pace.playing(request.codePoints() / CHARACTERS_PER_SECOND));
		return later(wait, exchange.clock()).thenReturn(answer.withBody(body));
	}

	private static Flux<Piece> paced(Flux<Piece> pieces, Pace pace, Scheduler clock) {
		return Flux.defer(() -> {
			long start = System.nanoTime();
			return pieces.concatMap((piece) -> {
				Duration due = pace.playing(piece.startSeconds()).minusNanos(System.nanoTime() - start);
				return (due.compareTo(Duration.ZERO) > 0) ? later(due, clock).thenReturn(piece) : Mono.just(piece);
			}, 1);
		});
	}

	private static Mono<Void> later(Duration wait, Scheduler clock) {
		return wait.isZero() ? Mono.empty() : Mono.delay(wait, clock).then();
	}

	private Map<String, String> headers(Exchange exchange, Model model, SpeechRequest request, Slot slot,
			Duration latency) {
		boolean logged = !"false".equalsIgnoreCase(exchange.parameter("enable_logging"));
		Map<String, String> headers = new LinkedHashMap<>();
		headers.put("request-id", this.account.ids().next(20));
		headers.put("history-item-id", logged ? this.account.ids().next(20) : "not_stored");
		headers.put("character-cost", Long.toString(model.cost(request.codePoints())));
		headers.put("current-concurrent-requests", Integer.toString(slot.inFlight()));
		headers.put("maximum-concurrent-requests", Integer.toString(slot.limit()));
		headers.put("tts-latency-ms", Long.toString(latency.toMillis()));
		return headers;
	}

	private static Timbre timbre(SimulatedVoice voice, SpeechRequest request) {
		return voice.timbre().atSpeed(request.settings().speed()).take(request.seed());
	}

	private static String formatName(Exchange exchange) {
		@Nullable String name = exchange.parameter("output_format");
		return (name != null) ? name : "mp3_44100_128";
	}

}
