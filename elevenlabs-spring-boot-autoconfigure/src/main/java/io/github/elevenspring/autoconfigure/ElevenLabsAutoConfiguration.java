package io.github.elevenspring.autoconfigure;

import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.deadline.DeadlineStage;
import io.github.elevenspring.client.ElevenLabsClient;
import io.github.elevenspring.client.ReplyReader;
import io.github.elevenspring.client.WireTypeHints;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.observation.DefaultElevenLabsObservationConvention;
import io.github.elevenspring.observation.ElevenLabsObservationConvention;
import io.github.elevenspring.observation.FailureLogStage;
import io.github.elevenspring.observation.ObservationStage;
import io.github.elevenspring.template.ElevenLabsOperations;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.github.elevenspring.template.SpeechDefaults;
import io.github.elevenspring.validation.ValidationStage;
import io.micrometer.observation.ObservationRegistry;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for {@link ElevenLabsTemplate}. The context starts without an API
 * key; calls then fail with an error that says how to set one.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = ElevenLabsClientAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnBean(ElevenLabsClient.class)
@EnableConfigurationProperties(ElevenLabsProperties.class)
@ImportRuntimeHints(WireTypeHints.class)
public final class ElevenLabsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ModelCatalog elevenLabsModelCatalog() {
		return new ModelCatalog();
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(CallPipeline.ORDER_OF_VALIDATION)
	ValidationStage elevenLabsValidationStage(ModelCatalog models) {
		return new ValidationStage(models);
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(CallPipeline.ORDER_OF_OBSERVATION)
	ObservationStage elevenLabsObservationStage(ObjectProvider<ObservationRegistry> registry,
			ObjectProvider<ElevenLabsObservationConvention> convention, ModelCatalog models) {
		return new ObservationStage(registry.getIfUnique(() -> ObservationRegistry.NOOP),
				convention.getIfUnique(() -> new DefaultElevenLabsObservationConvention(models)));
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(CallPipeline.ORDER_OF_FAILURE_LOG)
	FailureLogStage elevenLabsFailureLogStage() {
		return new FailureLogStage();
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(CallPipeline.ORDER_OF_DEADLINE)
	DeadlineStage elevenLabsDeadlineStage(ElevenLabsProperties properties) {
		return new DeadlineStage(properties.timeout().total(), Schedulers.parallel());
	}

	/**
	 * The line of stages: first what refuses for free, then what watches, then the
	 * client.
	 */
	@Bean
	@ConditionalOnMissingBean
	CallPipeline elevenLabsCallPipeline(ObjectProvider<CallStage> stages, ElevenLabsClient client) {
		return new CallPipeline(stages.orderedStream().toList(), client);
	}

	@Bean
	@ConditionalOnMissingBean(ElevenLabsOperations.class)
	ElevenLabsTemplate elevenLabsTemplate(CallPipeline pipeline, ElevenLabsProperties properties, ModelCatalog models) {
		ElevenLabsProperties.Defaults defaults = properties.defaults();
		return new ElevenLabsTemplate(pipeline, new ReplyReader(properties.maxInMemorySize().toBytes()),
				new SpeechDefaults(defaults.voiceId(), defaults.modelId(), defaults.outputFormat()), models);
	}

}
