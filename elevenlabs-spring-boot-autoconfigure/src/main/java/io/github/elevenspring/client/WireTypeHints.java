package io.github.elevenspring.client;

import io.github.elevenspring.model.account.Subscription;
import io.github.elevenspring.model.account.User;
import io.github.elevenspring.model.catalog.Model;
import io.github.elevenspring.model.voice.Voice;
import io.github.elevenspring.model.voice.VoiceSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Lets the JSON of the API be read and written in a native image. Types that an
 * application brings to {@code exchange} need hints of their own.
 *
 * @since 0.1.0
 */
public final class WireTypeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		new BindingReflectionHintsRegistrar().registerReflectionHints(hints.reflection(), SpeechBody.class,
				TimedValue.class, VoicePage.class, Voice.class, VoiceSettings.class, Model.class, Model[].class,
				User.class, Subscription.class);
	}

}
