/* SPDX-License-Identifier: MIT */
/*
 * Shaking: a seed decides, for each thread by its place in the tree of threads; and a delay is seen by nobody but the
 * clock. The expected numbers were computed by another program.
 */
#include "threads.h"

#include <fcntl.h>

#include "libtrace_thr/src/explore/shake.h"

static const char variable[] = "TRACE_THR_SHAKE";

static void a_seed_decides(void **state)
{
	(void)state;
	const int64_t first[] = {0, 0, 0, 0, TT_DELAY_YIELD, 0, 0, 0, 1387603, 0, 0, 17156, 0, 254209};
	const int64_t of_child[] = {TT_DELAY_YIELD, 0, 0, 0, 0, TT_DELAY_YIELD, 0, 0, 0, 268512, 0, TT_DELAY_YIELD};
	struct tthr_prng prng = tt_prng_of(42);
	struct tthr_prng child = tt_prng_of_child(&prng);

	assert_true(tt_prng_of(0).points == UINT64_C(0xe220a8397b1dcdaf)); /* SplitMix64's first number of seed 0 */
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		assert_int_equal(tt_prng_next(&prng), first[i]);
	for (size_t i = 0; i < sizeof of_child / sizeof *of_child; i++)
		assert_int_equal(tt_prng_next(&child), of_child[i]);
}

static void children_do_not_depend_on_points(void **state)
{
	(void)state;
	struct tthr_prng a = tt_prng_of(7), b = tt_prng_of(7), first, second;

	for (int i = 0; i < 100; i++)
		tt_prng_next(&b);
	first = tt_prng_of_child(&a);
	second = tt_prng_of_child(&a);
	assert_true(first.points == tt_prng_of_child(&b).points);
	assert_true(second.points == tt_prng_of_child(&b).points);
	assert_true(first.points != second.points);
	assert_true(tt_prng_of(8).points != tt_prng_of(7).points);
}

static void long_threads_lose_little(void **state)
{
	(void)state;
	struct tthr_prng prng = tt_prng_of(42);
	int64_t sum = 0;
	uint64_t of_all = 0; /* each delay, and the place that it has */

	for (int i = 0; i < 1000000; i++) {
		int64_t delay = tt_prng_next(&prng);
		assert_true(delay <= 3000000);
		sum += delay > 0 ? delay : 0;
		of_all = of_all * UINT64_C(0x100000001b3) + (uint64_t)delay;
	}
	assert_int_equal(sum / 1000, 179593);
	assert_true(of_all == UINT64_C(0x380f55fffce87412));
}

/* A thread that starts two more, so that each has a place of its own in the tree. */
static uint64_t seen[3];

static void *look(void *arg)
{
	*(uint64_t *)arg = tthr_current()->prng.points;
	return NULL;
}

static void *look_and_start(void *arg)
{
	look(arg);
	joined(started(look, &seen[1]));
	joined(started(look, &seen[2]));
	return NULL;
}

static void threads_have_dice_of_their_place(void **state)
{
	(void)state;
	struct tthr_prng main_dice = tt_prng_of(5);
	struct tthr_prng child = tt_prng_of_child(&main_dice);

	assert_true(tt_shaking);
	assert_true(tthr_main()->prng.points == main_dice.points);
	joined(started(look_and_start, &seen[0]));
	assert_true(seen[0] == child.points);
	assert_true(seen[1] == tt_prng_of_child(&child).points);
	assert_true(seen[2] == tt_prng_of_child(&child).points);
}

static void *shake_while_cancelled(void *arg)
{
	tthr_current();
	must(!pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL));
	must(!pthread_cancel(pthread_self()));
	errno = ENOTTY;
	for (int i = 0; i < 200; i++)
		tt_shake_point();
	must(errno == ENOTTY);
	*(bool *)arg = true;
	pthread_testcancel();
	return NULL;
}

static unsigned n_yields;

int sched_yield(void)
{
	n_yields++;
	return 0;
}

/* By the thread's own numbers, and no shorter than they say. */
static void points_do_as_the_numbers_say(void **state)
{
	(void)state;
	struct tthr_prng copy = tthr_main()->prng;
	int64_t ns = 0;
	unsigned yields = 0;

	for (int i = 0; i < 300; i++) {
		int64_t delay = tt_prng_next(&copy);
		yields += delay == TT_DELAY_YIELD;
		ns += delay > 0 ? delay : 0;
	}
	assert_true(yields > 0 && ns > 0);
	n_yields = 0;
	double begin = now();
	for (int i = 0; i < 300; i++)
		tt_shake_point();
	assert_true(now() - begin >= (double)ns / 1e9);
	assert_int_equal(n_yields, yields);
	assert_true(tthr_main()->prng.n_points == copy.n_points);
}

static void *look_as_a_stranger(void *arg)
{
	return look(arg);
}

/* Threads that others have started: each has numbers of its own, which the seed decides as well. */
static void strangers_have_theirs(void **state)
{
	(void)state;
	struct tthr_prng of_strangers = tt_prng_of(tt_prng_of(5).threads);
	uint64_t of[2];

	for (int i = 0; i < 2; i++) {
		struct crew crew;
		crew_start(&crew, 1, look_as_a_stranger, &of[i]);
		crew_join(&crew);
		assert_true(of[i] == tt_prng_of_child(&of_strangers).points);
	}
}

static void delays_are_no_cancellation_points_and_leave_errno(void **state)
{
	(void)state;
	bool through = false;
	pthread_t thread;
	void *result;

	assert_int_equal(pthread_create(&thread, NULL, shake_while_cancelled, &through), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_true(through);
	assert_ptr_equal(result, PTHREAD_CANCELED);
}

/* What the library says on stderr when it finds the variable like this. */
static const char *said_of(const char *value, char *text, size_t size)
{
	struct tthr_prng prng;
	bool before = tt_shaking;
	int saved = dup(STDERR_FILENO), ends[2];

	must(saved != -1 && !pipe(ends) && dup2(ends[1], STDERR_FILENO) != -1 && !setenv(variable, value, 1));
	tt_shake_prepare(&prng);
	must(dup2(saved, STDERR_FILENO) != -1 && !close(ends[1]) && !close(saved));
	ssize_t n = read(ends[0], text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	must(tt_shaking == !*text);
	tt_shaking = before;
	return text;
}

static void other_values_are_refused_in_a_line(void **state)
{
	(void)state;
	static const char *const wrong[] = {"", "-1", "x", "1x", " 1", "0x10", "18446744073709551616"};
	char text[256];

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		said_of(wrong[i], text, sizeof text);
		assert_non_null(strstr(text, "is no number from 0 to 18446744073709551615"));
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	}
	assert_string_equal(said_of("18446744073709551615", text, sizeof text), "");
	assert_string_equal(said_of("0", text, sizeof text), "");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_seed_decides),
	    cmocka_unit_test(children_do_not_depend_on_points),
	    cmocka_unit_test(long_threads_lose_little),
	    cmocka_unit_test(threads_have_dice_of_their_place),
	    cmocka_unit_test(points_do_as_the_numbers_say),
	    cmocka_unit_test(strangers_have_theirs),
	    cmocka_unit_test(delays_are_no_cancellation_points_and_leave_errno),
	    cmocka_unit_test(other_values_are_refused_in_a_line),
	};

	if (argc == 1 && !getenv(variable)) {
		setenv(variable, "5", 1);
		execv("/proc/self/exe", argv);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
