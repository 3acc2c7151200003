/* SPDX-License-Identifier: MIT */
#include "feed.h"

/* The lock-order rule: each pattern at its smallest, and the nearest that is none. */

/* One whose threads can all be there: with as many steps at least as there are locks and requests. */
static void assert_predicted(const struct feed *feed, guint i, guint n_locks)
{
	assert_rule(found(feed, i), "TT010", TT_LEVEL_PREDICTED);
	assert_int_equal(found(feed, i)->edges->len, n_locks);
	assert_true(found(feed, i)->witness->len >= 2 * n_locks);
}

/* A thread for each list of locks. */
static void test_abba(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_predicted(&feed, 0, 2);
	assert_edge(found(&feed, 0), 0, "T1 has A wants B");
	assert_edge(found(&feed, 0), 1, "T2 has B wants A");
	/* Both sites of each edge: the n-th event has the caller n. */
	assert_int_equal(tt_finding_edge(found(&feed, 0), 0)->held_caller, 1);
	assert_int_equal(tt_finding_edge(found(&feed, 0), 0)->wanted_caller, 2);
	assert_int_equal(tt_finding_edge(found(&feed, 0), 1)->held_caller, 5);
	assert_int_equal(tt_finding_edge(found(&feed, 0), 1)->wanted_caller, 6);
	/* And both times: it comes at n milliseconds. */
	assert_int_equal(tt_finding_edge(found(&feed, 0), 0)->held_ns, FEED_ORIGIN + 1000000);
	assert_int_equal(tt_finding_edge(found(&feed, 0), 0)->wanted_ns, FEED_ORIGIN + 2000000);
	assert_string_equal(found(&feed, 0)->verdict,
	                    "T1 and T2 can wait for each other: mutex \"A\" and mutex \"B\" are taken in both orders");
	feed_free(&feed);
	(void)state;
}

static void test_same_order_is_none(void **state)
{
	struct feed feed = feed_new(true);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, A, B);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

static void test_one_thread_is_none(void **state)
{
	struct feed feed = feed_new(true);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T1, B, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

static void test_abbcca(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, C);
	NESTS(&feed, T3, C, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_predicted(&feed, 0, 3);
	assert_edge(found(&feed, 0), 2, "T3 has C wants A");
	feed_free(&feed);
	(void)state;
}

/* Three arcs, but only two threads to be at them. */
static void test_abbcca_of_two_threads_is_none(void **state)
{
	struct feed feed = feed_new(true);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T1, B, C);
	NESTS(&feed, T2, C, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

/* lockdep's ABCABC: A then B, C then A under B's end, ... the cycle goes through a nesting of three. */
static void test_abcabc(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, C, A);
	NESTS(&feed, T3, B, C);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_predicted(&feed, 0, 3);
	feed_free(&feed);
	(void)state;
}

static void test_abbccdda(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, C);
	NESTS(&feed, T3, C, D);
	NESTS(&feed, T4, D, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_predicted(&feed, 0, 4);
	feed_free(&feed);
	(void)state;
}

static void test_abbccd_is_none(void **state)
{
	struct feed feed = feed_new(true);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, C);
	NESTS(&feed, T3, C, D);
	NESTS(&feed, T4, A, D);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

/* An arc from a lock that is not the innermost one. */
static void test_across_a_nesting(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B, C);
	NESTS(&feed, T2, C, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_edge(found(&feed, 0), 0, "T1 has A wants C");
	feed_free(&feed);
	(void)state;
}

static void test_shortest_first_and_each_set_once(void **state)
{
	struct feed feed = feed_new(false);

	for (unsigned again = 0; again < 3; again++) {
		NESTS(&feed, T1, A, B);
		NESTS(&feed, T2, B, C);
		NESTS(&feed, T3, C, A);
		NESTS(&feed, T4, B, A);
		NESTS(&feed, T5, A, B);
	}
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 2);
	assert_predicted(&feed, 0, 2);
	assert_predicted(&feed, 1, 3);
	feed_free(&feed);
	(void)state;
}

static void test_gate(void **state)
{
	struct feed feed = feed_new(false), all = feed_new(true);

	for (struct feed *each = &feed; each; each = each == &feed ? &all : NULL) {
		NESTS(each, T1, G, A, B);
		NESTS(each, T2, G, B, A);
		feed_finish(each);
	}
	assert_int_equal(n_found(&feed), 0);
	assert_int_equal(n_found(&all), 1);
	assert_rule(found(&all, 0), "TT011", TT_LEVEL_INVERSION);
	assert_true(has_note(found(&all, 0), "both hold mutex \"G\""));
	feed_free(&feed);
	feed_free(&all);
	(void)state;
}

/* The same order without the gate, once, is enough: it is not hidden by the one under the gate, before or after. */
static void test_gate_with_a_way_round(void **state)
{
	for (int after = 0; after < 2; after++) {
		struct feed feed = feed_new(false);

		if (!after)
			NESTS(&feed, T1, A, B);
		NESTS(&feed, T1, G, A, B);
		if (after)
			NESTS(&feed, T1, A, B);
		NESTS(&feed, T2, G, B, A);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), 1);
		feed_free(&feed);
	}
	(void)state;
}

static void shared(struct feed *feed, unsigned who, unsigned lock, enum tt_mode mode)
{
	FEED(feed, who, lock_acquired, .id = lock, .kind = TT_KIND_RWLOCK, .mode = mode, .depth = 1);
}

static void nests_shared(struct feed *feed, unsigned who, unsigned first, enum tt_mode first_mode, unsigned second,
                         enum tt_mode second_mode)
{
	shared(feed, who, first, first_mode);
	shared(feed, who, second, second_mode);
	FEED(feed, who, lock_released, .id = second, .kind = TT_KIND_RWLOCK, .mode = second_mode);
	FEED(feed, who, lock_released, .id = first, .kind = TT_KIND_RWLOCK, .mode = first_mode);
}

static void test_shared_modes(void **state)
{
	static const struct {
		enum tt_mode modes[4];
		guint n;
	} cases[] = {
	    {{TT_MODE_EXCLUSIVE, TT_MODE_EXCLUSIVE, TT_MODE_EXCLUSIVE, TT_MODE_EXCLUSIVE}, 1},
	    {{TT_MODE_SHARED, TT_MODE_EXCLUSIVE, TT_MODE_SHARED, TT_MODE_EXCLUSIVE}, 1},
	    {{TT_MODE_EXCLUSIVE, TT_MODE_SHARED, TT_MODE_EXCLUSIVE, TT_MODE_SHARED}, 1},
	    {{TT_MODE_SHARED, TT_MODE_SHARED, TT_MODE_EXCLUSIVE, TT_MODE_EXCLUSIVE}, 1},
	    {{TT_MODE_SHARED, TT_MODE_EXCLUSIVE, TT_MODE_EXCLUSIVE, TT_MODE_SHARED}, 0},
	    {{TT_MODE_SHARED, TT_MODE_SHARED, TT_MODE_SHARED, TT_MODE_EXCLUSIVE}, 0},
	    {{TT_MODE_SHARED, TT_MODE_SHARED, TT_MODE_SHARED, TT_MODE_SHARED}, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = feed_new(false);
		const enum tt_mode *modes = cases[i].modes;

		/* T1 has A and asks for B, T2 has B and asks for A: each must block the other. */
		nests_shared(&feed, T1, A, modes[0], B, modes[1]);
		nests_shared(&feed, T2, B, modes[2], A, modes[3]);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), cases[i].n);
		feed_free(&feed);
	}
	(void)state;
}

/* A gate that both only share lets both in. */
static void test_shared_gate_is_none(void **state)
{
	static const enum tt_mode modes[][2] = {
	    {TT_MODE_SHARED, TT_MODE_SHARED}, {TT_MODE_EXCLUSIVE, TT_MODE_SHARED}, {TT_MODE_SHARED, TT_MODE_EXCLUSIVE}};

	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		struct feed feed = feed_new(false);

		for (unsigned t = 0; t < 2; t++) {
			shared(&feed, T1 + t, G, modes[i][t]);
			NESTS(&feed, T1 + t, t ? B : A, t ? A : B);
			FEED(&feed, T1 + t, lock_released, .id = G, .kind = TT_KIND_RWLOCK, .mode = modes[i][t]);
		}
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), i == 0 ? 1 : 0);
		feed_free(&feed);
	}
	(void)state;
}

static void test_re_entry_adds_nothing(void **state)
{
	struct feed feed = feed_new(true);

	feed.kind = TT_KIND_RLOCK;
	NESTS(&feed, T1, A, B);
	acquires(&feed, T2, A);
	acquires(&feed, T2, B);
	FEED(&feed, T2, lock_acquired, .id = A, .kind = TT_KIND_RLOCK, .depth = 2);
	FEED(&feed, T2, lock_released, .id = A, .kind = TT_KIND_RLOCK, .depth = 1);
	releases(&feed, T2, B);
	releases(&feed, T2, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

/* A request that was never granted counts: the last edges of a hang exist as waits only. */
static void test_waits_count(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	acquires(&feed, T2, B);
	acquires(&feed, T3, A);
	FEED(&feed, T2, lock_wait, .id = A, .kind = TT_KIND_MUTEX, .holder = T3);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_edge(found(&feed, 0), 1, "T2 has B wants A");
	feed_free(&feed);
	(void)state;
}

static void wait_timed(struct feed *feed, unsigned who, unsigned lock)
{
	FEED(feed, who, lock_wait, .id = lock, .kind = TT_KIND_MUTEX, .holder = T3, .timeout_ns = 1000000000);
}

static void test_timed_is_recoverable(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	acquires(&feed, T3, A);
	acquires(&feed, T2, B);
	wait_timed(&feed, T2, A);
	releases(&feed, T3, A);
	acquires(&feed, T2, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_true(has_note(found(&feed, 0), "Recoverable"));
	assert_string_equal(tt_finding_edge(found(&feed, 0), 1)->note, "with a time limit");
	feed_free(&feed);
	(void)state;
}

/* Once without a limit is enough: it is not hidden by the one with, before or after. */
static void test_timed_and_not(void **state)
{
	for (int after = 0; after < 2; after++) {
		struct feed feed = feed_new(false);

		NESTS(&feed, T1, A, B);
		if (!after)
			NESTS(&feed, T2, B, A);
		acquires(&feed, T3, A);
		acquires(&feed, T2, B);
		wait_timed(&feed, T2, A);
		releases(&feed, T3, A);
		acquires(&feed, T2, A);
		releases(&feed, T2, A);
		releases(&feed, T2, B);
		if (after)
			NESTS(&feed, T2, B, A);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), 1);
		assert_false(has_note(found(&feed, 0), "Recoverable"));
		feed_free(&feed);
	}
	(void)state;
}

/* What was taken by a timed acquire is held all the same. */
static void test_held_by_timed_counts(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	acquires(&feed, T3, B);
	wait_timed(&feed, T2, B);
	releases(&feed, T3, B);
	acquires(&feed, T2, B);
	acquires(&feed, T2, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_false(has_note(found(&feed, 0), "Recoverable"));
	feed_free(&feed);
	(void)state;
}

static void test_joined_before_started(void **state)
{
	struct feed feed = feed_new(false), all = feed_new(true);

	for (struct feed *each = &feed; each; each = each == &feed ? &all : NULL) {
		starts(each, MAIN, T1);
		NESTS(each, T1, A, B);
		exits(each, T1);
		joins(each, MAIN, T1);
		starts(each, MAIN, T2);
		NESTS(each, T2, B, A);
		feed_finish(each);
	}
	assert_int_equal(n_found(&feed), 0);
	assert_int_equal(n_found(&all), 1);
	assert_rule(found(&all, 0), "TT011", TT_LEVEL_INVERSION);
	assert_true(has_note(found(&all, 0), "starting and joining threads puts what T1 does here before what T2"));
	feed_free(&feed);
	feed_free(&all);
	(void)state;
}

/* The second is started before the first is joined; or the first is not joined but has just ended. */
static void test_started_before_joined(void **state)
{
	for (int joined = 0; joined < 2; joined++) {
		struct feed feed = feed_new(false);

		starts(&feed, MAIN, T1);
		if (joined)
			starts(&feed, MAIN, T2);
		NESTS(&feed, T1, A, B);
		exits(&feed, T1);
		if (joined)
			joins(&feed, MAIN, T1);
		else
			starts(&feed, MAIN, T2);
		NESTS(&feed, T2, B, A);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), 1);
		feed_free(&feed);
	}
	(void)state;
}

/* The maker against the one it makes: before the start it cannot meet it, after it can. */
static void test_maker_and_made(void **state)
{
	for (int after = 0; after < 2; after++) {
		struct feed feed = feed_new(false);

		if (!after)
			NESTS(&feed, MAIN, A, B);
		starts(&feed, MAIN, T1);
		if (after)
			NESTS(&feed, MAIN, A, B);
		NESTS(&feed, T1, B, A);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), after ? 1 : 0);
		feed_free(&feed);
	}
	(void)state;
}

/* Through a third: T1 is joined by T2, which then starts T3. */
static void test_order_through_others(void **state)
{
	struct feed feed = feed_new(false);

	starts(&feed, MAIN, T1);
	starts(&feed, MAIN, T2);
	NESTS(&feed, T1, A, B);
	exits(&feed, T1);
	joins(&feed, T2, T1);
	starts(&feed, T2, T3);
	NESTS(&feed, T3, B, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

/* The run that did deadlock there is told of as that. */
static void test_deadlocked_is_not_told_twice(void **state)
{
	struct feed feed = feed_new(false);

	acquires(&feed, T1, A);
	acquires(&feed, T2, B);
	waits(&feed, T1, B, T2);
	waits(&feed, T2, A, T1);
	NESTS(&feed, T3, C, D);
	NESTS(&feed, T4, D, C);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 2);
	assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
	assert_rule(found(&feed, 1), "TT010", TT_LEVEL_PREDICTED);
	assert_edge(found(&feed, 1), 0, "T3 has C wants D");
	feed_free(&feed);
	(void)state;
}

/* A condition wait gives its lock up and asks for it again, with what is still held. */
static void test_condition_asks_again(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, B, A);
	acquires(&feed, T2, B);
	acquires(&feed, T2, A);
	releases(&feed, T2, B);
	acquires(&feed, T2, B);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	feed_free(&feed);

	feed = feed_new(false);
	NESTS(&feed, T1, A, B);
	acquires(&feed, T2, A);
	acquires(&feed, T2, B);
	FEED(&feed, T2, cond_wait, .id = COND, .lock = A);
	releases(&feed, T2, A);
	FEED(&feed, T2, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED, .waker = T1);
	acquires(&feed, T2, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_edge(found(&feed, 0), 1, "T2 has B wants A");
	feed_free(&feed);
	(void)state;
}

/* A Lock that others release is a signal: nobody holds it in the sense of this rule. */
static void test_signal_is_no_lock(void **state)
{
	struct feed feed = feed_new(true);

	feed.kind = TT_KIND_LOCK;
	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	acquires(&feed, T1, A);
	releases(&feed, T2, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	assert_int_equal(feed.check->limits->len, 1);
	feed_free(&feed);
	(void)state;
}

/* Locks of two processes with the same ids are different ones. */
static void test_processes_are_apart(void **state)
{
	struct feed feed = feed_new(true);

	NESTS(&feed, T1, A, B);
	feed.pid++;
	NESTS(&feed, T2, B, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

/* Growth: what follows must end in reasonable time. */

enum { RING = 1000, FIRST = 10000 };

/* Lock i is held while the next one is asked for, by thread 2 + i % n. */
static void feed_ring(struct feed *feed, unsigned n)
{
	for (unsigned i = 0; i < RING; i++)
		NESTS(feed, 2 + i % n, FIRST + i, FIRST + (i + 1) % RING);
}

static void test_ring(void **state)
{
	static const unsigned threads[] = {2, 10, RING - 1};
	struct feed feed = feed_new(false);

	feed_ring(&feed, RING);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_predicted(&feed, 0, RING);
	feed_free(&feed);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
		feed = feed_new(true);
		feed_ring(&feed, threads[i]);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), 0);
		assert_int_equal(feed.check->limits->len, 0);
		feed_free(&feed);
	}
	(void)state;
}

/* All threads take all neighbours of the ring: who is at which arc must be chosen. */
static void test_ring_of_choices(void **state)
{
	enum { SMALL = 100 };

	for (unsigned n = SMALL - 1; n <= SMALL; n++) {
		struct feed feed = feed_new(false);

		for (unsigned who = 0; who < n; who++)
			for (unsigned i = 0; i < SMALL; i++)
				NESTS(&feed, 2 + who, FIRST + i, FIRST + (i + 1) % SMALL);
		feed_finish(&feed);
		assert_int_equal(n_found(&feed), n == SMALL ? 1 : 0);
		feed_free(&feed);
	}
	(void)state;
}

/* The first fit is the wrong one: T1 could be at both arcs, T2 only at the first. */
static void test_choice_is_revised(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, A, B);
	NESTS(&feed, T1, B, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1);
	assert_edge(found(&feed, 0), 0, "T2 has A wants B");
	assert_edge(found(&feed, 0), 1, "T1 has B wants A");
	feed_free(&feed);
	(void)state;
}

/* How much is enough to fill what is kept; the sanitizers, TSan above all, make each step ten times as long. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { ROUNDS = 10000, HELD = 300 };
#else
enum { ROUNDS = 20000, HELD = 1000 };
#endif

static void feed_random(struct feed *feed, unsigned n_threads, unsigned n_locks, unsigned rounds, unsigned gate)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(1);

	for (unsigned i = 0; i < rounds; i++) {
		unsigned who = 2 + (unsigned)g_rand_int_range(random, 0, (gint32)n_threads);
		unsigned locks[6], n = 0;
		if (gate)
			locks[n++] = gate;
		while (n < G_N_ELEMENTS(locks)) {
			unsigned lock = FIRST + (unsigned)g_rand_int_range(random, 0, (gint32)n_locks);
			bool held = false;
			for (unsigned j = 0; j < n; j++)
				held |= locks[j] == lock;
			if (!held)
				locks[n++] = lock;
		}
		nests_all(feed, who, locks, n);
	}
}

/* More ways to come to a request than are kept are told where that request can be in a circle, and only there. */
static void test_many_ways(void **state)
{
	enum { WAYS = 300 };

	for (unsigned circle = 0; circle < 2; circle++) {
		struct feed feed = feed_new(false);

		for (unsigned i = 0; i < WAYS; i++)
			NESTS(&feed, T1, FIRST + i, A, B);
		if (circle)
			NESTS(&feed, T2, B, A);
		feed_finish(&feed);
		assert_int_equal(feed.check->limits->len, circle);
		assert_int_equal(n_found(&feed), circle);
		feed_free(&feed);
	}
	(void)state;
}

static void test_random_nesting(void **state)
{
	struct feed feed = feed_new(false);

	feed_random(&feed, 8, 50, ROUNDS, 0);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 1000);
	assert_predicted(&feed, 0, 2);
	assert_int_equal(feed.check->limits->len, 1);
	feed_free(&feed);
	(void)state;
}

static void test_random_nesting_under_a_gate(void **state)
{
	struct feed feed = feed_new(false);

	feed_random(&feed, 50, 50, ROUNDS, A);
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

/* What is equal is kept once. */
static void test_many_held(void **state)
{
	struct feed feed = feed_new(false);
	unsigned locks[HELD];

	for (unsigned i = 0; i < G_N_ELEMENTS(locks); i++)
		locks[i] = FIRST + i;
	for (unsigned again = 0; again < 3; again++)
		nests_all(&feed, T1 + again, locks, G_N_ELEMENTS(locks));
	feed_finish(&feed);
	assert_int_equal(n_found(&feed), 0);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_abba),
	    cmocka_unit_test(test_same_order_is_none),
	    cmocka_unit_test(test_one_thread_is_none),
	    cmocka_unit_test(test_abbcca),
	    cmocka_unit_test(test_abbcca_of_two_threads_is_none),
	    cmocka_unit_test(test_abcabc),
	    cmocka_unit_test(test_abbccdda),
	    cmocka_unit_test(test_abbccd_is_none),
	    cmocka_unit_test(test_across_a_nesting),
	    cmocka_unit_test(test_shortest_first_and_each_set_once),
	    cmocka_unit_test(test_gate),
	    cmocka_unit_test(test_gate_with_a_way_round),
	    cmocka_unit_test(test_shared_modes),
	    cmocka_unit_test(test_shared_gate_is_none),
	    cmocka_unit_test(test_re_entry_adds_nothing),
	    cmocka_unit_test(test_waits_count),
	    cmocka_unit_test(test_timed_is_recoverable),
	    cmocka_unit_test(test_timed_and_not),
	    cmocka_unit_test(test_held_by_timed_counts),
	    cmocka_unit_test(test_joined_before_started),
	    cmocka_unit_test(test_started_before_joined),
	    cmocka_unit_test(test_maker_and_made),
	    cmocka_unit_test(test_order_through_others),
	    cmocka_unit_test(test_deadlocked_is_not_told_twice),
	    cmocka_unit_test(test_condition_asks_again),
	    cmocka_unit_test(test_signal_is_no_lock),
	    cmocka_unit_test(test_processes_are_apart),
	    cmocka_unit_test(test_ring),
	    cmocka_unit_test(test_ring_of_choices),
	    cmocka_unit_test(test_choice_is_revised),
	    cmocka_unit_test(test_many_ways),
	    cmocka_unit_test(test_random_nesting),
	    cmocka_unit_test(test_random_nesting_under_a_gate),
	    cmocka_unit_test(test_many_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
