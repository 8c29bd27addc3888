package io.github.elevenspring.test.simulator;

import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import io.github.elevenspring.test.simulator.speech.Narrator;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.util.Assert;

/**
 * A double of ElevenLabs that listens on a loopback port: real HTTP, real speech, the
 * limits, prices and errors of the real API, and faults on demand. No byte leaves the
 * machine.
 * {@snippet :
 * try (ElevenLabsSimulator simulator = ElevenLabsSimulator.builder().plan(SimulatorPlan.CREATOR).start()) {
 * 	simulator.faults().next(Fault.unavailable());
 * 	// point a client at simulator.baseUrl(), with simulator.apiKey()
 * }
 * }
 * <p>
 * Safe for use by several threads. {@link #close()} ends all connections and threads.
 *
 * @since 0.1.0
 */
public final class ElevenLabsSimulator implements AutoCloseable {

	private final SimulatorSettings settings;

	private final Scheduler workers = Schedulers.newBoundedElastic(Schedulers.DEFAULT_POOL_SIZE, Integer.MAX_VALUE,
			"elevenlabs-simulator-speech", 60, true);

	private final Scheduler clock = Schedulers.newSingle("elevenlabs-simulator-clock", true);

	private final Journal journal = new Journal();

	private final Counters counters = new Counters();

	private final Faults faults;

	private final Account account;

	private final SimulatorServer server;

	private ElevenLabsSimulator(SimulatorSettings settings) {
		this.settings = settings;
		this.faults = new Faults(settings.seed());
		this.account = new Account(settings, new Narrator(this.workers));
		Router control = new ControlEndpoints(this, this.account).router();
		this.server = new SimulatorServer(settings.port(), new Dispatcher(api(), control, this.faults, this.journal),
				this.counters, this.account.ids(), this.clock);
		planFaults();
	}

	/**
	 * Start to describe a simulator.
	 * @return a builder with a random free port, a random key and the Creator plan
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Return the address to use instead of {@code https://api.elevenlabs.io}. It stays
	 * the same over {@link #stop()} and {@link #start()}.
	 * @return the base URL
	 */
	public URI baseUrl() {
		return URI.create("http://127.0.0.1:" + this.server.port());
	}

	/**
	 * Return the key that is let in.
	 * @return the key
	 */
	public String apiKey() {
		return this.settings.apiKey();
	}

	/**
	 * Return the ids of all voices, oldest first.
	 * @return the ids
	 */
	public List<String> voiceIds() {
		return this.account.voices().all().stream().map(SimulatedVoice::id).toList();
	}

	/**
	 * Return the faults that are to come, to add some.
	 * @return the faults
	 */
	public Faults faults() {
		return this.faults;
	}

	/**
	 * Return the requests that were answered.
	 * @return the journal
	 */
	public Journal journal() {
		return this.journal;
	}

	/**
	 * Return what was counted so far.
	 * @return a copy that does not change
	 */
	public Statistics statistics() {
		return this.counters.snapshot(this.account.gate(), this.account.credits());
	}

	/**
	 * Move the account to another plan. Limits and credits follow; what runs goes on.
	 * @param plan the plan
	 */
	public void plan(SimulatorPlan plan) {
		this.account.plan(plan);
	}

	/**
	 * Change the limit of one concurrency group. What runs goes on.
	 * @param group the group, such as {@code standard} or {@code turbo}
	 * @param limit the requests that may be in flight
	 */
	public void limit(String group, int limit) {
		Assert.isTrue(limit >= 0, "'limit' must not be negative");
		this.account.gate().limits(Map.of(group, limit));
	}

	/**
	 * Set the credits of the month and forget what was used.
	 * @param credits the credits
	 */
	public void credits(long credits) {
		Assert.isTrue(credits >= 0, "'credits' must not be negative");
		this.account.credits().refill(credits);
	}

	/**
	 * Change how fast audio arrives, from the next request on.
	 * @param pace the pace
	 */
	public void pace(Pace pace) {
		this.account.pace(pace);
	}

	/**
	 * Go back to the beginning: requests in flight are cut off, and plan, limits,
	 * credits, pace, faults, journal and counters are as they were at the start. Idle
	 * connections stay open.
	 */
	public void reset() {
		this.server.interrupt();
		this.account.reset();
		this.faults.clear();
		planFaults();
		this.journal.clear();
		this.counters.reset();
	}

	/**
	 * Listen again, on the same port as before.
	 * @throws RuntimeException if the port was taken meanwhile
	 */
	public void start() {
		this.server.start();
	}

	/**
	 * Stop listening and close all connections, as a server that went away.
	 * {@link #start()} brings it back.
	 */
	public void stop() {
		this.server.stop();
	}

	/**
	 * Return whether the simulator accepts connections.
	 * @return whether it listens
	 */
	public boolean isListening() {
		return this.server.isListening();
	}

	/**
	 * Stop for good. A second call changes nothing.
	 */
	@Override
	public void close() {
		this.server.close();
		this.workers.dispose();
		this.clock.dispose();
	}

	private void planFaults() {
		this.faults.rate(this.settings.faultRate(), this.settings.faults().toArray(Fault[]::new));
	}

	private Router api() {
		SpeechEndpoint speech = new SpeechEndpoint(this.account);
		VoiceEndpoints voices = new VoiceEndpoints(this.account);
		AccountEndpoints accounts = new AccountEndpoints(this.account);
		return new Router().route("POST", "/v1/text-to-speech/{voice_id}", speech.as(SpeechForm.CONVERT))
			.route("POST", "/v1/text-to-speech/{voice_id}/stream", speech.as(SpeechForm.STREAM))
			.route("POST", "/v1/text-to-speech/{voice_id}/with-timestamps", speech.as(SpeechForm.TIMESTAMPS))
			.route("POST", "/v1/text-to-speech/{voice_id}/stream/with-timestamps",
					speech.as(SpeechForm.STREAM_TIMESTAMPS))
			.route("GET", "/v2/voices", voices::page)
			.route("GET", "/v1/voices", voices::all)
			.route("GET", "/v1/voices/settings/default", voices::defaultSettings)
			.route("GET", "/v1/voices/{voice_id}", voices::one)
			.route("GET", "/v1/voices/{voice_id}/settings", voices::settings)
			.route("GET", "/v1/models", accounts::models)
			.route("GET", "/v1/user", accounts::user)
			.route("GET", "/v1/user/subscription", accounts::subscription);
	}

	/**
	 * Describes a simulator, and starts it. Not safe for use by several threads.
	 */
	public static final class Builder {

		private final Map<String, Integer> limits = new HashMap<>();

		private final List<String> voiceIds = new ArrayList<>();

		private int port;

		private String apiKey = "sk_simulator_" + HexFormat.of().formatHex(randomBytes());

		private boolean anyKey;

		private SimulatorPlan plan = SimulatorPlan.CREATOR;

		private OverLimit overLimit = OverLimit.REFUSE;

		private @Nullable Long credits;

		private QuotaAnswer quotaAnswer = QuotaAnswer.LEGACY;

		private Pace pace = Pace.NATURAL;

		private long seed;

		private double faultRate;

		private List<Fault> faults = List.of();

		private Builder() {
		}

		/**
		 * Listen on a port of the loopback interface.
		 * @param port the port, 0 for any free one
		 * @return this builder
		 */
		public Builder port(int port) {
			Assert.isTrue(port >= 0 && port <= 65_535, "'port' must be between 0 and 65535");
			this.port = port;
			return this;
		}

		/**
		 * Let this key in.
		 * @param apiKey the key
		 * @return this builder
		 */
		public Builder apiKey(String apiKey) {
			Assert.hasText(apiKey, "'apiKey' must not be empty");
			this.apiKey = apiKey;
			return this;
		}

		/**
		 * Let any key in that is not empty.
		 * @return this builder
		 */
		public Builder anyKey() {
			this.anyKey = true;
			return this;
		}

		/**
		 * Put the account on a plan.
		 * @param plan the plan
		 * @return this builder
		 */
		public Builder plan(SimulatorPlan plan) {
			this.plan = plan;
			return this;
		}

		/**
		 * Replace a limit of the plan.
		 * @param group the concurrency group, such as {@code standard} or {@code turbo}
		 * @param limit the requests that may be in flight
		 * @return this builder
		 */
		public Builder limit(String group, int limit) {
			Assert.isTrue(limit >= 0, "'limit' must not be negative");
			this.limits.put(group, limit);
			return this;
		}

		/**
		 * Say what happens above a limit.
		 * @param overLimit refuse or queue
		 * @return this builder
		 */
		public Builder overLimit(OverLimit overLimit) {
			this.overLimit = overLimit;
			return this;
		}

		/**
		 * Replace the credits of the plan.
		 * @param credits the credits of the month
		 * @return this builder
		 */
		public Builder credits(long credits) {
			Assert.isTrue(credits >= 0, "'credits' must not be negative");
			this.credits = credits;
			return this;
		}

		/**
		 * Say how a request without credits is refused.
		 * @param quotaAnswer the status and the body
		 * @return this builder
		 */
		public Builder quotaAnswer(QuotaAnswer quotaAnswer) {
			this.quotaAnswer = quotaAnswer;
			return this;
		}

		/**
		 * Say how fast audio arrives.
		 * @param pace the pace
		 * @return this builder
		 */
		public Builder pace(Pace pace) {
			this.pace = pace;
			return this;
		}

		/**
		 * Choose where ids and the choice of faults begin.
		 * @param seed the seed
		 * @return this builder
		 */
		public Builder seed(long seed) {
			this.seed = seed;
			return this;
		}

		/**
		 * Spoil a share of all requests.
		 * @param rate the share, 0 to 1
		 * @param faults what goes wrong, one of these each time
		 * @return this builder
		 */
		public Builder faultRate(double rate, Fault... faults) {
			this.faultRate = rate;
			this.faults = List.of(faults);
			return this;
		}

		/**
		 * Have a voice with an id of your own, besides those of the catalogue.
		 * @param voiceId the id
		 * @return this builder
		 */
		public Builder voice(String voiceId) {
			Assert.hasText(voiceId, "'voiceId' must not be empty");
			this.voiceIds.add(voiceId);
			return this;
		}

		/**
		 * Start the simulator.
		 * @return the simulator, listening
		 * @throws RuntimeException if the port is taken
		 */
		public ElevenLabsSimulator start() {
			ElevenLabsSimulator simulator = new ElevenLabsSimulator(new SimulatorSettings(this.port, this.apiKey,
					this.anyKey, this.plan, Map.copyOf(this.limits), this.overLimit, this.credits, this.quotaAnswer,
					this.pace, this.seed, this.faultRate, this.faults, List.copyOf(this.voiceIds)));
			try {
				simulator.start();
				return simulator;
			}
			catch (RuntimeException ex) {
				simulator.close();
				throw ex;
			}
		}

		private static byte[] randomBytes() {
			byte[] bytes = new byte[12];
			new SecureRandom().nextBytes(bytes);
			return bytes;
		}

	}

}
