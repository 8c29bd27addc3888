package io.github.elevenspring.template;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.client.Endpoints;
import io.github.elevenspring.client.ReplyReader;
import io.github.elevenspring.model.account.Subscription;
import io.github.elevenspring.model.account.User;
import reactor.core.publisher.Mono;

/**
 * {@link AccountOperations} over the pipeline.
 */
final class DefaultAccountOperations implements AccountOperations {

	private final CallPipeline pipeline;

	private final ReplyReader reader;

	DefaultAccountOperations(CallPipeline pipeline, ReplyReader reader) {
		this.pipeline = pipeline;
		this.reader = reader;
	}

	@Override
	public Mono<User> user() {
		return this.reader.json(this.pipeline.execute(new Call(Operation.ACCOUNT_USER, Endpoints.user())), User.class);
	}

	@Override
	public Mono<Subscription> subscription() {
		return this.reader.json(
				this.pipeline.execute(new Call(Operation.ACCOUNT_SUBSCRIPTION, Endpoints.subscription())),
				Subscription.class);
	}

}
