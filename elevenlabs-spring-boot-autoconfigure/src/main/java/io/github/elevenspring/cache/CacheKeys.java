package io.github.elevenspring.cache;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.PronunciationDictionary;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.voice.VoiceSettings;
import org.jspecify.annotations.Nullable;

/**
 * Makes keys: a SHA-256 over all that shapes a sound, each part with its type and length,
 * so that no two requests are written alike. Who asks and how urgent it is do not shape
 * it. Thread-safe.
 */
final class CacheKeys {

	/**
	 * To be raised with each change of what is written, or in what order.
	 */
	private static final int VERSION = 1;

	private static final ThreadLocal<CacheKeys> KEYS = ThreadLocal.withInitial(CacheKeys::new);

	private static final int NULL = 0;

	private static final int STRING = 1;

	private static final int NUMBER = 2;

	private static final int DECIMAL = 3;

	private static final int FALSE = 4;

	private static final int TRUE = 5;

	private static final int LIST = 6;

	private static final int RECORD = 7;

	private static final int LONGEST_UNIT = 3;

	private final MessageDigest digest;

	private final byte[] hash;

	private final byte[] buffer = new byte[4096];

	private int size;

	private CacheKeys() {
		try {
			this.digest = MessageDigest.getInstance("SHA-256");
			this.hash = new byte[this.digest.getDigestLength()];
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Return the key of what answers a request.
	 * @param kind kind of the answer
	 * @param scope where voices and dictionaries have their names
	 * @param request what is asked
	 * @return the key, 64 hexadecimal digits
	 */
	static String of(SoundKind kind, String scope, SpeechRequest request) {
		CacheKeys keys = KEYS.get();
		keys.digest.reset();
		keys.size = 0;
		keys.write(VERSION);
		keys.write(kind.ordinal());
		keys.string(scope);
		keys.request(request);
		return keys.hex();
	}

	private void request(SpeechRequest request) {
		string(request.text());
		string(request.voiceId());
		string(request.modelId());
		OutputFormat format = request.outputFormat();
		string((format != null) ? format.value() : null);
		string(request.languageCode());
		settings(request.voiceSettings());
		list(request.pronunciationDictionaries().size());
		for (PronunciationDictionary dictionary : request.pronunciationDictionaries()) {
			string(dictionary.dictionaryId());
			string(dictionary.versionId());
		}
		number(request.seed());
		string(request.previousText());
		string(request.nextText());
		strings(request.previousRequestIds());
		strings(request.nextRequestIds());
		Enum<?> normalization = request.textNormalization();
		string((normalization != null) ? normalization.name() : null);
		truth(request.languageTextNormalization());
		truth(request.usePvcAsIvc());
		truth(request.enableLogging());
		Integer latency = request.optimizeStreamingLatency();
		number((latency != null) ? (Long) latency.longValue() : null);
	}

	private void settings(@Nullable VoiceSettings settings) {
		if (settings == null) {
			write(NULL);
			return;
		}
		write(RECORD);
		decimal(settings.stability());
		decimal(settings.similarityBoost());
		decimal(settings.style());
		truth(settings.useSpeakerBoost());
		decimal(settings.speed());
	}

	private void strings(List<String> values) {
		list(values.size());
		for (String value : values) {
			string(value);
		}
	}

	private void list(int length) {
		write(LIST);
		bits(length, Integer.BYTES);
	}

	/**
	 * Write a string as its length and its UTF-16 units, one to three bytes each, so that
	 * halves of surrogate pairs stay apart too.
	 */
	private void string(@Nullable String value) {
		if (value == null) {
			write(NULL);
			return;
		}
		write(STRING);
		int length = value.length();
		bits(length, Integer.BYTES);
		byte[] buffer = this.buffer;
		int size = this.size;
		for (int i = 0; i < length; i++) {
			if (size > buffer.length - LONGEST_UNIT) {
				this.size = size;
				flush();
				size = 0;
			}
			char unit = value.charAt(i);
			if (unit < 0x80) {
				buffer[size++] = (byte) unit;
			}
			else if (unit < 0x800) {
				buffer[size++] = (byte) (0xC0 | unit >> 6);
				buffer[size++] = (byte) (0x80 | unit & 0x3F);
			}
			else {
				buffer[size++] = (byte) (0xE0 | unit >> 12);
				buffer[size++] = (byte) (0x80 | unit >> 6 & 0x3F);
				buffer[size++] = (byte) (0x80 | unit & 0x3F);
			}
		}
		this.size = size;
	}

	private void number(@Nullable Long value) {
		write((value != null) ? NUMBER : NULL);
		if (value != null) {
			bits(value, Long.BYTES);
		}
	}

	private void decimal(@Nullable Double value) {
		write((value != null) ? DECIMAL : NULL);
		if (value != null) {
			bits(Double.doubleToLongBits(value), Long.BYTES);
		}
	}

	private void truth(@Nullable Boolean value) {
		write((value != null) ? (value ? TRUE : FALSE) : NULL);
	}

	private void bits(long value, int bytes) {
		for (int i = bytes - 1; i >= 0; i--) {
			write((int) (value >> i * Byte.SIZE));
		}
	}

	private void write(int value) {
		if (this.size == this.buffer.length) {
			flush();
		}
		this.buffer[this.size++] = (byte) value;
	}

	private void flush() {
		this.digest.update(this.buffer, 0, this.size);
		this.size = 0;
	}

	private String hex() {
		flush();
		try {
			this.digest.digest(this.hash, 0, this.hash.length);
		}
		catch (DigestException ex) {
			throw new IllegalStateException(ex);
		}
		return HexFormat.of().formatHex(this.hash);
	}

}
