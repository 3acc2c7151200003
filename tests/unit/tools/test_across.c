/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "runs.h"

/* Inversions across runs: each pattern at its smallest, and the nearest that is none. */

/* A run that takes the locks in that order, and what its check finds. */
#define RUN(runs, n, ...)                                                                                              \
	do {                                                                                                           \
		struct feed run_ = a_run(runs, "libq.so");                                                             \
		NESTS(&run_, T1, __VA_ARGS__);                                                                         \
		assert_n(&run_, n);                                                                                    \
		feed_free(&run_);                                                                                      \
	} while (0)

static void test_two_runs(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed;

	RUN(&runs, 0, A, B);
	feed = a_run(&runs, "libq.so");
	NESTS(&feed, T2, B, A);
	assert_n(&feed, 1);
	assert_rule(found(&feed, 0), "TT012", TT_LEVEL_POTENTIAL);
	assert_string_equal(
	    found(&feed, 0)->verdict,
	    "mutex \"B\" in libq.so and mutex \"A\" in libq.so are taken in both orders by different runs");
	/* Its own part is with its events, the other's in words. */
	assert_int_equal(found(&feed, 0)->edges->len, 1);
	assert_edge(found(&feed, 0), 0, "T2 has B wants A");
	assert_int_equal(tt_finding_edge(found(&feed, 0), 0)->held_caller, 1);
	assert_int_equal(tt_finding_edge(found(&feed, 0), 0)->wanted_caller, 2);
	assert_true(has_note(found(&feed, 0), "T1 held mutex \"A\" in libq.so, acquired at libq.so+0x1, and asked for "
	                                      "mutex \"B\" in libq.so at libq.so+0x2."));
	assert_true(has_note(found(&feed, 0), "pid 101, "));
	assert_true(has_note(found(&feed, 0), "pid 102, "));
	feed_free(&feed);
	runs_end(&runs);
	(void)state;
}

static void test_one_order_is_none(void **state)
{
	struct runs runs = runs_begin();

	RUN(&runs, 0, A, B);
	RUN(&runs, 0, A, B);
	RUN(&runs, 0, A, B, C);
	runs_end(&runs);
	(void)state;
}

/* Locks of one name in two libraries are two. */
static void test_other_modules_are_none(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "liba.so");

	NESTS(&feed, T1, A, B);
	assert_n(&feed, 0);
	feed_free(&feed);
	feed = a_run(&runs, "libb.so");
	NESTS(&feed, T1, B, A);
	assert_n(&feed, 0);
	feed_free(&feed);
	runs_end(&runs);
	(void)state;
}

/* Nothing is known of the module: the name alone makes no class. */
static void test_no_module_is_none(void **state)
{
	struct runs runs = runs_begin();

	for (int i = 0; i < 2; i++) {
		struct feed feed = a_run(&runs, "libq.so");
		feed.pid += 1000; /* which no module was told of */
		NESTS(&feed, T1, i ? A : B, i ? B : A);
		assert_n(&feed, 0);
		assert_int_equal(feed.check->limits->len, 1);
		assert_non_null(strstr(feed.check->limits->pdata[0], "The orders of 2 locks are not kept"));
		feed_free(&feed);
	}
	runs_end(&runs);
	(void)state;
}

static void test_ring_of_three(void **state)
{
	struct runs runs = runs_begin();

	RUN(&runs, 0, A, B);
	RUN(&runs, 0, B, C);
	RUN(&runs, 1, C, A);
	runs_end(&runs);
	(void)state;
}

/* Two of the three orders are of one run, by threads of their own. */
static void test_ring_of_two_runs(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, C);
	assert_n(&feed, 0);
	feed_free(&feed);
	RUN(&runs, 1, C, A);
	runs_end(&runs);
	(void)state;
}

/* ... and by one thread, which cannot be at both. */
static void test_ring_of_one_thread_is_none(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T1, B, C);
	assert_n(&feed, 0);
	feed_free(&feed);
	RUN(&runs, 0, C, A);
	runs_end(&runs);
	(void)state;
}

static void test_common_gate_is_none(void **state)
{
	struct runs runs = runs_begin();

	RUN(&runs, 0, G, A, B);
	RUN(&runs, 0, G, B, A);
	/* Without it, either order meets the other. */
	RUN(&runs, 1, A, B);
	runs_end(&runs);
	(void)state;
}

static void test_gate_is_the_reason_with_all(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed;

	runs.all = true;
	RUN(&runs, 0, G, A, B);
	feed = a_run(&runs, "libq.so");
	NESTS(&feed, T1, G, B, A);
	assert_n(&feed, 1);
	assert_rule(found(&feed, 0), "TT012", TT_LEVEL_INVERSION);
	assert_true(has_note(found(&feed, 0), "hold mutex \"G\" in libq.so there"));
	feed_free(&feed);
	runs_end(&runs);
	(void)state;
}

static void reads(struct feed *feed, unsigned who, unsigned lock)
{
	FEED(feed, who, lock_acquired, .id = lock, .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED, .depth = 1);
}

static void stops_reading(struct feed *feed, unsigned who, unsigned lock)
{
	FEED(feed, who, lock_released, .id = lock, .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED);
}

/* A gate that is read only lets in both. */
static void test_read_gate(void **state)
{
	struct runs runs = runs_begin();

	for (guint i = 0; i < 2; i++) {
		struct feed feed = a_run(&runs, "libq.so");
		reads(&feed, T1, G);
		NESTS(&feed, T1, i ? A : B, i ? B : A);
		stops_reading(&feed, T1, G);
		assert_n(&feed, i);
		feed_free(&feed);
	}
	runs_end(&runs);
	(void)state;
}

/* Of readers only: each can pass the other. `writes`: one of the requests is to write. */
static void read_both(struct runs *runs, unsigned first, unsigned second, bool writes, guint n)
{
	struct feed feed = a_run(runs, "libq.so");

	feed.kind = TT_KIND_RWLOCK;
	reads(&feed, T1, first);
	if (writes)
		acquires(&feed, T1, second);
	else
		reads(&feed, T1, second);
	assert_n(&feed, n);
	feed_free(&feed);
}

static void test_modes(void **state)
{
	struct runs runs = runs_begin();

	read_both(&runs, A, B, false, 0);
	read_both(&runs, B, A, false, 0);
	read_both(&runs, A, B, true, 0); /* its request waits for a reader, but that one's for none */
	read_both(&runs, B, A, true, 1);
	runs_end(&runs);
	(void)state;
}

/* A try does not wait. */
static void test_try_is_none(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	acquires(&feed, T1, B);
	FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_MUTEX, .depth = 1, .limit = TT_LIMIT_TRY);
	assert_n(&feed, 0);
	feed_free(&feed);
	RUN(&runs, 0, A, B);
	runs_end(&runs);
	(void)state;
}

static void test_timed_is_recoverable(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed;

	RUN(&runs, 0, A, B);
	feed = a_run(&runs, "libq.so");
	acquires(&feed, T1, B);
	FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_MUTEX, .depth = 1, .limit = TT_LIMIT_TIMED);
	assert_n(&feed, 1);
	assert_true(has_note(found(&feed, 0), "Recoverable"));
	feed_free(&feed);
	runs_end(&runs);
	(void)state;
}

/* A wait with a time limit is recoverable, however short the limit is. */
static void test_timed_wait_is_recoverable(void **state)
{
	for (int64_t limit = 0; limit < 2; limit++) {
		struct runs runs = runs_begin();
		struct feed feed = a_run(&runs, "libq.so");
		struct tt_event event = {.type = TT_EVENT_lock_wait, .id = A, .kind = TT_KIND_MUTEX, .holder = T1};

		acquires(&feed, T1, A);
		acquires(&feed, T2, B);
		event.timeout_ns = limit;
		feed_timed(&feed, T2, event);
		assert_n(&feed, 0);
		feed_free(&feed);
		feed = a_run(&runs, "libq.so");
		NESTS(&feed, T1, A, B);
		assert_n(&feed, 1);
		assert_true(has_note(found(&feed, 0), "Recoverable"));
		feed_free(&feed);
		runs_end(&runs);
	}
	(void)state;
}

/* A write with a time limit and a read without one, of one lock, are two requests: by the read it is for good. */
static void test_timed_write_and_untimed_read(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	acquires(&feed, T1, A);
	FEED(&feed, T1, lock_acquired, .id = B, .kind = TT_KIND_RWLOCK, .depth = 1, .limit = TT_LIMIT_TIMED);
	FEED(&feed, T1, lock_released, .id = B, .kind = TT_KIND_RWLOCK);
	FEED(&feed, T1, lock_acquired, .id = B, .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED, .depth = 1);
	FEED(&feed, T1, lock_released, .id = B, .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED);
	releases(&feed, T1, A);
	assert_n(&feed, 0);
	feed_free(&feed);
	feed = a_run(&runs, "libq.so");
	FEED(&feed, T2, lock_acquired, .id = B, .kind = TT_KIND_RWLOCK, .depth = 1);
	acquires(&feed, T2, A);
	assert_n(&feed, 1);
	assert_false(has_note(found(&feed, 0), "Recoverable"));
	feed_free(&feed);
	runs_end(&runs);
	(void)state;
}

/* A request that never ended is one as well. */
static void test_wait_is_a_request(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	acquires(&feed, T1, A);
	acquires(&feed, T2, B);
	waits(&feed, T2, A, T1);
	assert_n(&feed, 0);
	feed_free(&feed);
	RUN(&runs, 1, A, B);
	runs_end(&runs);
	(void)state;
}

/* What a run has by itself is not told again, though another one has a part of it. */
static void test_own_inversion_is_not_across(void **state)
{
	struct runs runs = runs_begin();

	for (int i = 0; i < 2; i++) {
		struct feed feed = a_run(&runs, "libq.so");
		NESTS(&feed, T1, A, B);
		NESTS(&feed, T2, B, A);
		assert_n(&feed, 1);
		assert_string_equal(found(&feed, 0)->rule->id, "TT010");
		feed_free(&feed);
	}
	RUN(&runs, 0, A, B);
	runs_end(&runs);
	(void)state;
}

/* One thread that takes both orders, in two runs of the same program, is safe in both. */
static void test_one_thread_twice_is_none(void **state)
{
	struct runs runs = runs_begin();

	for (int i = 0; i < 2; i++) {
		struct feed feed = a_run(&runs, "libq.so");
		NESTS(&feed, T1, A, B);
		NESTS(&feed, T1, B, A);
		assert_n(&feed, 0);
		feed_free(&feed);
	}
	runs_end(&runs);
	(void)state;
}

/* Two processes of one trace are two runs. */
static void test_processes_of_one_trace(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	NESTS(&feed, T1, A, B);
	feed.pid += 1000;
	add_module(&feed, "libq.so");
	NESTS(&feed, T1, B, A);
	assert_n(&feed, 1);
	assert_string_equal(found(&feed, 0)->rule->id, "TT012");
	assert_int_equal(found(&feed, 0)->edges->len, 2);
	feed_free(&feed);
	runs_end(&runs);
	(void)state;
}

/* A circle of others is not this run's, though it comes near it. */
static void test_of_others_is_not_told(void **state)
{
	struct runs runs = runs_begin();

	RUN(&runs, 0, A, B);
	RUN(&runs, 1, B, A);
	RUN(&runs, 0, C, A);
	RUN(&runs, 0, A, D);
	runs_end(&runs);
	(void)state;
}

/*
 * The first way to put a circle together is what one run has by itself, another one is not: of two orders under a gate
 * each, whichever is looked at first.
 */
static void test_other_choice(void **state)
{
	for (unsigned turn = 0; turn < 2; turn++) {
		struct runs runs = runs_begin();
		struct feed feed = a_run(&runs, "libq.so");
		NESTS(&feed, T1, E, A, B);
		NESTS(&feed, T2, turn ? C : D, B, A);
		feed_finish(&feed);
		feed_free(&feed);
		RUN(&runs, 1, turn ? D : C, B, A);
		RUN(&runs, 1, E, A, B);
		runs_end(&runs);
	}
	(void)state;
}

/* Locks without a name that lie at one place are one class, and have no order among themselves. */
static void test_one_class_is_none(void **state)
{
	struct runs runs = runs_begin();

	for (int i = 0; i < 2; i++) {
		struct feed feed = a_run(&runs, "libq.so");
		for (unsigned lock = A; lock <= B; lock++)
			FEED(&feed, T1, lock_init, .id = lock, .name = "account", .kind = TT_KIND_MUTEX);
		FEED(&feed, T1, lock_acquired, .id = i ? A : B, .name = "account", .kind = TT_KIND_MUTEX, .depth = 1);
		FEED(&feed, T1, lock_acquired, .id = i ? B : A, .name = "account", .kind = TT_KIND_MUTEX, .depth = 1);
		assert_n(&feed, 0);
		feed_free(&feed);
	}
	struct tt_db_snapshot *picture = tt_db_snapshot_read(runs.db, NULL);
	assert_int_equal(picture->runs->len, 2);
	assert_int_equal(picture->orders->len, 0);
	tt_db_snapshot_free(picture);
	runs_end(&runs);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_timed_wait_is_recoverable),
	    cmocka_unit_test(test_timed_write_and_untimed_read),
	    cmocka_unit_test(test_two_runs),
	    cmocka_unit_test(test_one_order_is_none),
	    cmocka_unit_test(test_other_modules_are_none),
	    cmocka_unit_test(test_no_module_is_none),
	    cmocka_unit_test(test_ring_of_three),
	    cmocka_unit_test(test_ring_of_two_runs),
	    cmocka_unit_test(test_ring_of_one_thread_is_none),
	    cmocka_unit_test(test_common_gate_is_none),
	    cmocka_unit_test(test_gate_is_the_reason_with_all),
	    cmocka_unit_test(test_read_gate),
	    cmocka_unit_test(test_modes),
	    cmocka_unit_test(test_try_is_none),
	    cmocka_unit_test(test_timed_is_recoverable),
	    cmocka_unit_test(test_wait_is_a_request),
	    cmocka_unit_test(test_own_inversion_is_not_across),
	    cmocka_unit_test(test_one_thread_twice_is_none),
	    cmocka_unit_test(test_processes_of_one_trace),
	    cmocka_unit_test(test_of_others_is_not_told),
	    cmocka_unit_test(test_other_choice),
	    cmocka_unit_test(test_one_class_is_none),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
