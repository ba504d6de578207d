package dev.waybill.consumer;

/** What the listener is at. */
enum ListenerState {

	/** There was no broker yet. */
	STARTING,

	/** Messages are taken. */
	CONSUMING,

	/** One message at a time is tried. */
	PROCESSOR_BROKEN,

	/** Nothing is taken while no receipt can be published. */
	WITHOUT_RECEIPTS,

	/** The processor did not come back: nothing is taken any more. */
	STUCK,

	/** The service stops. */
	DRAINING

}
