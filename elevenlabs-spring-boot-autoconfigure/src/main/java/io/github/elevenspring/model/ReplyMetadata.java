package io.github.elevenspring.model;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What ElevenLabs says about a reply, beside the reply itself. Each part is {@code null}
 * where the service did not say it: only some endpoints send all of them.
 *
 * @param requestId id of the generation, usable for request stitching
 * ({@code request-id})
 * @param traceId id to name in a support ticket ({@code x-trace-id})
 * @param historyItemId id in the account's history ({@code history-item-id}), or
 * {@code null} if the item was not stored
 * @param billedCredits credits charged for the call ({@code character-cost})
 * @param currentConcurrentRequests requests of the account in flight, all of its
 * applications together
 * @param maximumConcurrentRequests how many the plan allows
 * @param region where the request was served ({@code x-region})
 * @param synthesisTime time the service spent on synthesis ({@code tts-latency-ms})
 * @since 0.1.0
 */
public record ReplyMetadata(@Nullable String requestId, @Nullable String traceId, @Nullable String historyItemId,
		@Nullable Long billedCredits, @Nullable Integer currentConcurrentRequests,
		@Nullable Integer maximumConcurrentRequests, @Nullable String region, @Nullable Duration synthesisTime) {

}
