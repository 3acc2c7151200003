/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include <dlfcn.h>
#include <errno.h>
#include <math.h>

#include <trace_thr/barrier.h>

#include "libtrace_thr/src/sync/wait_queue.h"

enum { PARTIES = 5 };

static tthr_barrier barrier;

static int make(void **state)
{
	(void)state;
	return tthr_barrier_init(&barrier, &(struct tthr_barrier_options){.name = "barrier", .parties = PARTIES});
}

static int unmake(void **state)
{
	(void)state;
	return tthr_barrier_destroy(&barrier);
}

static void names_and_destroy(void **state)
{
	(void)state;
	tthr_barrier unnamed, fixed = TTHR_BARRIER_INIT("fixed", 2);

	assert_int_equal(tthr_barrier_init(&unnamed, &(struct tthr_barrier_options){.parties = 3, .timeout = 7}), 0);
	assert_string_equal(tthr_barrier_name(&barrier), "barrier");
	assert_string_equal(tthr_barrier_name(&fixed), "fixed");
	assert_int_equal(strncmp(tthr_barrier_name(&unnamed), "Barrier-", 8), 0);
	assert_int_not_equal(tthr_barrier_id(&unnamed), tthr_barrier_id(&barrier));
	assert_int_equal(tthr_barrier_parties(&unnamed), 3);
	assert_int_equal(tthr_barrier_parties(&fixed), 2);
	assert_int_equal(tthr_barrier_n_waiting(&unnamed), 0);
	assert_false(tthr_barrier_broken(&unnamed));
	assert_int_equal(tthr_barrier_destroy(&unnamed), 0);
	assert_int_equal(tthr_barrier_destroy(&fixed), 0);
}

static void bad_options_are_refused(void **state)
{
	(void)state;
	tthr_barrier none;

	assert_int_equal(tthr_barrier_init(&none, NULL), EINVAL);
	assert_int_equal(tthr_barrier_init(&none, &(struct tthr_barrier_options){.parties = 0}), EINVAL);
	assert_int_equal(tthr_barrier_init(&none, &(struct tthr_barrier_options){.parties = 1, .timeout = -1}), EINVAL);
	assert_int_equal(tthr_barrier_init(&none, &(struct tthr_barrier_options){.parties = 1, .timeout = NAN}),
	                 EINVAL);
	assert_int_equal(tthr_barrier_wait_timeout(&barrier, NULL, NAN), EINVAL);
	assert_int_equal(tthr_barrier_n_waiting(&barrier), 0);
}

/* In lockstep: nobody is in the next step before all have finished this one. */
static unsigned before[2], rounds, sum;

static void *pass_in_lockstep(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < rounds; i++) {
		unsigned index;
		count_up(&before[0]);
		must(count_of(&before[1]) == i * PARTIES);
		must(tthr_barrier_wait(&barrier, NULL) == 0);
		count_up(&before[1]);
		must(count_of(&before[0]) == (i + 1) * PARTIES);
		must(tthr_barrier_wait(&barrier, &index) == 0);
		must(index < PARTIES);
		__atomic_add_fetch(&sum, 1u << (4 * index), __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void pass(unsigned n)
{
	struct crew crew;

	before[0] = before[1] = sum = 0;
	rounds = n;
	crew_start(&crew, PARTIES, pass_in_lockstep, NULL);
	crew_join(&crew);
	assert_int_equal(tthr_barrier_n_waiting(&barrier), 0);
	assert_false(tthr_barrier_broken(&barrier));
	/* Each index once a round. */
	if (n < 16)
		assert_int_equal(sum, n * 0x11111);
}

static void all_pass_together(void **state)
{
	(void)state;
	pass(1);
	pass(10);
	pass(500);
}

static unsigned n_passed, n_broken;

static void count_end(int error)
{
	must(!error || error == TTHR_EBROKEN);
	count_up(error ? &n_broken : &n_passed);
}

/* The index is the order of arrival. */
static unsigned indices[PARTIES];

static void *note_index(void *arg)
{
	(void)arg;
	static unsigned turn;
	unsigned me = count_up(&turn) - 1;
	wait_until(tthr_barrier_n_waiting(&barrier) == me);
	must(tthr_barrier_wait(&barrier, &indices[me]) == 0);
	return NULL;
}

static void the_index_is_the_order_of_arrival(void **state)
{
	(void)state;
	struct crew crew;

	crew_start(&crew, PARTIES, note_index, NULL);
	crew_join(&crew);
	for (unsigned i = 0; i < PARTIES; i++)
		assert_int_equal(indices[i], i);
}

static void *wait_once(void *arg)
{
	tthr_barrier *b = arg ? arg : &barrier;
	count_end(tthr_barrier_wait(b, NULL));
	return NULL;
}

static void n_waiting_counts(void **state)
{
	(void)state;
	struct crew crew, last;

	n_passed = n_broken = 0;
	crew_start(&crew, PARTIES - 1, wait_once, NULL);
	wait_until(tthr_barrier_n_waiting(&barrier) == PARTIES - 1);
	assert_int_equal(tthr_barrier_destroy(&barrier), EBUSY);
	assert_int_equal(count_of(&n_passed), 0);
	crew_start(&last, 1, wait_once, NULL);
	crew_join(&crew);
	crew_join(&last);
	assert_int_equal(n_passed, PARTIES);
	assert_int_equal(tthr_barrier_n_waiting(&barrier), 0);
}

static void one_party_never_waits(void **state)
{
	(void)state;
	tthr_barrier alone = TTHR_BARRIER_INIT("alone", 1);
	unsigned index = 9;

	assert_int_equal(tthr_barrier_wait(&alone, &index), 0);
	assert_int_equal(index, 0);
	assert_int_equal(tthr_barrier_wait_timeout(&alone, &index, 0), 0);
	assert_int_equal(tthr_barrier_wait_timeout(&alone, NULL, -1), 0);
	assert_int_equal(tthr_barrier_destroy(&alone), 0);
}

static void abort_breaks_it(void **state)
{
	(void)state;
	struct crew crew;
	unsigned index = 77;

	n_passed = n_broken = 0;
	crew_start(&crew, PARTIES - 1, wait_once, NULL);
	wait_until(tthr_barrier_n_waiting(&barrier) == PARTIES - 1);
	assert_int_equal(tthr_barrier_abort(&barrier), 0);
	crew_join(&crew);
	assert_int_equal(n_broken, PARTIES - 1);
	assert_true(tthr_barrier_broken(&barrier));
	assert_int_equal(tthr_barrier_n_waiting(&barrier), 0);
	/* And who comes later. */
	assert_int_equal(tthr_barrier_wait(&barrier, &index), TTHR_EBROKEN);
	assert_int_equal(tthr_barrier_wait_timeout(&barrier, &index, 0), TTHR_EBROKEN);
	assert_int_equal(index, 77);
	/* Until it is reset. */
	assert_int_equal(tthr_barrier_reset(&barrier), 0);
	assert_false(tthr_barrier_broken(&barrier));
	pass(2);
}

static void reset_frees_who_waits(void **state)
{
	(void)state;
	struct crew crew;

	n_passed = n_broken = 0;
	crew_start(&crew, PARTIES - 1, wait_once, NULL);
	wait_until(tthr_barrier_n_waiting(&barrier) == PARTIES - 1);
	assert_int_equal(tthr_barrier_reset(&barrier), 0);
	crew_join(&crew);
	assert_int_equal(n_broken, PARTIES - 1);
	assert_false(tthr_barrier_broken(&barrier));
	assert_int_equal(tthr_barrier_n_waiting(&barrier), 0);
	pass(2);
	assert_int_equal(tthr_barrier_reset(&barrier), 0); /* of an empty one: nothing */
	pass(1);
}

/* One of those that passed aborts, resets or resets and passes again: test_abort, test_reset, test_abort_and_reset. */
static tthr_barrier second = TTHR_BARRIER_INIT("second", PARTIES);

static void *abort_and_reset_once(void *arg)
{
	unsigned index;

	(void)arg;
	must(tthr_barrier_wait(&barrier, &index) == 0);
	if (index == PARTIES / 2)
		tthr_barrier_abort(&barrier);
	else
		count_end(tthr_barrier_wait(&barrier, NULL));
	must(tthr_barrier_wait(&second, &index) == 0);
	if (index == PARTIES / 2)
		tthr_barrier_reset(&barrier);
	must(tthr_barrier_wait(&second, NULL) == 0);
	count_end(tthr_barrier_wait(&barrier, NULL));
	return NULL;
}

static void *reset_once(void *arg)
{
	unsigned index;

	(void)arg;
	must(tthr_barrier_wait(&barrier, &index) == 0);
	if (index == PARTIES / 2) {
		wait_until(tthr_barrier_n_waiting(&barrier) == PARTIES - 1);
		tthr_barrier_reset(&barrier);
	} else {
		count_end(tthr_barrier_wait(&barrier, NULL));
	}
	count_end(tthr_barrier_wait(&barrier, NULL));
	return NULL;
}

static void it_serves_again_after_a_reset(void **state)
{
	(void)state;
	static void *(*const runs[])(void *) = {abort_and_reset_once, reset_once};

	for (int i = 0; i < 200; i++) {
		struct crew crew;
		n_passed = n_broken = 0;
		crew_start(&crew, PARTIES, runs[i % 2], NULL);
		crew_join(&crew);
		assert_int_equal(n_broken, PARTIES - 1);
		assert_int_equal(n_passed, PARTIES);
	}
}

/* Timeouts. */

static double patience;

static void *wait_impatiently(void *arg)
{
	(void)arg;
	double begin = now();
	count_end(tthr_barrier_wait_timeout(&barrier, NULL, patience));
	must(now() - begin >= patience);
	return NULL;
}

static void a_timeout_breaks_it_for_all(void **state)
{
	(void)state;
	struct crew patient, hasty;

	n_passed = n_broken = 0;
	patience = 0.05;
	crew_start(&patient, PARTIES - 2, wait_once, NULL);
	crew_start(&hasty, 1, wait_impatiently, NULL);
	crew_join(&hasty);
	crew_join(&patient);
	assert_int_equal(n_broken, PARTIES - 1);
	assert_true(tthr_barrier_broken(&barrier));
	assert_int_equal(tthr_barrier_wait(&barrier, NULL), TTHR_EBROKEN);
}

static void no_time_breaks_it_at_once(void **state)
{
	(void)state;
	static const double none[] = {0, -3, -INFINITY};

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(tthr_barrier_wait_timeout(&barrier, NULL, none[i]), TTHR_EBROKEN);
		assert_true(tthr_barrier_broken(&barrier));
		tthr_barrier_reset(&barrier);
	}
	/* But not for the last to arrive. */
	struct crew crew;
	n_passed = n_broken = 0;
	crew_start(&crew, PARTIES - 1, wait_once, NULL);
	wait_until(tthr_barrier_n_waiting(&barrier) == PARTIES - 1);
	assert_int_equal(tthr_barrier_wait_timeout(&barrier, NULL, 0), 0);
	crew_join(&crew);
	assert_int_equal(n_passed, PARTIES - 1);
}

static void the_default_timeout(void **state)
{
	(void)state;
	tthr_barrier b;
	double begin = now();

	tthr_barrier_init(&b, &(struct tthr_barrier_options){.parties = 2, .timeout = 0.05});
	assert_int_equal(tthr_barrier_wait(&b, NULL), TTHR_EBROKEN);
	assert_true(now() - begin >= 0.05);
	tthr_barrier_reset(&b);
	/* One of one's own takes its place. */
	assert_int_equal(tthr_barrier_wait_timeout(&b, NULL, 0.001), TTHR_EBROKEN);
	assert_int_equal(tthr_barrier_destroy(&b), 0);
}

/* The deadline of the thread that waits comes when the test says so. */
static __thread bool is_told_the_time;
static unsigned is_late;

__attribute__((no_sanitize("address"))) long syscall(long number, ...)
{
	union {
		void *address;
		long (*call)(long number, ...);
	} next = {.address = dlsym(RTLD_NEXT, "syscall")};
	long all[6];
	va_list args;

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		all[i] = va_arg(args, long);
	va_end(args);
	if (number != SYS_futex || !is_told_the_time || !all[3])
		return next.call(number, all[0], all[1], all[2], all[3], all[4], all[5]);
	wait_until(count_of(&is_late));
	errno = ETIMEDOUT;
	return -1;
}

static void *wait_for_a_moment(void *index)
{
	is_told_the_time = true;
	must(tthr_barrier_wait_timeout(&barrier, index, WAIT_SECONDS) == 0);
	return NULL;
}

/* It comes when the thread has been picked already, and its wake is on its way: it waits for that. */
static void a_wake_that_is_on_its_way_comes_first(void **state)
{
	(void)state;
	struct crew crew;
	unsigned index = 77;
	uint32_t n;

	is_late = 0;
	crew_start(&crew, 1, wait_for_a_moment, &index);
	wait_until(tthr_barrier_n_waiting(&barrier) == 1);
	tt_wait_queue_lock(&barrier.waiters);
	count_up(&is_late);
	wait_until(sleepers_on(&barrier.waiters.guard) == 1);
	struct tthr_wait_entry *picked = tt_wait_queue_pick(&barrier.waiters, UINT32_MAX, &n);
	assert_int_equal(n, 1);
	barrier.arrived = 0;
	tt_wait_queue_unlock(&barrier.waiters);
	wait_until(sleepers_on(&picked->woken) == 1);
	tt_wait_queue_wake(picked, 1, -1);
	crew_join(&crew);
	assert_int_equal(index, 0);
	assert_false(tthr_barrier_broken(&barrier));
}

/* All sorts of timeouts, aborts and resets at once: everyone ends, and the barrier is in order afterwards. */
static void *stress(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)&seed;

	(void)arg;
	for (int i = 0; i < 2000; i++) {
		switch (rand_r(&seed) % 8) {
		case 0:
			tthr_barrier_abort(&barrier);
			break;
		case 1:
		case 2:
			tthr_barrier_reset(&barrier);
			break;
		default:
			count_end(tthr_barrier_wait_timeout(&barrier, NULL, (double)(rand_r(&seed) % 300) / 1e6));
		}
	}
	return NULL;
}

static void everyone_ends(void **state)
{
	(void)state;
	struct crew crew;

	crew_start(&crew, 2 * PARTIES, stress, NULL);
	crew_join(&crew);
	tthr_barrier_reset(&barrier);
	assert_int_equal(barrier.waiters.inside, 0);
	assert_null(barrier.waiters.first);
	pass(5);
}

/* More threads than parties: any five pass together. As many waits as fill all rounds, so everyone ends. */
static unsigned tickets;

static void *pass_while_there_are_tickets(void *arg)
{
	(void)arg;
	while (count_up(&tickets) <= 1000 * PARTIES) {
		unsigned index;
		must(tthr_barrier_wait(&barrier, &index) == 0);
		must(index < PARTIES);
		__atomic_add_fetch(&indices[index], 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void more_threads_than_parties(void **state)
{
	(void)state;
	struct crew crew;

	tickets = 0;
	memset(indices, 0, sizeof indices);
	crew_start(&crew, 3 * PARTIES, pass_while_there_are_tickets, NULL);
	crew_join(&crew);
	for (unsigned i = 0; i < PARTIES; i++)
		assert_int_equal(indices[i], 1000);
}

static void *wait_while_cancelled(void *arg)
{
	(void)arg;
	must(tthr_barrier_wait(&barrier, NULL) == TTHR_EBROKEN);
	pthread_testcancel();
	must(!"cancelled");
	return NULL;
}

static void waiting_is_no_cancellation_point(void **state)
{
	(void)state;
	struct crew crew;

	crew_start(&crew, 1, wait_while_cancelled, NULL);
	wait_until(tthr_barrier_n_waiting(&barrier) == 1);
	pthread_cancel(crew.threads[0]);
	tthr_barrier_abort(&barrier);
	crew_join(&crew);
}

static void errno_is_left_alone(void **state)
{
	(void)state;
	errno = 77;
	tthr_barrier_wait_timeout(&barrier, NULL, 0.001);
	tthr_barrier_wait_timeout(&barrier, NULL, NAN);
	tthr_barrier_abort(&barrier);
	tthr_barrier_reset(&barrier);
	assert_int_equal(errno, 77);
}

static void child_begins_anew(void *arg)
{
	(void)arg;
	must(tthr_barrier_n_waiting(&barrier) == 0);
	must(tthr_barrier_wait_timeout(&barrier, NULL, 0) == TTHR_EBROKEN); /* it is not the last */
	must(tthr_barrier_reset(&barrier) == 0);
	if (threads_in_child)
		pass(3);
	must(tthr_barrier_destroy(&barrier) == 0);
}

static void fork_leaves_the_waiters_behind(void **state)
{
	(void)state;
	struct crew crew;

	n_passed = n_broken = 0;
	crew_start(&crew, PARTIES - 1, wait_once, NULL);
	wait_until(tthr_barrier_n_waiting(&barrier) == PARTIES - 1);
	in_child(child_begins_anew, NULL);
	assert_int_equal(tthr_barrier_n_waiting(&barrier), PARTIES - 1);
	assert_int_equal(tthr_barrier_wait(&barrier, NULL), 0);
	crew_join(&crew);
	assert_int_equal(n_passed, PARTIES - 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(names_and_destroy),
	    TEST(bad_options_are_refused),
	    TEST(all_pass_together),
	    TEST(the_index_is_the_order_of_arrival),
	    TEST(n_waiting_counts),
	    TEST(one_party_never_waits),
	    TEST(abort_breaks_it),
	    TEST(reset_frees_who_waits),
	    TEST(it_serves_again_after_a_reset),
	    TEST(a_timeout_breaks_it_for_all),
	    TEST(a_wake_that_is_on_its_way_comes_first),
	    TEST(no_time_breaks_it_at_once),
	    TEST(the_default_timeout),
	    TEST(everyone_ends),
	    TEST(more_threads_than_parties),
	    TEST(waiting_is_no_cancellation_point),
	    TEST(errno_is_left_alone),
	    TEST(fork_leaves_the_waiters_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
