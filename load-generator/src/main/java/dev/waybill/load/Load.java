package dev.waybill.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Decides which request is sent when, and on which connection. All of it happens on one
 * thread, the event loop's, and so in one long class; the caller's thread only wakes it
 * when a request is due, since the loop's own timers are a millisecond coarse.
 */
final class Load implements Connection.Events, AutoCloseable {

	/** What is due when load ends is sent late, and its latency says so. */
	private static final long LATE = TimeUnit.SECONDS.toNanos(5);

	private static final long SHORTEST_PAUSE = TimeUnit.MICROSECONDS.toNanos(50);

	private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

	private static final int CONNECT_MILLIS = 3000;

	private static final int LARGEST_ANSWER = 4 << 20;

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

	private final List<Target> targets = new ArrayList<>();

	private final Set<Connection> connections = new HashSet<>();

	private final AtomicBoolean woken = new AtomicBoolean();

	private final Requests requests;

	private final Answers answers;

	private final OutcomeList outcomes;

	private final int messages;

	private final Outcome[] read;

	private final long timeout;

	private int turn;

	private long next;

	private @Nullable Stretch stretch;

	private @Nullable Throwable defect;

	Load(LoadOptions options, Keys keys, OutcomeList outcomes) {
		this.requests = new Requests(keys, options.batch(), options.size());
		this.answers = new Answers(keys, options.batch());
		this.outcomes = outcomes;
		this.messages = options.messagesPerRequest();
		this.read = new Outcome[this.messages];
		this.timeout = options.timeout().toNanos();
		int producers = options.urls().size();
		for (int i = 0; i < producers; i++) {
			// Each of the first ones takes one of what is left over.
			int share = options.connections() / producers + ((i < options.connections() % producers) ? 1 : 0);
			String authority = options.urls().get(i).getRawAuthority();
			this.targets.add(new Target(options.urls().get(i), this.requests.head(authority), share));
		}
	}

	/** Opens all connections. */
	Load open() {
		for (Target target : this.targets) {
			for (int i = 0; i < target.limit(); i++) {
				ChannelFuture opened = on(() -> {
					target.open(System.nanoTime());
					return connect(target);
				}).awaitUninterruptibly();
				if (!opened.isSuccess()) {
					throw NotPossibleException.unreachable("No connection to %s: %s".formatted(target.url(),
							Objects.requireNonNull(opened.cause()).getMessage()));
				}
			}
		}
		return this;
	}

	/** Offers load at a rate and waits for all answers. */
	Stretch atRate(int rate, Duration duration, Consumer<String> progress) {
		return run(Pace.open(this.next, rate, this.messages, duration, System.nanoTime() + LONGEST_PAUSE), progress);
	}

	/** Keeps all connections busy, and waits for all answers. */
	Stretch closed(Duration duration, Consumer<String> progress) {
		return run(Pace.closed(this.next, duration, System.nanoTime()), progress);
	}

	private Stretch run(Pace pace, Consumer<String> progress) {
		Stretch begun = new Stretch(pace, this.messages);
		on(() -> this.stretch = begun);
		long second = TimeUnit.SECONDS.toNanos(1);
		long look = pace.start() + second;
		long tidied = pace.start();
		boolean over = false;
		while (!over) {
			long now = System.nanoTime();
			if (this.woken.compareAndSet(false, true)) {
				this.group.execute(this::wake);
			}
			if (now - tidied > 10 * LONGEST_PAUSE) {
				tidied = now;
				over = on(this::isOver);
			}
			if (now >= look) {
				look += second;
				progress.accept(on(() -> begun.progress(System.nanoTime())));
			}
			LockSupport.parkNanos(pause(pace));
		}
		on(() -> this.stretch = null);
		return begun;
	}

	/** Until the next request is due. */
	private static long pause(Pace pace) {
		long now = System.nanoTime();
		long until = pace.isOpen() ? pace.intended(pace.due(now), now) - now : LONGEST_PAUSE;
		return Math.max(SHORTEST_PAUSE, Math.min(until, LONGEST_PAUSE));
	}

	private void wake() {
		this.woken.set(false);
		try {
			sendDue();
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
		}
	}

	private void sendDue() {
		Stretch current = this.stretch;
		if (current == null) {
			return;
		}
		Pace pace = current.pace();
		long now = System.nanoTime();
		long due = (now - pace.end() > LATE) ? this.next : pace.due(now);
		while (this.next < due) {
			Connection connection = take(now);
			if (connection == null) {
				return;
			}
			long request = this.next++;
			current.sent(now);
			connection.send(request, pace.intended(request, now), now,
					this.requests.write(connection.channel().alloc(), connection.target().head(), request));
		}
	}

	/** Of the producer whose turn it is; of another where that one has none free. */
	private @Nullable Connection take(long now) {
		for (int i = 0; i < this.targets.size(); i++) {
			int index = (this.turn + i) % this.targets.size();
			Target target = this.targets.get(index);
			Connection connection = target.take(now);
			if (connection != null) {
				this.turn = (index + 1) % this.targets.size();
				return connection;
			}
			if (target.open(now)) {
				connect(target);
			}
		}
		return null;
	}

	private ChannelFuture connect(Target target) {
		return new Bootstrap().group(this.group)
			.channel(NioSocketChannel.class)
			.option(ChannelOption.TCP_NODELAY, true)
			.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
			.handler(new ChannelInitializer<SocketChannel>() {

				@Override
				protected void initChannel(SocketChannel channel) {
					channel.pipeline()
						.addLast(new HttpResponseDecoder(), new HttpObjectAggregator(LARGEST_ANSWER),
								new Connection(target, channel, Load.this));
				}

			})
			.connect(target.host(), target.port())
			.addListener((ChannelFuture opened) -> {
				if (opened.isSuccess()) {
					target.connected();
					this.connections.add(opened.channel().pipeline().get(Connection.class));
				}
				else {
					target.refused(System.nanoTime());
				}
			});
	}

	/**
	 * Gives up what waits for too long; then, whether there is nothing more to wait for.
	 */
	private boolean isOver() {
		if (this.defect != null) {
			throw new IllegalStateException(this.defect);
		}
		Stretch current = Objects.requireNonNull(this.stretch);
		Pace pace = current.pace();
		long now = System.nanoTime();
		for (Connection connection : List.copyOf(this.connections)) {
			if (connection.isBusy() && now - connection.since() > this.timeout) {
				connection.close();
			}
		}
		boolean allSent = pace.isOpen() && this.next >= pace.last();
		boolean ended = now - pace.end() > (pace.isOpen() ? LATE : 0);
		return (allSent || ended) && now >= pace.end() && current.outstanding() == 0;
	}

	@Override
	public void free(Connection connection) {
		connection.target().free(connection);
		sendDue();
	}

	@Override
	public void answered(long request, long intended, long now, FullHttpResponse response) {
		Stretch current = Objects.requireNonNull(this.stretch);
		String wrong = this.answers.read(request, response.status().code(),
				response.headers().get(HttpHeaderNames.CONTENT_TYPE), ByteBufUtil.getBytes(response.content()),
				this.read);
		if (wrong != null) {
			current.notOurs(wrong);
		}
		for (int i = 0; i < this.messages; i++) {
			settled(current, request * this.messages + i, this.read[i], now - intended);
		}
	}

	@Override
	public void unanswered(long request, long intended, long now) {
		Stretch current = Objects.requireNonNull(this.stretch);
		current.unanswered();
		for (int i = 0; i < this.messages; i++) {
			settled(current, request * this.messages + i, Outcome.UNKNOWN, now - intended);
		}
	}

	private void settled(Stretch current, long message, Outcome outcome, long latency) {
		this.outcomes.set(message, outcome);
		current.settled(outcome, latency);
	}

	@Override
	public void closed(Connection connection) {
		this.connections.remove(connection);
		connection.target().closed(connection);
	}

	@Override
	public void failed(Throwable cause) {
		this.defect = cause;
	}

	/** Does something on the event loop and gives what it gave. */
	private <T> T on(Callable<T> work) {
		try {
			return this.group.submit(work).get();
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
	}

}
