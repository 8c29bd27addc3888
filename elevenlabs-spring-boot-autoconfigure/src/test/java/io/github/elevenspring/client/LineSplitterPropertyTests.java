package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.github.elevenspring.call.ReplyPart;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Properties of {@link LineSplitter}, whatever the input.
 */
class LineSplitterPropertyTests {

	@Property
	void anyChunksOfAnyLinesGiveTheSameLines(@ForAll("lines") List<String> lines,
			@ForAll @Size(max = 20) List<@IntRange(max = 400) Integer> cuts, @ForAll boolean windows,
			@ForAll boolean ended) {
		String end = windows ? "\r\n" : "\n";
		byte[] body = (String.join(end, lines) + (ended ? end : "")).getBytes(StandardCharsets.UTF_8);
		LineSplitter splitter = new LineSplitter(10_000);
		List<String> found = new ArrayList<>();
		splitter.add(Parts.head());
		int start = 0;
		for (int cut : cuts.stream().sorted().toList()) {
			int stop = Math.min(cut, body.length);
			collect(splitter.add(new ReplyPart.Chunk(Arrays.copyOfRange(body, start, stop))), found);
			start = stop;
		}
		collect(splitter.add(new ReplyPart.Chunk(Arrays.copyOfRange(body, start, body.length))), found);
		collect(splitter.rest(), found);
		assertThat(found).isEqualTo(lines.stream().filter((line) -> !line.isBlank()).collect(Collectors.toList()));
		assertThat(splitter.received()).isEqualTo(body.length);
		assertThat(splitter.rest()).isEmpty();
	}

	@Provide
	Arbitrary<List<String>> lines() {
		return Arbitraries.of("", " ", "\t", "{}", "{\"a\":\"ü😀\"}", "€".repeat(20), "plain", "a b")
			.list()
			.ofMaxSize(12);
	}

	private static void collect(List<byte[]> lines, List<String> found) {
		lines.forEach((line) -> found.add(new String(line, StandardCharsets.UTF_8).replaceAll("\r$", "")));
	}

}
