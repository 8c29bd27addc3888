package io.github.elevenspring.limiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.script.DigestUtils;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The way from one instance to Redis and back: runs the script, each time within a bound,
 * and hands on what other instances send to this one.
 */
final class RedisLink {

	/**
	 * A new connection may take longer than a command.
	 */
	private static final Duration CONTACT_TIMEOUT = Duration.ofSeconds(2);

	private static final String ECHO = "?";

	private static final Log logger = LogFactory.getLog(RedisLink.class);

	private final ReactiveStringRedisTemplate template;

	private final RedisScript<String> script = Script.read();

	private final String prefix;

	private final String channels;

	private final Bound bound;

	private final Scheduler timer;

	private final Map<String, Consumer<String>> groups = new ConcurrentHashMap<>();

	private final Map<String, Sinks.Empty<Void>> echoes = new ConcurrentHashMap<>();

	/**
	 * The name of this instance, one of its own each time it starts.
	 */
	final String instance = UUID.randomUUID().toString().substring(0, 13);

	private volatile @Nullable Disposable subscription;

	RedisLink(ReactiveStringRedisTemplate template, RedisLimiterSettings settings, Scheduler timer) {
		this.template = template;
		this.prefix = "{" + settings.keyPrefix() + "}:";
		this.channels = this.prefix + "to:";
		this.bound = Bound.of(settings.commandTimeout());
		this.timer = timer;
	}

	void register(String group, Consumer<String> grants) {
		this.groups.put(group, grants);
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
	 * Run the script, within the bound of a command.
	 */
	Mono<String> run(List<String> keys, String operation, String group, List<String> settings, List<String> arguments) {
		List<String> all = new ArrayList<>(4 + settings.size() + arguments.size());
		all.addAll(Arrays.asList(operation, this.instance, this.channels, group));
		all.addAll(settings);
		all.addAll(arguments);
		return Mono.deferContextual((context) -> this.template.execute(this.script, keys, all)
			.next()
			.timeout(end(context.hasKey(Bound.class) ? context.get(Bound.class) : this.bound),
					Mono.error(() -> new TimeoutException("No answer to '" + operation + "' in time"))));
	}

	/**
	 * The end of a time, in two parts: after a pause of the whole process the first part
	 * is over at once, and answers that came meanwhile are read during the second.
	 */
	private Mono<Long> end(Bound bound) {
		return Mono.delay(bound.first, this.timer).then(Mono.delay(bound.second, this.timer));
	}

	/**
	 * Reach Redis and do the first things there, on which no running call depends:
	 * nothing is warm yet, so more time is given.
	 */
	<T> Mono<T> firstContact(Mono<T> then) {
		return reach().then(then).contextWrite((context) -> context.put(Bound.class, Bound.of(CONTACT_TIMEOUT)));
	}

	/**
	 * Connect if need be, and make sure that messages arrive. Connecting may block, so it
	 * is done where that is allowed.
	 */
	Mono<Void> reach() {
		return this.template.execute(ReactiveRedisConnection::ping)
			.then(Mono.defer(this::listen))
			.then(Mono.defer(this::echo))
			.subscribeOn(Schedulers.boundedElastic())
			.timeout(CONTACT_TIMEOUT, this.timer)
			.doOnError((ex) -> stopListening());
	}

	/**
	 * Make sure that messages still arrive.
	 */
	Mono<Void> listening() {
		return Mono.defer(this::echo).timeout(CONTACT_TIMEOUT, this.timer).doOnError((ex) -> stopListening());
	}

	private Mono<Void> listen() {
		if (this.subscription != null) {
			return Mono.empty();
		}
		return this.template.listenToChannelLater(this.channels + this.instance).doOnNext((messages) -> {
			Disposable subscription = messages.subscribe((message) -> receive(message.getMessage()), (ex) -> {
				logger.debug("Subscription ended", ex);
				this.subscription = null;
			}, () -> this.subscription = null);
			Disposable other = this.subscription;
			this.subscription = subscription;
			if (other != null) {
				other.dispose();
			}
		}).then();
	}

	/**
	 * Send a message to this instance and wait for it.
	 */
	private Mono<Void> echo() {
		String nonce = ECHO + UUID.randomUUID();
		Sinks.Empty<Void> arrived = Sinks.empty();
		this.echoes.put(nonce, arrived);
		return this.template.convertAndSend(this.channels + this.instance, nonce)
			.then(arrived.asMono())
			.doFinally((signal) -> this.echoes.remove(nonce));
	}

	private void receive(String message) {
		if (message.startsWith(ECHO)) {
			Sinks.Empty<Void> echo = this.echoes.get(message);
			if (echo != null) {
				echo.tryEmitEmpty();
			}
			return;
		}
		int space = message.indexOf(' ');
		Consumer<String> group = (space > 0) ? this.groups.get(message.substring(0, space)) : null;
		if (group != null) {
			group.accept(message.substring(space + 1));
		}
	}

	private void stopListening() {
		Disposable subscription = this.subscription;
		this.subscription = null;
		if (subscription != null) {
			subscription.dispose();
		}
	}

	void close() {
		stopListening();
	}

	/**
	 * The script and its digest, ready before the first call: event loops need both.
	 *
	 * @param getScriptAsString the text
	 * @param getSha1 the digest of the text
	 */
	private record Script(String getScriptAsString, String getSha1) implements RedisScript<String> {

		static Script read() {
			try {
				String text = new ClassPathResource("limiter.lua", RedisLink.class)
					.getContentAsString(StandardCharsets.UTF_8);
				return new Script(text, DigestUtils.sha1DigestAsHex(text));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public Class<String> getResultType() {
			return String.class;
		}

	}

	private record Bound(Duration first, Duration second) {

		static Bound of(Duration whole) {
			Duration first = whole.multipliedBy(4).dividedBy(5);
			return new Bound(first, whole.minus(first));
		}

	}

}
