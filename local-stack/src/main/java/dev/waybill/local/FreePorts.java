package dev.waybill.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;

/** Decides, before anything starts, whether every port can be listened on. */
final class FreePorts {

	private FreePorts() {
	}

	static void require(Map<String, Integer> ports) {
		ports.forEach((option, port) -> {
			try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
				socket.getLocalPort();
			}
			catch (IOException ex) {
				throw new NotPossibleException("Port " + port + " is taken (" + ex.getMessage()
						+ "): free it, or give another with " + option + "=");
			}
		});
	}

}
