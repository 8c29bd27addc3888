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
	SPEECH_CONVERT("speech.convert", ReplyType.AUDIO),

	/**
	 * Text to speech, the audio while it is made.
	 */
	SPEECH_STREAM("speech.stream", ReplyType.AUDIO),

	/**
	 * Text to speech with times, as a whole.
	 */
	SPEECH_CONVERT_WITH_TIMESTAMPS("speech.convert-with-timestamps", ReplyType.JSON),

	/**
	 * Text to speech with times, while it is made.
	 */
	SPEECH_STREAM_WITH_TIMESTAMPS("speech.stream-with-timestamps", ReplyType.JSON),

	/**
	 * A page of voices.
	 */
	VOICES_LIST("voices.list", ReplyType.JSON),

	/**
	 * One voice.
	 */
	VOICES_GET("voices.get", ReplyType.JSON),

	/**
	 * Stored settings of a voice, or the defaults of all.
	 */
	VOICES_SETTINGS("voices.settings", ReplyType.JSON),

	/**
	 * All models.
	 */
	MODELS_LIST("models.list", ReplyType.JSON),

	/**
	 * The user behind the key.
	 */
	ACCOUNT_USER("account.user", ReplyType.JSON),

	/**
	 * The plan and its use.
	 */
	ACCOUNT_SUBSCRIPTION("account.subscription", ReplyType.JSON),

	/**
	 * An endpoint without a model here, and with a reply of any kind.
	 */
	EXCHANGE("exchange", ReplyType.ANYTHING);

	private final String id;

	private final ReplyType replyType;

	Operation(String id, ReplyType replyType) {
		this.id = id;
		this.replyType = replyType;
	}

	/**
	 * Return the name used in telemetry.
	 * @return the name
	 */
	public String id() {
		return this.id;
	}

	/**
	 * Return the kind of reply that makes the call a success.
	 * @return the kind of reply
	 */
	public ReplyType replyType() {
		return this.replyType;
	}

	/**
	 * Kinds of replies.
	 */
	public enum ReplyType {

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
