package io.github.elevenspring.test.simulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.elevenspring.test.simulator.speech.Alignment;
import io.github.elevenspring.test.simulator.speech.OutputFormat;
import io.github.elevenspring.test.simulator.speech.Piece;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * The four forms in which speech is answered.
 */
enum SpeechForm {

	CONVERT(false, false), STREAM(true, false), TIMESTAMPS(false, true), STREAM_TIMESTAMPS(true, true);

	private final boolean streamed;

	private final boolean timed;

	SpeechForm(boolean streamed, boolean timed) {
		this.streamed = streamed;
		this.timed = timed;
	}

	boolean isStreamed() {
		return this.streamed;
	}

	Answer answer(OutputFormat format, Flux<Piece> pieces) {
		if (!this.timed) {
			return Answer.stream(format.contentType(), pieces.map(Piece::audio).filter((audio) -> audio.length > 0));
		}
		return Answer.stream("application/json", this.streamed ? lines(pieces) : document(pieces));
	}

	/**
	 * One JSON object per sentence and line.
	 */
	private static Flux<byte[]> lines(Flux<Piece> pieces) {
		return pieces.bufferUntil((piece) -> piece.alignment() != null)
			.map(TimedAudio::of)
			.map((timed) -> (Json.MAPPER.writeValueAsString(timed) + "\n").getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * One JSON object, written while the audio is made: only the timing is collected.
	 */
	private static Flux<byte[]> document(Flux<Piece> pieces) {
		return Flux.defer(() -> {
			Base64Chunks base64 = new Base64Chunks();
			List<Alignment> alignments = new ArrayList<>();
			Flux<byte[]> audio = pieces.doOnNext((piece) -> {
				if (piece.alignment() != null) {
					alignments.add(piece.alignment());
				}
			}).map((piece) -> base64.encode(piece.audio()));
			return Flux.concat(Flux.just(ascii("{\"audio_base64\":\"")), audio,
					Flux.defer(() -> Flux.just(base64.end(), timing(alignments))));
		});
	}

	private static byte[] timing(List<Alignment> alignments) {
		String json = Json.MAPPER.writeValueAsString(Alignment.join(alignments));
		return ("\",\"alignment\":" + json + ",\"normalized_alignment\":" + json + "}")
			.getBytes(StandardCharsets.UTF_8);
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Audio with its timing, as one line of a stream.
	 */
	record TimedAudio(@JsonProperty("audio_base64") String audio, @Nullable Alignment alignment,
			@Nullable Alignment normalizedAlignment) {

		private static TimedAudio of(List<Piece> pieces) {
			int length = pieces.stream().mapToInt((piece) -> piece.audio().length).sum();
			byte[] audio = new byte[length];
			int position = 0;
			for (Piece piece : pieces) {
				System.arraycopy(piece.audio(), 0, audio, position, piece.audio().length);
				position += piece.audio().length;
			}
			Alignment alignment = pieces.get(pieces.size() - 1).alignment();
			return new TimedAudio(Base64.getEncoder().encodeToString(audio), alignment, alignment);
		}

	}

}
