package dev.waybill.observability;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.waybill.observability.RuleTestFiles.Expectation;
import dev.waybill.observability.Rules.Alert;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every rule is tested, and every alert explained: promtool would let pass what its tests
 * leave out, or name and do not find.
 */
class RulesTests {

	private final List<Alert> alerts = Rules.alerts();

	private final List<String> names = this.alerts.stream().map(Alert::name).toList();

	private final List<Expectation> expectations = RuleTestFiles.expectations();

	private final Map<String, String> runbook = Runbook.entries();

	@Test
	void namesAreGivenOnce() {
		assertThat(this.names).isNotEmpty().doesNotHaveDuplicates();
	}

	@Test
	void everyAlertFiresInSomeTest() {
		assertThat(this.expectations).filteredOn(Expectation::fires)
			.extracting(Expectation::alert)
			.containsAll(this.names);
	}

	@Test
	void everyAlertIsSilentInSomeTest() {
		assertThat(this.expectations).filteredOn((expected) -> !expected.fires())
			.extracting(Expectation::alert)
			.containsAll(this.names);
	}

	@Test
	void everyAlertThatWaitsIsSilentUntilItsLastMoment() {
		assertThat(this.alerts).filteredOn(Alert::waits)
			.isNotEmpty()
			.allSatisfy((alert) -> assertThat(this.expectations).as(alert.name())
				.filteredOn((expected) -> expected.alert().equals(alert.name()))
				.anyMatch((firing) -> this.expectations.stream().anyMatch((silent) -> silent.isJustBefore(firing))));
	}

	@Test
	void testsNameNoAlertThatDoesNotExist() {
		assertThat(this.expectations).extracting(Expectation::alert).isSubsetOf(this.names);
	}

	@Test
	void everyRecordedSeriesIsTested() {
		assertThat(Rules.records()).isNotEmpty()
			.allSatisfy((record) -> assertThat(RuleTestFiles.expressions())
				.anyMatch((expression) -> expression.contains(record)));
	}

	@Test
	void everyAlertSaysHowSoonAndInOneSentenceWhatItMeans() {
		assertThat(this.alerts).allSatisfy((alert) -> {
			assertThat(alert.severity()).as(alert.name()).isIn("critical", "warning");
			assertThat(alert.summary()).as(alert.name()).isNotNull().matches("[^\\n]{30,}[^.]\\.");
		});
	}

	@Test
	void everyAlertPointsToItsEntryInTheRunbook() {
		assertThat(this.alerts).allSatisfy((alert) -> {
			assertThat(alert.runbook()).isEqualTo("docs/runbook.md#" + alert.name().toLowerCase(Locale.ROOT));
			assertThat(this.runbook).containsKey(alert.name());
		});
	}

	@Test
	void everyEntryOfTheRunbookHasAnAlert() {
		assertThat(this.runbook.keySet()).isSubsetOf(this.names);
	}

	@Test
	void everyEntrySaysWhatItMeansWhatIsTrueWhatToLookAtAndWhatToDo() {
		assertThat(this.runbook).isNotEmpty()
			.allSatisfy((name, entry) -> assertThat(entry).as(name)
				.containsSubsequence("**Means.**", "**True of accepted messages.**", "**Look at**")
				.containsPattern("\\*\\*(Do\\.|do)\\*\\*"));
	}

}
