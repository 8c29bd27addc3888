package io.github.elevenspring.test.simulator.speech;

/**
 * Turns samples into the bytes of one audio stream, in order and incrementally. One
 * encoder serves one stream and one thread at a time.
 */
interface AudioEncoder {

	/**
	 * Return what stands in front of the audio.
	 * @return the bytes, maybe none
	 */
	default byte[] begin() {
		return new byte[0];
	}

	/**
	 * Encode the next samples.
	 * @param samples signed 16-bit samples at the rate of the stream
	 * @return the bytes that are ready, maybe none: a codec may hold samples back
	 */
	byte[] encode(short[] samples);

	/**
	 * Encode what was held back, and end the stream.
	 * @return the last bytes, maybe none
	 */
	default byte[] end() {
		return new byte[0];
	}

}
