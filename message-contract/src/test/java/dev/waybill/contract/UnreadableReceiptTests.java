package dev.waybill.contract;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Anything may come; only a receipt is read, and nothing else is ever thrown. */
class UnreadableReceiptTests {

	private static final long MAX = SequenceRuns.MAX;

	private static final long SOURCE = 0xfedcba9876543210L;

	@Test
	void refusesRandomBytes() {
		Seed seed = Seed.next();
		Random random = seed.random();
		for (int round = 0; round < 200_000; round++) {
			byte[] bytes = new byte[random.nextInt(100)];
			random.nextBytes(bytes);
			if (bytes.length > 5 && round % 2 == 0) {
				System.arraycopy(Form.version(1).withoutChecksum(), 0, bytes, 0, 5);
			}
			refuses(bytes);
		}
	}

	@Test
	void refusesOrReadsRandomSectionsInAFrameThatIsRight() {
		Seed seed = Seed.next();
		Random random = seed.random();
		int read = 0;
		for (int round = 0; round < 300_000; round++) {
			Form form = Form.receipt();
			for (int section = random.nextInt(4); section > 0; section--) {
				form.section(1 + random.nextInt(5), payload(random));
			}
			read += readsOrRefuses(form.sealed(), seed, round) ? 1 : 0;
		}
		assertThat(read).as("both are tried").isBetween(1000, 299_000);
	}

	@Test
	void refusesOrReadsWhatWasDamagedBeforeItWasSealed() {
		Seed seed = Seed.next();
		Random random = seed.random();
		int read = 0;
		for (int round = 0; round < 200_000; round++) {
			byte[] bytes = Some.receipt(random).encode();
			byte[] damaged = Arrays.copyOf(bytes, bytes.length - 4);
			for (int hit = 1 + random.nextInt(3); hit > 0; hit--) {
				damaged[5 + random.nextInt(damaged.length - 5)] = (byte) random.nextInt(256);
			}
			read += readsOrRefuses(new Form().raw(damaged).sealed(), seed, round) ? 1 : 0;
		}
		assertThat(read).as("both are tried").isBetween(1000, 199_000);
	}

	@Test
	void refusesItCutAnywhere() {
		byte[] whole = Some.hundredInOrder(100).encode();
		for (int length = 0; length < whole.length; length++) {
			refuses(Arrays.copyOf(whole, length));
		}
	}

	@Test
	void refusesItCutAnywhereAndSealed() throws Exception {
		byte[] whole = Form.receipt()
			.section(2, Form.runs(1, SOURCE).varint(2).varint(300).varint(5).varint(7).varint(0))
			.section(3, new Form().fixed(1).fixed(2))
			.section(4, new Form().fixed(SOURCE).varint(1).varint(300).varint(4000).varint(1).varint(2))
			.withoutChecksum();
		int read = 0;
		for (int length = 0; length < whole.length; length++) {
			byte[] cut = new Form().raw(Arrays.copyOf(whole, length)).sealed();
			read += readsOrRefuses(cut, new Seed(0), length) ? 1 : 0;
		}
		// Between the sections: with the sender, with the runs, with the markers too
		assertThat(read).isEqualTo(3);
		assertThat(Receipt.decode(new Form().raw(whole).sealed()).readings()).hasSize(1);
	}

	@Test
	void refusesItWithAnyOneBitChanged() {
		byte[] bytes = Some.hundredInOrder(100).encode();
		for (int bit = 0; bit < 8 * bytes.length; bit++) {
			bytes[bit / 8] ^= (byte) (1 << bit % 8);
			refuses(bytes);
			bytes[bit / 8] ^= (byte) (1 << bit % 8);
		}
	}

	@Test
	void refusesItWithAnythingBehindIt() {
		byte[] whole = Some.hundredInOrder(100).encode();
		refuses(Arrays.copyOf(whole, whole.length + 1));
		refuses(new Form().raw(whole).raw(whole).withoutChecksum());
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void refuses(String what, Form form) {
		assertThat(what).isNotEmpty();
		refuses(form.sealed());
	}

	static Stream<Arguments> refuses() {
		Form sender = new Form().fixed(7).varint(1);
		return Stream.of(arguments("no sender", Form.version(1)),
				arguments("two senders", Form.receipt().section(1, sender)),
				arguments("number 0", Form.version(1).section(1, new Form().fixed(7).varint(0))),
				arguments("a number beyond 2^62", Form.version(1).section(1, new Form().fixed(7).varint(MAX + 1))),
				arguments("a number of 64 bits", Form.version(1).section(1, new Form().fixed(7).varint(-1))),
				arguments("a sender cut off", Form.version(1).section(1, new Form().raw(1, 2, 3))),
				arguments("a sender with more behind",
						Form.version(1).section(1, new Form().fixed(7).varint(1).raw(0))),
				arguments("kind 0", Form.receipt().section(2, Form.runs(0, SOURCE).varint(0))),
				arguments("kind 5", Form.receipt().section(2, Form.runs(5, SOURCE).varint(0))),
				arguments("kind 129", Form.receipt().section(2, Form.runs(129, SOURCE).varint(0))),
				arguments("no count", Form.receipt().section(2, Form.runs(1, SOURCE))),
				arguments("one run fewer than counted",
						Form.receipt().section(2, Form.runs(1, SOURCE).varint(2).varint(0).varint(0).varint(0))),
				arguments("one run more than counted",
						Form.receipt()
							.section(2, Form.runs(1, SOURCE).varint(1).varint(0).varint(0).varint(0).varint(0))),
				arguments("a run that begins beyond 2^62",
						Form.receipt().section(2, Form.runs(1, SOURCE).varint(1).varint(MAX).varint(0))),
				arguments("a run that ends beyond 2^62",
						Form.receipt().section(2, Form.runs(1, SOURCE).varint(1).varint(0).varint(MAX))),
				arguments("a run that goes round to smaller numbers",
						Form.receipt()
							.section(2, Form.runs(1, SOURCE).varint(2).varint(99).varint(0).varint(-50).varint(0))),
				arguments("a run that ends before it begins",
						Form.receipt().section(2, Form.runs(1, SOURCE).varint(1).varint(99).varint(-1))),
				arguments("a run behind 2^62",
						Form.receipt()
							.section(2, Form.runs(1, SOURCE).varint(2).varint(0).varint(MAX - 1).varint(0).varint(0))),
				arguments("half a marker", Form.receipt().section(3, new Form().fixed(1).raw(1, 2, 3, 4))),
				arguments("reading 0",
						Form.receipt()
							.section(4, new Form().fixed(SOURCE).varint(1).varint(0).varint(1).varint(1).varint(1))),
				arguments("a reading beyond 2^62", Form.receipt()
					.section(4, new Form().fixed(SOURCE).varint(1).varint(MAX + 1).varint(1).varint(1).varint(1))),
				arguments("a reading that goes back",
						Form.receipt()
							.section(4,
									new Form().fixed(SOURCE)
										.varint(2)
										.varint(9)
										.varint(1)
										.varint(1)
										.varint(1)
										.varint(-3)
										.varint(1)
										.varint(1)
										.varint(1))),
				arguments("a section longer than what there is", Form.receipt().varint(9).varint(1)),
				arguments("a section of 2^31", Form.receipt().varint(9).varint(1L << 31).raw(0)),
				arguments("a section of 2^32", Form.receipt().varint(9).varint(1L << 32)),
				arguments("a section of 2^63", Form.receipt().varint(9).varint(1L << 63).raw(0)),
				arguments("a tag without length", Form.receipt().varint(9)),
				arguments("a tag that does not end", Form.receipt().raw(0x80, 0x80, 0x80)),
				arguments("a varint of eleven bytes",
						Form.receipt().raw(0x89, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0).varint(0)),
				arguments("a varint of 65 bits",
						Form.receipt().raw(0x89, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2).varint(0)),
				arguments("version 0", Form.version(0).section(1, sender)));
	}

	@ParameterizedTest
	@ValueSource(longs = { 4, 1000, 10_001, Integer.MAX_VALUE, 1L << 31, 1L << 32, 1L << 62, Long.MAX_VALUE, -1,
			Long.MIN_VALUE })
	void believesNoCountThatTheBytesCannotHold(long count) {
		refuses(Form.receipt().section(2, Form.runs(1, SOURCE).varint(count).raw(0, 0, 1, 0, 1, 0)).sealed());
		refuses(Form.receipt().section(4, new Form().fixed(SOURCE).varint(count).raw(new byte[12])).sealed());
	}

	@Test
	void refusesMoreThanAReceiptHolds() throws Exception {
		Form most = Form.runs(1, SOURCE).varint(Receipt.MAX_ENTRIES);
		for (int run = 0; run < Receipt.MAX_ENTRIES; run++) {
			most.raw(1, 0);
		}
		assertThat(Receipt.decode(Form.receipt().section(2, most).sealed()).runs()).hasSize(Receipt.MAX_ENTRIES);
		refuses(Form.receipt().section(2, most).section(3, new Form().fixed(1)).sealed());
		refuses(Form.receipt().section(3, new Form().fixed(1)).section(2, most).sealed());
		refuses(Form.receipt().section(3, new Form().raw(new byte[8 * Receipt.MAX_ENTRIES + 8])).sealed());
	}

	@Test
	void readsTheLongestRun() throws Exception {
		byte[] bytes = Form.receipt().section(2, Form.runs(4, SOURCE).varint(1).varint(0).varint(MAX - 1)).sealed();
		assertThat(Receipt.decode(bytes).runs()).containsExactly(new Run(Kind.HELD, SOURCE, 1, MAX));
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 127, 128, 255 })
	void tellsAHigherVersionFromGarbage(int version) {
		for (byte[] bytes : List.of(Form.version(version).sealed(), Form.version(version).raw(1, 2, 3, 255).sealed(),
				Form.version(version).section(1, new Form().fixed(7).varint(1)).sealed())) {
			assertThatExceptionOfType(UnreadableReceiptException.class).isThrownBy(() -> Receipt.decode(bytes))
				.matches(UnreadableReceiptException::isNewerVersion)
				.withMessageContaining("version " + version);
			bytes[bytes.length - 1] ^= 1;
			refuses(bytes);
			bytes[bytes.length - 1] ^= 1;
			bytes[0] = 'w';
			refuses(bytes);
			refuses(new Form().raw(Arrays.copyOf(bytes, bytes.length - 4)).sealed());
		}
	}

	@Test
	void passesOverSectionsThatItDoesNotKnow() throws Exception {
		Form payload = new Form().raw(1, 2, 3);
		Form sender = new Form().fixed(7).varint(1);
		Form runs = Form.runs(1, SOURCE).varint(1).varint(4).varint(0);
		byte[] bytes = Form.version(1)
			.section(5, payload)
			.section(2, runs)
			.section(0, new Form())
			.section(1, sender)
			.section(-1, payload)
			.section(5, payload)
			.sealed();
		assertThat(Receipt.decode(bytes))
			.isEqualTo(new Receipt(7, 1, List.of(new Run(Kind.PROCESSED, SOURCE, 5, 5)), List.of(), List.of()));
	}

	@Test
	void takesRunsThatTouchAndNumbersInMoreBytesThanTheyNeed() throws Exception {
		byte[] bytes = Form.receipt()
			.section(2, Form.runs(1, SOURCE).varint(2).raw(0x80, 0x80, 0).varint(0).varint(0).varint(0))
			.sealed();
		assertThat(Receipt.decode(bytes).runs()).containsExactly(new Run(Kind.PROCESSED, SOURCE, 1, 1),
				new Run(Kind.PROCESSED, SOURCE, 2, 2));
	}

	private static Form payload(Random random) {
		Form payload = new Form();
		if (random.nextInt(3) > 0) {
			payload.raw(random.nextInt(6));
		}
		if (random.nextInt(5) > 0) {
			payload.fixed(random.nextInt(3));
		}
		int count = random.nextInt(4);
		payload.varint(random.nextInt(10) > 0 ? count : random.nextLong());
		for (int number = 0; number < 2 * count; number++) {
			payload.varint(random.nextInt(10) > 0 ? random.nextInt(300) : random.nextLong() >>> random.nextInt(64));
		}
		return payload;
	}

	private static void refuses(byte[] bytes) {
		assertThatExceptionOfType(UnreadableReceiptException.class).isThrownBy(() -> Receipt.decode(bytes))
			.matches((ex) -> !ex.isNewerVersion())
			.withMessageStartingWith("No receipt: ");
	}

	/** What is read can be written again; true where it was read. */
	private static boolean readsOrRefuses(byte[] bytes, Seed seed, int round) {
		try {
			Receipt read = Receipt.decode(bytes);
			Receipt again = Receipt.decode(read.encode());
			assertThat(again.number()).isEqualTo(read.number());
			assertThat(again.readings()).containsExactlyInAnyOrderElementsOf(read.readings());
			return true;
		}
		catch (UnreadableReceiptException ex) {
			assertThat(ex.isNewerVersion()).isFalse();
			return false;
		}
		catch (Throwable ex) {
			throw new AssertionError(seed + ", round " + round, ex);
		}
	}

}
