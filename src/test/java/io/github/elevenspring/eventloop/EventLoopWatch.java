package io.github.elevenspring.eventloop;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingMethod;
import reactor.blockhound.BlockingOperationError;

/**
 * Fails a test run in which an event loop made a blocking call, also when nobody saw the
 * error that the call got: Reactor drops errors that come after the end.
 */
public final class EventLoopWatch implements LauncherSessionListener {

	private static final List<BlockingCall> CALLS = new CopyOnWriteArrayList<>();

	private static volatile String test = "no test";

	@Override
	public void launcherSessionOpened(LauncherSession session) {
		BlockHound.install(new AllowedBlockingCalls(),
				(builder) -> builder.blockingMethodCallback(EventLoopWatch::refuse));
		session.getLauncher().registerTestExecutionListeners(new TestExecutionListener() {

			@Override
			public void executionStarted(TestIdentifier started) {
				test = started.getUniqueId();
			}

		});
	}

	@Override
	public void launcherSessionClosed(LauncherSession session) {
		requireNone();
	}

	static void requireNone() {
		if (!CALLS.isEmpty()) {
			throw new AssertionError(CALLS.stream()
				.map(BlockingCall::toString)
				.distinct()
				.collect(Collectors.joining("\n", "Blocking calls on event loops:\n", "")));
		}
	}

	/**
	 * Takes back a call that was made to be found.
	 * @return whether it was found
	 */
	static boolean forgive(Throwable error) {
		return CALLS.removeIf((call) -> call.error() == error);
	}

	private static void refuse(BlockingMethod method) {
		BlockingOperationError error = new BlockingOperationError(method);
		CALLS.add(new BlockingCall(Thread.currentThread().getName(), test, error));
		throw error;
	}

	private record BlockingCall(String thread, String test, BlockingOperationError error) {

		@Override
		public String toString() {
			return Stream.of(this.error.getStackTrace())
				.map((frame) -> "\tat " + frame)
				.collect(Collectors.joining("\n",
						this.error.getMethod() + " on " + this.thread + " during " + this.test + "\n", ""));
		}

	}

}
