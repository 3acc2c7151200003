#include "leaks.h"
#include "feed.h"

/* The model: what is kept of threads, objects, waits and holds, field by field, and of forked and executed programs. */

static struct tt_process *process_of(const struct feed *feed)
{
	GPtrArray *processes = feed->check->model->processes;
	return processes->pdata[processes->len - 1];
}

static struct tt_thread *thread_of(const struct feed *feed, unsigned id)
{
	return tt_model_thread(process_of(feed), id);
}

static struct tt_object *object_of(const struct feed *feed, unsigned id)
{
	return tt_model_object(process_of(feed), id);
}

static const struct tt_wait *wait_of(const struct feed *feed, unsigned id)
{
	return &thread_of(feed, id)->wait;
}

static const struct tt_hold *hold_of(const struct feed *feed, unsigned id, unsigned object)
{
	return tt_model_hold_of(thread_of(feed, id), object_of(feed, object));
}

/* The time of the n-th event. */
static int64_t at(uint64_t n)
{
	return FEED_ORIGIN + (int64_t)n * 1000000;
}

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

/* A forked process: what is shared between parent and child, and who waited when it was forked. */
static void test_forked(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 100);
	acquires(&feed, T1, A);
	waits(&feed, T2, A, T1);
	acquires(&feed, T1, B);
	FEED(&feed, MAIN, object_shared, .id = SEM, .object = TT_OBJECT_SEMAPHORE);
	FEED(&feed, MAIN, object_shared, .id = C, .object = TT_OBJECT_LOCK);
	FEED(&feed, MAIN, object_shared, .id = D, .object = TT_OBJECT_LOCK);
	FEED(&feed, MAIN, object_shared, .id = E, .object = TT_OBJECT_LOCK);
	feed.pid = 101;
	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 101, .ppid = 100);
	FEED(&feed, MAIN, sem_wait, .id = SEM);
	assert_true(object_of(&feed, SEM)->shared);
	acquires(&feed, MAIN, C);
	assert_true(object_of(&feed, C)->shared);
	/* Of another name, another family, or made by itself: another. */
	FEED(&feed, MAIN, lock_acquired, .id = D, .name = "other", .depth = 1);
	assert_false(object_of(&feed, D)->shared);
	FEED(&feed, MAIN, event_wait, .id = E, .name = "E");
	assert_false(object_of(&feed, E)->shared);
	/* Who held and waited at the fork is not in the child. */
	waits(&feed, MAIN, A, T1);
	assert_true(object_of(&feed, A)->left_waiters);
	assert_true(thread_of(&feed, T1)->left_behind);
	assert_int_equal(thread_of(&feed, T1)->state, TT_THREAD_EXITED);
	assert_string_equal(thread_of(&feed, T1)->name, "T1");
	waits(&feed, MAIN, B, 0);
	assert_false(object_of(&feed, B)->left_waiters);
	FEED(&feed, MAIN, cond_wait, .id = F, .name = "F");
	assert_false(object_of(&feed, F)->left_waiters);
	feed_free(&feed);
	(void)state;
}

/* Objects made after the fork are the child's own. */
static void test_made_after_the_fork(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, MAIN, object_shared, .id = A, .object = TT_OBJECT_LOCK);
	waits(&feed, T1, A, 0);
	feed.pid = 101;
	FEED(&feed, MAIN, thread_start, .id = MAIN, .ppid = 100);
	FEED(&feed, MAIN, lock_init, .id = A);
	assert_false(object_of(&feed, A)->shared);
	assert_false(object_of(&feed, A)->left_waiters);
	/* Without a parent in the trace there is nothing to inherit. */
	feed.pid = 102;
	FEED(&feed, MAIN, thread_start, .id = MAIN, .ppid = 99);
	acquires(&feed, MAIN, A);
	assert_false(object_of(&feed, A)->shared);
	feed_free(&feed);
	(void)state;
}

/* Children of children: so many generations are looked through. */
static void test_generations(void **state)
{
	for (uint32_t n = 8; n <= 9; n++) {
		struct feed feed = feed_new(false);

		FEED(&feed, MAIN, object_shared, .id = A, .object = TT_OBJECT_LOCK);
		for (uint32_t i = 0; i < n; i++) {
			feed.pid++;
			FEED(&feed, MAIN, thread_start, .id = MAIN, .ppid = feed.pid - 1);
		}
		waits(&feed, MAIN, A, 0);
		assert_int_equal(object_of(&feed, A)->shared, n == 8);
		assert_false(object_of(&feed, A)->left_waiters);
		feed_free(&feed);
	}
	(void)state;
}

/* exec, and a pid that is used again; and a thread that only looks like either. */
static void test_executed(void **state)
{
	for (int i = 0; i < 5; i++) {
		struct feed feed = feed_new(false);

		FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = i == 2 ? 99 : 100);
		struct tt_process *first = process_of(&feed);
		starts(&feed, MAIN, T1);
		if (i == 1) {
			exits(&feed, T1);
			exits(&feed, MAIN);
		}
		if (i == 3)
			FEED(&feed, MAIN, thread_rename, .id = MAIN, .native_id = 100);
		else if (i == 4) /* it did not start before */
			FEED(&feed, T2, thread_start, .id = T2, .native_id = 100);
		else
			FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = i == 2 ? 99 : 100);
		assert_int_equal(feed.check->model->processes->len, i < 2 ? 2 : 1);
		if (i < 2) {
			assert_ptr_equal(process_of(&feed)->before, i ? NULL : first);
			assert_int_equal(process_of(&feed)->pid, 100);
			assert_int_equal(process_of(&feed)->first_ns, at(feed.n));
			assert_int_equal(tt_model_thread(first, T1)->state, i ? TT_THREAD_EXITED : TT_THREAD_ABANDONED);
		}
		feed_free(&feed);
	}
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
	    cmocka_unit_test(test_times),
	    cmocka_unit_test(test_first_seen),
	    cmocka_unit_test(test_wait_at_the_end),
	    cmocka_unit_test(test_routines_at_the_end),
	    cmocka_unit_test(test_wait_and_hold),
	    cmocka_unit_test(test_limits_of_holds),
	    cmocka_unit_test(test_no_old_holds),
	    cmocka_unit_test(test_readers),
	    cmocka_unit_test(test_inner_events),
	    cmocka_unit_test(test_wakers),
	    cmocka_unit_test(test_barriers),
	    cmocka_unit_test(test_objects),
	    cmocka_unit_test(test_misuse),
	    cmocka_unit_test(test_loose),
	    cmocka_unit_test(test_stacks_of_one_hash),
	    cmocka_unit_test(test_forked),
	    cmocka_unit_test(test_made_after_the_fork),
	    cmocka_unit_test(test_generations),
	    cmocka_unit_test(test_executed),
	    cmocka_unit_test(test_more_given_than_taken),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
