package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.List;

import io.github.elevenspring.limiter.RedisCalls.Report;
import io.github.elevenspring.limiter.RedisCalls.Stay;
import io.github.elevenspring.model.Priority;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an instance remembers of its calls, and what it tells Redis of them.
 */
class RedisCallsTests {

	private final WaitingQueue queue = new WaitingQueue(LimiterSettings.defaults().guaranteedShares(), 0);

	private final RedisCalls calls = new RedisCalls("me", this.queue, Duration.ofNanos(100), 0);

	private final TestWaiter waiter = new TestWaiter(Priority.NORMAL, "a", 2);

	@Test
	void whoeverLosesTouchIsNotMeantByALateGrant() {
		RedisCall call = this.calls.enter(this.waiter, true, 1000, 0);
		String before = call.id;
		this.calls.disconnected(0);
		assertThat(this.calls.of(before)).isNull();
		assertThat(this.calls.of(call.id)).isSameAs(call);
		assertThat(this.queue.next()).isSameAs(this.waiter);
		assertThat(this.calls.report(true, 0).gone()).containsExactly(before);
		assertThat(this.calls.handOver()).containsExactly(call);
		assertThat(this.queue.size()).isZero();
	}

	@Test
	void whoeverRunsKeepsItsName() {
		RedisCall call = this.calls.enter(this.waiter, true, 1000, 0);
		this.calls.hold(call, 2, 2, 0);
		String before = call.id;
		this.calls.disconnected(0);
		assertThat(call.id).isEqualTo(before);
		assertThat(this.queue.size()).isZero();
		assertThat(this.calls.report(true, 0).gone()).isEmpty();
	}

	@Test
	void callThatGoesBackBeginsANewStay() {
		RedisCall call = this.calls.enter(this.waiter, true, 1000, 0);
		this.calls.hold(call, 2, 2, 0);
		Report before = this.calls.report(false, 0);
		String permit = this.calls.goBack(call, true, 1000, 0);
		assertThat(permit).isNotEqualTo(call.id);
		assertThat(this.calls.of(permit)).isNull();
		assertThat(this.calls.slots()).isZero();
		assertThat(this.calls.waiting()).isOne();
		// The report said that it runs, and Redis may have heard that after it went back.
		assertThat(this.calls.reported(before)).containsExactly(permit);
	}

	@Test
	void reportNamesWhatRunsAndWhoWaits() {
		RedisCall running = this.calls.enter(this.waiter, true, 1000, 0);
		this.calls.hold(running, 2, 2, 0);
		RedisCall waiting = this.calls.enter(new TestWaiter(), false, 1000, 0);
		this.calls.enter(new TestWaiter(), true, 1000, 0);
		Report report = this.calls.report(false, 0);
		assertThat(report.running()).extracting(Stay::id, Stay::slots)
			.containsExactly(org.assertj.core.groups.Tuple.tuple(running.id, 2));
		assertThat(report.waiting()).extracting(Stay::id).containsExactly(waiting.id);
		assertThat(this.calls.report(true, 0).waiting()).isEmpty();
	}

	@Test
	void staysThatEndedAreToldUntilRedisKnows() {
		this.calls.ended(List.of("x"), 0);
		Report report = this.calls.report(false, 10);
		this.calls.ended(List.of("y"), 10);
		assertThat(report.gone()).containsExactly("x");
		assertThat(this.calls.report(false, 20).gone()).containsExactly("x", "y");
		this.calls.reported(report);
		assertThat(this.calls.report(false, 20).gone()).containsExactly("y");
	}

	@Test
	void staysThatRedisCannotKnowAnyMoreAreForgotten() {
		this.calls.ended(List.of("x"), 0);
		assertThat(this.calls.report(true, 100).gone()).containsExactly("x");
		assertThat(this.calls.report(true, 101).gone()).isEmpty();
	}

	@Test
	void nothingIsLeftOfWhoeverLeaves() {
		RedisCall call = this.calls.enter(this.waiter, false, 1000, 0);
		this.calls.remove(call);
		RedisCall other = this.calls.enter(this.waiter, true, 1000, 0);
		this.calls.hold(other, 2, 2, 0);
		this.calls.remove(other);
		assertThat(this.calls.everyId()).isEmpty();
		assertThat(this.calls.slots()).isZero();
		assertThat(this.calls.waiting()).isZero();
		assertThat(this.queue.size()).isZero();
		assertThat(this.calls.of(this.waiter)).isNull();
	}

}
