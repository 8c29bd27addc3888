package io.github.elevenspring.autoconfigure;

import java.time.Clock;

import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.client.ElevenLabsClient;
import io.github.elevenspring.resilience.Quota;
import io.github.elevenspring.resilience.QuotaGate;
import io.github.elevenspring.resilience.QuotaSource;
import io.github.elevenspring.resilience.QuotaStage;
import io.github.elevenspring.template.ElevenLabsOperations;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the quota gate, which asks the account what is left while its
 * credits are used up.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = ElevenLabsAutoConfiguration.class)
@ConditionalOnBean(ElevenLabsClient.class)
@ConditionalOnBooleanProperty(name = "elevenlabs.quota.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ElevenLabsQuotaProperties.class)
public final class ElevenLabsQuotaAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	QuotaSource elevenLabsQuotaSource(ObjectProvider<ElevenLabsOperations> operations) {
		return () -> Mono.justOrEmpty(operations.getIfAvailable())
			.flatMap((elevenLabs) -> elevenLabs.account().subscription())
			.map((subscription) -> new Quota(subscription.remainingCredits(), subscription.nextReset()));
	}

	@Bean
	@ConditionalOnMissingBean
	QuotaGate elevenLabsQuotaGate(QuotaSource source, ElevenLabsQuotaProperties properties,
			ApplicationEventPublisher events) {
		return new QuotaGate(source, properties.probeInterval(), events::publishEvent, Schedulers.parallel(),
				Clock.systemUTC());
	}

	@Bean
	@ConditionalOnMissingBean(name = "elevenLabsQuotaStage")
	@Order(CallPipeline.ORDER_OF_QUOTA)
	QuotaStage elevenLabsQuotaStage(QuotaGate gate) {
		return new QuotaStage(gate);
	}

	/**
	 * For calls that have waited in the queue meanwhile.
	 */
	@Bean
	@ConditionalOnMissingBean(name = "elevenLabsQuotaStageBehindQueue")
	@Order(CallPipeline.ORDER_OF_QUOTA_BEHIND_QUEUE)
	QuotaStage elevenLabsQuotaStageBehindQueue(QuotaGate gate) {
		return new QuotaStage(gate);
	}

}
