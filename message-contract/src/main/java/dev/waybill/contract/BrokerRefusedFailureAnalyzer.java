package dev.waybill.contract;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Ends start-up with the one sentence instead of a stack trace. */
class BrokerRefusedFailureAnalyzer extends AbstractFailureAnalyzer<BrokerRefusedException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, BrokerRefusedException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), null, rootFailure);
	}

}
