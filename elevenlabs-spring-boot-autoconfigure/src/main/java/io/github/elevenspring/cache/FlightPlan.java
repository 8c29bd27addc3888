package io.github.elevenspring.cache;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.model.CacheUse;

/**
 * What a flight is to fetch.
 *
 * @param key key of the answer
 * @param kind kind of the answer
 * @param call the call
 * @param next the rest of the way of the call
 * @param missedAt how many flights had gone before the answer was looked for in vain
 * where all answers are kept, or {@link #NOT_LOOKED}
 */
record FlightPlan(String key, SoundKind kind, Call call, CallChain next, long missedAt) {

	static final long NOT_LOOKED = -1;

	/**
	 * Return whether ElevenLabs is asked whatever is kept, for this caller alone.
	 */
	boolean refreshes() {
		return this.call.options().cacheUse() == CacheUse.REFRESH;
	}

}
