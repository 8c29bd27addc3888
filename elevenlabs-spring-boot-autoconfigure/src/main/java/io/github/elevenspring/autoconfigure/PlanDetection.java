package io.github.elevenspring.autoconfigure;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

import io.github.elevenspring.limiter.ConcurrencyGroup;
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
 * calls teach the limits. Warns where the headroom leaves nothing of a limit.
 */
final class PlanDetection implements ApplicationListener<ApplicationReadyEvent> {

	private static final Log logger = LogFactory.getLog(PlanDetection.class);

	private final ElevenLabsOperations operations;

	private final ElevenLabsConnectionDetails connection;

	private final ConcurrencyLimits limits;

	private final ElevenLabsProperties properties;

	PlanDetection(ElevenLabsOperations operations, ElevenLabsConnectionDetails connection, ConcurrencyLimits limits,
			ElevenLabsProperties properties) {
		this.operations = operations;
		this.connection = connection;
		this.limits = limits;
		this.properties = properties;
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		if (this.properties.plan() != Plan.AUTO) {
			warnOfHeadroom();
		}
		else if (StringUtils.hasText(this.connection.getApiKey())) {
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
		warnOfHeadroom();
	}

	private void warnOfHeadroom() {
		int headroom = this.properties.limiter().headroom();
		Set<ConcurrencyGroup> groups = new TreeSet<>();
		this.limits.snapshot().forEach((group, snapshot) -> {
			if (snapshot.configuredLimit() <= headroom) {
				groups.add(group);
			}
		});
		if (!groups.isEmpty()) {
			logger.warn("elevenlabs.limiter.headroom of " + headroom + " leaves no slot of " + groups
					+ ": one of each is used all the same");
		}
	}

	private void giveUp(Throwable error) {
		logger.info("The account's plan cannot be read, so limits begin low and follow what ElevenLabs answers; set"
				+ " elevenlabs.plan to begin right: " + error.getMessage());
	}

}
