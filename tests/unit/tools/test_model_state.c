/* SPDX-License-Identifier: MIT */
#include "state.h"

/* The model: what is kept of threads, waits and holds, field by field. */

static void test_times(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, MAIN, thread_create, .id = T1, .daemon = 1);
	assert_int_equal(process_of(&feed)->first_ns, at(1));
	assert_int_equal(thread_of(&feed, T1)->created_ns, at(1));
	assert_int_equal(thread_of(&feed, T1)->started_ns, 0);
	assert_true(thread_of(&feed, T1)->daemon);
	FEED(&feed, T1, thread_start, .id = T1, .native_id = 77, .ppid = 5);
	assert_int_equal(thread_of(&feed, T1)->started_ns, at(2));
	assert_int_equal(thread_of(&feed, T1)->native_id, 77);
	assert_false(thread_of(&feed, T1)->daemon);
	assert_int_equal(process_of(&feed)->ppid, 5);
	/* A parent that has ended is another then: the first is the one that forked. */
	FEED(&feed, T2, thread_start, .id = T2, .ppid = 1);
	assert_int_equal(process_of(&feed)->ppid, 5);
	FEED(&feed, T1, thread_exit, .id = T1, .how = TT_END_EXITED);
	assert_int_equal(thread_of(&feed, T1)->end, TT_END_EXITED);
	assert_int_equal(thread_of(&feed, T1)->ended_ns, at(4));
	assert_int_equal(process_of(&feed)->first_ns, at(1));
	assert_int_equal(process_of(&feed)->last_ns, at(4));
	assert_int_equal(feed.check->model->now_ns, at(4));
	/* Once. */
	exits(&feed, T1);
	assert_int_equal(thread_of(&feed, T1)->ended_ns, at(4));
	feed_free(&feed);
	(void)state;
}

static void count_began(struct tt_thread *thread, const struct tt_event *event, void *data)
{
	(void)thread;
	(void)event;
	++*(unsigned *)data;
}

static void count_ended(struct tt_thread *thread, const struct tt_event *event, void *data)
{
	(void)thread;
	(void)event;
	*(unsigned *)data += 100;
}

/* Whatever is first seen of a thread tells that it began. */
static void test_first_seen(void **state)
{
	static const struct tt_observer observer = {.thread_began = count_began, .thread_ended = count_ended};
	struct feed feed = feed_new(false);
	unsigned n = 0;

	tt_model_observe(feed.check->model, &observer, &n);
	begins_join(&feed, MAIN, T1);
	assert_int_equal(n, 2);
	assert_int_equal(thread_of(&feed, T1)->state, TT_THREAD_ALIVE);
	exits(&feed, T2);
	assert_int_equal(n, 103);
	joins(&feed, MAIN, T3);
	assert_int_equal(n, 204);
	assert_ptr_equal(thread_of(&feed, T3)->joined_by, thread_of(&feed, MAIN));
	FEED(&feed, MAIN, thread_abandoned, .id = T1);
	assert_int_equal(n, 304);
	assert_int_equal(thread_of(&feed, T1)->state, TT_THREAD_ABANDONED);
	exits(&feed, T1);
	assert_int_equal(n, 304);
	/* Made, and not seen since. */
	FEED(&feed, MAIN, thread_create, .id = T4);
	assert_int_equal(n, 304);
	FEED(&feed, MAIN, thread_abandoned, .id = T4);
	assert_int_equal(n, 405);
	feed_free(&feed);
	(void)state;
}

/* One that is abandoned may wait still, one that has exited does not. */
static void test_wait_at_the_end(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, T1, event_wait, .id = EVENT);
	FEED(&feed, T2, event_wait, .id = EVENT);
	FEED(&feed, MAIN, thread_abandoned, .id = T1);
	exits(&feed, T2);
	assert_ptr_equal(wait_of(&feed, T1)->object, object_of(&feed, EVENT));
	assert_null(wait_of(&feed, T2)->object);
	assert_int_equal(wait_of(&feed, T2)->timeout_ns, TT_NO_TIMEOUT);
	assert_int_equal(object_of(&feed, EVENT)->waiters->len, 1);
	feed_free(&feed);
	(void)state;
}

/* A once whose routine did not return is free again; locks stay held. */
static void test_routines_at_the_end(void **state)
{
	for (int abandoned = 0; abandoned < 2; abandoned++) {
		struct feed feed = feed_new(false);

		FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_ONCE, .depth = 1);
		acquires(&feed, T1, B);
		FEED(&feed, T1, lock_acquired, .id = C, .kind = TT_KIND_ONCE, .depth = 1);
		if (abandoned)
			FEED(&feed, MAIN, thread_abandoned, .id = T1);
		else
			exits(&feed, T1);
		assert_int_equal(object_of(&feed, A)->holds->len, abandoned);
		assert_int_equal(object_of(&feed, B)->holds->len, 1);
		assert_int_equal(object_of(&feed, C)->holds->len, abandoned);
		assert_int_equal(thread_of(&feed, T1)->holds->len, abandoned ? 3 : 1);
		feed_free(&feed);
	}
	(void)state;
}

/* What is known of a wait, and of the hold that follows it. */
static void test_wait_and_hold(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, T1, lock_wait, .id = A, .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED, .timeout_ns = 7,
	     .holder = T2);
	assert_int_equal(wait_of(&feed, T1)->mode, TT_MODE_SHARED);
	assert_int_equal(wait_of(&feed, T1)->since_ns, at(1));
	assert_int_equal(wait_of(&feed, T1)->caller, 1);
	assert_int_equal(wait_of(&feed, T1)->timeout_ns, 7);
	assert_int_equal(wait_of(&feed, T1)->holder, T2);
	assert_int_equal(object_of(&feed, A)->kind, TT_KIND_RWLOCK);
	/* Who held it from before the trace. */
	assert_int_equal(hold_of(&feed, T2, A)->depth, 1);
	assert_int_equal(hold_of(&feed, T2, A)->mode, TT_MODE_EXCLUSIVE);
	assert_int_equal(hold_of(&feed, T2, A)->since_ns, at(1));
	assert_int_equal(thread_of(&feed, T2)->state, TT_THREAD_ALIVE);
	assert_false(thread_of(&feed, T2)->left_behind);
	FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_RWLOCK, .mode = TT_MODE_SHARED, .depth = 1);
	assert_null(hold_of(&feed, T2, A));
	assert_int_equal(hold_of(&feed, T1, A)->mode, TT_MODE_SHARED);
	assert_int_equal(hold_of(&feed, T1, A)->limit, TT_LIMIT_TIMED);
	assert_int_equal(hold_of(&feed, T1, A)->since_ns, at(2));
	assert_int_equal(hold_of(&feed, T1, A)->caller, 2);
	assert_null(hold_of(&feed, T1, A)->stack);
	assert_int_equal(object_of(&feed, A)->last_ns, at(2));
	FEED(&feed, T1, lock_acquired, .id = B, .depth = 1, .limit = TT_LIMIT_TRY);
	assert_int_equal(hold_of(&feed, T1, B)->limit, TT_LIMIT_TRY);
	FEED(&feed, T1, lock_released, .id = B);
	assert_ptr_equal(object_of(&feed, B)->last, thread_of(&feed, T1));
	assert_int_equal(object_of(&feed, B)->last_ns, at(4));
	feed_free(&feed);
	(void)state;
}

/* A limit of a wait for another object is none of this one; nor is that of no time. */
static void test_limits_of_holds(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, T1, sem_wait, .id = SEM, .timeout_ns = 9);
	acquires(&feed, T1, A);
	assert_int_equal(hold_of(&feed, T1, A)->limit, TT_LIMIT_NONE);
	FEED(&feed, T1, sem_acquired, .id = SEM, .value = 3);
	assert_int_equal(hold_of(&feed, T1, SEM)->limit, TT_LIMIT_TIMED);
	assert_int_equal(hold_of(&feed, T1, SEM)->depth, 1);
	assert_int_equal(hold_of(&feed, T1, SEM)->since_ns, at(3));
	assert_int_equal(hold_of(&feed, T1, SEM)->caller, 3);
	assert_int_equal(object_of(&feed, SEM)->value, 3);
	waits(&feed, T2, B, 0);
	acquires(&feed, T2, B);
	assert_int_equal(hold_of(&feed, T2, B)->limit, TT_LIMIT_NONE);
	feed_timed(&feed, T3, (struct tt_event){.type = TT_EVENT_lock_wait, .id = C});
	acquires(&feed, T3, C);
	assert_int_equal(hold_of(&feed, T3, C)->limit, TT_LIMIT_TIMED);
	feed_free(&feed);
	(void)state;
}

/* A lock that was seen free, or made, or is held, was not held by others from before the trace. */
static void test_no_old_holds(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, MAIN, lock_init, .id = A, .kind = TT_KIND_RWLOCK);
	assert_true(object_of(&feed, A)->whole);
	assert_int_equal(object_of(&feed, A)->kind, TT_KIND_RWLOCK);
	waits(&feed, T1, A, T2);
	NESTS(&feed, T1, B);
	waits(&feed, T1, B, T2);
	FEED(&feed, T3, lock_released, .id = C, .depth = 1);
	waits(&feed, T1, C, T2);
	waits(&feed, T1, D, 0);
	assert_int_equal(object_of(&feed, A)->holds->len, 0);
	assert_int_equal(object_of(&feed, B)->holds->len, 0);
	assert_int_equal(object_of(&feed, C)->holds->len, 1);
	assert_int_equal(hold_of(&feed, T3, C)->depth, 1);
	assert_int_equal(object_of(&feed, D)->holds->len, 0);
	assert_null(thread_of(&feed, T2));
	feed_free(&feed);
	(void)state;
}

/* One who reads several times; and readers whose release was lost do not keep a writer out. */
static void test_readers(void **state)
{
	struct feed feed = feed_new(false);

	for (unsigned who = T1; who <= T3; who++)
		for (unsigned i = 0; i < 2; i++)
			FEED(&feed, who, lock_acquired, .id = A, .mode = TT_MODE_SHARED, .depth = 1);
	assert_int_equal(object_of(&feed, A)->holds->len, 3);
	assert_int_equal(hold_of(&feed, T2, A)->depth, 2);
	FEED(&feed, T2, lock_released, .id = A, .mode = TT_MODE_SHARED);
	assert_int_equal(hold_of(&feed, T2, A)->depth, 1);
	FEED(&feed, T2, lock_released, .id = A, .mode = TT_MODE_SHARED);
	assert_null(hold_of(&feed, T2, A));
	/* It has it no longer: nothing is taken from those who do. */
	FEED(&feed, T2, lock_released, .id = A, .mode = TT_MODE_SHARED);
	assert_int_equal(object_of(&feed, A)->holds->len, 2);
	assert_false(object_of(&feed, A)->signals);
	FEED(&feed, T4, lock_acquired, .id = A, .depth = 1);
	assert_int_equal(object_of(&feed, A)->holds->len, 1);
	assert_non_null(hold_of(&feed, T4, A));
	FEED(&feed, T1, lock_acquired, .id = A, .mode = TT_MODE_SHARED, .depth = 1);
	assert_int_equal(object_of(&feed, A)->holds->len, 1);
	assert_non_null(hold_of(&feed, T1, A));
	/* Who reads and now writes has given back what it read. */
	FEED(&feed, T1, lock_acquired, .id = A, .depth = 1);
	assert_int_equal(object_of(&feed, A)->holds->len, 1);
	assert_int_equal(hold_of(&feed, T1, A)->mode, TT_MODE_EXCLUSIVE);
	assert_int_equal(hold_of(&feed, T1, A)->depth, 1);
	feed_free(&feed);
	(void)state;
}

/* An inner acquire and release of one whose outer acquire was lost. */
static void test_inner_events(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_RLOCK, .depth = 3);
	assert_int_equal(hold_of(&feed, T1, A)->depth, 3);
	FEED(&feed, T1, lock_released, .id = A, .kind = TT_KIND_RLOCK, .depth = 2);
	assert_int_equal(hold_of(&feed, T1, A)->depth, 2);
	assert_int_equal(hold_of(&feed, T1, A)->caller, 1);
	FEED(&feed, T1, lock_released, .id = B, .kind = TT_KIND_RLOCK, .depth = 4);
	assert_int_equal(hold_of(&feed, T1, B)->depth, 4);
	assert_int_equal(object_of(&feed, B)->kind, TT_KIND_RLOCK);
	feed_free(&feed);
	(void)state;
}

/* A semaphore that is given back more often than it was taken counts signals, from there on. */
static void test_more_given_than_taken(void **state)
{
	struct feed feed = feed_new(false);

	for (int i = 0; i < 2; i++)
		FEED(&feed, T1, sem_acquired, .id = SEM);
	FEED(&feed, T2, sem_acquired, .id = SEM);
	FEED(&feed, T1, sem_released, .id = SEM, .n = 0, .value = 5);
	assert_int_equal(object_of(&feed, SEM)->holds->len, 3);
	assert_int_equal(object_of(&feed, SEM)->value, 5);
	assert_ptr_equal(object_of(&feed, SEM)->last, thread_of(&feed, T1));
	FEED(&feed, T1, sem_released, .id = SEM, .n = 2, .value = 2);
	assert_int_equal(object_of(&feed, SEM)->holds->len, 1);
	assert_false(object_of(&feed, SEM)->signals);
	FEED(&feed, T1, sem_released, .id = SEM, .n = 1, .value = 3);
	assert_true(object_of(&feed, SEM)->signals);
	assert_int_equal(object_of(&feed, SEM)->holds->len, 0);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_times),           cmocka_unit_test(test_first_seen),
	    cmocka_unit_test(test_wait_at_the_end), cmocka_unit_test(test_routines_at_the_end),
	    cmocka_unit_test(test_wait_and_hold),   cmocka_unit_test(test_limits_of_holds),
	    cmocka_unit_test(test_no_old_holds),    cmocka_unit_test(test_readers),
	    cmocka_unit_test(test_inner_events),    cmocka_unit_test(test_more_given_than_taken),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
