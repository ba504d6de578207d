package dev.waybill.producer.ledger;

public final class Checkpoints implements AutoCloseable {

	public void whenOnDisk(Runnable then) {
		then.run();
	}

	public boolean isDegraded() {
		return false;
	}

	public boolean flush() {
		return true;
	}

	@Override
	public void close() {
	}

}
