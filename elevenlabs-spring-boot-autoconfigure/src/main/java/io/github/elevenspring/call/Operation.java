package io.github.elevenspring.call;

/**
 * What a call does, and what kind of answer makes it a success.
 *
 * @since 0.1.0
 */
public enum Operation {

	/**
	 * Text to speech, the audio as a whole.
	 */
	SPEECH_CONVERT("speech.convert", Answer.AUDIO),

	/**
	 * Text to speech, the audio while it is made.
	 */
	SPEECH_STREAM("speech.stream", Answer.AUDIO),

	/**
	 * Text to speech with times, as a whole.
	 */
	SPEECH_CONVERT_WITH_TIMESTAMPS("speech.convert-with-timestamps", Answer.JSON),

	/**
	 * Text to speech with times, while it is made.
	 */
	SPEECH_STREAM_WITH_TIMESTAMPS("speech.stream-with-timestamps", Answer.JSON),

	/**
	 * A page of voices.
	 */
	VOICES_LIST("voices.list", Answer.JSON),

	/**
	 * One voice.
	 */
	VOICES_GET("voices.get", Answer.JSON),

	/**
	 * Stored settings of a voice, or the defaults of all.
	 */
	VOICES_SETTINGS("voices.settings", Answer.JSON),

	/**
	 * All models.
	 */
	MODELS_LIST("models.list", Answer.JSON),

	/**
	 * The user behind the key.
	 */
	ACCOUNT_USER("account.user", Answer.JSON),

	/**
	 * The plan and its use.
	 */
	ACCOUNT_SUBSCRIPTION("account.subscription", Answer.JSON),

	/**
	 * An endpoint without a model here, and with a reply of any kind.
	 */
	EXCHANGE("exchange", Answer.ANYTHING);

	private final String id;

	private final Answer answer;

	Operation(String id, Answer answer) {
		this.id = id;
		this.answer = answer;
	}

	/**
	 * Return the name used in telemetry.
	 * @return the name
	 */
	public String id() {
		return this.id;
	}

	/**
	 * Return the kind of answer that makes the call a success.
	 * @return the kind of answer
	 */
	public Answer answer() {
		return this.answer;
	}

	/**
	 * Kinds of answers.
	 */
	public enum Answer {

		/**
		 * Audio, at least one byte of it.
		 */
		AUDIO,

		/**
		 * JSON, one value or one on each line.
		 */
		JSON,

		/**
		 * Whatever comes, even nothing.
		 */
		ANYTHING

	}

}
