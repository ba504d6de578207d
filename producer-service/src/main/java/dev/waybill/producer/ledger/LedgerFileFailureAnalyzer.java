package dev.waybill.producer.ledger;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Ends start-up with the one sentence instead of a stack trace. */
class LedgerFileFailureAnalyzer extends AbstractFailureAnalyzer<LedgerFileException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, LedgerFileException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), null, rootFailure);
	}

}
