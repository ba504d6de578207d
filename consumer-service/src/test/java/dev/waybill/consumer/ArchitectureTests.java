package dev.waybill.consumer;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

class ArchitectureTests {

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("dev.waybill.consumer");

	private static final String TRACING = ".*\\.(ConsumerTracingAutoConfiguration|DeliveryTraces)(\\$.*)?";

	@Test
	void knowsNothingOfTheProducer() {
		noClasses().should().dependOnClassesThat().resideInAPackage("dev.waybill.producer..").check(CLASSES);
	}

	@Test
	void onlyTheMetricsTouchTheRegistry() {
		noClasses().that()
			.doNotHaveSimpleName("ConsumerMetrics")
			.and()
			.doNotHaveSimpleName("ConsumerAutoConfiguration")
			// These know the tracer, and the registry no more than the others.
			.and()
			.haveNameNotMatching(TRACING)
			.should()
			.dependOnClassesThat()
			.resideInAPackage("io.micrometer..")
			.check(CLASSES);
	}

	@Test
	void tracesTouchTheTracerAndNothingElseOfMicrometer() {
		noClasses().that()
			.haveNameMatching(TRACING)
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.micrometer.core..", "io.opentelemetry..")
			.check(CLASSES);
	}

	@Test
	void usesNothingOfBootsAmqpPackageWhichWillMove() {
		noClasses().should().dependOnClassesThat().resideInAPackage("org.springframework.boot.amqp..").check(CLASSES);
	}

	@Test
	void showsOnlyWhatAUserNeeds() {
		ArchRuleDefinition.classes()
			.that()
			.arePublic()
			.should()
			.haveNameMatching(
					".*\\.(ConsumerApplication|ConsumerAutoConfiguration|MessageProcessor|ReceivedMessage|UnprocessableMessageException)")
			.check(CLASSES);
	}

}
