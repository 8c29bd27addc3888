package io.github.elevenspring.fallback;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.client.Parts;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.Degradation.Kind;
import io.github.elevenspring.model.OutputFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever fails wherever, a listener hears one voice from its beginning, or nothing.
 */
class FallbackStagePropertyTests {

	@Property(tries = 2000)
	void aReplyIsTheWorkOfOneWayAlone(@ForAll("chains") List<Kind> chain, @ForAll("answers") List<Answer> answers,
			@ForAll("answer") Answer engine) {
		FallbackSettings settings = new FallbackSettings(chain, "eleven_flash_v2_5", Map.of(), "other-voice", Map.of());
		Line line = new Line(settings, (request, error) -> engine.speech());
		answers.forEach((answer) -> line.answers(answer.reply(answers.indexOf(answer))));
		List<ReplyPart> heard = new ArrayList<>();
		List<Throwable> errors = new ArrayList<>();
		line.speak().doOnNext(heard::add).doOnError(errors::add).onErrorComplete().blockLast();

		List<String> chunks = heard.stream()
			.filter(ReplyPart.Chunk.class::isInstance)
			.map((part) -> new String(((ReplyPart.Chunk) part).bytes()))
			.toList();
		assertThat(chunks.stream().map((chunk) -> chunk.charAt(0)).distinct().count()).isLessThanOrEqualTo(1);
		for (int i = 0; i < chunks.size(); i++) {
			assertThat(chunks.get(i)).endsWith("#" + i);
		}
		assertThat(heard.stream().filter(ReplyPart.Head.class::isInstance).count()).isEqualTo(heard.isEmpty() ? 0 : 1);
		assertThat(errors.size()).isLessThanOrEqualTo(1);
		assertThat(heard.isEmpty()).as("silence without an error").matches((silent) -> !silent || !errors.isEmpty());

		boolean first = chunks.stream().anyMatch((chunk) -> chunk.startsWith("0"));
		assertThat(line.events()).hasSize((first || heard.isEmpty()) ? 0 : 1);
		assertThat(line.asked()).hasSizeLessThanOrEqualTo(chain.size() + 1);
		if (!answers.get(0).pieces.isEmpty()) {
			assertThat(line.asked()).hasSize(1);
		}
		if (answers.get(0).pieces.isEmpty() && answers.get(0).error == ErrorKind.TIMEOUT) {
			assertThat(line.asked()).allMatch((request) -> request.voiceId().equals("asked-voice")
					&& request.modelId().equals("eleven_multilingual_v2"));
		}
	}

	@Provide
	Arbitrary<List<Kind>> chains() {
		return Arbitraries.of(Kind.class).list().uniqueElements();
	}

	@Provide
	Arbitrary<List<Answer>> answers() {
		return answer().filter((answer) -> !answer.pieces.isEmpty() || answer.error != null)
			.list()
			.ofSize(5)
			.uniqueElements(System::identityHashCode);
	}

	@Provide
	Arbitrary<Answer> answer() {
		return Combinators
			.combine(Arbitraries.integers().between(0, 3), Arbitraries.of(ErrorKind.class).injectNull(0.3))
			.as((size, error) -> new Answer(
					new ArrayList<>(Flux.range(0, size).map((i) -> "#" + i).collectList().block()), error));
	}

	/**
	 * Some pieces, then an error or the end.
	 */
	static final class Answer {

		private final List<String> pieces;

		private final @Nullable ErrorKind error;

		Answer(List<String> pieces, @Nullable ErrorKind error) {
			this.pieces = pieces;
			this.error = error;
		}

		Flux<ReplyPart> reply(int step) {
			Flux<ReplyPart> parts = this.pieces.isEmpty() ? Flux.empty()
					: Flux.fromIterable(this.pieces)
						.<ReplyPart>map((piece) -> Parts.chunk(step + piece))
						.startWith(Parts.head());
			return (this.error != null) ? parts.concatWith(Flux.error(Line.error(this.error))) : parts;
		}

		Mono<FallbackSpeech> speech() {
			return Mono.just(new FallbackSpeech("local", OutputFormat.WAV_24000,
					reply(9).ofType(ReplyPart.Chunk.class).map(ReplyPart.Chunk::bytes)));
		}

		@Override
		public String toString() {
			return this.pieces + " " + this.error;
		}

	}

}
