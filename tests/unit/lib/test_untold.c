/* SPDX-License-Identifier: MIT */
/*
 * The count of calls that could not be told: it is told once, by whoever comes next, and is none in a forked child.
 */
#include "wait.h"

#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/trace/untold.h"
#include "tracepoints/emit.h"

static unsigned n_told;
static uint64_t told;

static void on_untold(void *data, const struct tt_thread_ref *who, const void *caller, uint64_t n)
{
	(void)data;
	must(who->id == tt_current_id() && !caller);
	n_told++;
	told = n;
}

static void record(bool on)
{
	static struct lttng_ust_tracepoint_probe probes[] = {{.func = (void (*)(void))on_untold}, {.func = NULL}};

	lttng_ust_tracepoint_trace_thr___untold.probes = probes;
	lttng_ust_tracepoint_trace_thr___untold.state = on;
}

static void is_told_once(void **state)
{
	(void)state;
	n_told = 0;
	record(true);
	tt_untold_tell();
	assert_int_equal(n_told, 0); /* there is nothing to tell */
	for (uint64_t n = 1; n <= 3; n++) {
		for (uint64_t i = 0; i < n; i++)
			tt_untold_count();
		tt_untold_tell();
		assert_int_equal(n_told, n);
		assert_int_equal(told, n);
		tt_untold_tell();
		assert_int_equal(n_told, n);
	}
}

static void of_a_time_before_a_thread(void **state)
{
	(void)state;
	struct crew crew;

	n_told = 0;
	record(true);
	tt_untold_count();
	crew_start(&crew, 1, (void *(*)(void *))(void (*)(void))tt_current_identify, NULL);
	crew_join(&crew);
	assert_int_equal(n_told, 1);
	assert_int_equal(told, 1);
}

static void *begin_and_count(void *arg)
{
	tt_current_id();
	tt_untold_count();
	return arg;
}

static void of_a_thread_that_ends(void **state)
{
	(void)state;
	struct crew crew;

	n_told = 0;
	record(true);
	crew_start(&crew, 1, begin_and_count, NULL);
	crew_join(&crew);
	assert_int_equal(n_told, 1);
	assert_int_equal(told, 1);
}

static void child_has_none(void *arg)
{
	(void)arg;
	tt_untold_tell();
	must(n_told == 0);
}

static void a_child_does_not_tell_its_parents(void **state)
{
	(void)state;
	n_told = 0;
	record(true);
	tt_untold_count();
	in_child(child_has_none, NULL);
	tt_untold_tell();
	assert_int_equal(n_told, 1);
}

static int out[2];

static void on_untold_to_pipe(void *data, const struct tt_thread_ref *who, const void *caller, uint64_t n)
{
	(void)data, (void)who, (void)caller;
	must(write(out[1], &n, sizeof n) == sizeof n);
}

static void leave(void *arg)
{
	static struct lttng_ust_tracepoint_probe probes[] = {{.func = (void (*)(void))on_untold_to_pipe},
	                                                     {.func = NULL}};

	(void)arg;
	lttng_ust_tracepoint_trace_thr___untold.probes = probes;
	lttng_ust_tracepoint_trace_thr___untold.state = 1;
	tt_untold_count();
	tt_untold_count();
	exit(0);
}

static void what_is_left_is_told_at_the_end(void **state)
{
	(void)state;
	uint64_t n = 0;

	record(false);
	must(!pipe(out));
	in_child(leave, NULL);
	must(!close(out[1]));
	assert_int_equal(read(out[0], &n, sizeof n), sizeof n);
	assert_int_equal(n, 2);
	assert_int_equal(read(out[0], &n, sizeof n), 0);
	close(out[0]);
}

int main(void)
{
#ifdef __SANITIZE_THREAD__ /* its runtime ends threads a round earlier, and nothing is counted: see current_thread.c   \
                            */
	return 0;
#endif
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_told_once),
	    cmocka_unit_test(of_a_time_before_a_thread),
	    cmocka_unit_test(of_a_thread_that_ends),
	    cmocka_unit_test(what_is_left_is_told_at_the_end),
	    cmocka_unit_test(a_child_does_not_tell_its_parents),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	record(false);
	return failed;
}
