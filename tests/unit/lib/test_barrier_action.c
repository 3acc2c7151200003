/* SPDX-License-Identifier: MIT */
/*
 * The action of a barrier: run once a round, by the last to arrive, before anyone goes on.
 */
#include "wait.h"

#include <errno.h>

#include <trace_thr/barrier.h>

enum { PARTIES = 3 };

static tthr_barrier barrier;

/* What the action does, and what came of it. */
static struct {
	int (*then)(void);
	unsigned runs, running, waiting;
	pthread_barrier_t steps;
} act;

/* Whether the calling thread ran it in its last wait. */
static __thread bool ran_it;

static unsigned n_passed, n_broken;

static int action(void *arg)
{
	must(arg == &act);
	must(count_up(&act.running) == 1); /* never two at a time */
	unsigned round = count_up(&act.runs);
	ran_it = true;
	act.waiting = tthr_barrier_n_waiting(&barrier);
	must(count_of(&n_passed) <= (round - 1) * PARTIES); /* nobody of this round has gone on */
	int result = act.then ? act.then() : 0;
	__atomic_sub_fetch(&act.running, 1, __ATOMIC_SEQ_CST);
	return result;
}

static int make(void **state)
{
	(void)state;
	memset(&act, 0, sizeof act);
	n_passed = n_broken = 0;
	pthread_barrier_init(&act.steps, NULL, 2);
	return tthr_barrier_init(
	    &barrier,
	    &(struct tthr_barrier_options){.name = "with action", .parties = PARTIES, .action = action, .arg = &act});
}

static int unmake(void **state)
{
	(void)state;
	pthread_barrier_destroy(&act.steps);
	return tthr_barrier_destroy(&barrier);
}

static void count_end(int error)
{
	must(!error || error == TTHR_EBROKEN);
	count_up(error ? &n_broken : &n_passed);
}

static void *wait_once(void *arg)
{
	(void)arg;
	unsigned index = 0;
	int error = tthr_barrier_wait(&barrier, &index);

	if (!error)
		must(ran_it == (index == PARTIES - 1));
	count_end(error);
	return NULL;
}

static void the_last_to_arrive_runs_it(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 20; i++) {
		struct crew crew;
		crew_start(&crew, PARTIES, wait_once, NULL);
		crew_join(&crew);
		assert_int_equal(act.runs, i);
		assert_int_equal(act.waiting, PARTIES);
		assert_int_equal(n_passed, i * PARTIES);
	}
}

static int refuse(void)
{
	return -1;
}

static void failure_breaks_it(void **state)
{
	(void)state;
	struct crew crew;

	act.then = refuse;
	crew_start(&crew, PARTIES, wait_once, NULL);
	crew_join(&crew);
	assert_int_equal(n_broken, PARTIES);
	assert_true(tthr_barrier_broken(&barrier));
	assert_int_equal(tthr_barrier_wait(&barrier, NULL), TTHR_EBROKEN);
	tthr_barrier_reset(&barrier);
	act.then = NULL;
	crew_start(&crew, PARTIES, wait_once, NULL);
	crew_join(&crew);
	assert_int_equal(n_passed, PARTIES);
}

/* An action that lasts until the test has done something. */

static int pause_twice(void)
{
	pthread_barrier_wait(&act.steps);
	pthread_barrier_wait(&act.steps);
	return 0;
}

static void *wait_hastily(void *arg)
{
	(void)arg;
	count_end(tthr_barrier_wait_timeout(&barrier, NULL, 0.05));
	return NULL;
}

static void timeouts_do_not_count_meanwhile(void **state)
{
	(void)state;
	struct crew hasty, last;

	act.then = pause_twice;
again:
	crew_start(&hasty, PARTIES - 1, wait_hastily, NULL);
	wait_until(tthr_barrier_n_waiting(&barrier) == PARTIES - 1 || tthr_barrier_broken(&barrier));
	if (tthr_barrier_broken(&barrier)) { /* this thread was held up for 50 ms */
		crew_join(&hasty);
		tthr_barrier_reset(&barrier);
		n_broken = 0;
		goto again;
	}
	crew_start(&last, 1, wait_once, NULL);
	pthread_barrier_wait(&act.steps);
	double later = now() + 0.1;
	wait_until(now() > later);
	pthread_barrier_wait(&act.steps);
	crew_join(&hasty);
	crew_join(&last);
	assert_int_equal(n_passed, PARTIES);
	assert_false(tthr_barrier_broken(&barrier));
}

static unsigned waiting(void)
{
	return __atomic_load_n(&barrier.waiters.inside, __ATOMIC_SEQ_CST);
}

static void who_comes_meanwhile_is_of_the_next_round(void **state)
{
	(void)state;
	struct crew crew, next;

	act.then = pause_twice;
	crew_start(&crew, PARTIES, wait_once, NULL);
	pthread_barrier_wait(&act.steps);
	assert_int_equal(tthr_barrier_destroy(&barrier), EBUSY);
	crew_start(&next, PARTIES, wait_once, NULL);
	wait_until(waiting() == 2 * PARTIES - 1);
	assert_int_equal(count_of(&act.runs), 1);
	pthread_barrier_wait(&act.steps);
	pthread_barrier_wait(&act.steps); /* the second round's action */
	assert_int_equal(count_of(&act.runs), 2);
	pthread_barrier_wait(&act.steps);
	crew_join(&crew);
	crew_join(&next);
	assert_int_equal(n_passed, 2 * PARTIES);
}

static void abort_meanwhile_breaks_it(void **state)
{
	(void)state;
	struct crew crew, next;

	act.then = pause_twice;
	crew_start(&crew, PARTIES, wait_once, NULL);
	pthread_barrier_wait(&act.steps);
	crew_start(&next, 1, wait_once, NULL);
	wait_until(waiting() == PARTIES);
	tthr_barrier_abort(&barrier);
	crew_join(&next);
	assert_int_equal(n_broken, 1);
	pthread_barrier_wait(&act.steps);
	crew_join(&crew);
	assert_int_equal(n_broken, 1 + PARTIES);
	assert_true(tthr_barrier_broken(&barrier));
}

/* The action itself sees to it that there is one at a time. */
static void abort_and_reset_meanwhile_begin_a_round(void **state)
{
	(void)state;
	struct crew crew, next;

	act.then = pause_twice;
	crew_start(&crew, PARTIES, wait_once, NULL);
	pthread_barrier_wait(&act.steps);
	tthr_barrier_abort(&barrier);
	assert_true(tthr_barrier_broken(&barrier));
	assert_int_equal(tthr_barrier_wait(&barrier, NULL), TTHR_EBROKEN);
	tthr_barrier_reset(&barrier);
	assert_false(tthr_barrier_broken(&barrier));
	crew_start(&next, PARTIES, wait_once, NULL);
	wait_until(waiting() == 2 * PARTIES - 1);
	assert_int_equal(count_of(&act.runs), 1);
	pthread_barrier_wait(&act.steps);
	pthread_barrier_wait(&act.steps); /* the second round's action */
	crew_join(&crew);
	assert_int_equal(n_broken, PARTIES); /* the old round's */
	pthread_barrier_wait(&act.steps);
	crew_join(&next);
	assert_int_equal(n_passed, PARTIES);
}

/* Who comes while the action runs has its own limit, and breaks the next round. */
static void a_late_timeout_spares_the_round_that_is_complete(void **state)
{
	(void)state;
	struct crew crew;

	act.then = pause_twice;
	crew_start(&crew, PARTIES, wait_once, NULL);
	pthread_barrier_wait(&act.steps);
	assert_int_equal(tthr_barrier_wait_timeout(&barrier, NULL, 0.01), TTHR_EBROKEN); /* the action runs on */
	assert_true(tthr_barrier_broken(&barrier));
	assert_int_equal(tthr_barrier_wait(&barrier, NULL), TTHR_EBROKEN);
	assert_int_equal(tthr_barrier_n_waiting(&barrier), PARTIES);
	pthread_barrier_wait(&act.steps);
	crew_join(&crew);
	assert_int_equal(n_passed, PARTIES);
	assert_true(tthr_barrier_broken(&barrier));
	assert_int_equal(tthr_barrier_n_waiting(&barrier), 0);
}

/* As in Python: a complete round ends well. */
static void reset_meanwhile_does_nothing(void **state)
{
	(void)state;
	struct crew crew;

	act.then = pause_twice;
	crew_start(&crew, PARTIES, wait_once, NULL);
	pthread_barrier_wait(&act.steps);
	tthr_barrier_reset(&barrier);
	pthread_barrier_wait(&act.steps);
	crew_join(&crew);
	assert_int_equal(n_passed, PARTIES);
}

static int abort_it(void)
{
	tthr_barrier_abort(&barrier);
	return 0;
}

static void it_may_abort(void **state)
{
	(void)state;
	struct crew crew;

	act.then = abort_it;
	crew_start(&crew, PARTIES, wait_once, NULL);
	crew_join(&crew);
	assert_int_equal(n_broken, PARTIES);
}

static int end_thread(void)
{
	act.running = 0;
	pthread_exit(NULL);
}

static void the_end_of_its_thread_breaks_it(void **state)
{
	(void)state;
	struct crew crew;

	act.then = end_thread;
	crew_start(&crew, PARTIES, wait_once, NULL);
	crew_join(&crew);
	assert_int_equal(n_broken, PARTIES - 1);
	assert_true(tthr_barrier_broken(&barrier));
}

static pid_t child;

static int fork_it(void)
{
	child = fork();
	return 0;
}

/* The child of a fork in the action passes alone, and its barrier is empty. */
static void *wait_and_fork(void *arg)
{
	(void)arg;
	unsigned index;
	int error = tthr_barrier_wait(&barrier, &index);

	if (ran_it && child == 0) {
		must(!error && index == PARTIES - 1);
		must(tthr_barrier_n_waiting(&barrier) == 0);
		must(!tthr_barrier_broken(&barrier));
		must(tthr_barrier_destroy(&barrier) == 0);
		_exit(0);
	}
	count_end(error);
	return NULL;
}

static void it_may_fork(void **state)
{
	(void)state;
	struct crew crew;
	int status;

	act.then = fork_it;
	crew_start(&crew, PARTIES, wait_and_fork, NULL);
	crew_join(&crew);
	assert_int_equal(n_passed, PARTIES);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void child_begins_anew(void *arg)
{
	(void)arg;
	must(tthr_barrier_n_waiting(&barrier) == 0);
	must(tthr_barrier_wait_timeout(&barrier, NULL, 0) == TTHR_EBROKEN); /* and does not wait for the action */
	must(tthr_barrier_destroy(&barrier) == 0);
}

static void fork_meanwhile_leaves_it_behind(void **state)
{
	(void)state;
	struct crew crew;

	act.then = pause_twice;
	crew_start(&crew, PARTIES, wait_once, NULL);
	pthread_barrier_wait(&act.steps);
	in_child(child_begins_anew, NULL);
	pthread_barrier_wait(&act.steps);
	crew_join(&crew);
	assert_int_equal(n_passed, PARTIES);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_last_to_arrive_runs_it),
	    TEST(failure_breaks_it),
	    TEST(timeouts_do_not_count_meanwhile),
	    TEST(who_comes_meanwhile_is_of_the_next_round),
	    TEST(abort_meanwhile_breaks_it),
	    TEST(abort_and_reset_meanwhile_begin_a_round),
	    TEST(a_late_timeout_spares_the_round_that_is_complete),
	    TEST(reset_meanwhile_does_nothing),
	    TEST(it_may_abort),
	    TEST(the_end_of_its_thread_breaks_it),
	    TEST(it_may_fork),
	    TEST(fork_meanwhile_leaves_it_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
