package dev.waybill.producer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeTypeUtils;

/** Chooses the media type of an answer by the request's Accept, as Spring MVC does. */
final class AnswerTypes {

	private final List<MediaType> ours;

	private final String first;

	/** Chooses among these, of which the first is the usual one. */
	AnswerTypes(MediaType... ours) {
		this.ours = List.of(ours);
		this.first = ours[0].toString();
	}

	/** The types, for the header of an answer to who takes none of them. */
	String all() {
		return MediaType.toString(this.ours);
	}

	/** What a client is told that takes none of them. */
	String refusal() {
		return "Answers are " + String.join(" or ", this.ours.stream().map(MediaType::toString).toList())
				+ "; Accept allows neither.";
	}

	/** The media type to answer with; null where the client takes none of ours. */
	@Nullable String choose(HttpServletRequest request) {
		String accept = request.getHeader(HttpHeaders.ACCEPT);
		if (accept == null || accept.equals(MediaType.ALL_VALUE) || accept.equals(this.first)) {
			return this.first;
		}
		MediaType best = best(Collections.list(request.getHeaders(HttpHeaders.ACCEPT)));
		return (best != null) ? best.removeQualityValue().toString() : null;
	}

	private @Nullable MediaType best(List<String> accepts) {
		List<MediaType> both = new ArrayList<>();
		try {
			List<MediaType> accepted = MediaType.parseMediaTypes(accepts);
			for (MediaType theirs : accepted.isEmpty() ? List.of(MediaType.ALL) : accepted) {
				for (MediaType one : this.ours) {
					if (theirs.isCompatibleWith(one)) {
						both.add(moreSpecific(theirs, one));
					}
				}
			}
			MimeTypeUtils.sortBySpecificity(both);
		}
		catch (InvalidMediaTypeException | InvalidMimeTypeException ex) {
			return null;
		}
		return both.isEmpty() ? null : both.get(0);
	}

	private static MediaType moreSpecific(MediaType theirs, MediaType one) {
		MediaType ours = one.copyQualityValue(theirs);
		return theirs.isLessSpecific(ours) ? ours : theirs;
	}

}
