/* SPDX-License-Identifier: MIT */
#include "state.h"

/* The model: what is kept of objects, and who wakes those who wait for them. */

/* Who let the next one go on: not itself. */
static void count_wakers(struct tt_thread *thread, enum tt_outcome outcome, struct tt_thread *waker,
                         const struct tt_event *event, void *data)
{
	g_string_append_printf(data, "%s by %s: %d\n", thread->name, waker ? waker->name : "-", (int)outcome);
	(void)event;
}

static void test_wakers(void **state)
{
	static const struct tt_observer observer = {.wait_ended = count_wakers};
	struct feed feed = feed_new(false);
	g_autoptr(GString) text = g_string_new(NULL);

	tt_model_observe(feed.check->model, &observer, text);
	NESTS(&feed, T1, A);
	waits(&feed, T1, A, 0);
	acquires(&feed, T1, A);
	waits(&feed, T2, A, T1);
	releases(&feed, T1, A);
	acquires(&feed, T2, A);
	FEED(&feed, T3, sem_wait, .id = SEM);
	FEED(&feed, T3, sem_failed, .id = SEM, .why = TT_FAILURE_TIMEOUT);
	FEED(&feed, T3, sem_wait, .id = SEM);
	FEED(&feed, T3, sem_failed, .id = SEM, .why = TT_FAILURE_ERROR);
	begins_join(&feed, T1, T4);
	FEED(&feed, T1, thread_join_done, .id = T4, .result = TT_WAKE_TIMEOUT);
	assert_int_equal(thread_of(&feed, T4)->state, TT_THREAD_ALIVE);
	assert_null(thread_of(&feed, T4)->joined_by);
	FEED(&feed, T1, event_wait, .id = EVENT);
	FEED(&feed, T1, event_woken, .id = EVENT, .result = TT_WAKE_TIMEOUT, .waker = T2);
	FEED(&feed, T1, event_wait, .id = EVENT);
	FEED(&feed, T1, event_woken, .id = EVENT, .result = TT_WAKE_CANCELLED, .waker = T2);
	FEED(&feed, T1, event_wait, .id = EVENT);
	FEED(&feed, T1, event_woken, .id = EVENT, .result = TT_WAKE_INTERRUPTED);
	FEED(&feed, T1, event_wait, .id = EVENT);
	FEED(&feed, T1, event_woken, .id = EVENT, .result = TT_WAKE_REFUSED);
	FEED(&feed, T1, event_wait, .id = EVENT);
	FEED(&feed, T1, event_woken, .id = EVENT, .result = TT_WAKE_SET);
	FEED(&feed, T1, cond_destroy_wait, .id = COND);
	FEED(&feed, T1, cond_destroy, .id = COND);
	assert_string_equal(text->str, "T1 by -: 0\nT2 by T1: 0\nT3 by -: 1\nT3 by -: 2\nT1 by -: 1\nT1 by -: 1\n"
	                               "T1 by -: 2\nT1 by -: 2\nT1 by -: 2\nT1 by -: 0\nT1 by -: 0\n");
	feed_free(&feed);
	(void)state;
}

/* Barriers: who waits is let go by the last, an abort or a reset; and who broke it by waiting too long is known. */
static void test_barriers(void **state)
{
	static const struct tt_observer observer = {.wait_ended = count_wakers};

	for (int i = 0; i < 5; i++) {
		struct feed feed = feed_new(false);
		g_autoptr(GString) text = g_string_new(NULL);

		tt_model_observe(feed.check->model, &observer, text);
		FEED(&feed, MAIN, barrier_init, .id = BARRIER, .parties = 3);
		assert_true(object_of(&feed, BARRIER)->whole);
		assert_int_equal(object_of(&feed, BARRIER)->parties, 3);
		FEED(&feed, T1, barrier_wait, .id = BARRIER, .parties = 4);
		assert_int_equal(object_of(&feed, BARRIER)->parties, 4);
		FEED(&feed, T2, barrier_wait, .id = BARRIER, .parties = 4, .timeout_ns = 5);
		assert_int_equal(wait_of(&feed, T2)->timeout_ns, 5);
		assert_false(wait_of(&feed, T1)->woken);
		if (i == 0)
			FEED(&feed, T3, barrier_abort, .id = BARRIER);
		if (i == 1)
			FEED(&feed, T3, barrier_reset, .id = BARRIER);
		if (i == 2)
			FEED(&feed, T3, barrier_passed, .id = BARRIER);
		if (i == 3)
			FEED(&feed, T2, barrier_broken, .id = BARRIER, .why = TT_BREAK_TIMEOUT, .waker = T2);
		if (i == 4)
			FEED(&feed, T2, barrier_broken, .id = BARRIER, .why = TT_BREAK_ABORT, .waker = T2);
		assert_true(wait_of(&feed, T1)->woken);
		assert_ptr_equal(object_of(&feed, BARRIER)->last, thread_of(&feed, i < 3 ? T3 : T2));
		assert_int_equal(object_of(&feed, BARRIER)->last_ns, at(feed.n));
		FEED(&feed, T1, barrier_broken, .id = BARRIER, .why = TT_BREAK_TIMEOUT, .waker = T2);
		assert_string_equal(text->str, i == 3   ? "T2 by T2: 1\nT1 by T2: 2\n"
		                               : i == 4 ? "T2 by T2: 2\nT1 by T2: 2\n"
		                                        : "T1 by T2: 2\n");
		feed_free(&feed);
	}
	(void)state;
}

static void test_objects(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, MAIN, sem_init, .id = SEM, .value = 4, .bound = 6);
	assert_true(object_of(&feed, SEM)->whole);
	assert_int_equal(object_of(&feed, SEM)->value, 4);
	assert_int_equal(object_of(&feed, SEM)->places, 4);
	assert_int_equal(object_of(&feed, SEM)->bound, 6);
	FEED(&feed, MAIN, event_init, .id = EVENT);
	assert_true(object_of(&feed, EVENT)->whole && !object_of(&feed, EVENT)->set);
	assert_true(object_of(&feed, EVENT)->bound == UINT64_MAX);
	FEED(&feed, MAIN, cond_init, .id = COND, .lock = A);
	assert_true(object_of(&feed, COND)->whole);
	assert_ptr_equal(object_of(&feed, COND)->lock, object_of(&feed, A));
	assert_string_equal(object_of(&feed, A)->name, object_of(&feed, COND)->name);
	assert_false(object_of(&feed, A)->whole);
	/* Its lock is one that was known, or none at all. */
	acquires(&feed, T1, B);
	FEED(&feed, T1, cond_wait, .id = COND, .lock = B, .timeout_ns = 8);
	assert_ptr_equal(object_of(&feed, COND)->lock, object_of(&feed, B));
	assert_int_equal(wait_of(&feed, T1)->timeout_ns, 8);
	FEED(&feed, T2, cond_wait, .id = COND, .lock = SEM);
	assert_ptr_equal(object_of(&feed, COND)->lock, object_of(&feed, B));
	assert_ptr_equal(wait_of(&feed, T2)->lock, object_of(&feed, B));
	FEED(&feed, MAIN, lock_destroy, .id = A);
	assert_true(object_of(&feed, A)->destroyed && !object_of(&feed, B)->destroyed);
	FEED(&feed, MAIN, lock_inconsistent, .id = A, .kind = TT_KIND_RLOCK);
	assert_true(object_of(&feed, A)->robust && !object_of(&feed, B)->robust);
	assert_int_equal(object_of(&feed, A)->kind, TT_KIND_RLOCK);
	/* An id with another family is another object, and a new name that of the old one. */
	FEED(&feed, MAIN, event_set, .id = B, .name = "new");
	assert_int_equal(object_of(&feed, B)->family, TT_FAMILY_EVENT);
	assert_true(object_of(&feed, B)->set);
	FEED(&feed, MAIN, event_clear, .id = B, .name = "newer");
	assert_string_equal(object_of(&feed, B)->name, "newer");
	FEED(&feed, MAIN, misuse, .id = T3, .object = TT_OBJECT_THREAD, .why = TT_MISUSE_JOINED_TWICE);
	assert_true(thread_of(&feed, T3)->joined_twice);
	for (unsigned i = 0; i < process_of(&feed)->objects->len; i++)
		assert_int_equal(((struct tt_object *)process_of(&feed)->objects->pdata[i])->number, i);
	for (unsigned i = 0; i < process_of(&feed)->threads->len; i++)
		assert_int_equal(((struct tt_thread *)process_of(&feed)->threads->pdata[i])->number, i);
	feed_free(&feed);
	(void)state;
}

/* Events about objects of any kind say which. */
static void test_misuse(void **state)
{
	static const struct {
		uint8_t object;
		enum tt_family family;
	} kinds[] = {{TT_OBJECT_LOCK, TT_FAMILY_LOCK},       {TT_OBJECT_CONDITION, TT_FAMILY_CONDITION},
	             {TT_OBJECT_EVENT, TT_FAMILY_EVENT},     {TT_OBJECT_SEMAPHORE, TT_FAMILY_SEMAPHORE},
	             {TT_OBJECT_BARRIER, TT_FAMILY_BARRIER}, {TT_OBJECT_LOCAL, TT_FAMILY_LOCAL},
	             {TT_OBJECT_THREAD, TT_FAMILY_THREAD},   {TT_OBJECT_TIMER, TT_FAMILY_THREAD},
	             {TT_OBJECT_LOCAL + 100, TT_FAMILY_LOCK}};
	struct feed feed = feed_new(false);

	for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
		FEED(&feed, MAIN, object_shared, .id = A + 2 * i, .object = kinds[i].object);
		FEED(&feed, MAIN, misuse, .id = A + 2 * i + 1, .object = kinds[i].object);
		assert_int_equal(object_of(&feed, A + 2 * i)->family, kinds[i].family);
		assert_int_equal(object_of(&feed, A + 2 * i + 1)->family, kinds[i].family);
		assert_true(object_of(&feed, A + 2 * i)->shared);
		assert_false(object_of(&feed, A + 2 * i + 1)->shared);
		if (kinds[i].family == TT_FAMILY_THREAD)
			assert_false(thread_of(&feed, A + 2 * i + 1)->joined_twice);
	}
	feed_free(&feed);
	(void)state;
}

/* Whom a condition of pthreads has woken: as many as it was asked for, of those who waited. */
static void test_loose(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, MAIN, lock_init, .id = A, .kind = TT_KIND_MUTEX);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 2);
	assert_int_equal(object_of(&feed, COND)->loose, 0);
	for (unsigned who = T1; who <= T3; who++)
		FEED(&feed, who, cond_wait, .id = COND, .lock = A);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 0);
	assert_int_equal(object_of(&feed, COND)->loose, 0);
	assert_false(wait_of(&feed, T1)->maybe_woken);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 1);
	assert_int_equal(object_of(&feed, COND)->loose, 1);
	FEED(&feed, T4, cond_wait, .id = COND, .lock = A);
	assert_true(wait_of(&feed, T1)->maybe_woken && !wait_of(&feed, T4)->maybe_woken);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 9);
	assert_int_equal(object_of(&feed, COND)->loose, 4);
	FEED(&feed, T1, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED);
	assert_int_equal(object_of(&feed, COND)->loose, 3);
	FEED(&feed, T2, cond_woken, .id = COND, .result = TT_WAKE_TIMEOUT);
	assert_int_equal(object_of(&feed, COND)->loose, 2);
	FEED(&feed, T3, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED);
	assert_int_equal(object_of(&feed, COND)->loose, 1);
	FEED(&feed, T4, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED);
	assert_int_equal(object_of(&feed, COND)->loose, 0);
	/* Who comes later is none of them, and leaves it to them. */
	FEED(&feed, T1, cond_wait, .id = COND, .lock = A);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 1);
	FEED(&feed, T2, cond_wait, .id = COND, .lock = A);
	FEED(&feed, T2, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED);
	assert_int_equal(object_of(&feed, COND)->loose, 1);
	FEED(&feed, T2, cond_wait, .id = COND, .lock = A);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = -1);
	assert_int_equal(object_of(&feed, COND)->loose, 0);
	assert_true(wait_of(&feed, T1)->woken && wait_of(&feed, T2)->woken);
	/* All are known to be woken: nobody is left who may be. */
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 1);
	assert_int_equal(object_of(&feed, COND)->loose, 0);
	FEED(&feed, T3, cond_wait, .id = COND, .lock = A);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 2);
	assert_int_equal(object_of(&feed, COND)->loose, 1);
	/* It is over: those who stay are no longer in doubt. */
	FEED(&feed, T4, cond_wait, .id = COND, .lock = A);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 0);
	FEED(&feed, T3, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED);
	assert_int_equal(object_of(&feed, COND)->loose, 0);
	assert_false(wait_of(&feed, T1)->maybe_woken);
	feed_free(&feed);
	(void)state;
}

/* Call chains of one hash are two; equal ones are one. */
static void test_stacks_of_one_hash(void **state)
{
	enum { N = 4 };
	const uint64_t factor = 0x9e3779b97f4a7c15;
	uint64_t inverse = 1;
	struct tt_stack *stacks[N];
	struct feed feed = feed_new(false);

	for (int i = 0; i < 6; i++)
		inverse *= 2 - factor * inverse;
	assert_int_equal(factor * inverse, 1);
	for (unsigned i = 0; i < N; i++) {
		/* The hash of one frame is folded: the same bits turned in both halves cancel out. */
		uint64_t product = (0x1234 ^ 1) * factor, bits = i % (N - 1);

		stacks[i] = g_malloc0(sizeof(struct tt_stack) + sizeof stacks[i]->frames[0]);
		stacks[i]->n = 1;
		stacks[i]->frames[0] = (product ^ bits << 32 ^ bits) * inverse ^ 1;
		FEED(&feed, T1, lock_acquired, .id = A + i, .depth = 1, .stack = stacks[i]);
	}
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(hold_of(&feed, T1, A + i)->stack->frames[0], stacks[i]->frames[0]);
	assert_ptr_equal(hold_of(&feed, T1, A)->stack, hold_of(&feed, T1, A + N - 1)->stack);
	assert_int_equal(g_hash_table_size(feed.check->model->stacks), N - 1);
	for (unsigned i = 0; i < N; i++)
		g_free(stacks[i]);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wakers), cmocka_unit_test(test_barriers), cmocka_unit_test(test_objects),
	    cmocka_unit_test(test_misuse), cmocka_unit_test(test_loose),    cmocka_unit_test(test_stacks_of_one_hash),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
