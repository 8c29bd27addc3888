package io.github.elevenspring.limiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.ReactiveSubscription;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.connection.SubscriptionListener;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.script.DigestUtils;

/**
 * The way from one instance to Redis and back: runs the script, each time within a bound,
 * and hands on what is sent to this instance. The connection is looked up where blocking
 * is allowed, and kept: looking it up takes a lock.
 */
final class RedisLink {

	/**
	 * A new connection may take longer than a command.
	 */
	static final Duration CONTACT_TIMEOUT = Duration.ofSeconds(2);

	private static final Log logger = LogFactory.getLog(RedisLink.class);

	private final ReactiveStringRedisTemplate template;

	private final String script;

	private final String sha;

	private final String prefix;

	private final Bound bound;

	private final Scheduler timer;

	private final Map<String, Consumer<String>> groups = new ConcurrentHashMap<>();

	/**
	 * What all channels begin with; the name of an instance follows.
	 */
	final String channels;

	/**
	 * The name of this instance, one of its own each time it starts.
	 */
	final String instance = UUID.randomUUID().toString().substring(0, 13);

	/**
	 * Groups that are cut off. Guarded by itself.
	 */
	private final Set<String> cutOff = new HashSet<>();

	private volatile @Nullable ReactiveRedisConnection connection;

	private volatile @Nullable Disposable subscription;

	/**
	 * The contact that is being made, if one is. Guarded by this.
	 */
	private @Nullable Mono<Void> contact;

	/**
	 * Whether nobody has asked to reach Redis since it was let go of. Guarded by this.
	 */
	private boolean closed;

	RedisLink(ReactiveStringRedisTemplate template, RedisLimiterSettings settings, Scheduler timer) {
		this.template = template;
		this.prefix = "{" + settings.keyPrefix() + "}:";
		this.channels = this.prefix + "to:";
		this.bound = Bound.of(settings.commandTimeout());
		this.timer = timer;
		try {
			this.script = new ClassPathResource("limiter.lua", RedisLink.class)
				.getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.sha = DigestUtils.sha1DigestAsHex(this.script);
	}

	/**
	 * Hand on what is sent to a group of this instance.
	 */
	void register(String group, Consumer<String> messages) {
		this.groups.put(group, messages);
	}

	/**
	 * Take note that a group is cut off.
	 * @return whether it is the first one of an outage
	 */
	boolean cutOff(String group) {
		synchronized (this.cutOff) {
			return this.cutOff.add(group) && this.cutOff.size() == 1;
		}
	}

	/**
	 * Take note that a group takes part.
	 * @return whether an outage is over with that
	 */
	boolean joined(String group) {
		synchronized (this.cutOff) {
			return this.cutOff.remove(group) && this.cutOff.isEmpty();
		}
	}

	/**
	 * Return the keys of a group. All have one hash tag, so that a cluster keeps them
	 * together.
	 */
	List<String> keys(String group) {
		String own = this.prefix + group + ":";
		return List.of(own + "state", own + "calls", own + "held", own + "wait", own + "queue:interactive",
				own + "queue:normal", own + "queue:batch", own + "tenants", own + "instances", own + "alone");
	}

	/**
	 * Run the script within the bound of a command: there is one answer, or an error.
	 */
	Mono<String> run(List<String> keys, List<String> arguments) {
		return Mono.deferContextual((context) -> answer(keys, arguments)
			.switchIfEmpty(Mono.error(() -> new IllegalStateException("Redis gave no answer")))
			.timeout(end(context.hasKey(Bound.class) ? context.get(Bound.class) : this.bound),
					Mono.error(() -> new TimeoutException("No answer to '" + arguments.get(0) + "' in time"))));
	}

	private Mono<String> answer(List<String> keys, List<String> arguments) {
		ReactiveRedisConnection connection = this.connection;
		if (connection == null) {
			return Mono.error(() -> new IllegalStateException("There is no connection to Redis"));
		}
		return connection.scriptingCommands()
			.<ByteBuffer>evalSha(this.sha, ReturnType.VALUE, keys.size(), encoded(keys, arguments))
			.onErrorResume(RedisLink::isUnknownScript,
					(ex) -> connection.scriptingCommands()
						.eval(encode(this.script), ReturnType.VALUE, keys.size(), encoded(keys, arguments)))
			.next()
			.map(RedisLink::decode)
			.doOnError((ex) -> disconnect(connection));
	}

	private static boolean isUnknownScript(Throwable ex) {
		return String.valueOf(NestedExceptionUtils.getMostSpecificCause(ex).getMessage()).startsWith("NOSCRIPT");
	}

	private static ByteBuffer[] encoded(List<String> keys, List<String> arguments) {
		return Stream.concat(keys.stream(), arguments.stream()).map(RedisLink::encode).toArray(ByteBuffer[]::new);
	}

	private static ByteBuffer encode(String text) {
		return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

	private static String decode(ByteBuffer text) {
		return StandardCharsets.UTF_8.decode(text).toString();
	}

	/**
	 * The end of a time, in two parts: after a pause of the whole process the first part
	 * is over at once, and answers that came meanwhile are read during the second.
	 */
	private Mono<Long> end(Bound bound) {
		return Mono.delay(bound.first, this.timer).then(Mono.delay(bound.second, this.timer));
	}

	/**
	 * Allow commands more time, since nothing is warm yet and no running call depends on
	 * them.
	 */
	static Context patient(Context context) {
		return context.put(Bound.class, Bound.of(CONTACT_TIMEOUT));
	}

	/**
	 * Connect and listen if need be, which may block, so it is done where that is
	 * allowed.
	 */
	Mono<Void> reach() {
		return Mono.defer(this::contact);
	}

	/**
	 * Make one contact for all who wait for it, and go on when they do not any more: a
	 * connection that was asked for does not come back to its pool when that is
	 * cancelled, and a pool has few of them.
	 */
	private synchronized Mono<Void> contact() {
		this.closed = false;
		Mono<Void> contact = this.contact;
		if (contact == null) {
			if (this.connection != null && this.subscription != null) {
				return Mono.empty();
			}
			contact = Mono.defer(this::connect)
				.subscribeOn(Schedulers.boundedElastic())
				.doOnTerminate(this::contactEnded)
				.cache();
			this.contact = contact;
		}
		return contact.timeout(CONTACT_TIMEOUT, this.timer);
	}

	/**
	 * Let the next one who asks make another contact, before those hear of this one who
	 * wait for it.
	 */
	private synchronized void contactEnded() {
		this.contact = null;
		if (this.closed) {
			letGo();
		}
	}

	private Mono<Void> connect() {
		ReactiveRedisConnectionFactory connections = this.template.getConnectionFactory();
		if (this.connection == null) {
			this.connection = connections.getReactiveConnection();
		}
		if (this.subscription != null) {
			return Mono.empty();
		}
		ReactiveRedisConnection listening = connections.getReactiveConnection();
		return listening.pubSubCommands()
			.createSubscription(SubscriptionListener.NO_OP_SUBSCRIPTION_LISTENER)
			.doOnError((ex) -> giveBack(listening))
			.flatMap((channel) -> channel.subscribe(encode(this.channels + this.instance))
				.doOnError((ex) -> giveBack(channel, listening))
				.doOnSuccess((nothing) -> listen(channel, listening)));
	}

	private void listen(ReactiveSubscription channel, ReactiveRedisConnection connection) {
		Disposable.Swap listening = Disposables.swap();
		listening.replace(channel.receive()
			.doFinally((signal) -> giveBack(channel, connection))
			.subscribe((message) -> receive(decode(message.getMessage())), (ex) -> {
				logger.debug("Subscription ended", ex);
				stopListening(listening);
			}, () -> stopListening(listening)));
		synchronized (this) {
			if (!listening.isDisposed()) {
				this.subscription = listening;
			}
		}
	}

	/**
	 * Give back a connection on which somebody listened, or tried to: a pool would keep
	 * its listener otherwise.
	 */
	private static void giveBack(ReactiveSubscription channel, ReactiveRedisConnection connection) {
		channel.cancel().subscribe((nothing) -> {
		}, (ex) -> {
			logger.debug("Subscription was not cancelled", ex);
			giveBack(connection);
		}, () -> giveBack(connection));
	}

	private static void giveBack(ReactiveRedisConnection connection) {
		connection.closeLater().subscribe((nothing) -> {
		}, (ex) -> logger.debug("Connection was not closed", ex));
	}

	private synchronized void stopListening(Disposable ended) {
		ended.dispose();
		if (this.subscription == ended) {
			this.subscription = null;
		}
	}

	/**
	 * Listen anew the next time Redis is reached.
	 */
	synchronized void stopListening() {
		Disposable subscription = this.subscription;
		if (subscription != null) {
			stopListening(subscription);
		}
	}

	/**
	 * Look for another connection the next time Redis is reached: this one does not take
	 * commands.
	 */
	private synchronized void disconnect(ReactiveRedisConnection connection) {
		if (this.connection == connection) {
			this.connection = null;
			giveBack(connection);
		}
	}

	/**
	 * Let go of the connection, until Redis is reached again; of one that is being made
	 * when it is there.
	 */
	synchronized void close() {
		this.closed = true;
		if (this.contact == null) {
			letGo();
		}
	}

	private void letGo() {
		stopListening();
		ReactiveRedisConnection connection = this.connection;
		if (connection != null) {
			disconnect(connection);
		}
	}

	private void receive(String message) {
		int space = message.indexOf(' ');
		Consumer<String> group = (space > 0) ? this.groups.get(message.substring(0, space)) : null;
		if (group != null) {
			group.accept(message.substring(space + 1));
		}
	}

	private record Bound(Duration first, Duration second) {

		static Bound of(Duration whole) {
			Duration first = whole.multipliedBy(4).dividedBy(5);
			return new Bound(first, whole.minus(first));
		}

	}

}
