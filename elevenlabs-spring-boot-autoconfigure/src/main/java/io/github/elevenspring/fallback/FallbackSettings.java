package io.github.elevenspring.fallback;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.Degradation.Kind;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * The steps of the fallback chain, and what each is for.
 *
 * @param chain the steps in the order in which they are tried
 * @param modelId model that speaks for each model without a substitute of its own
 * @param modelIds substitutes by the model they stand in for
 * @param voiceId voice that speaks for any other
 * @param errors kinds of errors that lead to a step, in place of its usual ones
 * @since 0.1.0
 */
public record FallbackSettings(List<Kind> chain, @Nullable String modelId, Map<String, String> modelIds,
		@Nullable String voiceId, Map<Kind, Set<ErrorKind>> errors) {

	/**
	 * Nothing can stand in for what somebody has to put right, or has decided.
	 */
	private static final Set<ErrorKind> NEVER = EnumSet.of(ErrorKind.AUTH, ErrorKind.PERMISSION, ErrorKind.INVALID,
			ErrorKind.CONFLICT, ErrorKind.BUDGET, ErrorKind.SHUTDOWN);

	private static final Set<ErrorKind> OUTAGE = EnumSet.of(ErrorKind.SERVER, ErrorKind.NETWORK, ErrorKind.TIMEOUT,
			ErrorKind.BUSY, ErrorKind.RATE, ErrorKind.CONCURRENCY, ErrorKind.QUOTA, ErrorKind.QUEUE_FULL,
			ErrorKind.QUEUE_TIMEOUT, ErrorKind.BREAKER_OPEN);

	/**
	 * What fails for one model and may not for another. Where the service is not reached
	 * at all, no model is, and a call that timed out may have been billed.
	 */
	private static final Set<ErrorKind> OF_THE_MODEL = EnumSet.of(ErrorKind.SERVER, ErrorKind.BUSY, ErrorKind.RATE,
			ErrorKind.CONCURRENCY, ErrorKind.QUOTA, ErrorKind.QUEUE_FULL, ErrorKind.QUEUE_TIMEOUT,
			ErrorKind.BREAKER_OPEN);

	/**
	 * What fails for one voice and may not for another: they share all limits.
	 */
	private static final Set<ErrorKind> OF_THE_VOICE = EnumSet.of(ErrorKind.SERVER, ErrorKind.NOT_FOUND);

	/**
	 * Create settings.
	 * @throws IllegalArgumentException if a step is named twice, lacks what it needs, or
	 * is to stand in for what nothing can stand in for
	 */
	public FallbackSettings {
		chain = List.copyOf(chain);
		modelIds = Map.copyOf(modelIds);
		Assert.isTrue(new HashSet<>(chain).size() == chain.size(), "'chain' must not name a step twice");
		Assert.isTrue(!chain.contains(Kind.MODEL) || StringUtils.hasText(modelId) || !modelIds.isEmpty(),
				"'chain' names MODEL, which needs 'modelId' or 'modelIds'");
		Assert.isTrue(!chain.contains(Kind.VOICE) || StringUtils.hasText(voiceId),
				"'chain' names VOICE, which needs 'voiceId'");
		Map<Kind, Set<ErrorKind>> copy = new EnumMap<>(Kind.class);
		errors.forEach((kind, own) -> copy.put(kind, checked(kind, own)));
		errors = Map.copyOf(copy);
	}

	/**
	 * Return whether a step can stand in where an error is of some kind.
	 * @param error the kind of the error
	 * @param kind the step
	 * @return whether the one may lead to the other
	 */
	public static boolean isAnswerTo(ErrorKind error, Kind kind) {
		return !NEVER.contains(error) && (error != ErrorKind.NOT_FOUND || kind == Kind.VOICE);
	}

	/**
	 * Return which errors lead to a step.
	 * @param kind the step
	 * @return the kinds of errors
	 */
	public Set<ErrorKind> errorsFor(Kind kind) {
		Set<ErrorKind> own = this.errors.get(kind);
		if (own != null) {
			return own;
		}
		return switch (kind) {
			case STALE_CACHE, ENGINE -> OUTAGE;
			case MODEL -> OF_THE_MODEL;
			case VOICE -> OF_THE_VOICE;
		};
	}

	@Nullable String substituteFor(@Nullable String asked) {
		String own = (asked != null) ? this.modelIds.get(asked) : null;
		return (own != null) ? own : this.modelId;
	}

	private static Set<ErrorKind> checked(Kind kind, Set<ErrorKind> errors) {
		for (ErrorKind error : errors) {
			Assert.isTrue(isAnswerTo(error, kind),
					() -> "'errors' leads from " + error + " to " + kind + ", which cannot stand in for it");
		}
		return Set.copyOf(errors);
	}

}
