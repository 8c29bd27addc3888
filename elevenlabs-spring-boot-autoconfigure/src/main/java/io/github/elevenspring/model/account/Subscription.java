package io.github.elevenspring.model.account;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The plan of the account and how much of it is used, as
 * {@code GET /v1/user/subscription} tells. It does not hold the concurrency limit.
 *
 * @param tier name of the plan; an open list, so expect names you do not know
 * @param status state of the payment, such as {@code active} or {@code past_due}
 * @param characterCount credits used in this period
 * @param characterLimit credits of this period
 * @param maxCreditLimitExtension credits that may be used beyond the limit, a number or
 * {@code unlimited}
 * @param canExtendCharacterLimit whether the limit may be exceeded at extra cost
 * @param nextCharacterCountResetUnix when the count starts again, in seconds since 1970
 * @param voiceSlotsUsed voices in use
 * @param voiceLimit voices the plan allows
 * @param professionalVoiceSlotsUsed professional voices in use
 * @param professionalVoiceLimit professional voices the plan allows
 * @param canUseInstantVoiceCloning whether instant cloning is part of the plan
 * @param canUseProfessionalVoiceCloning whether professional cloning is part of the plan
 * @param currency currency of the invoice
 * @param billingPeriod how often the plan is billed
 * @param characterRefreshPeriod how often the count starts again
 * @param hasOpenInvoices whether an invoice is unpaid
 * @since 0.1.0
 */
public record Subscription(String tier, @Nullable String status, long characterCount, long characterLimit,
		@Nullable String maxCreditLimitExtension, @Nullable Boolean canExtendCharacterLimit,
		@Nullable Long nextCharacterCountResetUnix, @Nullable Integer voiceSlotsUsed, @Nullable Integer voiceLimit,
		@Nullable Integer professionalVoiceSlotsUsed, @Nullable Integer professionalVoiceLimit,
		@Nullable Boolean canUseInstantVoiceCloning, @Nullable Boolean canUseProfessionalVoiceCloning,
		@Nullable String currency, @Nullable String billingPeriod, @Nullable String characterRefreshPeriod,
		@Nullable Boolean hasOpenInvoices) {

	/**
	 * Return the credits left in this period.
	 * @return what is left, never negative
	 */
	public long remainingCredits() {
		return Math.max(0, this.characterLimit - this.characterCount);
	}

	/**
	 * Return when the count of credits starts again.
	 * @return the time, or {@code null} if the service did not say
	 */
	public @Nullable Instant nextReset() {
		return (this.nextCharacterCountResetUnix != null) ? Instant.ofEpochSecond(this.nextCharacterCountResetUnix)
				: null;
	}

}
