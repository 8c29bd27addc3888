package io.github.elevenspring.cache;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.github.elevenspring.model.CacheUse;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.speech.PronunciationDictionary;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.TextNormalization;
import io.github.elevenspring.model.voice.VoiceSettings;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class CacheKeysTests {

	private static final String SCOPE = "https://api.elevenlabs.io";

	private static final SpeechRequest REQUEST = SpeechRequest.of("Hello");

	@ParameterizedTest
	@MethodSource("components")
	void everyComponentThatShapesTheSoundShapesTheKey(Class<? extends Record> type, String component) throws Exception {
		Record plain = (type == SpeechRequest.class) ? REQUEST : VoiceSettings.stored();
		Record other = withAnother(plain, component);
		assertThat(key(request(other))).as("%s.%s is not in the key", type.getSimpleName(), component)
			.isNotEqualTo(key(request(plain)));
	}

	static Stream<Object[]> components() {
		return Stream.of(SpeechRequest.class, VoiceSettings.class, PronunciationDictionary.class, OutputFormat.class)
			.flatMap((type) -> Arrays.stream(type.getRecordComponents())
				.filter((component) -> component.getType() != CallOptions.class)
				.filter((component) -> type == SpeechRequest.class || type == VoiceSettings.class)
				.map((component) -> new Object[] { type, component.getName() }));
	}

	@Test
	void everyComponentOfADictionaryShapesTheKey() {
		assertThat(PronunciationDictionary.class.getRecordComponents()).hasSize(2);
		assertThat(Set.of(key(dictionary("a", null)), key(dictionary("b", null)), key(dictionary("a", "1")),
				key(dictionary("a", "2"))))
			.hasSize(4);
	}

	@Test
	void whoAsksAndHowUrgentItIsDoesNotShapeTheKey() {
		CallOptions options = CallOptions.defaults()
			.withTenant("tenant")
			.withPriority(Priority.BATCH)
			.withDeadline(java.time.Duration.ofSeconds(1))
			.withCacheUse(CacheUse.REFRESH)
			.withFallbackAllowed(false);
		assertThat(key(REQUEST.mutate().options(options).build())).isEqualTo(key(REQUEST));
	}

	@Test
	void kindAndScopeShapeTheKey() {
		assertThat(CacheKeys.of(SoundKind.TIMED, SCOPE, REQUEST)).isNotEqualTo(key(REQUEST));
		assertThat(CacheKeys.of(SoundKind.AUDIO, "https://api.eu.elevenlabs.io", REQUEST)).isNotEqualTo(key(REQUEST));
	}

	@Test
	void nothingOfTheTextIsInTheKey() {
		assertThat(key(SpeechRequest.of("deadbeef"))).matches("[0-9a-f]{64}").doesNotContain("deadbeef");
	}

	@Test
	void wherePartsBeginAndEndMatters() {
		Set<String> keys = new HashSet<>();
		for (SpeechRequest request : List.of(request("ab", "c"), request("a", "bc"), request("abc", ""),
				request("abc", null), request("", "abc"), request("\u0000abc", null),
				lists(List.of("a", "b"), List.of()), lists(List.of("a"), List.of("b")),
				lists(List.of(), List.of("a", "b")), lists(List.of("ab"), List.of()), request("\uD83D", null),
				request("\uD83E", null), request("?", null), request("\uDE00\uD83D", null))) {
			assertThat(keys.add(key(request))).isTrue();
		}
	}

	@Property(tries = 500)
	void requestsAreEqualIfTheirKeysAre(@ForAll("requests") SpeechRequest one,
			@ForAll("requests") SpeechRequest other) {
		assertThat(key(one).equals(key(other))).isEqualTo(one.equals(other));
		assertThat(key(one)).isEqualTo(key(one.mutate().text(new String(one.text().toCharArray())).build()));
	}

	@Property(tries = 100)
	void longTextsThatDifferInOneCharacterHaveDifferentKeys(@ForAll("texts") String text,
			@ForAll("texts") String other) {
		assertThat(key(SpeechRequest.of(text)).equals(key(SpeechRequest.of(other)))).isEqualTo(text.equals(other));
	}

	@Provide
	Arbitrary<String> texts() {
		return Arbitraries.strings().ofMinLength(900).ofMaxLength(1200).all();
	}

	@Provide
	Arbitrary<SpeechRequest> requests() {
		Arbitrary<String> word = Arbitraries.of("", "a", "b", "ab", "é", "\uD83D\uDE00", "\u0001");
		Arbitrary<List<String>> ids = word.list().ofMaxSize(2);
		return Combinators
			.combine(word, word.injectNull(0.3), ids, ids, word.injectNull(0.5),
					Arbitraries.of(0L, 1L, 256L).injectNull(0.3), Arbitraries.of(true, false).injectNull(0.3))
			.as((text, voice, previous, next, previousText, seed, logging) -> SpeechRequest.builder(text)
				.voiceId(voice)
				.previousRequestIds(previous)
				.nextRequestIds(next)
				.previousText(previousText)
				.seed(seed)
				.enableLogging(logging)
				.build());
	}

	private static String key(SpeechRequest request) {
		return CacheKeys.of(SoundKind.AUDIO, SCOPE, request);
	}

	private static SpeechRequest request(String text, String voiceId) {
		return SpeechRequest.builder(text).voiceId(voiceId).build();
	}

	private static SpeechRequest lists(List<String> previous, List<String> next) {
		return SpeechRequest.builder("t").previousRequestIds(previous).nextRequestIds(next).build();
	}

	private static SpeechRequest dictionary(String id, String version) {
		return SpeechRequest.builder("t")
			.pronunciationDictionaries(List.of(new PronunciationDictionary(id, version)))
			.build();
	}

	private static SpeechRequest request(Record record) {
		return (record instanceof VoiceSettings settings) ? REQUEST.settings(settings) : (SpeechRequest) record;
	}

	private static Record withAnother(Record record, String name) throws Exception {
		RecordComponent[] components = record.getClass().getRecordComponents();
		Object[] values = new Object[components.length];
		for (int i = 0; i < components.length; i++) {
			values[i] = components[i].getName().equals(name) ? another(components[i])
					: components[i].getAccessor().invoke(record);
		}
		Constructor<?> constructor = record.getClass()
			.getDeclaredConstructor(Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
		return (Record) constructor.newInstance(values);
	}

	private static Object another(RecordComponent component) {
		Class<?> type = component.getType();
		if (type == String.class) {
			return "other";
		}
		if (type == Boolean.class) {
			return true;
		}
		if (type == Double.class) {
			return 0.75;
		}
		if (type == Long.class) {
			return 3L;
		}
		if (type == Integer.class) {
			return 3;
		}
		if (type == OutputFormat.class) {
			return OutputFormat.PCM_24000;
		}
		if (type == VoiceSettings.class) {
			return VoiceSettings.stored();
		}
		if (type == TextNormalization.class) {
			return TextNormalization.values()[1];
		}
		if (type == List.class) {
			return component.getGenericType().getTypeName().contains("Pronunciation")
					? List.of(new PronunciationDictionary("d", null)) : List.of("id");
		}
		throw new AssertionError("Say what another " + type.getName() + " is, and put it into the key");
	}

}
