package io.github.elevenspring.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.elevenspring.model.voice.VoiceQuery;
import io.github.elevenspring.model.voice.VoiceSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.MultipartBodyBuilder;
import org.springframework.util.LinkedMultiValueMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of what {@link ApiRequest}, {@link VoiceQuery}, {@link VoiceSettings} and
 * {@link CallOptions} refuse.
 */
class RequestChecksTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "v1", "//evil.example", "https://evil.example/", "/v1/x?y=z", "/v1/x#y" })
	void aPathThatCouldLeadElsewhereIsRefused(String path) {
		assertThatIllegalArgumentException().isThrownBy(() -> ApiRequest.get(path)).withMessageContaining("path");
	}

	@Test
	void aRequestHasABodyOrPartsButNotBoth() {
		MultipartBodyBuilder parts = new MultipartBodyBuilder();
		parts.part("a", "b");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ApiRequest.post("/v1/x").body(Map.of()).parts(parts.build()));
	}

	@Test
	void audioIsNotShorterThanNothing() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ApiRequest.post("/v1/x").audioDuration(Duration.ofMillis(-1)));
	}

	@Test
	void aRequestCannotBeChangedFromOutside() {
		LinkedMultiValueMap<String, String> query = new LinkedMultiValueMap<>();
		query.add("a", "1");
		ApiRequest request = new ApiRequest(HttpMethod.GET, "/v1/x", List.of(), query, null, null,
				CallOptions.defaults(), null);
		query.add("a", "2");
		assertThat(request.query().get("a")).containsExactly("1");
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> request.query().add("b", "1"));
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> request.query().get("a").add("3"));
	}

	@Test
	void fluentMethodsLeaveTheRequestAsItIs() {
		ApiRequest one = ApiRequest.get("/v1/x").query("a", 1);
		ApiRequest two = one.query("a", 2);
		assertThat(one.query().get("a")).containsExactly("1");
		assertThat(two.query().get("a")).containsExactly("1", "2");
		assertThat(two.query("b", null)).isSameAs(two);
	}

	@Test
	void toStringHoldsNeitherBodyNorQuery() {
		assertThat(ApiRequest.post("/v1/x/{id}", "secret").body(Map.of("text", "secret")).query("q", "secret"))
			.hasToString("ApiRequest[POST /v1/x/{id}]");
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 0, 101 })
	void aPageSizeOutOfRangeIsRefused(int size) {
		assertThatIllegalArgumentException().isThrownBy(() -> VoiceQuery.all().pageSize(size))
			.withMessageContaining("between 1 and 100");
	}

	@Test
	void atMostAHundredVoicesAreLookedUpAtOnce() {
		assertThat(VoiceQuery.all().voiceIds(Collections.nCopies(100, "v")).voiceIds()).hasSize(100);
		assertThatIllegalArgumentException().isThrownBy(() -> VoiceQuery.all().voiceIds(Collections.nCopies(101, "v")));
		List<String> ids = new ArrayList<>(List.of("a"));
		VoiceQuery query = VoiceQuery.all().voiceIds(ids);
		ids.add("b");
		assertThat(query.voiceIds()).containsExactly("a");
	}

	@Test
	void settingsOutOfRangeAreRefused() {
		VoiceSettings settings = VoiceSettings.stored();
		for (double value : new double[] { -0.01, 1.01, Double.NaN, Double.POSITIVE_INFINITY }) {
			assertThatIllegalArgumentException().isThrownBy(() -> settings.withStability(value));
			assertThatIllegalArgumentException().isThrownBy(() -> settings.withSimilarityBoost(value));
			assertThatIllegalArgumentException().isThrownBy(() -> settings.withStyle(value));
		}
		for (double value : new double[] { 0.69, 1.21, Double.NaN }) {
			assertThatIllegalArgumentException().isThrownBy(() -> settings.withSpeed(value));
		}
		assertThat(settings.withStability(0).withStyle(1).withSpeed(0.7).withSpeed(1.2)).isNotEqualTo(settings);
	}

	@Test
	void optionsThatCannotBeMeantAreRefused() {
		CallOptions options = CallOptions.defaults();
		assertThatIllegalArgumentException().isThrownBy(() -> options.withTenant(" "));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withDeadline(Duration.ZERO));
		assertThatIllegalArgumentException().isThrownBy(() -> options.withDeadline(Duration.ofNanos(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> new CallOptions(null, null, null, CacheUse.NORMAL, true));
		assertThat(options.withTenant("t").withPriority(Priority.BATCH).withDeadline(Duration.ofSeconds(1)))
			.isEqualTo(new CallOptions(Priority.BATCH, "t", Duration.ofSeconds(1), CacheUse.NORMAL, true));
	}

}
