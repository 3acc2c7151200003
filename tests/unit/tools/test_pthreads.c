/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "feed.h"

/* What programs on plain pthreads do, as the interposer tells it: each thing at its smallest, and the nearest other. */

static struct tt_thread *thread_of(const struct feed *feed, unsigned id)
{
	return tt_model_thread(feed->check->model->processes->pdata[0], id);
}

static struct tt_object *object_of(const struct feed *feed, unsigned id)
{
	return tt_model_object(feed->check->model->processes->pdata[0], id);
}

/* How long an acquire would have waited. */

static void acquires_within(struct feed *feed, unsigned who, unsigned lock, enum tt_limit limit)
{
	FEED(feed, who, lock_acquired, .id = lock, .kind = TT_KIND_MUTEX, .depth = 1, .limit = limit);
}

/* Who tries does not wait; one with a time limit goes on after it. */
static void test_limit_of_the_request(void **state)
{
	for (enum tt_limit limit = TT_LIMIT_NONE; limit <= TT_LIMIT_TRY; limit++) {
		struct feed feed = feed_new(false);

		NESTS(&feed, T1, A, B);
		acquires(&feed, T2, B);
		acquires_within(&feed, T2, A, limit);
		assert_n(&feed, limit == TT_LIMIT_TRY ? 0 : 1);
		if (limit != TT_LIMIT_TRY)
			assert_int_equal(has_note(found(&feed, 0), "Recoverable"), limit == TT_LIMIT_TIMED);
		feed_free(&feed);
	}
	(void)state;
}

/* However a lock was got, it is held. */
static void test_limit_of_what_is_held(void **state)
{
	for (enum tt_limit limit = TT_LIMIT_NONE; limit <= TT_LIMIT_TRY; limit++) {
		struct feed feed = feed_new(false);

		NESTS(&feed, T1, A, B);
		acquires_within(&feed, T2, B, limit);
		acquires(&feed, T2, A);
		assert_n(&feed, 1);
		assert_false(has_note(found(&feed, 0), "Recoverable"));
		feed_free(&feed);
	}
	(void)state;
}

static void test_limit_of_a_place(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, T1, sem_acquired, .id = SEM, .value = 0, .limit = TT_LIMIT_TRY);
	assert_int_equal(((struct tt_hold *)thread_of(&feed, T1)->holds->pdata[0])->limit, TT_LIMIT_TRY);
	feed_free(&feed);
	(void)state;
}

/* Rwlocks. */

static void rw(struct feed *feed, unsigned who, uint8_t kind, enum tt_mode mode)
{
	FEED(feed, who, lock_acquired, .id = A, .kind = kind, .mode = mode, .depth = 1);
}

static void rw_releases(struct feed *feed, unsigned who, uint8_t kind, enum tt_mode mode)
{
	FEED(feed, who, lock_released, .id = A, .kind = kind, .mode = mode);
}

static void rw_waits(struct feed *feed, unsigned who, uint8_t kind, enum tt_mode mode, int64_t timeout_ns)
{
	FEED(feed, who, lock_wait, .id = A, .kind = kind, .mode = mode, .timeout_ns = timeout_ns);
}

/* It is held until it was released as often as it was acquired. */
static void test_shared_holds_are_counted(void **state)
{
	for (int releases = 0; releases <= 2; releases++) {
		struct feed feed = three_threads();

		rw(&feed, T1, TT_KIND_RWLOCK, TT_MODE_SHARED);
		rw(&feed, T1, TT_KIND_RWLOCK, TT_MODE_SHARED);
		for (int i = 0; i < releases; i++)
			rw_releases(&feed, T1, TT_KIND_RWLOCK, TT_MODE_SHARED);
		assert_int_equal(object_of(&feed, A)->holds->len, releases < 2);
		exits(&feed, T1);
		rw_waits(&feed, T2, TT_KIND_RWLOCK, TT_MODE_EXCLUSIVE, 0);
		assert_n(&feed, releases < 2);
		feed_free(&feed);
	}
	(void)state;
}

/* Each thread's are its own. */
static void test_shared_holds_of_two(void **state)
{
	struct feed feed = three_threads();

	rw(&feed, T1, TT_KIND_RWLOCK, TT_MODE_SHARED);
	rw(&feed, T2, TT_KIND_RWLOCK, TT_MODE_SHARED);
	assert_int_equal(object_of(&feed, A)->holds->len, 2);
	rw_releases(&feed, T1, TT_KIND_RWLOCK, TT_MODE_SHARED);
	assert_int_equal(thread_of(&feed, T1)->holds->len, 0);
	rw(&feed, T1, TT_KIND_RWLOCK, TT_MODE_EXCLUSIVE);
	assert_int_equal(object_of(&feed, A)->holds->len, 1);
	assert_int_equal(((struct tt_hold *)object_of(&feed, A)->holds->pdata[0])->depth, 1);
	feed_free(&feed);
	(void)state;
}

/* Where writers go first, who reads and asks to read again waits behind a writer, and that for it. */
static void test_reading_again(void **state)
{
	static const struct {
		uint8_t kind;
		int writer_ns; /* its time limit; 0 none; -2 there is no writer */
		guint n;
	} cases[] = {
	    {TT_KIND_RWLOCK_WRITER, 0, 1},
	    {TT_KIND_RWLOCK_WRITER, 1000, 0},
	    {TT_KIND_RWLOCK_WRITER, -2, 0},
	    {TT_KIND_RWLOCK, 0, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = three_threads();

		rw(&feed, T1, cases[i].kind, TT_MODE_SHARED);
		if (cases[i].writer_ns != -2)
			rw_waits(&feed, T2, cases[i].kind, TT_MODE_EXCLUSIVE, cases[i].writer_ns);
		rw_waits(&feed, T1, cases[i].kind, TT_MODE_SHARED, 0);
		assert_n(&feed, cases[i].n);
		if (cases[i].n) {
			assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
			assert_edge(found(&feed, 0), 0, "T1 has A wants A");
			assert_edge(found(&feed, 0), 1, "T2 has - wants A");
			assert_true(has_note(found(&feed, 0), "Writers go first here"));
		}
		feed_free(&feed);
	}
	(void)state;
}

/* One that does not read yet waits behind the writer, who waits for a reader: dead if that one is. */
static void test_reader_behind_a_writer(void **state)
{
	for (int dead = 0; dead < 2; dead++) {
		struct feed feed = three_threads();

		rw(&feed, T1, TT_KIND_RWLOCK_WRITER, TT_MODE_SHARED);
		rw_waits(&feed, T2, TT_KIND_RWLOCK_WRITER, TT_MODE_EXCLUSIVE, 0);
		rw_waits(&feed, T3, TT_KIND_RWLOCK_WRITER, TT_MODE_SHARED, 0);
		if (dead)
			exits(&feed, T1);
		assert_n(&feed, (guint)dead);
		if (dead) {
			assert_rule(found(&feed, 0), "TT003", TT_LEVEL_ACTUAL);
			assert_edge(found(&feed, 0), 0, "T2 has - wants A");
			assert_blocked(found(&feed, 0), 0, "T3 has - wants A");
			assert_string_equal(found(&feed, 0)->verdict,
			                    "T2 waits for rwlock \"A\", whose holder T1 has exited");
		}
		feed_free(&feed);
	}
	(void)state;
}

/* A reader waits for no reader, though that one has exited with it: it is about to go on. */
static void test_reader_among_readers(void **state)
{
	for (int writes = 0; writes < 2; writes++) {
		struct feed feed = three_threads();

		rw(&feed, T1, TT_KIND_RWLOCK, writes ? TT_MODE_EXCLUSIVE : TT_MODE_SHARED);
		exits(&feed, T1);
		rw_waits(&feed, T2, TT_KIND_RWLOCK, TT_MODE_SHARED, 0);
		assert_n(&feed, (guint)writes);
		feed_free(&feed);
	}
	(void)state;
}

/* One of two readers has exited: that suffices, whoever the other waits for. */
static void test_one_reader_is_gone(void **state)
{
	for (int gone = 0; gone < 2; gone++) {
		struct feed feed = three_threads();

		rw(&feed, T1, TT_KIND_RWLOCK, TT_MODE_SHARED);
		rw(&feed, T2, TT_KIND_RWLOCK, TT_MODE_SHARED);
		acquires(&feed, MAIN, B);
		waits(&feed, T2, B, MAIN);
		if (gone)
			exits(&feed, T1);
		rw_waits(&feed, T3, TT_KIND_RWLOCK, TT_MODE_EXCLUSIVE, 0);
		assert_n(&feed, (guint)gone);
		if (gone)
			assert_edge(found(&feed, 0), 0, "T3 has - wants A");
		feed_free(&feed);
	}
	(void)state;
}

/* Once. */

static void once(struct feed *feed, unsigned who)
{
	FEED(feed, who, lock_acquired, .id = A, .kind = TT_KIND_ONCE, .depth = 1);
}

static void test_once_comes_back_to_itself(void **state)
{
	for (unsigned who = T1; who <= T2; who++) {
		struct feed feed = three_threads();

		once(&feed, T1);
		FEED(&feed, who, lock_wait, .id = A, .kind = TT_KIND_ONCE, .holder = T1);
		assert_n(&feed, who == T1);
		if (who == T1) {
			assert_rule(found(&feed, 0), "TT002", TT_LEVEL_ACTUAL);
			assert_string_equal(found(&feed, 0)->verdict,
			                    "T1 waits for once \"A\", whose routine it runs itself");
			assert_non_null(strstr(found(&feed, 0)->remedy, "once"));
		}
		feed_free(&feed);
	}
	(void)state;
}

static void test_once_in_a_circle(void **state)
{
	struct feed feed = three_threads();

	once(&feed, T1);
	acquires(&feed, T2, B);
	waits(&feed, T1, B, T2);
	FEED(&feed, T2, lock_wait, .id = A, .kind = TT_KIND_ONCE, .holder = T1);
	assert_n(&feed, 1);
	assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
	feed_free(&feed);
	(void)state;
}

/* A routine that ends its thread has not run: the next one runs it. */
static void test_once_left_by_its_thread(void **state)
{
	struct feed feed = three_threads();

	once(&feed, T1);
	acquires(&feed, T1, B);
	FEED(&feed, T2, lock_wait, .id = A, .kind = TT_KIND_ONCE, .holder = T1);
	FEED(&feed, T1, thread_exit, .id = T1, .how = TT_END_CANCELLED);
	assert_int_equal(object_of(&feed, A)->holds->len, 0);
	assert_int_equal(object_of(&feed, B)->holds->len, 1);
	assert_n(&feed, 0);
	feed_free(&feed);
	(void)state;
}

/* Objects shared between processes: one that is not in the trace may act on them. */

static void test_shared_object(void **state)
{
	for (int shared = 0; shared < 2; shared++) {
		struct feed feed = three_threads();

		FEED(&feed, MAIN, sem_init, .id = SEM);
		if (shared)
			FEED(&feed, MAIN, object_shared, .id = SEM, .object = TT_OBJECT_SEMAPHORE);
		FEED(&feed, T1, sem_wait, .id = SEM);
		exits(&feed, T2);
		begins_join(&feed, MAIN, T1);
		assert_n(&feed, !shared);
		assert_int_equal(object_of(&feed, SEM)->family, TT_FAMILY_SEMAPHORE);
		feed_free(&feed);
	}
	(void)state;
}

/* A forked child does not tell again of what its parent, or that one's parent, has shared. */
static void test_shared_with_a_forked_child(void **state)
{
	enum { SHARED, PRIVATE, ITS_OWN };

	for (int what = SHARED; what <= ITS_OWN; what++) {
		struct feed feed = three_threads();

		FEED(&feed, MAIN, cond_init, .id = COND);
		if (what != PRIVATE)
			FEED(&feed, MAIN, object_shared, .id = COND, .object = TT_OBJECT_CONDITION);
		for (uint32_t pid = 101; pid <= 102; pid++) {
			feed.pid = pid;
			FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = pid, .ppid = pid - 1);
		}
		if (what == ITS_OWN)
			FEED(&feed, MAIN, cond_init, .id = COND);
		acquires(&feed, MAIN, A);
		FEED(&feed, MAIN, cond_wait, .id = COND, .lock = A);
		releases(&feed, MAIN, A);
		assert_n(&feed, what != SHARED);
		feed_free(&feed);
	}
	(void)state;
}

/* A waiter that somebody outside may let go on may let others go on. */
static void test_waiter_of_a_shared_object_is_somebody(void **state)
{
	for (int shared = 0; shared < 2; shared++) {
		struct feed feed = three_threads();

		if (shared)
			FEED(&feed, MAIN, object_shared, .id = COND, .object = TT_OBJECT_CONDITION);
		acquires(&feed, T1, A);
		FEED(&feed, T1, cond_wait, .id = COND, .lock = A);
		releases(&feed, T1, A);
		FEED(&feed, T2, event_wait, .id = EVENT);
		begins_join(&feed, MAIN, T1);
		assert_n(&feed, shared ? 0 : 2);
		feed_free(&feed);
	}
	(void)state;
}

/* The holder of a shared mutex is the one to release it; if it has exited, the next process may see to that. */
static void test_shared_mutex(void **state)
{
	for (int gone = 0; gone < 2; gone++) {
		struct feed feed = three_threads();

		acquires(&feed, T1, A);
		FEED(&feed, T1, object_shared, .id = A, .object = TT_OBJECT_LOCK);
		acquires(&feed, T2, B);
		waits(&feed, T2, A, T1);
		if (gone)
			exits(&feed, T1);
		else
			waits(&feed, T1, B, T2);
		assert_n(&feed, !gone);
		feed_free(&feed);
	}
	(void)state;
}

/* Robust mutexes. */

static void acquires_after_death(struct feed *feed, unsigned who)
{
	waits(feed, who, A, T1);
	acquires(feed, who, A);
	FEED(feed, who, lock_inconsistent, .id = A, .kind = TT_KIND_MUTEX);
}

static void test_robust_mutex(void **state)
{
	struct feed feed = three_threads();

	acquires(&feed, T1, A);
	exits(&feed, T1);
	acquires_after_death(&feed, T2);
	assert_int_equal(thread_of(&feed, T1)->holds->len, 0);
	assert_true(object_of(&feed, A)->robust);
	FEED(&feed, T2, lock_consistent, .id = A, .kind = TT_KIND_MUTEX);
	/* Known to be robust, it passes on from the next as well. */
	exits(&feed, T2);
	waits(&feed, MAIN, A, T2);
	assert_n(&feed, 0);
	feed_free(&feed);
	(void)state;
}

/* But it passes on from no thread that lives. */
static void test_robust_mutex_in_a_circle(void **state)
{
	struct feed feed = three_threads();

	starts(&feed, MAIN, T3);
	acquires(&feed, T1, A);
	exits(&feed, T1);
	acquires_after_death(&feed, T2);
	acquires(&feed, T3, B);
	waits(&feed, T3, A, T2);
	waits(&feed, T2, B, T3);
	assert_n(&feed, 1);
	assert_rule(found(&feed, 0), "TT001", TT_LEVEL_ACTUAL);
	feed_free(&feed);
	(void)state;
}

/* Threads. */

static void test_renames(void **state)
{
	struct feed feed = three_threads();

	FEED(&feed, T1, thread_rename, .id = T1, .name = "worker", .old = "T1");
	assert_string_equal(thread_of(&feed, T1)->name, "worker");
	FEED(&feed, MAIN, thread_rename, .id = T2, .name = "writer", .old = "T2");
	assert_string_equal(thread_of(&feed, T2)->name, "writer");
	assert_string_equal(thread_of(&feed, T2)->object->name, "writer");
	feed_free(&feed);
	(void)state;
}

/* Nobody joins it, whether it is detached or not: that is no finding; nor is a cancel that it does not heed. */
static void test_never_joined(void **state)
{
	struct feed feed = three_threads();

	FEED(&feed, MAIN, thread_detach, .id = T1);
	FEED(&feed, MAIN, thread_cancel, .id = T2);
	assert_int_equal(thread_of(&feed, T2)->state, TT_THREAD_ALIVE);
	exits(&feed, T1);
	exits(&feed, MAIN);
	assert_n(&feed, 0);
	feed_free(&feed);
	(void)state;
}

/* Its wait is over; what it holds nobody gives back. */
static void test_cancelled_while_waiting(void **state)
{
	for (int holds = 0; holds < 2; holds++) {
		struct feed feed = three_threads();

		if (holds)
			acquires(&feed, T1, B);
		acquires(&feed, T1, A);
		FEED(&feed, T1, cond_wait, .id = COND, .lock = A);
		releases(&feed, T1, A);
		FEED(&feed, MAIN, thread_cancel, .id = T1);
		FEED(&feed, T1, thread_exit, .id = T1, .how = TT_END_CANCELLED);
		assert_int_equal(object_of(&feed, COND)->waiters->len, 0);
		waits(&feed, T2, B, holds ? T1 : 0);
		assert_n(&feed, (guint)holds);
		if (holds)
			assert_string_equal(found(&feed, 0)->verdict,
			                    "T2 waits for mutex \"B\", whose holder T1 has exited");
		feed_free(&feed);
	}
	(void)state;
}

/* A reading of a semaphore's value may be old. */
static void test_value_that_is_read(void **state)
{
	struct feed feed = three_threads();

	FEED(&feed, MAIN, sem_init, .id = SEM, .value = 1);
	FEED(&feed, MAIN, sem_value, .id = SEM, .value = 0);
	assert_int_equal(object_of(&feed, SEM)->value, 1);
	feed_free(&feed);
	(void)state;
}

/* Call chains. */

static void test_stacks(void **state)
{
	struct tt_stack lent = {.n = 2, .frames = {0x10, 0x20}}, other = {.n = 1, .frames = {0x10}}, empty = {0};
	struct feed feed = three_threads();

	FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_MUTEX, .depth = 1, .stack = &lent);
	FEED(&feed, T2, lock_acquired, .id = B, .kind = TT_KIND_MUTEX, .depth = 1, .stack = &lent);
	FEED(&feed, T1, lock_wait, .id = B, .kind = TT_KIND_MUTEX, .stack = &other);
	FEED(&feed, T2, lock_wait, .id = A, .kind = TT_KIND_MUTEX, .stack = &empty);
	memset(&lent, 0xff, sizeof lent);
	feed_finish(&feed);
	const struct tt_edge *first = tt_finding_edge(found(&feed, 0), 0),
			     *second = tt_finding_edge(found(&feed, 0), 1);
	assert_int_equal(first->held_stack->n, 2);
	assert_int_equal(first->held_stack->frames[1], 0x20);
	assert_ptr_equal(first->held_stack, second->held_stack);
	assert_int_equal(first->wanted_stack->n, 1);
	assert_null(second->wanted_stack);
	feed_free(&feed);
	(void)state;
}

static void test_stacks_of_an_order(void **state)
{
	struct tt_stack stack = {.n = 1, .frames = {0x10}};
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	acquires(&feed, T2, B);
	FEED(&feed, T2, lock_acquired, .id = A, .kind = TT_KIND_MUTEX, .depth = 1, .stack = &stack);
	assert_n(&feed, 1);
	assert_null(tt_finding_edge(found(&feed, 0), 0)->wanted_stack);
	assert_int_equal(tt_finding_edge(found(&feed, 0), 1)->wanted_stack->frames[0], 0x10);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_limit_of_the_request),
	    cmocka_unit_test(test_limit_of_what_is_held),
	    cmocka_unit_test(test_limit_of_a_place),
	    cmocka_unit_test(test_shared_holds_are_counted),
	    cmocka_unit_test(test_shared_holds_of_two),
	    cmocka_unit_test(test_reading_again),
	    cmocka_unit_test(test_reader_behind_a_writer),
	    cmocka_unit_test(test_reader_among_readers),
	    cmocka_unit_test(test_one_reader_is_gone),
	    cmocka_unit_test(test_once_comes_back_to_itself),
	    cmocka_unit_test(test_once_in_a_circle),
	    cmocka_unit_test(test_once_left_by_its_thread),
	    cmocka_unit_test(test_shared_object),
	    cmocka_unit_test(test_shared_with_a_forked_child),
	    cmocka_unit_test(test_waiter_of_a_shared_object_is_somebody),
	    cmocka_unit_test(test_shared_mutex),
	    cmocka_unit_test(test_robust_mutex),
	    cmocka_unit_test(test_robust_mutex_in_a_circle),
	    cmocka_unit_test(test_renames),
	    cmocka_unit_test(test_never_joined),
	    cmocka_unit_test(test_cancelled_while_waiting),
	    cmocka_unit_test(test_value_that_is_read),
	    cmocka_unit_test(test_stacks),
	    cmocka_unit_test(test_stacks_of_an_order),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
