package dev.waybill.contract;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import org.jspecify.annotations.Nullable;

/**
 * The broker was reached, and cannot be worked with until somebody changes something; the
 * message is one sentence that says what.
 */
public class BrokerRefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public BrokerRefusedException(String sentence, Throwable cause) {
		super(sentence, cause);
	}

	public BrokerRefusedException(String sentence) {
		super(sentence);
	}

	/**
	 * Looks for a refusal in a failure to connect: ours, or one of the user or the
	 * virtual host.
	 * @param failure what was thrown
	 * @return the refusal, or null where waiting may help
	 */
	public static @Nullable BrokerRefusedException find(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof BrokerRefusedException refused) {
				return refused;
			}
			if (cause instanceof AuthenticationFailureException
					|| cause instanceof PossibleAuthenticationFailureException) {
				return new BrokerRefusedException("The broker refuses the user: set spring.rabbitmq.username and "
						+ "spring.rabbitmq.password, or those in spring.rabbitmq.addresses, to ones that it knows (the broker says: "
						+ cause.getMessage() + ")", cause);
			}
			if (cause instanceof ShutdownSignalException signal
					&& signal.getReason() instanceof AMQP.Connection.Close close
					&& (close.getReplyCode() == AMQP.NOT_ALLOWED || close.getReplyCode() == AMQP.ACCESS_REFUSED)) {
				return new BrokerRefusedException(
						"The broker refuses the virtual host: set spring.rabbitmq.virtual-host "
								+ "or the path of spring.rabbitmq.addresses to one that is there and open to the user "
								+ "(the broker says: " + close.getReplyText() + ")",
						cause);
			}
		}
		return null;
	}

}
