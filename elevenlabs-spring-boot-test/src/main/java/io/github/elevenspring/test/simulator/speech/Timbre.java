package io.github.elevenspring.test.simulator.speech;

/**
 * What makes one voice sound unlike another: the knobs that FreeTTS has.
 *
 * @param pitch the mean pitch in hertz
 * @param pitchRange how far the pitch moves around its mean, in hertz
 * @param rate the words per minute
 * @since 0.1.0
 */
public record Timbre(float pitch, float pitchRange, float rate) {

	/**
	 * Return this timbre at another pace.
	 * @param factor the factor of the pace, 1 changes nothing
	 * @return the changed timbre
	 */
	public Timbre atSpeed(double factor) {
		return new Timbre(this.pitch, this.pitchRange, (float) (this.rate * factor));
	}

	/**
	 * Return this timbre a little higher or lower, as another take of the same speaker.
	 * Equal seeds give equal takes.
	 * @param seed the seed of the take
	 * @return the changed timbre
	 */
	public Timbre take(long seed) {
		return new Timbre(this.pitch + Math.floorMod(seed, 7L) - 3, this.pitchRange, this.rate);
	}

}
