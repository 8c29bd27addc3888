package io.github.elevenspring.client;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server that sends exactly the bytes a test wants, and breaks off exactly where the
 * test wants, which no well-behaved HTTP server would do.
 */
public final class ScriptedServer implements Closeable {

	private final ServerSocket socket;

	private final Script script;

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "scripted-server");
		thread.setDaemon(true);
		return thread;
	});

	private final Set<Peer> peers = ConcurrentHashMap.newKeySet();

	private final AtomicLong sent = new AtomicLong();

	private final List<Request> requests = new CopyOnWriteArrayList<>();

	private ScriptedServer(Script script) throws IOException {
		this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.script = script;
		this.threads.execute(this::accept);
	}

	/**
	 * Start a server that follows a script for each request, and then closes the
	 * connection.
	 */
	public static ScriptedServer follow(Script script) {
		try {
			return new ScriptedServer(script);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Start a server that sends these bytes and closes the connection. Where it serves
	 * more than one request, the bytes had better say {@code Connection: close}.
	 */
	public static ScriptedServer send(String response) {
		return follow((peer) -> peer.send(response));
	}

	public URI uri() {
		return URI.create("http://localhost:" + this.socket.getLocalPort());
	}

	public List<Request> requests() {
		return this.requests;
	}

	/**
	 * How many bytes the script counted as sent.
	 */
	public long sent() {
		return this.sent.get();
	}

	/**
	 * Wait until the client has closed every connection it made.
	 * @return whether it did so in time
	 */
	public boolean isLeftAlone() throws InterruptedException {
		for (Peer peer : this.peers) {
			if (!peer.gone.await(5, TimeUnit.SECONDS)) {
				return false;
			}
		}
		return true;
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
		for (Peer peer : this.peers) {
			peer.connection.close();
		}
		this.threads.shutdownNow();
	}

	private void accept() {
		try {
			while (!this.socket.isClosed()) {
				Socket connection = this.socket.accept();
				this.threads.execute(() -> serve(connection));
			}
		}
		catch (IOException ex) {
			// closed
		}
	}

	private void serve(Socket connection) {
		try (connection) {
			connection.setTcpNoDelay(true);
			Request request = read(connection.getInputStream());
			Peer peer = new Peer(connection, request, this.sent);
			this.peers.add(peer);
			this.requests.add(request);
			this.threads.execute(peer::listen);
			this.script.run(peer);
		}
		catch (IOException ex) {
			// the client has gone, as some scripts want it to
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static Request read(InputStream in) throws IOException {
		ByteArrayOutputStream head = new ByteArrayOutputStream();
		while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
			int value = in.read();
			if (value < 0) {
				throw new IOException("No request");
			}
			head.write(value);
		}
		String text = head.toString(StandardCharsets.ISO_8859_1);
		int length = text.lines()
			.filter((line) -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
			.mapToInt((line) -> Integer.parseInt(line.substring(15).trim()))
			.findFirst()
			.orElse(0);
		return new Request(text, new String(in.readNBytes(length), StandardCharsets.UTF_8));
	}

	/**
	 * What to do with a request.
	 */
	@FunctionalInterface
	public interface Script {

		void run(Peer peer) throws IOException, InterruptedException;

	}

	/**
	 * A request as it came.
	 *
	 * @param head request line and headers
	 * @param body the body
	 */
	public record Request(String head, String body) {

	}

	/**
	 * The client at the other end of a connection.
	 */
	public static final class Peer {

		private final Socket connection;

		private final Request request;

		private final CountDownLatch gone = new CountDownLatch(1);

		private final AtomicLong sent;

		private Peer(Socket connection, Request request, AtomicLong sent) {
			this.sent = sent;
			this.connection = connection;
			this.request = request;
		}

		public Request request() {
			return this.request;
		}

		public Peer send(String text) throws IOException {
			return send(text.getBytes(StandardCharsets.UTF_8));
		}

		public Peer send(byte[] bytes) throws IOException {
			this.connection.getOutputStream().write(bytes);
			this.connection.getOutputStream().flush();
			return this;
		}

		/**
		 * Send a chunk of a body in chunks.
		 */
		public Peer sendChunk(byte[] bytes) throws IOException {
			return send(Integer.toHexString(bytes.length) + "\r\n").send(bytes).send("\r\n");
		}

		public Peer sendChunk(String text) throws IOException {
			return sendChunk(text.getBytes(StandardCharsets.UTF_8));
		}

		public Peer endChunks() throws IOException {
			return send("0\r\n\r\n");
		}

		public void count(int bytes) {
			this.sent.addAndGet(bytes);
		}

		/**
		 * Let time pass, unless the client goes first.
		 */
		public Peer pause(Duration duration) throws InterruptedException {
			this.gone.await(duration.toMillis(), TimeUnit.MILLISECONDS);
			return this;
		}

		/**
		 * Send nothing more, and wait until the client goes.
		 */
		public void stall() throws InterruptedException {
			pause(Duration.ofSeconds(30));
		}

		/**
		 * Break the connection with a reset instead of an end.
		 */
		public void reset() throws IOException {
			this.connection.setSoLinger(true, 0);
			this.connection.close();
		}

		public boolean isGone() {
			return this.gone.getCount() == 0;
		}

		private void listen() {
			try {
				InputStream in = this.connection.getInputStream();
				while (in.read() >= 0) {
					// what comes after the request is of no interest
				}
			}
			catch (IOException ex) {
				// gone as well
			}
			this.gone.countDown();
		}

	}

}
