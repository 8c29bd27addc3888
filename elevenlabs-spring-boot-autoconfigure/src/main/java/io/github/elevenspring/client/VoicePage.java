package io.github.elevenspring.client;

import java.util.List;

import io.github.elevenspring.model.voice.Voice;
import org.jspecify.annotations.Nullable;

/**
 * One page of {@code GET /v2/voices}.
 *
 * @param voices the voices of the page, sometimes more than were asked for
 * @param hasMore whether another page follows
 * @param nextPageToken what to ask the next page with
 * @since 0.1.0
 */
public record VoicePage(List<Voice> voices, boolean hasMore, @Nullable String nextPageToken) {

	/**
	 * Create a page. A list that the service left out is empty.
	 */
	public VoicePage {
		voices = (voices != null) ? List.copyOf(voices) : List.of();
	}

}
