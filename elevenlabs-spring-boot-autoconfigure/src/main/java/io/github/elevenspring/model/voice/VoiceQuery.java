package io.github.elevenspring.model.voice;

import java.util.List;

import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.ElevenLabsRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Which voices to list, and in which order. Immutable; each method returns a copy.
 * Parameters of {@code GET /v2/voices}, API reference 2026.
 *
 * @param search words to find in name, description, labels or category
 * @param voiceType {@code personal}, {@code community}, {@code default},
 * {@code workspace}, {@code non-default} or {@code saved}
 * @param category {@code premade}, {@code cloned}, {@code generated} or
 * {@code professional}
 * @param fineTuningState state of a professional voice, such as {@code fine_tuned}
 * @param collectionId collection the voices belong to
 * @param voiceIds ids to look up, at most 100, empty for all
 * @param sort {@code created_at_unix} or {@code name}
 * @param sortDirection {@code asc} or {@code desc}
 * @param pageSize voices fetched with one request, 1 to 100
 * @param options who asks and how urgent it is
 * @since 0.1.0
 */
public record VoiceQuery(@Nullable String search, @Nullable String voiceType, @Nullable String category,
		@Nullable String fineTuningState, @Nullable String collectionId, List<String> voiceIds, @Nullable String sort,
		@Nullable String sortDirection, int pageSize, CallOptions options) implements ElevenLabsRequest {

	private static final int LARGEST_PAGE = 100;

	private static final VoiceQuery ALL = new VoiceQuery(null, null, null, null, null, List.of(), null, null,
			LARGEST_PAGE, CallOptions.defaults());

	/**
	 * Create a query.
	 * @throws IllegalArgumentException if the page size or the number of ids is out of
	 * range
	 */
	public VoiceQuery {
		Assert.isTrue(pageSize >= 1 && pageSize <= LARGEST_PAGE,
				() -> "'pageSize' must be between 1 and 100, but is " + pageSize);
		Assert.isTrue(voiceIds.size() <= 100, "'voiceIds' must not hold more than 100 ids");
		voiceIds = List.copyOf(voiceIds);
	}

	/**
	 * Return the query for every voice of the account.
	 * @return a query without a condition
	 */
	public static VoiceQuery all() {
		return ALL;
	}

	/**
	 * Return this query narrowed to voices that contain these words.
	 * @param search words to find
	 * @return a copy
	 */
	public VoiceQuery search(String search) {
		return new VoiceQuery(search, this.voiceType, this.category, this.fineTuningState, this.collectionId,
				this.voiceIds, this.sort, this.sortDirection, this.pageSize, this.options);
	}

	/**
	 * Return this query narrowed to a type of voice.
	 * @param voiceType the type, such as {@code personal}
	 * @return a copy
	 */
	public VoiceQuery voiceType(String voiceType) {
		return new VoiceQuery(this.search, voiceType, this.category, this.fineTuningState, this.collectionId,
				this.voiceIds, this.sort, this.sortDirection, this.pageSize, this.options);
	}

	/**
	 * Return this query narrowed to a category.
	 * @param category the category, such as {@code cloned}
	 * @return a copy
	 */
	public VoiceQuery category(String category) {
		return new VoiceQuery(this.search, this.voiceType, category, this.fineTuningState, this.collectionId,
				this.voiceIds, this.sort, this.sortDirection, this.pageSize, this.options);
	}

	/**
	 * Return this query narrowed to a state of fine tuning.
	 * @param fineTuningState the state, such as {@code fine_tuned}
	 * @return a copy
	 */
	public VoiceQuery fineTuningState(String fineTuningState) {
		return new VoiceQuery(this.search, this.voiceType, this.category, fineTuningState, this.collectionId,
				this.voiceIds, this.sort, this.sortDirection, this.pageSize, this.options);
	}

	/**
	 * Return this query narrowed to a collection.
	 * @param collectionId id of the collection
	 * @return a copy
	 */
	public VoiceQuery collection(String collectionId) {
		return new VoiceQuery(this.search, this.voiceType, this.category, this.fineTuningState, collectionId,
				this.voiceIds, this.sort, this.sortDirection, this.pageSize, this.options);
	}

	/**
	 * Return this query narrowed to these voices.
	 * @param voiceIds ids to look up, at most 100
	 * @return a copy
	 */
	public VoiceQuery voiceIds(List<String> voiceIds) {
		return new VoiceQuery(this.search, this.voiceType, this.category, this.fineTuningState, this.collectionId,
				voiceIds, this.sort, this.sortDirection, this.pageSize, this.options);
	}

	/**
	 * Return this query with another order.
	 * @param sort {@code created_at_unix} or {@code name}
	 * @param direction {@code asc} or {@code desc}
	 * @return a copy
	 */
	public VoiceQuery sortedBy(String sort, String direction) {
		return new VoiceQuery(this.search, this.voiceType, this.category, this.fineTuningState, this.collectionId,
				this.voiceIds, sort, direction, this.pageSize, this.options);
	}

	/**
	 * Return this query with another page size.
	 * @param pageSize voices fetched with one request, 1 to 100
	 * @return a copy
	 */
	public VoiceQuery pageSize(int pageSize) {
		return new VoiceQuery(this.search, this.voiceType, this.category, this.fineTuningState, this.collectionId,
				this.voiceIds, this.sort, this.sortDirection, pageSize, this.options);
	}

	/**
	 * Return this query with other options.
	 * @param options who asks and how urgent it is
	 * @return a copy
	 */
	public VoiceQuery options(CallOptions options) {
		return new VoiceQuery(this.search, this.voiceType, this.category, this.fineTuningState, this.collectionId,
				this.voiceIds, this.sort, this.sortDirection, this.pageSize, options);
	}

}
