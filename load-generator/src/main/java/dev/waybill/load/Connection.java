package dev.waybill.load;

import java.io.IOException;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;

/** Decides which answer belongs to which request: one request at a time, in order. */
final class Connection extends SimpleChannelInboundHandler<FullHttpResponse> {

	private static final long NONE = -1;

	private final Target target;

	private final Events events;

	private final Channel channel;

	private long request = NONE;

	private long intended;

	private long since;

	Connection(Target target, Channel channel, Events events) {
		this.target = target;
		this.channel = channel;
		this.events = events;
	}

	Target target() {
		return this.target;
	}

	Channel channel() {
		return this.channel;
	}

	/** Since when it has had its request, or none. */
	long since() {
		return this.since;
	}

	boolean isBusy() {
		return this.request != NONE;
	}

	/** Sends a request whose number and intended time the answer's event will have. */
	void send(long request, long intended, long now, ByteBuf bytes) {
		this.request = request;
		this.intended = intended;
		this.since = now;
		this.channel.writeAndFlush(bytes).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
	}

	void close() {
		this.channel.close();
	}

	@Override
	public void channelActive(ChannelHandlerContext context) {
		this.since = System.nanoTime();
		this.events.free(this);
	}

	@Override
	protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
		boolean readable = response.decoderResult().isSuccess();
		if (readable && response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
			return; // not the answer yet
		}
		if (!readable || !isBusy()) {
			context.close();
			return;
		}
		long answered = this.request;
		this.request = NONE;
		this.since = System.nanoTime();
		this.events.answered(answered, this.intended, this.since, response);
		if (HttpUtil.isKeepAlive(response)) {
			this.events.free(this);
		}
		else {
			context.close();
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (!(cause instanceof IOException || cause instanceof CodecException)) {
			this.events.failed(cause);
		}
		context.close();
	}

	@Override
	public void channelInactive(ChannelHandlerContext context) {
		long unanswered = this.request;
		this.request = NONE;
		if (unanswered != NONE) {
			this.events.unanswered(unanswered, this.intended, System.nanoTime());
		}
		this.events.closed(this);
	}

	/** What happens to a connection, on the one thread of the event loop. */
	interface Events {

		/** It can take a request. */
		void free(Connection connection);

		/** A request has its answer. */
		void answered(long request, long intended, long now, FullHttpResponse response);

		/** A request will have no answer. */
		void unanswered(long request, long intended, long now);

		/** There is a defect of ours, or no memory. */
		void failed(Throwable cause);

		/** It has ended. */
		void closed(Connection connection);

	}

}
