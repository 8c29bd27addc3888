package io.github.elevenspring.autoconfigure;

import java.util.Locale;

import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.Plan;
import io.github.elevenspring.model.account.Subscription;
import io.github.elevenspring.template.ElevenLabsOperations;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.util.StringUtils;

/**
 * Reads the plan from the account once the application is ready, without holding anything
 * up: a key may not be allowed to read the account, and then the answers to ordinary
 * calls teach the limits.
 */
final class PlanDetection implements ApplicationListener<ApplicationReadyEvent> {

	private static final Log logger = LogFactory.getLog(PlanDetection.class);

	private final ElevenLabsOperations operations;

	private final ElevenLabsConnectionDetails connection;

	private final ConcurrencyLimits limits;

	private final boolean enabled;

	PlanDetection(ElevenLabsOperations operations, ElevenLabsConnectionDetails connection, ConcurrencyLimits limits,
			boolean enabled) {
		this.operations = operations;
		this.connection = connection;
		this.limits = limits;
		this.enabled = enabled;
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		if (this.enabled && StringUtils.hasText(this.connection.getApiKey())) {
			this.operations.account().subscription().subscribe(this::apply, this::giveUp);
		}
	}

	private void apply(Subscription subscription) {
		Plan plan = Plan.ofTier(subscription.tier());
		if (plan == null) {
			logger.info("The account's plan '" + subscription.tier()
					+ "' is not known: limits begin low and follow what ElevenLabs answers");
			return;
		}
		logger.info("The account's plan is " + plan.name().toLowerCase(Locale.ROOT));
		this.limits.plan(plan);
	}

	private void giveUp(Throwable error) {
		logger.info("The account's plan cannot be read, so limits begin low and follow what ElevenLabs answers; set"
				+ " elevenlabs.plan to begin right: " + error.getMessage());
	}

}
