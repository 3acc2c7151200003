/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include <errno.h>

#include "libtrace_thr/src/sync/wait_queue.h"

static struct tthr_wait_queue waiters;

static int reset(void **state)
{
	(void)state;
	waiters = (struct tthr_wait_queue)TTHR_WAIT_QUEUE_INIT;
	return 0;
}

static unsigned inside(void)
{
	return __atomic_load_n(&waiters.inside, __ATOMIC_SEQ_CST);
}

/* Who returned from its wait, in order of return, and what it was told. */
static struct {
	unsigned count;
	struct {
		unsigned arrival;
		int error;
		uint64_t waker;
		int outcome;
	} returns[CREW_MAX];
	unsigned arrivals;
} story;

/* Waits, as the arrival-th to do so. */
static void *wait_in_line(void *arg)
{
	double *seconds = arg;
	struct tt_deadline deadline = tt_never;
	struct tthr_wait_entry me;

	if (seconds)
		must(!tt_deadline_after(*seconds, &deadline));
	tt_wait_queue_lock(&waiters);
	unsigned arrival = story.arrivals++;
	tt_wait_queue_add(&waiters, &me);
	tt_wait_queue_unlock(&waiters);
	int error = tt_wait_queue_wait(&waiters, &me, &deadline);
	tt_wait_queue_lock(&waiters);
	story.returns[story.count].arrival = arrival;
	story.returns[story.count].error = error;
	story.returns[story.count].waker = me.waker;
	story.returns[story.count].outcome = me.outcome;
	__atomic_store_n(&story.count, story.count + 1, __ATOMIC_SEQ_CST);
	tt_wait_queue_leave(&waiters);
	tt_wait_queue_unlock(&waiters);
	return NULL;
}

static void begin(struct crew *crew, unsigned n, double *seconds)
{
	memset(&story, 0, sizeof story);
	crew_start(crew, n, wait_in_line, seconds);
	wait_until(inside() == n);
}

static uint32_t wake(uint32_t n, uint64_t waker, int outcome)
{
	uint32_t count;

	tt_wait_queue_lock(&waiters);
	struct tthr_wait_entry *picked = tt_wait_queue_pick(&waiters, n, &count);
	tt_wait_queue_unlock(&waiters);
	tt_wait_queue_wake(picked, waker, outcome);
	return count;
}

static void first_come_first_woken(void **state)
{
	(void)state;
	struct crew crew;

	begin(&crew, 6, NULL);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(wake(1, 100 + i, (int)i), 1);
		wait_until(count_of(&story.count) == i + 1);
		assert_int_equal(story.returns[i].arrival, i);
		assert_int_equal(story.returns[i].error, 0);
		assert_int_equal(story.returns[i].waker, 100 + i);
		assert_int_equal(story.returns[i].outcome, i);
	}
	crew_join(&crew);
	assert_int_equal(inside(), 0);
}

static void as_many_as_there_are_and_no_more(void **state)
{
	(void)state;
	struct crew crew;

	assert_int_equal(wake(1, 1, 0), 0);
	begin(&crew, 5, NULL);
	assert_int_equal(wake(0, 1, 0), 0);
	assert_int_equal(wake(2, 1, 0), 2);
	wait_until(inside() == 3);
	assert_int_equal(wake(9, 1, 0), 3);
	crew_join(&crew);
	assert_null(waiters.first);
	assert_null(waiters.last);
}

static void the_late_leave_the_list(void **state)
{
	(void)state;
	struct crew patient, hasty, more;
	double soon = 0.02;

	begin(&patient, 2, NULL);
	crew_start(&hasty, 2, wait_in_line, &soon);
	crew_start(&more, 2, wait_in_line, NULL);
	crew_join(&hasty);
	wait_until(inside() == 4);
	assert_int_equal(story.returns[0].error, ETIMEDOUT);
	assert_int_equal(story.returns[1].error, ETIMEDOUT);
	assert_int_equal(wake(9, 1, 0), 4);
	crew_join(&patient);
	crew_join(&more);
	assert_null(waiters.first);
}

/* Who has been picked waits for its wake, even if its deadline comes first. */
static void *wait_without_time(void *arg)
{
	struct tthr_wait_entry *me = arg;
	struct tt_deadline now_;

	tt_deadline_after(0, &now_);
	must(tt_wait_queue_wait(&waiters, me, &now_) == 0);
	must(me->outcome == 3);
	tt_wait_queue_leave(&waiters);
	return NULL;
}

static void picked_is_not_late(void **state)
{
	(void)state;
	struct crew crew;
	struct tthr_wait_entry me;
	uint32_t count;

	tt_wait_queue_lock(&waiters);
	tt_wait_queue_add(&waiters, &me);
	struct tthr_wait_entry *picked = tt_wait_queue_pick(&waiters, 1, &count);
	tt_wait_queue_unlock(&waiters);
	assert_ptr_equal(picked, &me);
	crew_start(&crew, 1, wait_without_time, &me);
	wait_until(sleepers_on(&me.woken) == 1);
	assert_int_equal(inside(), 1);
	tt_wait_queue_wake(picked, 7, 3);
	crew_join(&crew);
}

static void drain_refuses_while_a_thread_waits(void **state)
{
	(void)state;
	struct crew crew;

	begin(&crew, 1, NULL);
	assert_int_equal(tt_wait_queue_drain(&waiters), EBUSY);
	assert_int_equal(inside(), 1);
	wake(1, 1, 0);
	crew_join(&crew);
	assert_int_equal(tt_wait_queue_drain(&waiters), 0);
	tt_wait_queue_unlock(&waiters);
	assert_int_equal(inside(), 0);
}

static unsigned drained;

static void *drain(void *arg)
{
	(void)arg;
	must(!tt_wait_queue_drain(&waiters));
	count_up(&drained);
	tt_wait_queue_unlock(&waiters);
	return NULL;
}

static void drain_waits_for_those_on_the_way_out(void **state)
{
	(void)state;
	struct crew crew;
	struct tthr_wait_entry me;
	uint32_t count;

	drained = 0;
	tt_wait_queue_lock(&waiters);
	tt_wait_queue_add(&waiters, &me);
	struct tthr_wait_entry *picked = tt_wait_queue_pick(&waiters, 1, &count);
	tt_wait_queue_unlock(&waiters);
	tt_wait_queue_wake(picked, 1, 0);
	crew_start(&crew, 1, drain, NULL);
	wait_until(sleepers_on(&waiters.inside) == 1);
	assert_int_equal(count_of(&drained), 0);
	tt_wait_queue_leave(&waiters);
	crew_join(&crew);
	assert_int_equal(drained, 1);
	assert_int_equal(inside(), 0);
}

static unsigned long counter;

static void *count_under_the_guard(void *arg)
{
	(void)arg;
	for (int i = 0; i < 20000; i++) {
		tt_wait_queue_lock(&waiters);
		counter++;
		tt_wait_queue_unlock(&waiters);
	}
	return NULL;
}

static void the_guard_excludes(void **state)
{
	(void)state;
	struct crew crew;

	counter = 0;
	crew_start(&crew, 4, count_under_the_guard, NULL);
	crew_join(&crew);
	assert_int_equal(counter, 80000);
	assert_int_equal(waiters.guard, 0);
}

/* Waits with all sorts of timeouts against wakes: each wake reaches one thread, and each thread ends. */
static unsigned reached, timed_out;
static bool stop;

static void *wait_again_and_again(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)&seed;
	(void)arg;

	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
		struct tt_deadline deadline;
		struct tthr_wait_entry me;
		tt_deadline_after((double)(rand_r(&seed) % 50) / 1e6, &deadline);
		tt_wait_queue_lock(&waiters);
		tt_wait_queue_add(&waiters, &me);
		tt_wait_queue_unlock(&waiters);
		count_up(tt_wait_queue_wait(&waiters, &me, &deadline) ? &timed_out : &reached);
		tt_wait_queue_leave(&waiters);
	}
	return NULL;
}

static void no_wake_is_lost(void **state)
{
	(void)state;
	struct crew crew;
	unsigned woken = 0;
	double end = now() + 0.5;

	reached = timed_out = 0;
	stop = false;
	crew_start(&crew, 4, wait_again_and_again, NULL);
	while (now() < end)
		woken += wake(2, 1, 0);
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	crew_join(&crew);
	assert_int_equal(reached, woken);
	assert_null(waiters.first);
	assert_int_equal(inside(), 0);
}

static void in_the_child_nobody_waits(void *arg)
{
	(void)arg;
	must(!tt_wait_queue_is_this_process(&waiters));
	must(tt_wait_queue_lock(&waiters)); /* whoever held the guard */
	must(!waiters.first && !waiters.last);
	tt_wait_queue_unlock(&waiters);
	must(tt_wait_queue_is_this_process(&waiters));
	must(!tt_wait_queue_lock(&waiters)); /* told once */
	tt_wait_queue_unlock(&waiters);
	must(inside() == 0);
	must(wake(9, 1, 0) == 0);

	/* And the object serves the child's own threads. */
	if (!threads_in_child)
		return;
	struct crew crew;
	begin(&crew, 2, NULL);
	must(wake(2, 1, 0) == 2);
	crew_join(&crew);
	must(!tt_wait_queue_drain(&waiters));
	tt_wait_queue_unlock(&waiters);
}

static void fork_drops_the_waiters(void **state)
{
	(void)state;
	struct crew crew;

	begin(&crew, 3, NULL);
	in_child(in_the_child_nobody_waits, NULL);
	assert_int_equal(inside(), 3);
	assert_int_equal(wake(9, 1, 0), 3);
	crew_join(&crew);
}

static void *hold_the_guard(void *arg)
{
	pthread_barrier_t *steps = arg;

	tt_wait_queue_lock(&waiters);
	pthread_barrier_wait(steps);
	pthread_barrier_wait(steps);
	tt_wait_queue_unlock(&waiters);
	return NULL;
}

static void *want_the_guard(void *arg)
{
	(void)arg;
	tt_wait_queue_lock(&waiters);
	tt_wait_queue_unlock(&waiters);
	return NULL;
}

/* Each of those that sleep for the guard is woken in its turn: who was woken first must not forget the second. */
static void the_guard_wakes_all(void **state)
{
	(void)state;
	struct crew crew;

	tt_wait_queue_lock(&waiters);
	crew_start(&crew, 3, want_the_guard, NULL);
	wait_until(sleepers_on(&waiters.guard) == 3);
	tt_wait_queue_unlock(&waiters);
	crew_join(&crew);
	assert_int_equal(waiters.guard, 0);
}

static void fork_frees_the_guard(void **state)
{
	bool contended = *state;
	struct crew holder, wanting = {.n = 0};
	pthread_barrier_t steps;

	reset(NULL);
	pthread_barrier_init(&steps, NULL, 2);
	crew_start(&holder, 1, hold_the_guard, &steps);
	pthread_barrier_wait(&steps);
	if (contended) {
		crew_start(&wanting, 1, want_the_guard, NULL);
		wait_until(sleepers_on(&waiters.guard) == 1);
	}
	in_child(in_the_child_nobody_waits, NULL);
	pthread_barrier_wait(&steps);
	crew_join(&holder);
	crew_join(&wanting);
	pthread_barrier_destroy(&steps);
	assert_int_equal(waiters.guard, 0);
}

static void *drain_with_error(void *arg)
{
	*(int *)arg = tt_wait_queue_drain(&waiters);
	return NULL;
}

/* One that comes while a drain waits for another on its way out: there is something to wait for no longer. */
static void drain_gives_way_to_who_comes(void **state)
{
	(void)state;
	int error = 0;
	struct crew crew;
	struct tthr_wait_entry leaving, coming;
	uint32_t count;

	tt_wait_queue_lock(&waiters);
	tt_wait_queue_add(&waiters, &leaving);
	tt_wait_queue_pick(&waiters, 1, &count);
	tt_wait_queue_unlock(&waiters);
	crew_start(&crew, 1, drain_with_error, &error);
	wait_until(sleepers_on(&waiters.inside) == 1);
	tt_wait_queue_lock(&waiters);
	tt_wait_queue_add(&waiters, &coming);
	tt_wait_queue_unlock(&waiters);
	tt_wait_queue_leave(&waiters);
	crew_join(&crew);
	assert_int_equal(error, EBUSY);
	assert_int_equal(inside(), 1);
}

static void take_what_nobody_frees(void *arg)
{
	struct tthr_wait_queue *held = arg;
	uint32_t stale = held->guard;

	must(tt_wait_queue_lock(held)); /* and those who waited are not here */
	must(held->guard != stale && held->guard != 0);
	tt_wait_queue_unlock(held);
	must(held->guard == 0);
	must(!tt_wait_queue_lock(held));
	tt_wait_queue_unlock(held);
}

/* A thread of the parent had it when the process was forked: it is the child's that takes it. */
static void a_guard_that_was_held_at_the_fork(void **state)
{
	(void)state;
	struct tthr_wait_queue held = TTHR_WAIT_QUEUE_INIT;

	tt_wait_queue_lock(&held);
	in_child(take_what_nobody_frees, &held);
	tt_wait_queue_unlock(&held);
}

int main(void)
{
	static bool contended = true;
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_guard_that_was_held_at_the_fork),
	    cmocka_unit_test_setup(first_come_first_woken, reset),
	    cmocka_unit_test_setup(as_many_as_there_are_and_no_more, reset),
	    cmocka_unit_test_setup(the_late_leave_the_list, reset),
	    cmocka_unit_test_setup(picked_is_not_late, reset),
	    cmocka_unit_test_setup(drain_refuses_while_a_thread_waits, reset),
	    cmocka_unit_test_setup(drain_waits_for_those_on_the_way_out, reset),
	    cmocka_unit_test_setup(the_guard_excludes, reset),
	    cmocka_unit_test_setup(the_guard_wakes_all, reset),
	    cmocka_unit_test_setup(no_wake_is_lost, reset),
	    cmocka_unit_test_setup(fork_drops_the_waiters, reset),
	    cmocka_unit_test_prestate(fork_frees_the_guard, NULL),
	    cmocka_unit_test_prestate(fork_frees_the_guard, &contended),
	    cmocka_unit_test_setup(drain_gives_way_to_who_comes, reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
