package io.github.elevenspring.eventloop;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * The methods inside which an event loop may block, each with its reason.
 */
final class AllowedBlockingCalls implements BlockHoundIntegration {

	@Override
	public void applyTo(BlockHound.Builder builder) {
		// Reads /dev/urandom, which never waits.
		builder.allowBlockingCallsInside("sun.security.provider.NativePRNG", "engineNextBytes");
		// Makes a type's deserializer the first time it is needed; others wait for it.
		builder.allowBlockingCallsInside("tools.jackson.databind.deser.DeserializerCache",
				"_createAndCacheValueDeserializer");
		// Locks some fields of a pool while Netty adds pools or a thread ends.
		builder.allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator$Magazine", "free");
		// Lettuce looks at an interface's methods once, when its first connection opens.
		builder.allowBlockingCallsInside("io.lettuce.core.internal.AbstractInvocationHandler$MethodTranslator", "of");
		// Lettuce counts who writes to a connection: held for a few instructions.
		builder.allowBlockingCallsInside("io.lettuce.core.protocol.SharedLock", "incrementWriters");
		builder.allowBlockingCallsInside("io.lettuce.core.protocol.SharedLock", "doExclusive");
		builder.allowBlockingCallsInside("io.lettuce.core.protocol.SharedLock", "lockWritersExclusive");
		// Resilience4j counts an outcome: held for a few instructions.
		builder.allowBlockingCallsInside("io.github.resilience4j.core.metrics.FixedSizeSlidingWindowMetrics", "record");
		builder.allowBlockingCallsInside("io.github.resilience4j.core.metrics.FixedSizeSlidingWindowMetrics",
				"getSnapshot");
		// Resilience4j remembers the last events for Actuator: likewise.
		builder.allowBlockingCallsInside("io.github.resilience4j.circularbuffer.ConcurrentEvictingQueue",
				"writeConcurrently");
	}

}
