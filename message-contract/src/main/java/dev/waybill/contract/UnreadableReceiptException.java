package dev.waybill.contract;

/** Bytes that are no receipt, or one of a version that this program does not know. */
public class UnreadableReceiptException extends Exception {

	private static final long serialVersionUID = 1L;

	private final boolean newerVersion;

	public UnreadableReceiptException(String message, boolean newerVersion) {
		super(message);
		this.newerVersion = newerVersion;
	}

	/** Of bytes that are no receipt, with the reason. */
	static UnreadableReceiptException since(String reason) {
		return new UnreadableReceiptException("No receipt: " + reason, false);
	}

	/** Whether it is whole and of a higher version, so that an upgrade can read it. */
	public boolean isNewerVersion() {
		return this.newerVersion;
	}

}
