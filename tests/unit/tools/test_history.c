/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "past.h"

/* The history: what is kept of each action, and what is no action. */

static const struct tt_action *latest(const struct past *past)
{
	return tt_history_at(past->history, past->history->len - 1);
}

/* The latest action, which is the latest event of thread `who`. */
static void assert_latest(const struct past *past, enum tt_event_type type, unsigned who, unsigned id, uint32_t arg,
                          unsigned detail)
{
	const struct tt_action *action = latest(past);
	const char *name = tt_event_type_names[type];

	if (action->type != type)
		fail_msg("%s, not %s", tt_event_type_names[action->type], name);
	assert_int_equal(action->thread, past_number(past, who));
	assert_ptr_equal(tt_history_object(past->history, action->object), tt_model_object(past->history->process, id));
	if (action->arg != arg)
		fail_msg("%s: %u, not %u", name, action->arg, arg);
	if (action->detail != detail)
		fail_msg("%s: detail %u, not %u", name, (unsigned)action->detail, detail);
	assert_int_equal(tt_history_site(past->history, action)->caller, past->feed.n);
	assert_int_equal(tt_history_time(past->history, action), FEED_ORIGIN + (int64_t)past->feed.n * 1000000);
	assert_ptr_equal(tt_history_thread(past->history, action->thread),
	                 tt_model_thread(past->history->process, who));
}

#define KEPT(past, who, event, object, arg, detail, ...)                                                               \
	do {                                                                                                           \
		FEED(&(past)->feed, who, event, .id = object, __VA_ARGS__);                                            \
		assert_latest(past, TT_EVENT_##event, who, object, arg, detail);                                       \
	} while (0)

static void test_what_is_kept(void **state)
{
	struct past past = past_begin();
	uint32_t main_number = past_number(&past, MAIN);
	const uint32_t none = TT_NO_POSITION;

	KEPT(&past, MAIN, thread_create, T1, none, 0, .daemon = 1);
	KEPT(&past, T1, thread_start, T1, none, 0, .native_id = 5);
	KEPT(&past, MAIN, thread_cancel, T1, none, 0, .daemon = 0);
	KEPT(&past, MAIN, thread_join_wait, T1, none, 0, .daemon = 0);
	KEPT(&past, MAIN, thread_join_done, T1, none, TT_WAKE_TIMEOUT, .result = TT_WAKE_TIMEOUT);
	KEPT(&past, MAIN, lock_init, A, none, 0, .kind = TT_KIND_LOCK);
	KEPT(&past, T1, lock_wait, A, none, 0, .kind = TT_KIND_LOCK);
	KEPT(&past, T1, lock_failed, A, none, TT_FAILURE_TIMEOUT, .why = TT_FAILURE_TIMEOUT);
	KEPT(&past, T1, lock_acquired, A, TT_LIMIT_TIMED, 0, .limit = TT_LIMIT_TIMED, .depth = 1);
	KEPT(&past, MAIN, cond_init, COND, none, 0, .lock = A);
	KEPT(&past, T1, cond_wait, COND, none, 0, .lock = A);
	KEPT(&past, T1, lock_released, A, TT_LIMIT_TIMED, 0, .kind = TT_KIND_LOCK);
	KEPT(&past, MAIN, cond_notify, COND, 2, 0, .asked = 2, .woken = 1);
	KEPT(&past, MAIN, cond_notify, COND, none, 0, .asked = -1);
	KEPT(&past, T1, cond_woken, COND, main_number, TT_WAKE_CANCELLED, .result = TT_WAKE_CANCELLED, .waker = MAIN);
	KEPT(&past, T1, cond_destroy, COND, none, 0, .daemon = 0);
	KEPT(&past, MAIN, event_init, EVENT, none, 0, .daemon = 0);
	KEPT(&past, T1, event_wait, EVENT, none, 0, .daemon = 0);
	KEPT(&past, MAIN, event_set, EVENT, none, 0, .woken = 1);
	KEPT(&past, T1, event_woken, EVENT, main_number, TT_WAKE_SET, .result = TT_WAKE_SET, .waker = MAIN);
	KEPT(&past, T1, event_woken, EVENT, none, TT_WAKE_SET, .result = TT_WAKE_SET, .waker = 77);
	KEPT(&past, MAIN, event_clear, EVENT, none, 0, .daemon = 0);
	KEPT(&past, MAIN, event_destroy, EVENT, none, 0, .daemon = 0);
	KEPT(&past, MAIN, sem_init, SEM, 3, 0, .value = 3);
	KEPT(&past, MAIN, sem_init, SEM, UINT32_MAX - 1, 0, .value = UINT64_MAX);
	KEPT(&past, T1, sem_wait, SEM, none, 0, .daemon = 0);
	KEPT(&past, T1, sem_failed, SEM, none, TT_FAILURE_TIMEOUT, .why = TT_FAILURE_TIMEOUT);
	KEPT(&past, T1, sem_acquired, SEM, 2, 0, .value = 2, .n = 9);
	KEPT(&past, T1, sem_released, SEM, 1, 0, .value = 3, .n = 1);
	KEPT(&past, T1, sem_destroy, SEM, none, 0, .daemon = 0);
	KEPT(&past, MAIN, barrier_init, BARRIER, 4, 0, .parties = 4);
	KEPT(&past, T1, barrier_wait, BARRIER, 5, 0, .parties = 5);
	KEPT(&past, T1, barrier_passed, BARRIER, main_number, 0, .waker = MAIN);
	KEPT(&past, T1, barrier_broken, BARRIER, none, TT_BREAK_TIMEOUT, .why = TT_BREAK_TIMEOUT);
	KEPT(&past, T1, barrier_abort, BARRIER, none, 0, .daemon = 0);
	KEPT(&past, T1, barrier_reset, BARRIER, none, 0, .daemon = 0);
	KEPT(&past, T1, barrier_destroy, BARRIER, none, 0, .daemon = 0);
	KEPT(&past, T1, futex_wait, F, none, 0, .daemon = 0);
	KEPT(&past, MAIN, futex_wake, F, 1, 0, .asked = 1);
	KEPT(&past, T1, futex_woken, F, none, TT_WAKE_NOTIFIED, .result = TT_WAKE_NOTIFIED);
	KEPT(&past, T1, lock_destroy, A, none, 0, .daemon = 0);
	KEPT(&past, T1, thread_exit, T1, none, 0, .how = TT_END_EXITED);
	past_end(&past);
	past_free(&past);
	(void)state;
}

static void test_what_is_left_out(void **state)
{
	struct past past = past_begin();

	FEED(&past.feed, T1, lock_acquired, .id = A, .kind = TT_KIND_RLOCK, .depth = 1);
	uint32_t len = past.history->len;
	assert_int_equal(tt_history_position(past.history), len);
	FEED(&past.feed, T1, lock_acquired, .id = A, .kind = TT_KIND_RLOCK, .depth = 2);
	FEED(&past.feed, T1, lock_released, .id = A, .kind = TT_KIND_RLOCK, .depth = 1);
	FEED(&past.feed, T1, log_message, .text = "hello");
	FEED(&past.feed, T1, thread_rename, .id = T1, .name = "other");
	FEED(&past.feed, T1, thread_detach, .id = T1);
	FEED(&past.feed, T1, sem_value, .id = SEM, .value = 1);
	FEED(&past.feed, T1, local_init, .id = F);
	FEED(&past.feed, T1, object_shared, .id = A, .object = TT_OBJECT_LOCK);
	FEED(&past.feed, T1, event_set, .thread = "other"); /* of none */
	assert_int_equal(past.history->len, len);
	assert_false(past.history->full || past.history->partial);
	past_end(&past);
	past_free(&past);
	(void)state;
}

/* Modes; who gives back is who calls, but if a release was lost it is the holder; and what began before the trace. */
static void test_holds(void **state)
{
	struct past past = past_begin();

	starts(&past.feed, MAIN, T1);
	starts(&past.feed, MAIN, T2);
	FEED(&past.feed, T1, lock_acquired, .id = A, .mode = TT_MODE_SHARED, .depth = 1);
	assert_int_equal(latest(&past)->mode, TT_MODE_SHARED);
	FEED(&past.feed, T1, lock_released, .id = A, .mode = TT_MODE_SHARED);
	assert_int_equal(latest(&past)->mode, TT_MODE_SHARED);
	past.feed.kind = TT_KIND_LOCK;
	acquires(&past.feed, T1, B);
	assert_int_equal(latest(&past)->mode, TT_MODE_EXCLUSIVE);
	releases(&past.feed, T2, B);
	assert_latest(&past, TT_EVENT_lock_released, T2, B, TT_LIMIT_NONE, 0);
	acquires(&past.feed, T1, C);
	uint64_t site = past.feed.n;
	acquires(&past.feed, T2, C);
	const struct tt_action *lost = tt_history_at(past.history, past.history->len - 2);
	assert_int_equal(lost->type, TT_EVENT_lock_released);
	assert_int_equal(lost->thread, past_number(&past, T1));
	assert_int_equal(tt_history_site(past.history, lost)->caller, site);
	assert_int_equal(lost->time_ns, latest(&past)->time_ns);
	assert_false(past.history->partial);
	waits(&past.feed, T1, D, T2);
	assert_true(past.history->partial);
	assert_int_equal(latest(&past)->type, TT_EVENT_lock_wait);
	assert_int_equal(tt_history_at(past.history, past.history->len - 2)->thread, past_number(&past, T2));
	past_end(&past);
	past_free(&past);
	(void)state;
}

/* Sites are kept once, however many there are, and are told apart by their call chains as well. */
static void test_sites(void **state)
{
	enum { SITES = 3 * TT_RECENT_SITES };
	struct past past = past_begin();
	struct tt_stack *stack = g_malloc0(sizeof *stack + sizeof stack->frames[0]);

	stack->n = 1;
	for (unsigned round = 0; round < 3; round++) {
		past.feed.n = 1000;
		for (unsigned i = 0; i < SITES; i++)
			acquires(&past.feed, T1, 10000 + SITES * round + i);
	}
	assert_int_equal(past.history->sites->len, SITES + 1);
	for (unsigned i = 0; i < 3 * SITES; i++) {
		const struct tt_action *action = tt_history_at(past.history, past.history->len - 3 * SITES + i);
		assert_int_equal(tt_history_site(past.history, action)->caller, 1001 + i % SITES);
	}
	for (unsigned i = 0; i < 3; i++) {
		stack->frames[0] = i % 2;
		past.feed.n = 1000;
		FEED(&past.feed, T1, lock_acquired, .id = 20000 + i, .depth = 1, .stack = stack);
		assert_int_equal(tt_history_site(past.history, latest(&past))->stack->frames[0], i % 2);
	}
	assert_int_equal(past.history->sites->len, SITES + 3);
	g_free(stack);
	past_end(&past);
	past_free(&past);
	(void)state;
}

/* More actions than lie in one block. */
static void test_many(void **state)
{
	enum { TIMES = 20000 };
	struct past past = past_begin();

	for (unsigned i = 0; i < TIMES; i++) {
		past.feed.n = i % 1000;
		FEED(&past.feed, MAIN, sem_acquired, .id = SEM, .value = i);
	}
	for (unsigned i = 0; i < TIMES; i++)
		assert_int_equal(tt_history_at(past.history, past.history->len - TIMES + i)->arg, i);
	past_end(&past);
	past_free(&past);
	(void)state;
}

/* GLib gives up its first table of strings when it is full. Its frames are known by the slow unwinder only. */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0";
}

const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
	return "leak:call_init\n";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_kept), cmocka_unit_test(test_what_is_left_out),
	    cmocka_unit_test(test_holds),        cmocka_unit_test(test_sites),
	    cmocka_unit_test(test_many),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
