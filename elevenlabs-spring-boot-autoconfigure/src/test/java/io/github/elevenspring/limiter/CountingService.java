package io.github.elevenspring.limiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands for ElevenLabs: takes a connection per request, answers after a while, and
 * counts how many are open. The count falls before the answer goes out, and at once when
 * the other side dies.
 */
final class CountingService implements AutoCloseable {

	private final ServerSocket server;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final int millis;

	private final AtomicInteger inFlight = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

	final AtomicInteger served = new AtomicInteger();

	CountingService(int millis) {
		this.millis = millis;
		try {
			this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.threads.execute(this::accept);
	}

	int port() {
		return this.server.getLocalPort();
	}

	/**
	 * Return the highest count since the last time this was asked.
	 */
	int most() {
		return this.most.getAndSet(this.inFlight.get());
	}

	int inFlight() {
		return this.inFlight.get();
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket socket = this.server.accept();
				this.threads.execute(() -> serve(socket));
			}
			catch (SocketException ex) {
				return;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	private void serve(Socket socket) {
		try (socket) {
			socket.getInputStream().read();
			int now = this.inFlight.incrementAndGet();
			this.most.accumulateAndGet(now, Math::max);
			try {
				socket.setSoTimeout(this.millis);
				socket.getInputStream().read();
				this.inFlight.decrementAndGet();
			}
			catch (SocketTimeoutException ex) {
				this.inFlight.decrementAndGet();
				this.served.incrementAndGet();
				socket.getOutputStream().write(1);
			}
			catch (IOException ex) {
				this.inFlight.decrementAndGet();
			}
		}
		catch (IOException ex) {
			// The other side died.
		}
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		this.threads.shutdownNow();
	}

}
