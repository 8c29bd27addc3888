package io.github.elevenspring.template;

import java.util.Objects;
import java.util.stream.Stream;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.client.Endpoints;
import io.github.elevenspring.client.ReplyReader;
import io.github.elevenspring.model.catalog.Model;
import io.github.elevenspring.model.catalog.ModelCatalog;
import reactor.core.publisher.Flux;

/**
 * {@link ModelOperations} over the pipeline.
 */
final class DefaultModelOperations implements ModelOperations {

	private final CallPipeline pipeline;

	private final ReplyReader reader;

	private final ModelCatalog catalog;

	DefaultModelOperations(CallPipeline pipeline, ReplyReader reader, ModelCatalog catalog) {
		this.pipeline = pipeline;
		this.reader = reader;
		this.catalog = catalog;
	}

	@Override
	public Flux<Model> list() {
		return this.reader
			.json(this.pipeline.execute(new Call(Operation.MODELS_LIST, Endpoints.models())), Model[].class)
			.flatMapIterable((models) -> Stream.of(models).filter(Objects::nonNull).toList())
			.doOnNext(this.catalog::learn);
	}

}
