package io.github.elevenspring.test.junit;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * The extension where Spring's test support is not on the class path.
 */
class WithoutSpringTestSupportTests {

	@Test
	void startsASimulatorWithoutSpringTest() throws Exception {
		try (WithoutSpringTest classLoader = new WithoutSpringTest()) {
			Class<?> extension = Class.forName("io.github.elevenspring.test.junit.ElevenLabsSimulatorExtension", true,
					classLoader);
			Class<?> testClass = Class.forName(Example.class.getName(), true, classLoader);
			ExtensionContext context = mock(ExtensionContext.class);
			ExtensionContext.Store store = mock(ExtensionContext.Store.class);
			given(context.getRequiredTestClass()).willAnswer((invocation) -> testClass);
			given(context.getStore(any())).willReturn(store);
			Constructor<?> constructor = extension.getDeclaredConstructor();
			constructor.setAccessible(true);
			Method beforeAll = extension.getDeclaredMethod("beforeAll", ExtensionContext.class);
			beforeAll.setAccessible(true);
			AutoCloseable[] simulator = new AutoCloseable[1];
			doAnswer((invocation) -> {
				simulator[0] = invocation.getArgument(1);
				return null;
			}).when(store).put(any(), any());
			beforeAll.invoke(constructor.newInstance(), context);
			verify(store).put(any(), any());
			assertThat(simulator[0].getClass().getClassLoader()).isSameAs(classLoader);
			simulator[0].close();
		}
	}

	@EnableElevenLabsSimulator
	static class Example {

	}

	/**
	 * Loads the classes of this module anew, and knows no spring-test.
	 */
	private static final class WithoutSpringTest extends URLClassLoader {

		WithoutSpringTest() {
			super(urls(), WithoutSpringTestSupportTests.class.getClassLoader());
		}

		private static URL[] urls() {
			return Arrays
				.stream(new Class<?>[] { EnableElevenLabsSimulator.class, WithoutSpringTestSupportTests.class })
				.map((type) -> type.getProtectionDomain().getCodeSource().getLocation())
				.toArray(URL[]::new);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (name.startsWith("org.springframework.test.")) {
				throw new ClassNotFoundException(name);
			}
			if (name.startsWith("io.github.elevenspring.test.")) {
				synchronized (getClassLoadingLock(name)) {
					Class<?> loaded = findLoadedClass(name);
					return (loaded != null) ? loaded : findClass(name);
				}
			}
			return super.loadClass(name, resolve);
		}

	}

}
