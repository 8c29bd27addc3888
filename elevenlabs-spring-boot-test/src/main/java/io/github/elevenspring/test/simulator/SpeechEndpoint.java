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

	// ElevenLabs API reference, text to speech, 2026-07
	private static final String DEFAULT_FORMAT = "mp3_44100_128";

	private static final int ID_LENGTH = 20;

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
		QueryParameters query = new QueryParameters(exchange);
		query.integer("optimize_streaming_latency", 0);
		boolean logged = query.flag("enable_logging", true);
		OutputFormat format = SpeechRules.format(query.text("output_format", DEFAULT_FORMAT), this.account.plan());
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
		Script script = new Script(request.text(), timbre(voice, model, request), format);
		Order order = new Order(form, request.codePoints(), model, script, logged);
		return slot.acquire().then(Mono.defer(() -> speak(order, slot, hold, exchange.clock())));
	}

	private Mono<Answer> speak(Order order, Slot slot, Hold hold, Scheduler clock) {
		Pace pace = this.account.pace();
		Duration latency = pace.latency(order.model());
		Flux<Piece> pieces = this.account.narrator().read(order.script());
		Duration wait = latency;
		if (order.form().isStreamed()) {
			pieces = paced(pieces, pace, clock);
		}
		else {
			wait = wait.plus(pace.playing(order.codePoints() / CHARACTERS_PER_SECOND));
		}
		Answer answer = order.form().answer(order.script().format(), pieces).withHeaders(headers(order, slot, latency));
		return later(wait, clock).thenReturn(answer.withBody(answer.body().doOnComplete(() -> {
			hold.pay();
			// before the end goes out, since the client may come back at once
			slot.release();
		})));
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

	private Map<String, String> headers(Order order, Slot slot, Duration latency) {
		Ids ids = this.account.ids();
		Map<String, String> headers = new LinkedHashMap<>();
		headers.put("request-id", ids.next(ID_LENGTH));
		headers.put("history-item-id", order.logged() ? ids.next(ID_LENGTH) : "not_stored");
		headers.put("character-cost", Long.toString(order.model().cost(order.codePoints())));
		headers.put("current-concurrent-requests", Integer.toString(slot.inFlight()));
		headers.put("maximum-concurrent-requests", Integer.toString(slot.limit()));
		headers.put("tts-latency-ms", Long.toString(latency.toMillis()));
		return headers;
	}

	private static Timbre timbre(SimulatedVoice voice, Model model, SpeechRequest request) {
		Timbre timbre = voice.timbre().take(request.seed());
		return model.hearsSpeed() ? timbre.atSpeed(request.settings().speed()) : timbre;
	}

	/**
	 * A request that passed all checks.
	 */
	private record Order(SpeechForm form, int codePoints, Model model, Script script, boolean logged) {

	}

}
