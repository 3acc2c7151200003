/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "feed.h"

/* The model: what each event does to who exists, holds and waits, and what its observers are told. */

/* What observers were told, as lines of text. */
struct told {
	struct tt_observer observer;
	GString *text;
};

static void on_thread_began(struct tt_thread *thread, const struct tt_event *event, void *data)
{
	g_string_append_printf(((struct told *)data)->text, "%s began%s\n", thread->name,
	                       thread->daemon ? ", a daemon" : "");
	(void)event;
}

static void on_thread_ended(struct tt_thread *thread, const struct tt_event *event, void *data)
{
	g_string_append_printf(((struct told *)data)->text, "%s ended\n", thread->name);
	(void)event;
}

static void on_wait_began(struct tt_thread *thread, const struct tt_event *event, void *data)
{
	g_string_append_printf(((struct told *)data)->text, "%s waits for %s\n", thread->name,
	                       thread->wait.object->name);
	(void)event;
}

static void on_wait_ended(struct tt_thread *thread, enum tt_outcome outcome, struct tt_thread *waker,
                          const struct tt_event *event, void *data)
{
	static const char *const outcomes[] = {"got", "timeout", "error"};

	g_string_append_printf(((struct told *)data)->text, "%s waited for %s: %s by %s\n", thread->name,
	                       thread->wait.object->name, outcomes[outcome], waker ? waker->name : "-");
	(void)event;
}

static void on_hold_began(struct tt_hold *hold, const struct tt_event *event, void *data)
{
	g_string_append_printf(((struct told *)data)->text, "%s has %s\n", hold->thread->name, hold->object->name);
	(void)event;
}

static void on_hold_ended(struct tt_hold *hold, const struct tt_event *event, void *data)
{
	g_string_append_printf(((struct told *)data)->text, "%s had %s\n", hold->thread->name, hold->object->name);
	(void)event;
}

/* A feed whose transitions from here on are told. */
static void listen(struct told *told, struct feed *feed)
{
	*told = (struct told){
	    .observer =
		{
		    .thread_began = on_thread_began,
		    .thread_ended = on_thread_ended,
		    .wait_began = on_wait_began,
		    .wait_ended = on_wait_ended,
		    .hold_began = on_hold_began,
		    .hold_ended = on_hold_ended,
		},
	    .text = g_string_new(NULL),
	};
	tt_model_observe(feed->check->model, &told->observer, told);
}

static void assert_told(struct told *told, const char *text)
{
	assert_string_equal(told->text->str, text);
	g_string_truncate(told->text, 0);
}

static void end(struct told *told, struct feed *feed)
{
	g_string_free(told->text, TRUE);
	feed_free(feed);
}

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

static void test_thread_life(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	listen(&told, &feed);
	FEED(&feed, MAIN, thread_create, .id = T1, .daemon = 1);
	assert_int_equal(thread_of(&feed, T1)->state, TT_THREAD_NEW);
	assert_ptr_equal(thread_of(&feed, T1)->creator, thread_of(&feed, MAIN));
	/* What its start says of it is known when its beginning is told. */
	FEED(&feed, T1, thread_start, .id = T1, .daemon = 1, .native_id = 7, .ppid = 9, .target = 0x123);
	assert_told(&told, "MainThread began\nT1 began, a daemon\n");
	assert_int_equal(thread_of(&feed, T1)->state, TT_THREAD_ALIVE);
	assert_int_equal(thread_of(&feed, T1)->target, 0x123);
	assert_int_equal(process_of(&feed)->ppid, 9);
	FEED(&feed, T1, thread_rename, .id = T1, .name = "worker", .old = "T1");
	FEED(&feed, MAIN, timer_start, .id = T1, .name = "worker", .interval_ns = 1);
	assert_string_equal(thread_of(&feed, T1)->name, "worker");
	assert_true(thread_of(&feed, T1)->timer);
	FEED(&feed, MAIN, thread_join_wait, .id = T1);
	FEED(&feed, T1, thread_exit, .id = T1, .how = TT_END_CANCELLED);
	FEED(&feed, MAIN, thread_join_done, .id = T1, .result = TT_WAKE_JOINED);
	assert_told(&told, "MainThread waits for T1\nT1 ended\nMainThread waited for T1: got by T1\n");
	assert_int_equal(thread_of(&feed, T1)->state, TT_THREAD_EXITED);
	assert_int_equal(thread_of(&feed, T1)->end, TT_END_CANCELLED);
	end(&told, &feed);
	(void)state;
}

/* Destructors of thread-specific data may call in once more: that begins and ends nothing. */
static void test_events_after_exit(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	starts(&feed, MAIN, T1);
	exits(&feed, T1);
	listen(&told, &feed);
	acquires(&feed, T1, A);
	releases(&feed, T1, A);
	assert_told(&told, "T1 has A\nT1 had A\n");
	assert_int_equal(thread_of(&feed, T1)->state, TT_THREAD_EXITED);
	end(&told, &feed);
	(void)state;
}

static void test_exit_while_holding(void **state)
{
	struct feed feed = feed_new(false);

	acquires(&feed, T1, A);
	exits(&feed, T1);
	assert_int_equal(object_of(&feed, A)->holds->len, 1);
	assert_int_equal(thread_of(&feed, T1)->holds->len, 1);
	feed_free(&feed);
	(void)state;
}

static void test_contended_lock(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	acquires(&feed, T1, A);
	listen(&told, &feed);
	waits(&feed, T2, A, T1);
	assert_int_equal(thread_of(&feed, T2)->wait.holder, T1);
	assert_int_equal(object_of(&feed, A)->waiters->len, 1);
	releases(&feed, T1, A);
	acquires(&feed, T2, A);
	assert_told(&told, "T2 began\nT2 waits for A\nT1 had A\nT2 waited for A: got by T1\nT2 has A\n");
	assert_int_equal(object_of(&feed, A)->waiters->len, 0);
	assert_null(thread_of(&feed, T2)->wait.object);
	assert_int_equal(((struct tt_hold *)thread_of(&feed, T2)->holds->pdata[0])->limit, TT_LIMIT_NONE);
	end(&told, &feed);
	(void)state;
}

static void test_failed_acquires(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	acquires(&feed, T1, A);
	listen(&told, &feed);
	FEED(&feed, T1, lock_failed, .id = A, .kind = TT_KIND_LOCK, .why = TT_FAILURE_BUSY);
	assert_told(&told, "");
	FEED(&feed, T1, lock_wait, .id = A, .kind = TT_KIND_LOCK, .timeout_ns = 5);
	FEED(&feed, T1, lock_failed, .id = A, .kind = TT_KIND_LOCK, .why = TT_FAILURE_TIMEOUT);
	assert_told(&told, "T1 waits for A\nT1 waited for A: timeout by -\n");
	end(&told, &feed);
	(void)state;
}

static void test_depth(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	feed.kind = TT_KIND_RLOCK;
	acquires(&feed, T1, A);
	listen(&told, &feed);
	FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_RLOCK, .depth = 2);
	assert_int_equal(((struct tt_hold *)thread_of(&feed, T1)->holds->pdata[0])->depth, 2);
	FEED(&feed, T1, lock_released, .id = A, .kind = TT_KIND_RLOCK, .depth = 1);
	assert_told(&told, "");
	releases(&feed, T1, A);
	assert_told(&told, "T1 had A\n");
	end(&told, &feed);
	(void)state;
}

/* A condition gives an RLock up whole and takes it back to the same depth. */
static void test_condition_wait(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	feed.kind = TT_KIND_RLOCK;
	FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_RLOCK, .depth = 3);
	listen(&told, &feed);
	FEED(&feed, T1, cond_wait, .id = COND, .lock = A);
	assert_ptr_equal(thread_of(&feed, T1)->wait.lock, object_of(&feed, A));
	releases(&feed, T1, A);
	FEED(&feed, T2, cond_notify, .id = COND, .asked = 1, .woken = 1);
	assert_true(thread_of(&feed, T1)->wait.woken);
	FEED(&feed, T1, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED, .waker = T2);
	FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_RLOCK, .depth = 3);
	assert_told(&told, "T1 waits for object-200\nT1 had A\nT2 began\nT1 waited for object-200: got by T2\n"
	                   "T1 has A\n");
	assert_int_equal(((struct tt_hold *)thread_of(&feed, T1)->holds->pdata[0])->depth, 3);
	end(&told, &feed);
	(void)state;
}

/* A wait that names no lock leaves none behind: no object has the id 0. */
static void test_condition_without_a_lock(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, T1, cond_wait, .id = COND);
	assert_null(tt_model_object(thread_of(&feed, T1)->process, 0));
	assert_null(tt_model_object(thread_of(&feed, T1)->process, COND)->lock);
	feed_free(&feed);
	(void)state;
}

/* Waiters are woken in the order in which they began; a notify wakes as many as it says. */
static void test_notify_wakes_the_first(void **state)
{
	struct feed feed = feed_new(false);

	for (unsigned who = T1; who <= T3; who++)
		FEED(&feed, who, cond_wait, .id = COND, .lock = A);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 1, .woken = 1);
	FEED(&feed, MAIN, cond_notify, .id = COND, .asked = 1, .woken = 1);
	assert_true(thread_of(&feed, T1)->wait.woken);
	assert_true(thread_of(&feed, T2)->wait.woken);
	assert_false(thread_of(&feed, T3)->wait.woken);
	feed_free(&feed);
	(void)state;
}

static void test_event(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	FEED(&feed, MAIN, event_init, .id = EVENT);
	FEED(&feed, T1, event_wait, .id = EVENT);
	listen(&told, &feed);
	FEED(&feed, MAIN, event_set, .id = EVENT, .woken = 1);
	assert_true(object_of(&feed, EVENT)->set);
	FEED(&feed, MAIN, event_clear, .id = EVENT);
	assert_false(object_of(&feed, EVENT)->set);
	/* Let go all the same. */
	assert_true(thread_of(&feed, T1)->wait.woken);
	FEED(&feed, T1, event_woken, .id = EVENT, .result = TT_WAKE_SET, .waker = MAIN);
	/* One that finds the flag set waits not at all. */
	FEED(&feed, T1, event_woken, .id = EVENT, .result = TT_WAKE_SET, .waker = MAIN);
	assert_told(&told, "T1 waited for object-201: got by MainThread\n");
	end(&told, &feed);
	(void)state;
}

static void test_semaphore_places(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	FEED(&feed, MAIN, sem_init, .id = SEM, .value = 3, .bound = 3);
	FEED(&feed, T1, sem_acquired, .id = SEM, .value = 2);
	FEED(&feed, T1, sem_acquired, .id = SEM, .value = 1);
	FEED(&feed, T2, sem_acquired, .id = SEM, .value = 0);
	listen(&told, &feed);
	/* The place that was taken last comes back first. */
	struct tt_hold *first = thread_of(&feed, T1)->holds->pdata[0];
	FEED(&feed, T1, sem_released, .id = SEM, .n = 1, .value = 1);
	assert_told(&told, "T1 had object-202\n");
	assert_ptr_equal(thread_of(&feed, T1)->holds->pdata[0], first);
	FEED(&feed, T2, sem_wait, .id = SEM);
	FEED(&feed, T2, sem_acquired, .id = SEM, .value = 0, .waker = T1);
	assert_told(&told, "T2 waits for object-202\nT2 waited for object-202: got by T1\nT2 has object-202\n");
	FEED(&feed, T2, sem_released, .id = SEM, .n = 2, .value = 2);
	assert_int_equal(object_of(&feed, SEM)->holds->len, 1);
	assert_false(object_of(&feed, SEM)->signals);
	end(&told, &feed);
	(void)state;
}

/* Released by one who has no place: it counts signals, and however many there are, nobody holds any. */
static void test_semaphore_as_signal(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, T1, sem_acquired, .id = SEM, .value = 0);
	FEED(&feed, T2, sem_released, .id = SEM, .n = 1, .value = 1);
	assert_true(object_of(&feed, SEM)->signals);
	for (unsigned i = 0; i < 100; i++)
		FEED(&feed, T1, sem_acquired, .id = SEM, .value = 0);
	assert_int_equal(object_of(&feed, SEM)->holds->len, 0);
	assert_int_equal(thread_of(&feed, T1)->holds->len, 0);
	feed_free(&feed);
	(void)state;
}

static void test_barrier_rounds(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	for (unsigned who = MAIN; who <= T1; who++)
		FEED(&feed, who, thread_start, .id = who);
	listen(&told, &feed);
	for (int round = 0; round < 2; round++) {
		FEED(&feed, MAIN, barrier_wait, .id = BARRIER, .n_waiting = 1, .parties = 2);
		FEED(&feed, T1, barrier_passed, .id = BARRIER, .index = 1);
		assert_true(thread_of(&feed, MAIN)->wait.woken);
		FEED(&feed, MAIN, barrier_passed, .id = BARRIER, .waker = T1);
		assert_told(&told, "MainThread waits for object-203\nMainThread waited for object-203: got by T1\n");
	}
	FEED(&feed, MAIN, barrier_wait, .id = BARRIER, .n_waiting = 1, .parties = 2);
	FEED(&feed, T1, barrier_abort, .id = BARRIER);
	FEED(&feed, MAIN, barrier_broken, .id = BARRIER, .why = TT_BREAK_ABORT, .waker = T1);
	assert_told(&told, "MainThread waits for object-203\nMainThread waited for object-203: error by T1\n");
	end(&told, &feed);
	(void)state;
}

static void test_released_by_another(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	feed.kind = TT_KIND_LOCK;
	acquires(&feed, T1, A);
	listen(&told, &feed);
	releases(&feed, T2, A);
	assert_told(&told, "T2 began\nT1 had A\n");
	assert_true(object_of(&feed, A)->signals);
	end(&told, &feed);
	(void)state;
}

/* A trace that begins in the middle: a release without its acquire, a holder known from who waits for it. */
static void test_begin_in_the_middle(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	listen(&told, &feed);
	releases(&feed, T1, A);
	waits(&feed, T1, B, T2);
	assert_told(&told, "T1 began\nthread 3 began\nthread 3 has B\nT1 waits for B\n");
	assert_int_equal(((struct tt_hold *)object_of(&feed, B)->holds->pdata[0])->caller, 0);
	/* Its name comes with its first event. */
	releases(&feed, T2, B);
	assert_told(&told, "T2 had B\n");
	/* The holder that is seen is an old one if the lock has been free since: the reading is not atomic. */
	waits(&feed, T3, A, T1);
	assert_int_equal(object_of(&feed, A)->holds->len, 0);
	/* An inner release tells that it is held still. */
	FEED(&feed, T1, lock_released, .id = C, .kind = TT_KIND_RLOCK, .depth = 2);
	assert_int_equal(object_of(&feed, C)->holds->len, 1);
	end(&told, &feed);
	(void)state;
}

/* Who acquires a lock has it; another hold of it, whose release was lost, is over. */
static void test_lost_release(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	acquires(&feed, T1, A);
	listen(&told, &feed);
	acquires(&feed, T2, A);
	assert_told(&told, "T2 began\nT1 had A\nT2 has A\n");
	acquires(&feed, T2, A);
	assert_told(&told, "T2 had A\nT2 has A\n");
	end(&told, &feed);
	(void)state;
}

/* A second wait ends one whose end was lost; a handler of a signal that comes in a wait does not. */
static void test_lost_end_of_wait(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	FEED(&feed, T1, event_wait, .id = EVENT);
	listen(&told, &feed);
	acquires(&feed, T1, A);
	releases(&feed, T1, A);
	assert_told(&told, "T1 has A\nT1 had A\n");
	FEED(&feed, T1, sem_wait, .id = SEM);
	assert_told(&told, "T1 waited for object-201: error by -\nT1 waits for object-202\n");
	assert_int_equal(object_of(&feed, EVENT)->waiters->len, 0);
	exits(&feed, T1);
	assert_told(&told, "T1 waited for object-202: error by -\nT1 ended\n");
	end(&told, &feed);
	(void)state;
}

static void test_same_ids_in_two_processes(void **state)
{
	struct feed feed = feed_new(false);

	acquires(&feed, T1, A);
	feed.pid++;
	waits(&feed, T1, A, 0);
	assert_int_equal(feed.check->model->processes->len, 2);
	assert_int_equal(thread_of(&feed, T1)->holds->len, 0);
	assert_int_equal(object_of(&feed, A)->holds->len, 0);
	feed_free(&feed);
	(void)state;
}

/* exec: the same pid and the same ids, another program. */
static void test_exec(void **state)
{
	struct feed feed = feed_new(false);
	struct told told;

	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 100);
	acquires(&feed, T1, A);
	listen(&told, &feed);
	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 100);
	assert_told(&told, "MainThread ended\nT1 ended\nMainThread began\n");
	assert_int_equal(feed.check->model->processes->len, 2);
	assert_null(thread_of(&feed, T1));
	waits(&feed, MAIN, A, 0);
	assert_int_equal(object_of(&feed, A)->holds->len, 0);
	end(&told, &feed);
	(void)state;
}

/* Lines of the log are of no object. */
static void test_log_message(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, T1, log_message, .text = "hello");
	assert_int_equal(thread_of(&feed, T1)->state, TT_THREAD_ALIVE);
	assert_int_equal(process_of(&feed)->objects->len, 1);
	feed_free(&feed);
	(void)state;
}

/* Processes and locks, by turns, whose numbers differ by powers of two only. */
static void test_numbers_far_apart(void **state)
{
	enum { PROCESSES = 3, LOCKS = 3, STEP = 1 << 12, TIMES = 2 };
	struct feed feed = feed_new(false);
	const GPtrArray *processes = feed.check->model->processes;

	for (unsigned i = 0; i < PROCESSES * LOCKS * TIMES; i++) {
		feed.pid = 100 + i % PROCESSES * STEP;
		acquires(&feed, T1 + i / PROCESSES % LOCKS * STEP, A + i / PROCESSES % LOCKS * STEP);
	}
	assert_int_equal(processes->len, PROCESSES);
	for (unsigned i = 0; i < PROCESSES; i++) {
		struct tt_process *process = processes->pdata[i];
		assert_int_equal(process->threads->len, LOCKS);
		assert_int_equal(process->objects->len, 2 * LOCKS); /* each thread is one as well */
		for (unsigned j = 0; j < LOCKS; j++) {
			const struct tt_thread *thread = tt_model_thread(process, T1 + j * STEP);
			const struct tt_object *lock = tt_model_object(process, A + j * STEP);
			assert_ptr_equal(thread->process, process);
			assert_int_equal(thread->id, T1 + j * STEP);
			assert_ptr_equal(lock->process, process);
			assert_int_equal(lock->id, A + j * STEP);
			assert_int_equal(lock->holds->len, 1);
		}
	}
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_condition_without_a_lock),
	    cmocka_unit_test(test_thread_life),
	    cmocka_unit_test(test_events_after_exit),
	    cmocka_unit_test(test_exit_while_holding),
	    cmocka_unit_test(test_contended_lock),
	    cmocka_unit_test(test_failed_acquires),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_condition_wait),
	    cmocka_unit_test(test_notify_wakes_the_first),
	    cmocka_unit_test(test_event),
	    cmocka_unit_test(test_semaphore_places),
	    cmocka_unit_test(test_semaphore_as_signal),
	    cmocka_unit_test(test_barrier_rounds),
	    cmocka_unit_test(test_released_by_another),
	    cmocka_unit_test(test_begin_in_the_middle),
	    cmocka_unit_test(test_lost_release),
	    cmocka_unit_test(test_lost_end_of_wait),
	    cmocka_unit_test(test_same_ids_in_two_processes),
	    cmocka_unit_test(test_exec),
	    cmocka_unit_test(test_numbers_far_apart),
	    cmocka_unit_test(test_log_message),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
