/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include <math.h>

static unsigned calls;
static tthr_thread *called_in;

static void call(void *arg)
{
	must(arg == &calls);
	called_in = tthr_current();
	count_up(&calls);
}

static tthr_timer *timer_of(double interval)
{
	tthr_timer *timer;

	must(!tthr_timer_new(&timer,
	                     &(struct tthr_timer_options){.interval = interval, .function = call, .arg = &calls}));
	return timer;
}

static void ended(tthr_timer *timer)
{
	must(tthr_thread_join_timeout(tthr_timer_thread(timer), WAIT_SECONDS) == 0);
	tthr_timer_unref(timer);
}

/* 1: it has fired; 2: it was cancelled first. See timer.c. */
static uint32_t outcome_of(tthr_timer *timer)
{
	return __atomic_load_n(&timer->outcome, __ATOMIC_RELAXED);
}

static int reset(void **state)
{
	calls = 0;
	return close_gate(state);
}

static void fires_once_after_the_delay(void **state)
{
	(void)state;
	tthr_timer *timer = timer_of(0.05);
	double begin = now();

	assert_false(tthr_thread_is_alive(tthr_timer_thread(timer)));
	assert_int_equal(tthr_timer_start(timer), 0);
	assert_int_equal(tthr_timer_start(timer), EALREADY);
	wait_until(count_of(&calls));
	assert_true(now() - begin >= 0.05);
	must(tthr_thread_join_timeout(tthr_timer_thread(timer), WAIT_SECONDS) == 0);
	assert_ptr_equal(called_in, tthr_timer_thread(timer));
	assert_int_equal(tthr_timer_cancel(timer), 0); /* too late: nothing */
	assert_int_equal(count_of(&calls), 1);
	tthr_timer_unref(timer);
}

static void no_delay_fires_at_once(void **state)
{
	(void)state;
	tthr_timer *zero = timer_of(0), *negative = timer_of(-3);

	must(!tthr_timer_start(zero) && !tthr_timer_start(negative));
	ended(zero);
	ended(negative);
	assert_int_equal(count_of(&calls), 2);
}

static void cancelled_before_it_fires(void **state)
{
	(void)state;
	tthr_timer *timer = timer_of(3600), *for_ever = timer_of(TTHR_FOREVER);

	must(!tthr_timer_start(timer) && !tthr_timer_start(for_ever));
	assert_int_equal(tthr_timer_cancel(timer), 0);
	assert_int_equal(tthr_timer_cancel(timer), 0);
	assert_int_equal(tthr_timer_cancel(for_ever), 0);
	ended(timer);
	ended(for_ever);
	assert_int_equal(count_of(&calls), 0);
}

static void cancelled_before_its_start(void **state)
{
	(void)state;
	tthr_timer *timer = timer_of(0);

	assert_int_equal(tthr_timer_cancel(timer), 0);
	assert_int_equal(tthr_timer_start(timer), 0);
	ended(timer);
	assert_int_equal(count_of(&calls), 0);
	tthr_timer_unref(timer_of(1)); /* one that is never started */
	tthr_timer_unref(NULL);
}

static void wait_then_count(void *arg)
{
	wait_at_gate(NULL);
	count_up(arg);
}

static void cancel_while_the_function_runs_does_nothing(void **state)
{
	(void)state;
	tthr_timer *timer;

	must(!tthr_timer_new(&timer, &(struct tthr_timer_options){.function = wait_then_count, .arg = &calls}));
	must(!tthr_timer_start(timer));
	wait_until(outcome_of(timer) == 1);
	assert_int_equal(tthr_timer_cancel(timer), 0);
	tthr_event_set(&gate);
	ended(timer);
	assert_int_equal(count_of(&calls), 1);
}

static void is_a_thread(void **state)
{
	(void)state;
	tthr_timer *timer;

	must(!tthr_timer_new(&timer, &(struct tthr_timer_options){
					 .function = call, .arg = &calls, .name = "tick", .daemon = TTHR_DAEMON_YES}));
	assert_ptr_equal(tthr_timer_thread(timer), timer);
	assert_string_equal(tthr_thread_name(tthr_timer_thread(timer)), "tick");
	assert_true(tthr_thread_daemon(tthr_timer_thread(timer)));
	tthr_timer_unref(timer);
	timer = timer_of(1);
	assert_int_equal(strncmp(tthr_thread_name(tthr_timer_thread(timer)), "Thread-", 7), 0);
	assert_false(tthr_thread_daemon(tthr_timer_thread(timer)));
	tthr_timer_unref(timer);
}

static void runs_without_references(void **state)
{
	(void)state;
	tthr_timer *timer = timer_of(0.01);

	must(!tthr_timer_start(timer));
	tthr_timer_unref(timer);
	wait_until(count_of(&calls) == 1 && tthr_active_count() == 1);
}

static void bad_arguments(void **state)
{
	(void)state;
	tthr_timer *timer = NULL;

	assert_int_equal(tthr_timer_new(&timer, NULL), EINVAL);
	assert_int_equal(tthr_timer_new(&timer, &(struct tthr_timer_options){.interval = 1}), EINVAL);
	assert_int_equal(tthr_timer_new(&timer, &(struct tthr_timer_options){.interval = NAN, .function = call}),
	                 EINVAL);
	assert_null(timer);
}

/* Cancel and the end of the delay at about the same time: fired or cancelled, never both, never neither. */
static void race(void **state)
{
	(void)state;
	unsigned fired = 0;

	for (int i = 0; i < 200; i++) {
		tthr_timer *timer = timer_of(1e-5 * (i % 10));
		unsigned before = count_of(&calls);
		must(!tthr_timer_start(timer));
		tthr_timer_cancel(timer);
		bool has_fired = outcome_of(timer) == 1;
		fired += has_fired;
		must(!tthr_thread_join_timeout(tthr_timer_thread(timer), WAIT_SECONDS));
		assert_int_equal(count_of(&calls) - before, has_fired);
		tthr_timer_unref(timer);
	}
	print_message("%u of 200 fired\n", fired);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(fires_once_after_the_delay, reset),
	    cmocka_unit_test_setup(no_delay_fires_at_once, reset),
	    cmocka_unit_test_setup(cancelled_before_it_fires, reset),
	    cmocka_unit_test_setup(cancelled_before_its_start, reset),
	    cmocka_unit_test_setup(cancel_while_the_function_runs_does_nothing, reset),
	    cmocka_unit_test_setup(is_a_thread, reset),
	    cmocka_unit_test_setup(runs_without_references, reset),
	    cmocka_unit_test(bad_arguments),
	    cmocka_unit_test_setup(race, reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
