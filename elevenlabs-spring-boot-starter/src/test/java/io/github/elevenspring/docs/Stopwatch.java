package io.github.elevenspring.docs;

import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;

/**
 * A snippet of the page on the path of a call.
 */
final class Stopwatch extends ReplyOperator {

	private static final Logger logger = LoggerFactory.getLogger(Stopwatch.class);

	private final long began = System.nanoTime();

	Stopwatch(CoreSubscriber<? super ReplyPart> actual) {
		super(actual);
	}

	@Override
	public void onComplete() {
		logger.info("took {} ms", (System.nanoTime() - this.began) / 1_000_000);
		super.onComplete();
	}

}
