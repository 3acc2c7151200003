/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "runs.h"

/*
 * What a run adds to a database, row by row: which was held, which asked for, in which modes, by which threads, what
 * was held besides; and what of a run is no order.
 */

static gint by_text(gconstpointer a, gconstpointer b)
{
	const char *const *x = a, *const *y = b;
	return strcmp(*x, *y);
}

static void put_class(GString *text, const struct tt_class *class, enum tt_mode mode)
{
	g_string_append_printf(text, "%s%s", class->kind == TT_CLASS_UNKNOWN ? "?" : class->name,
	                       mode == TT_MODE_SHARED ? " to read" : "");
}

/* The number of its event: in a feed all sites lie in one file, at small offsets. */
static const char *site_text(const char *site)
{
	const char *offset = strrchr(site, 'x');

	return offset ? offset + 1 : site;
}

/* `A@1 > B@2 under C, D to read by T1`: gates and threads by their names. */
static char *order_text(const struct tt_order *order)
{
	GString *text = g_string_new(NULL);
	g_autoptr(GPtrArray) gates = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) roles = g_ptr_array_new_with_free_func(g_free);

	put_class(text, order->held, order->held_mode);
	g_string_append_printf(text, "@%s > ", site_text(order->held_site));
	put_class(text, order->wanted, order->wanted_mode);
	g_string_append_printf(text, "@%s%s", site_text(order->wanted_site), order->timed ? " timed" : "");
	for (guint i = 0; i < order->gates->len; i++) {
		const struct tt_gate *gate = &g_array_index(order->gates, struct tt_gate, i);
		GString *one = g_string_new(" under ");
		put_class(one, gate->class, gate->mode);
		g_ptr_array_add(gates, g_string_free(one, FALSE));
	}
	for (guint i = 0; i < order->seen->len; i++) {
		const struct tt_occurrence *seen = order->seen->pdata[i];
		g_ptr_array_add(roles, g_strdup_printf(" by %s (%u of %u)", seen->role, seen->thread, seen->run->pid));
	}
	g_ptr_array_sort(gates, by_text);
	g_ptr_array_sort(roles, by_text);
	for (guint i = 0; i < gates->len; i++)
		g_string_append(text, gates->pdata[i]);
	for (guint i = 0; i < roles->len; i++)
		g_string_append(text, roles->pdata[i]);
	return g_string_free(text, FALSE);
}

/* Ends the run, after which the database has these orders, sorted. */
static void assert_orders(struct runs *runs, struct feed *feed, const char *wanted)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	feed_finish(feed);
	assert_null(feed->check->failure);
	struct tt_db_snapshot *picture = tt_db_snapshot_read(runs->db, &error);
	assert_non_null(picture);
	for (guint i = 0; i < picture->orders->len; i++)
		g_ptr_array_add(lines, order_text(picture->orders->pdata[i]));
	g_ptr_array_sort(lines, by_text);
	g_ptr_array_add(lines, NULL);
	g_autofree char *text = g_strjoinv("\n", (char **)lines->pdata);
	if (strcmp(text, wanted) != 0)
		fail_msg("not what was wanted, but:\n%s", text);
	tt_db_snapshot_free(picture);
	feed_free(feed);
	runs_end(runs);
}

static void test_gates(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	NESTS(&feed, T1, D, C, B, A);
	assert_orders(&runs, &feed,
	              "B@3 > A@4 under C under D by T1 (0 of 101)\n"
	              "C@2 > A@4 under B under D by T1 (0 of 101)\n"
	              "C@2 > B@3 under D by T1 (0 of 101)\n"
	              "D@1 > A@4 under B under C by T1 (0 of 101)\n"
	              "D@1 > B@3 under C by T1 (0 of 101)\n"
	              "D@1 > C@2 by T1 (0 of 101)");
	(void)state;
}

/* Two locks of one class are one gate, in the stronger of their modes; none if it is one of those two. */
static void test_gates_of_one_class(void **state)
{
	static const char *const wanted[] = {"A@4 > A@5 under C by T1 (0 of 101)\n"
	                                     "A@4 > B@6 under A under C by T1 (0 of 101)\n"
	                                     "A@5 > B@6 under A under C by T1 (0 of 101)\n"
	                                     "C to read@2 > A@4 by T1 (0 of 101)\n"
	                                     "C to read@2 > A@5 under A by T1 (0 of 101)\n"
	                                     "C to read@2 > B@6 under A under A by T1 (0 of 101)\n"
	                                     "C@1 > A@4 by T1 (0 of 101)\n"
	                                     "C@1 > A@5 under A by T1 (0 of 101)\n"
	                                     "C@1 > B@6 under A under A by T1 (0 of 101)",
	                                     "A@4 > A@5 under C by T1 (0 of 101)\n"
	                                     "A@4 > B@6 under A under C by T1 (0 of 101)\n"
	                                     "A@5 > B@6 under A under C by T1 (0 of 101)\n"
	                                     "C to read@1 > A@4 by T1 (0 of 101)\n"
	                                     "C to read@1 > A@5 under A by T1 (0 of 101)\n"
	                                     "C to read@1 > B@6 under A under A by T1 (0 of 101)\n"
	                                     "C@2 > A@4 by T1 (0 of 101)\n"
	                                     "C@2 > A@5 under A by T1 (0 of 101)\n"
	                                     "C@2 > B@6 under A under A by T1 (0 of 101)",
	                                     "A@4 > A@5 under C by T1 (0 of 101)\n"
	                                     "A@4 > B@6 under A under C by T1 (0 of 101)\n"
	                                     "A@5 > B@6 under A under C by T1 (0 of 101)\n"
	                                     "C to read@1 > A@4 by T1 (0 of 101)\n"
	                                     "C to read@1 > A@5 under A by T1 (0 of 101)\n"
	                                     "C to read@1 > B@6 under A under A by T1 (0 of 101)\n"
	                                     "C@3 > A@4 by T1 (0 of 101)\n"
	                                     "C@3 > A@5 under A by T1 (0 of 101)\n"
	                                     "C@3 > B@6 under A under A by T1 (0 of 101)"};

	for (int i = 0; i < 3; i++) {
		struct runs runs = runs_begin();
		struct feed feed = a_run(&runs, "libq.so");

		for (unsigned j = 0; j < 3; j++)
			FEED(&feed, T1, lock_acquired, .id = C + j, .name = "C", .depth = 1, .kind = TT_KIND_RWLOCK,
			     .mode = j == (unsigned)i ? TT_MODE_EXCLUSIVE : TT_MODE_SHARED);
		FEED(&feed, T1, lock_acquired, .id = COND, .name = "A", .depth = 1, .kind = TT_KIND_RWLOCK);
		acquires(&feed, T1, A);
		acquires(&feed, T1, B);
		assert_orders(&runs, &feed, wanted[i]);
	}
	(void)state;
}

/* Places of a semaphore are no gates, and neither held nor asked for. */
static void test_other_things_held(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	FEED(&feed, MAIN, sem_init, .id = SEM, .value = 2);
	FEED(&feed, T1, sem_acquired, .id = SEM);
	acquires(&feed, T1, A);
	FEED(&feed, T1, sem_wait, .id = SEM);
	FEED(&feed, T1, sem_acquired, .id = SEM);
	acquires(&feed, T1, B);
	assert_orders(&runs, &feed, "A@3 > B@6 by T1 (1 of 101)");
	(void)state;
}

/* The same order again is one, with the first sites; of each thread once, and of some threads only. */
static void test_who_took_it(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	for (unsigned who = 20; who < 30; who++)
		for (int i = 0; i < 2; i++)
			NESTS(&feed, who, A, B);
	assert_orders(&runs, &feed,
	              "A@1 > B@2 by T19 (0 of 101) by T20 (1 of 101) by T21 (2 of 101) by T22 (3 of 101) by T23 (4 of "
	              "101) by T24 (5 of 101) by T25 (6 of 101) by T26 (7 of 101)");
	(void)state;
}

/* Other modes, another limit or other gates make another order. */
static void test_different_orders(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	feed.kind = TT_KIND_RWLOCK;
	for (unsigned i = 0; i < 8; i++) {
		uint8_t held = i & 1 ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE;
		uint8_t wanted = i & 2 ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE;

		FEED(&feed, T1, lock_acquired, .id = A, .kind = feed.kind, .mode = held, .depth = 1);
		FEED(&feed, T1, lock_acquired, .id = B, .kind = feed.kind, .mode = wanted, .depth = 1,
		     .limit = i & 4 ? TT_LIMIT_TIMED : TT_LIMIT_NONE);
		FEED(&feed, T1, lock_released, .id = B, .kind = feed.kind, .mode = wanted);
		FEED(&feed, T1, lock_released, .id = A, .kind = feed.kind, .mode = held);
	}
	for (unsigned i = 0; i < 2; i++) {
		FEED(&feed, T1, lock_acquired, .id = C, .kind = feed.kind, .depth = 1,
		     .mode = i ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE);
		NESTS(&feed, T1, A, B);
		FEED(&feed, T1, lock_released, .id = C, .kind = feed.kind,
		     .mode = i ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE);
	}
	assert_orders(&runs, &feed,
	              "A to read@15 > B@16 timed by T1 (0 of 101)\n"
	              "A to read@1d > B to read@1e timed by T1 (0 of 101)\n"
	              "A to read@5 > B@6 by T1 (0 of 101)\n"
	              "A to read@d > B to read@e by T1 (0 of 101)\n"
	              "A@1 > B@2 by T1 (0 of 101)\n"
	              "A@11 > B@12 timed by T1 (0 of 101)\n"
	              "A@19 > B to read@1a timed by T1 (0 of 101)\n"
	              "A@22 > B@23 under C by T1 (0 of 101)\n"
	              "A@28 > B@29 under C to read by T1 (0 of 101)\n"
	              "A@9 > B to read@a by T1 (0 of 101)\n"
	              "C to read@27 > A@28 by T1 (0 of 101)\n"
	              "C to read@27 > B@29 under A by T1 (0 of 101)\n"
	              "C@21 > A@22 by T1 (0 of 101)\n"
	              "C@21 > B@23 under A by T1 (0 of 101)");
	(void)state;
}

/* A wait asks with its own limit; the acquire that follows asks for the same again. */
static void test_waits(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	acquires(&feed, T1, A);
	waits(&feed, T1, B, T2);
	acquires(&feed, T2, C);
	FEED(&feed, T2, lock_wait, .id = D, .timeout_ns = 5, .holder = T3);
	FEED(&feed, T2, lock_failed, .id = D, .why = TT_FAILURE_TIMEOUT);
	acquires(&feed, T3, E);
	feed_timed(&feed, T3, (struct tt_event){.type = TT_EVENT_lock_wait, .id = F});
	assert_orders(&runs, &feed,
	              "A@1 > B@2 by T1 (0 of 101)\n"
	              "B@? > C@3 by T2 (1 of 101)\n"
	              "B@? > D@4 timed under C by T2 (1 of 101)\n"
	              "C@3 > D@4 timed under B by T2 (1 of 101)\n"
	              "D@? > E@6 by T3 (2 of 101)\n"
	              "D@? > F@7 timed under E by T3 (2 of 101)\n"
	              "E@6 > F@7 timed under D by T3 (2 of 101)");
	(void)state;
}

/* Locks that are signals have no order: each of theirs is dropped, wherever it stands among the others. */
static void test_signals(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T1, A, C);
	NESTS(&feed, T1, C, D);
	NESTS(&feed, T1, D, B);
	feed.kind = TT_KIND_LOCK;
	acquires(&feed, T1, C);
	releases(&feed, T2, C);
	assert_orders(&runs, &feed,
	              "A@1 > B@2 by T1 (0 of 101)\n"
	              "D@d > B@e by T1 (0 of 101)");
	(void)state;
}

/* What the library calls a lock that nobody named is no name; a number alone does not make it so. */
static void test_names(void **state)
{
	static const char *const names[] = {"Lock-1", "RLock-22", "Condition-333", "Lock-", "Lock-1a", "a Lock-1"};
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		FEED(&feed, T1, lock_acquired, .id = B + i, .name = names[i], .depth = 1);
		NESTS(&feed, T1, A);
		FEED(&feed, T1, lock_released, .id = B + i, .name = names[i]);
	}
	assert_orders(&runs, &feed,
	              "Lock-1a@11 > A@12 by T1 (0 of 101)\n"
	              "Lock-@d > A@e by T1 (0 of 101)\n"
	              "a Lock-1@15 > A@16 by T1 (0 of 101)");
	(void)state;
}

/* A lock of a parent is that in the child as well, but for what the child makes or calls otherwise. */
static void test_forked(void **state)
{
	struct runs runs = runs_begin();
	struct feed feed = a_run(&runs, "libq.so");

	FEED(&feed, MAIN, thread_start, .id = MAIN);
	NESTS(&feed, MAIN, A, B);
	feed.pid++; /* of which no module is known */
	FEED(&feed, MAIN, thread_start, .id = MAIN, .ppid = feed.pid - 1);
	NESTS(&feed, MAIN, B, A);
	FEED(&feed, MAIN, lock_init, .id = C);
	NESTS(&feed, MAIN, A, C);
	assert_orders(&runs, &feed,
	              "A@2 > B@3 by MainThread (0 of 101)\n"
	              "B@? > A@? by MainThread (0 of 102)");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_gates),
	    cmocka_unit_test(test_gates_of_one_class),
	    cmocka_unit_test(test_other_things_held),
	    cmocka_unit_test(test_who_took_it),
	    cmocka_unit_test(test_different_orders),
	    cmocka_unit_test(test_waits),
	    cmocka_unit_test(test_signals),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_forked),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
