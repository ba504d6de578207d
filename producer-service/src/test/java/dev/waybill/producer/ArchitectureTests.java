package dev.waybill.producer;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

class ArchitectureTests {

	private static final JavaClasses PRODUCER = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("dev.waybill.producer");

	private static final String TRACING = ".*\\.(TracingConfiguration|PublishTraces?)(\\$.*)?";

	@Test
	void doesNotKnowTheConsumer() {
		assertThat(PRODUCER).isNotEmpty();
		noClasses().should().dependOnClassesThat().resideInAPackage("dev.waybill.consumer..").check(PRODUCER);
	}

	@Test
	void theContractKnowsNoService() {
		noClasses().should()
			.dependOnClassesThat()
			.resideInAnyPackage("dev.waybill.producer..", "dev.waybill.consumer..")
			.check(new ClassFileImporter().importPackages("dev.waybill.contract"));
	}

	@Test
	void onlyMetricsAndGaugesTouchTheRegistry() {
		noClasses().that()
			.haveSimpleNameNotEndingWith("Metrics")
			.and()
			.haveSimpleNameNotEndingWith("Gauges")
			// It hands the registry on.
			.and()
			.doNotHaveSimpleName("ProducerConfiguration")
			// These know the tracer, and the registry no more than the others.
			.and()
			.haveNameNotMatching(TRACING)
			.should()
			.dependOnClassesThat()
			.resideInAPackage("io.micrometer..")
			.check(PRODUCER);
	}

	@Test
	void tracesTouchTheTracerAndNothingElseOfMicrometer() {
		noClasses().that()
			.haveNameMatching(TRACING)
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.micrometer.core..", "io.opentelemetry..")
			.check(PRODUCER);
	}

	@Test
	void everythingIsPackagePrivateButTheProgramAndTomcatsValve() {
		assertThat(PRODUCER.stream()
			.filter((type) -> type.getModifiers().contains(JavaModifier.PUBLIC) && type.isTopLevelClass())
			.filter((type) -> type.getPackageName().equals("dev.waybill.producer"))
			.map(JavaClass::getSimpleName)).containsExactlyInAnyOrder("ProducerApplication", "ProblemErrorReportValve");
	}

	@Test
	void nothingOfBootsAmqpPackageIsUsedSinceItMoves() {
		classes().should()
			.onlyDependOnClassesThat()
			.resideOutsideOfPackage("org.springframework.boot.amqp..")
			.check(PRODUCER);
	}

	@Test
	void isOneFlatPackageAndTheLedger() {
		assertThat(PRODUCER).allSatisfy((type) -> assertThat(type.getPackageName()).isIn("dev.waybill.producer",
				"dev.waybill.producer.ledger"));
	}

	@Test
	void theLedgerKnowsNothingOfHttpNorOfLanes() {
		noClasses().that()
			.resideInAPackage("dev.waybill.producer.ledger")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("dev.waybill.producer", "com.rabbitmq..", "org.springframework.amqp..", "jakarta..")
			.check(PRODUCER);
	}

}
