package io.github.elevenspring.test.simulator;

import io.github.elevenspring.test.simulator.speech.Narrator;

/**
 * The vendor's side of one account: what it may, what it has, and what it used.
 */
final class Account {

	private final SimulatorSettings settings;

	private final Authenticator authenticator;

	private final VoiceCatalog voices;

	private final ConcurrencyGate gate;

	private final CreditAccount credits;

	private final Ids ids;

	private final Narrator narrator;

	private volatile SimulatorPlan plan;

	private volatile Pace pace;

	Account(SimulatorSettings settings, Narrator narrator) {
		this.settings = settings;
		this.authenticator = new Authenticator(settings.apiKey(), settings.anyKey());
		this.voices = new VoiceCatalog(settings.voiceIds());
		this.gate = new ConcurrencyGate(settings.initialLimits(), settings.overLimit());
		this.credits = new CreditAccount(settings.initialCredits(), settings.quotaAnswer());
		this.ids = new Ids(settings.seed());
		this.narrator = narrator;
		this.plan = settings.plan();
		this.pace = settings.pace();
	}

	Authenticator authenticator() {
		return this.authenticator;
	}

	VoiceCatalog voices() {
		return this.voices;
	}

	ConcurrencyGate gate() {
		return this.gate;
	}

	CreditAccount credits() {
		return this.credits;
	}

	Ids ids() {
		return this.ids;
	}

	Narrator narrator() {
		return this.narrator;
	}

	SimulatorPlan plan() {
		return this.plan;
	}

	Pace pace() {
		return this.pace;
	}

	void pace(Pace pace) {
		this.pace = pace;
	}

	/**
	 * Move the account to another plan, with its limits and its credits. What was used
	 * stays used.
	 * @param plan the plan
	 */
	void plan(SimulatorPlan plan) {
		this.plan = plan;
		this.gate.limits(plan.limits());
		this.credits.quota(plan.credits());
	}

	void reset() {
		this.plan = this.settings.plan();
		this.pace = this.settings.pace();
		this.gate.limits(this.settings.initialLimits());
		this.gate.forgetMaxima();
		this.credits.refill(this.settings.initialCredits());
		this.ids.restart(this.settings.seed());
	}

}
