package dev.waybill.producer.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

import dev.waybill.producer.ledger.LedgerHeader.UnreadableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps records on disk, in a file that is at any time either as it was or as it should
 * be: what {@link #append} or {@link #compact} returned from is found by the next
 * {@link #open}, whatever happens to the process or its power. It does not know what the
 * records say. For one thread at a time. Long because opening, adding and replacing keep
 * that one promise together.
 */
public final class LedgerFile implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(LedgerFile.class);

	private static final long SMALL = 4 * 1024 * 1024;

	private final Path file;

	private final LedgerLock lock;

	private FileChannel channel;

	private LedgerHeader header;

	private List<byte[]> records;

	private long end;

	private boolean marked;

	/** Whether the directory may still have the file of before under this name. */
	private boolean renamed;

	private LedgerFile(Path file, LedgerLock lock, FileChannel channel, @Nullable String configured)
			throws IOException, UnreadableException {
		this.file = file;
		this.lock = lock;
		this.channel = channel;
		byte[] block = LedgerRecords.read(channel, 0, (int) Math.min(LedgerHeader.SIZE, channel.size())).array();
		this.header = LedgerHeader.decode(block);
		if (configured != null && !configured.equals(this.header.instance())) {
			throw new UnreadableException("is the ledger of the instance '" + this.header.instance()
					+ "', and waybill.instance is '" + configured + "'; give each instance a file of its own");
		}
		this.marked = LedgerHeader.isMarked(block);
		LedgerRecords read = LedgerRecords.read(channel, this.header.base());
		this.records = read.bodies();
		this.end = read.end();
		if (read.torn()) {
			logger.warn("The last record of {}, {} bytes, was not wholly written and is ignored", file,
					channel.size() - this.end);
			channel.truncate(this.end);
			channel.force(true);
		}
	}

	/**
	 * Opens the file, or makes it, and locks it for this process.
	 * @param file the file; its directory must exist
	 * @param configured the instance that it must belong to, or null
	 * @param fallback whose it is when it is made and no instance is configured
	 * @param now since when it is kept when it is made
	 * @throws LedgerFileException if it cannot be used; it is untouched
	 */
	public static LedgerFile open(Path file, @Nullable String configured, Supplier<String> fallback, Instant now) {
		Path real = real(file);
		LedgerLock lock = LedgerLock.of(real);
		FileChannel channel = null;
		boolean opened = false;
		try {
			if (!Files.exists(real)) {
				String instance = (configured != null) ? configured : fallback.get();
				make(real, new LedgerHeader(instance, now, LedgerHeader.SIZE), false, null).close();
				Files.move(beside(real), real, StandardCopyOption.ATOMIC_MOVE);
				forceDirectory(real);
			}
			channel = FileChannel.open(real, StandardOpenOption.READ, StandardOpenOption.WRITE);
			LedgerFile ledger = new LedgerFile(real, lock, channel, configured);
			// From a compaction that was cut short.
			Files.deleteIfExists(beside(real));
			opened = true;
			return ledger;
		}
		catch (UnreadableException ex) {
			throw new LedgerFileException(file, ex.why(), ex);
		}
		catch (IOException ex) {
			throw new LedgerFileException(file, "cannot be read and written: " + LedgerLock.reason(ex)
					+ "; let this user read and write it and its directory, or name another file", ex);
		}
		finally {
			if (!opened) {
				closeAll(channel, lock);
			}
		}
	}

	/** Through links, since a rename would replace the link. */
	private static Path real(Path file) {
		Path parent = file.toAbsolutePath().normalize().getParent();
		if (Files.isDirectory(file)) {
			throw new LedgerFileException(file, "is a directory; name a file in it", null);
		}
		if (Files.exists(file) && !Files.isRegularFile(file)) {
			throw new LedgerFileException(file, "is not a ledger; name another file", null);
		}
		if (parent == null || !Files.isDirectory(parent)) {
			throw new LedgerFileException(file, "is in a directory that does not exist; make it, or name another file",
					null);
		}
		try {
			return Files.exists(file) ? file.toRealPath() : parent.toRealPath().resolve(file.getFileName());
		}
		catch (IOException ex) {
			throw new LedgerFileException(file,
					"cannot be found: " + LedgerLock.reason(ex) + "; let this user read its directory", ex);
		}
	}

	/**
	 * The ledger that goes on where the file ends; the file is closed if that cannot be.
	 * @param builder the ledger's settings
	 * @throws LedgerFileException if what the file says is not understood
	 */
	public DeliveryLedger ledger(DeliveryLedger.Builder builder) {
		try {
			return builder.of(this.records, this.marked);
		}
		catch (RuntimeException ex) {
			close();
			throw new LedgerFileException(this.file,
					"is whole, but says what is not understood; move it away to begin a new ledger, and report this",
					ex);
		}
	}

	/** Whose ledger it is. */
	public String instance() {
		return this.header.instance();
	}

	/** When the ledger began. */
	public Instant since() {
		return this.header.since();
	}

	/**
	 * What was in the file when it was opened; forgotten as soon as something is written.
	 */
	List<byte[]> records() {
		return this.records;
	}

	/** Whether the mark is set that what came last may not be in the file. */
	boolean isMarked() {
		return this.marked;
	}

	/** Sets the mark, on disk; needs no space. */
	void setMark() throws IOException {
		writeMark(true);
	}

	void clearMark() throws IOException {
		writeMark(false);
	}

	private void writeMark(boolean set) throws IOException {
		write(this.channel, LedgerHeader.mark(set), LedgerHeader.MARK);
		this.channel.force(false);
		this.marked = set;
	}

	/** Adds a record, on disk; when it throws, the record is not there. */
	void append(byte[] body) throws IOException {
		if (!isThere()) {
			throw new NoSuchFileException(this.file.toString());
		}
		if (this.renamed) {
			forceDirectory(this.file);
			this.renamed = false;
		}
		if (this.channel.size() > this.end) {
			// Part of one that failed, which would be taken for damage before the next.
			this.channel.truncate(this.end);
		}
		ByteBuffer record = LedgerRecords.encode(body);
		int length = record.remaining();
		write(this.channel, record, this.end);
		this.channel.force(false);
		this.end += length;
		this.records = List.of();
	}

	/** Whether a record of everything would better replace all that is in the file. */
	boolean needsCompaction() {
		return this.end > Math.max(SMALL, 4 * this.header.base()) || !isThere();
	}

	/** Whether nobody has removed it. */
	boolean isThere() {
		return !Files.notExists(this.file);
	}

	/**
	 * Replaces all by one record, on disk; when it throws, all that was there counts as
	 * before.
	 */
	void compact(byte[] body) throws IOException {
		Path next = beside(this.file);
		LedgerHeader header = new LedgerHeader(instance(), since(),
				LedgerHeader.SIZE + LedgerRecords.HEAD + (long) body.length);
		FileChannel made = null;
		try {
			made = make(this.file, header, this.marked, body);
			Files.move(next, this.file, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			if (made != null) {
				made.close();
			}
			Files.deleteIfExists(next);
			throw ex;
		}
		FileChannel old = this.channel;
		this.channel = made;
		this.header = header;
		this.end = header.base();
		this.records = List.of();
		this.renamed = true;
		old.close();
		forceDirectory(this.file);
		this.renamed = false;
	}

	/** Writes a whole new file beside the one it is to replace. */
	private static FileChannel make(Path file, LedgerHeader header, boolean marked, byte @Nullable [] body)
			throws IOException {
		FileChannel made = FileChannel.open(beside(file), StandardOpenOption.READ, StandardOpenOption.WRITE,
				StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
		try {
			write(made, header.encode(marked), 0);
			if (body != null) {
				write(made, LedgerRecords.encode(body), LedgerHeader.SIZE);
			}
			made.force(true);
			return made;
		}
		catch (IOException ex) {
			made.close();
			throw ex;
		}
	}

	private static void write(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
		while (bytes.hasRemaining()) {
			at += channel.write(bytes, at);
		}
	}

	private static Path beside(Path file) {
		return file.resolveSibling(file.getFileName() + ".new");
	}

	private static void forceDirectory(Path file) throws IOException {
		Path directory = file.toAbsolutePath().getParent();
		try (FileChannel channel = FileChannel.open((directory != null) ? directory : file, StandardOpenOption.READ)) {
			channel.force(true);
		}
		catch (AccessDeniedException ex) {
			// Windows opens no directories, nor needs it.
			logger.debug("Cannot force {}", directory, ex);
		}
	}

	@Override
	public void close() {
		closeAll(this.channel, this.lock);
	}

	private static void closeAll(@Nullable FileChannel channel, LedgerLock lock) {
		try {
			if (channel != null) {
				channel.close();
			}
		}
		catch (IOException ex) {
			logger.debug("Closing failed; all that counts had been forced", ex);
		}
		finally {
			lock.close();
		}
	}

}
