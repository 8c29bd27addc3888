package io.github.elevenspring.test.simulator.speech;

import java.util.ArrayList;
import java.util.List;

import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * Reads scripts aloud, one sentence at a time and only as fast as the subscriber asks, on
 * the threads of a scheduler that may block. Short readings are remembered. Safe for use
 * by several threads; a cancelled reading stops with the piece at hand.
 *
 * @since 0.1.0
 */
public final class Narrator {

	private final SpeechEngine engine = SpeechEngine.shared();

	private final RecentReadings recent = new RecentReadings();

	private final Scheduler scheduler;

	/**
	 * Create a narrator.
	 * @param scheduler where synthesis and encoding run
	 */
	public Narrator(Scheduler scheduler) {
		this.scheduler = scheduler;
	}

	/**
	 * Read a script aloud.
	 * @param script what to say
	 * @return the audio in pieces, made on demand
	 */
	public Flux<Piece> read(Script script) {
		return Flux.defer(() -> {
			List<Piece> known = this.recent.find(script);
			return (known != null) ? Flux.fromIterable(known) : synthesize(script);
		});
	}

	private Flux<Piece> synthesize(Script script) {
		Flux<Piece> pieces = Flux.<Piece, Narration>generate(() -> new Narration(this.engine, script),
				(narration, sink) -> {
					Piece piece = narration.next();
					if (piece != null) {
						sink.next(piece);
					}
					else {
						sink.complete();
					}
					return narration;
				});
		if (this.recent.accepts(script)) {
			List<Piece> all = new ArrayList<>();
			pieces = pieces.doOnNext(all::add).doOnComplete(() -> this.recent.remember(script, all));
		}
		return pieces.subscribeOn(this.scheduler);
	}

}
