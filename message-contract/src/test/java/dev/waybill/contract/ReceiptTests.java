package dev.waybill.contract;

import java.util.List;

import dev.waybill.contract.Receipt.Kind;
import dev.waybill.contract.Receipt.Reading;
import dev.waybill.contract.Receipt.Run;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReceiptTests {

	@Test
	void readsWhatItWrites() throws Exception {
		Receipt receipt = new Receipt(-7, 3,
				List.of(new Run(Kind.PROCESSED, 1, 1, 5), new Run(Kind.PROCESSED, 1, 8, SequenceRuns.MAX),
						new Run(Kind.DUPLICATE, 1, 2, 2), new Run(Kind.HELD, Long.MIN_VALUE, 1, 1)),
				List.of(9L, Long.MIN_VALUE),
				List.of(new Reading(1, 1, 1000, 900, 2000), new Reading(1, 2, Long.MAX_VALUE, Long.MIN_VALUE, 5)));
		assertThat(Receipt.decode(receipt.encode())).isEqualTo(receipt);
	}

}
