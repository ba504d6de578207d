package dev.waybill.consumer;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import dev.waybill.contract.BrokerRefusedException;
import org.jspecify.annotations.Nullable;

/** Tells a broker that will not have us from one that is not there. */
final class BrokerRefusal {

	private BrokerRefusal() {
	}

	/** The refusal behind a failure to connect, or null where it may pass by itself. */
	static @Nullable BrokerRefusedException of(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof BrokerRefusedException refused) {
				return refused;
			}
			if (cause instanceof AuthenticationFailureException
					|| cause instanceof PossibleAuthenticationFailureException) {
				return new BrokerRefusedException("The broker does not know this user or its password: "
						+ "set spring.rabbitmq.username and spring.rabbitmq.password, or those in spring.rabbitmq.addresses",
						failure);
			}
			if (cause instanceof ShutdownSignalException signal
					&& signal.getReason() instanceof AMQP.Connection.Close close
					&& (close.getReplyCode() == AMQP.NOT_ALLOWED || close.getReplyCode() == AMQP.ACCESS_REFUSED)) {
				return new BrokerRefusedException(
						"The virtual host does not exist or is not for this user: set spring.rabbitmq.virtual-host, "
								+ "or the path of spring.rabbitmq.addresses (the broker says: " + close.getReplyText()
								+ ")",
						failure);
			}
		}
		return null;
	}

}
