package dev.waybill.contract;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ContentDigestTests {

	@Test
	void isTheSameOfTheSameContent() {
		assertThat(ContentDigest.of("text/plain", bytes("a"))).isEqualTo(ContentDigest.of("text/plain", bytes("a")));
	}

	@Test
	void differsWithTypeAndBody() {
		ContentDigest digest = ContentDigest.of("text/plain", bytes("a"));
		assertThat(ContentDigest.of("text/plain", bytes("b"))).isNotEqualTo(digest);
		assertThat(ContentDigest.of("text/html", bytes("a"))).isNotEqualTo(digest);
		assertThat(ContentDigest.of(null, bytes("a"))).isNotEqualTo(digest);
	}

	@Test
	void noByteMovesFromTypeToBodyUnseen() {
		assertThat(ContentDigest.of("text/plaina", bytes("b")))
			.isNotEqualTo(ContentDigest.of("text/plain", bytes("ab")));
		assertThat(ContentDigest.of(null, bytes("\0\0\0\0"))).isNotEqualTo(ContentDigest.of(null, bytes("")));
	}

	@Test
	void isSha256OfLengthTypeAndBody() throws Exception {
		MessageDigest sha = MessageDigest.getInstance("SHA-256");
		ByteBuffer expected = ByteBuffer.wrap(sha.digest(bytes("\0\0\0\3x/yhello")));
		assertThat(ContentDigest.of("x/y", bytes("hello"))).isEqualTo(
				new ContentDigest(expected.getLong(), expected.getLong(), expected.getLong(), expected.getLong()));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
