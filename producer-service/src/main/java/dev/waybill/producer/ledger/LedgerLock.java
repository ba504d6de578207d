package dev.waybill.producer.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a ledger file to one process, by a lock on a file beside it: the ledger file
 * itself is replaced now and then. The lock's file stays, since to remove it would let
 * two processes lock two files of that name.
 */
final class LedgerLock implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(LedgerLock.class);

	/**
	 * Those of this JVM: to open a locked file again and to close it would give the first
	 * lock away.
	 */
	private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

	private final Path file;

	private final FileChannel channel;

	private LedgerLock(Path file, FileChannel channel) {
		this.file = file;
		this.channel = channel;
	}

	/** Locks it, or says why not. */
	static LedgerLock of(Path file) {
		if (!HELD.add(file)) {
			throw inUse(file);
		}
		boolean held = false;
		FileChannel channel = null;
		try {
			channel = FileChannel.open(file.resolveSibling(file.getFileName() + ".lock"), StandardOpenOption.CREATE,
					StandardOpenOption.WRITE);
			held = channel.tryLock() != null;
			if (!held) {
				throw inUse(file);
			}
			return new LedgerLock(file, channel);
		}
		catch (OverlappingFileLockException ex) {
			throw inUse(file);
		}
		catch (IOException ex) {
			throw new LedgerFileException(file,
					"cannot be locked: " + reason(ex) + "; let this user write in its directory, or name another file",
					ex);
		}
		finally {
			if (!held) {
				close(channel);
				HELD.remove(file);
			}
		}
	}

	private static LedgerFileException inUse(Path file) {
		return new LedgerFileException(file,
				"is in use by another process; stop that, or give each instance a file of its own", null);
	}

	/** What went wrong, without the file's name, which the sentence has. */
	static String reason(IOException ex) {
		if (ex instanceof AccessDeniedException) {
			return "permission denied";
		}
		String reason = (ex instanceof FileSystemException failure) ? failure.getReason() : ex.getMessage();
		return (reason != null) ? reason : ex.getClass().getSimpleName();
	}

	@Override
	public void close() {
		close(this.channel);
		HELD.remove(this.file);
	}

	private static void close(@Nullable FileChannel channel) {
		try {
			if (channel != null) {
				channel.close();
			}
		}
		catch (IOException ex) {
			logger.debug("Closing a lock's file failed", ex);
		}
	}

}
