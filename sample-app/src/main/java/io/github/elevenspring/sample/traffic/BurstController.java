package io.github.elevenspring.sample.traffic;

import java.util.List;
import java.util.Locale;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.CacheUse;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsOperations;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Makes many calls at once and tells how each fares. A browser could not: it opens a few
 * connections only. They are equal, so they bypass the cache, which would make one of
 * them. Speaks to the simulator only, where it costs nothing.
 */
@RestController
@ConditionalOnBooleanProperty("elevenlabs.simulator.enabled")
class BurstController {

	private static final int CALLS = 30;

	private static final List<Priority> ORDER = List.of(Priority.BATCH, Priority.NORMAL, Priority.INTERACTIVE);

	private static final String TEXT = "This is one of thirty.";

	private final ElevenLabsOperations elevenLabs;

	BurstController(ElevenLabsOperations elevenLabs) {
		this.elevenLabs = elevenLabs;
	}

	/**
	 * Make thirty calls, the batch ones first and the interactive ones last.
	 * @return what becomes of each, in the order in which it happens
	 */
	@PostMapping(path = "/api/burst", produces = MediaType.APPLICATION_NDJSON_VALUE)
	Flux<Event> burst() {
		return Flux.range(0, CALLS).flatMap(this::call, CALLS);
	}

	private Flux<Event> call(int number) {
		Priority priority = ORDER.get(number * ORDER.size() / CALLS);
		SpeechRequest request = SpeechRequest.builder(TEXT)
			.options(CallOptions.defaults().withPriority(priority).withTenant("burst").withCacheUse(CacheUse.BYPASS))
			.build();
		return this.elevenLabs.speech()
			.stream(request)
			.index()
			.filter((chunk) -> chunk.getT1() == 0)
			.map((chunk) -> new Event(number, name(priority), "speaking"))
			.concatWithValues(new Event(number, name(priority), "done"))
			.onErrorReturn(ElevenLabsException.class, new Event(number, name(priority), "failed"))
			.startWith(new Event(number, name(priority), "waiting"));
	}

	private static String name(Priority priority) {
		return priority.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * What became of a call.
	 *
	 * @param call number of the call
	 * @param priority its priority
	 * @param state {@code waiting}, {@code speaking}, {@code done} or {@code failed}
	 */
	record Event(int call, String priority, String state) {

	}

}
