package io.github.elevenspring;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * Holds the arrows between the packages: autoconfigure, then template, then stages and
 * client, then call, then model and error.
 */
@AnalyzeClasses(packages = "io.github.elevenspring", importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

	private static final String ROOT = "io.github.elevenspring.";

	private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("io.github.elevenspring..");

	@ArchTest
	static final ArchRule packagesAreFreeOfCycles = slices().matching(ROOT + "(**)").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule libraryKnowsNoBoot = noClasses().that()
		.resideOutsideOfPackages("..autoconfigure..", "..actuate..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.boot..");

	@ArchTest
	static final ArchRule modelSeesErrorOnly = seesOnly("model..", "model..", "error..");

	@ArchTest
	static final ArchRule errorIsALeaf = seesOnly("error..", "error..");

	@ArchTest
	static final ArchRule callSeesModelAndErrorOnly = seesOnly("call..", "call..", "model..", "error..");

	@ArchTest
	static final ArchRule validationSeesNoOtherStage = seesOnly("validation..", "validation..", "call..", "model..",
			"error..");

	@ArchTest
	static final ArchRule observationSeesNoOtherStage = seesOnly("observation..", "observation..", "call..", "model..",
			"error..");

	@ArchTest
	static final ArchRule deadlineSeesNoOtherStage = seesOnly("deadline..", "deadline..", "call..", "model..",
			"error..");

	@ArchTest
	static final ArchRule limiterSeesNoOtherStage = seesOnly("limiter..", "limiter..", "call..", "model..", "error..");

	@ArchTest
	static final ArchRule fallbackSeesNoOtherStage = seesOnly("fallback..", "fallback..", "call..", "model..",
			"error..");

	@ArchTest
	static final ArchRule problemSeesErrorOnly = seesOnly("problem..", "problem..", "error..");

	@ArchTest
	static final ArchRule resilienceSeesNoOtherStage = seesOnly("resilience..", "resilience..", "call..", "model..",
			"error..");

	@ArchTest
	static final ArchRule cacheSeesNoOtherStage = seesOnly("cache..", "cache..", "call..", "model..", "error..");

	@ArchTest
	static final ArchRule clientSeesNoStage = seesOnly("client..", "client..", "call..", "model..", "error..");

	@ArchTest
	static final ArchRule templateSeesNoAutoConfiguration = noClasses().that()
		.resideInAPackage(ROOT + "template..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ROOT + "autoconfigure..", ROOT + "actuate..");

	@ArchTest
	static final ArchRule onlyTheClientSpeaksHttp = noClasses().that()
		.resideOutsideOfPackages(ROOT + "client..", ROOT + "autoconfigure..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework.web.reactive.function.client..", "reactor.netty..", "io.netty..");

	@ArchTest
	static final ArchRule pooledBuffersStayInTheClient = noClasses().that()
		.resideOutsideOfPackage(ROOT + "client..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.core.io.buffer..");

	@ArchTest
	static final ArchRule autoConfigurationsAreFinal = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL);

	@ArchTest
	static final ArchRule beanMethodsArePackagePrivate = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.bePackagePrivate();

	@ArchTest
	static final ArchRule noRoomForEverything = noClasses().should()
		.resideInAnyPackage("..util..", "..common..", "..impl..", "..service..", "..dto..");

	@ArchTest
	static final ArchRule noNameForEverything = noClasses().should()
		.haveSimpleNameEndingWith("Manager")
		.orShould()
		.haveSimpleNameEndingWith("Helper")
		.orShould()
		.haveSimpleNameEndingWith("Utils");

	private static ArchRule seesOnly(String who, String... whom) {
		String[] packages = new String[whom.length];
		for (int i = 0; i < whom.length; i++) {
			packages[i] = ROOT + whom[i];
		}
		return noClasses().that()
			.resideInAPackage(ROOT + who)
			.should()
			.dependOnClassesThat(OURS.and(DescribedPredicate.not(resideInAnyPackage(packages))));
	}

}
