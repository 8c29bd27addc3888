package io.github.elevenspring.test.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.OverLimit;
import io.github.elevenspring.test.simulator.QuotaAnswer;
import io.github.elevenspring.test.simulator.SimulatorPlan;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a test class against a simulator of ElevenLabs. In a test with a Spring context
 * the simulator is a bean and the client talks to it; tests with equal attributes share
 * the context and its simulator. In any other test there is one simulator per class. Both
 * kinds take it as a parameter of type {@link ElevenLabsSimulator}, and it is
 * {@linkplain ElevenLabsSimulator#reset() reset} after each test, so tests that share one
 * must not run at the same time.
 * <p>
 * Unlike elsewhere, nothing waits by default: latency and the pace of streams are off.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(ElevenLabsSimulatorExtension.class)
public @interface EnableElevenLabsSimulator {

	/**
	 * Return the plan of the account.
	 * @return the plan
	 */
	SimulatorPlan plan() default SimulatorPlan.CREATOR;

	/**
	 * Return the credits of the month, negative for those of the plan.
	 * @return the credits
	 */
	long credits() default -1;

	/**
	 * Return what happens above the limit of the plan.
	 * @return refuse or queue
	 */
	OverLimit overLimit() default OverLimit.REFUSE;

	/**
	 * Return how a request without credits is refused.
	 * @return the status and the body
	 */
	QuotaAnswer quotaAnswer() default QuotaAnswer.LEGACY;

	/**
	 * Return the speed of streams as a multiple of real time, 0 for as fast as possible.
	 * @return the speed
	 */
	double streamSpeed() default 0;

	/**
	 * Return the time to the first byte as a multiple of the model's usual one.
	 * @return the factor
	 */
	double latencyFactor() default 0;

	/**
	 * Return where ids and the choice of faults begin.
	 * @return the seed
	 */
	long seed() default 0;

	/**
	 * Return ids of voices to have besides those of the catalogue.
	 * @return the ids
	 */
	String[] voiceIds() default {};

}
