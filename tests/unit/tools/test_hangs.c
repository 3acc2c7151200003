/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "feed.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/check/actual/live_hangs.h"

/* Hangs of a program that still runs: what is due when. The n-th event comes at n milliseconds. */

static const int64_t ms = 1000000;
enum { PATIENCE_MS = 2000 };

struct world {
	struct tt_hangs *hangs;
	struct feed feed; /* into its check */
};

static struct world new_world(uint8_t kind)
{
	struct tt_hangs *hangs = tt_hangs_new(PATIENCE_MS * ms);
	return (struct world){.hangs = hangs, .feed = {.check = tt_hangs_check(hangs), .pid = 100, .kind = kind}};
}

/* How many are due so many milliseconds after the last event. */
static guint look_after(struct world *world, int64_t after)
{
	return tt_hangs_look(world->hangs, FEED_ORIGIN + ((int64_t)world->feed.n + after) * ms);
}

/* The same when the trace has come to the present. */
static guint look_now(struct world *world)
{
	return tt_hangs_look(world->hangs, g_get_real_time() * 1000 + ms);
}

static void starts_three(struct world *world)
{
	FEED(&world->feed, MAIN, thread_start, .id = MAIN, .native_id = 1);
	starts(&world->feed, MAIN, T1);
	starts(&world->feed, MAIN, T2);
}

static void feed_abba(struct world *world)
{
	acquires(&world->feed, T1, A);
	acquires(&world->feed, T2, B);
	waits(&world->feed, T1, B, T2);
	waits(&world->feed, T2, A, T1);
}

static void test_cycle_is_due_at_once_and_told_once(void **state)
{
	struct world world = new_world(TT_KIND_MUTEX);

	starts_three(&world);
	feed_abba(&world);
	assert_int_equal(look_after(&world, 19), 0); /* a moment must have passed over it */
	assert_int_equal(look_after(&world, 20), 1);
	assert_rule(found(&world.feed, 0), "TT001", TT_LEVEL_ACTUAL);
	assert_edge(found(&world.feed, 0), 0, "T1 has A wants B");
	assert_int_equal(look_after(&world, 50000), 0);
	/* What else happens does not tell it again. */
	acquires(&world.feed, MAIN, C);
	assert_int_equal(look_after(&world, 50000), 0);
	tt_hangs_free(world.hangs);
	(void)state;
}

static void feed_module(struct world *world)
{
	const struct tt_module module = {.pid = world->feed.pid, .base = 0, .size = UINT64_MAX / 2, .path = "/app"};

	tt_check_add_module(world->feed.check, &module);
}

/* Until it is known what file its sites lie in, or that it is in none: until all modules of before are known. */
static void test_cycle_waits_for_its_names(void **state)
{
	for (int named = 0; named < 2; named++) {
		struct world world = new_world(TT_KIND_MUTEX);
		int64_t formed_ns;

		starts_three(&world);
		feed_abba(&world);
		formed_ns = FEED_ORIGIN + (int64_t)world.feed.n * ms;
		tt_hangs_know_modules(world.hangs, formed_ns - 1);
		assert_int_equal(look_after(&world, 100000), 0);
		assert_true(tt_hangs_lack_modules(world.hangs));
		assert_true(tt_hangs_any(world.hangs));
		if (named)
			feed_module(&world);
		else
			tt_hangs_know_modules(world.hangs, formed_ns);
		assert_int_equal(look_after(&world, 100000), 1);
		assert_false(tt_hangs_lack_modules(world.hangs));
		tt_hangs_free(world.hangs);
	}
	(void)state;
}

/* Its sites are known, but an object that has its address for a name may lie in a module that comes yet. */
static void test_cycle_waits_for_the_names_of_objects(void **state)
{
	static const struct tt_module far = {
	    .pid = 100, .base = 0xf000000000000000, .size = 0x2000, .path = "/libfar.so", .time_ns = 1};
	struct world world = new_world(TT_KIND_MUTEX);
	struct feed *feed = &world.feed;

	tt_hangs_know_modules(world.hangs, 0);
	starts_three(&world);
	feed_module(&world);
	acquires(feed, T1, A);
	FEED(feed, T2, lock_acquired, .id = B, .name = "mutex 0xf000000000001000", .kind = TT_KIND_MUTEX, .depth = 1);
	FEED(feed, T1, lock_wait, .id = B, .name = "mutex 0xf000000000001000", .kind = TT_KIND_MUTEX, .holder = T2);
	waits(feed, T2, A, T1);
	assert_int_equal(look_after(&world, 100000), 0);
	assert_true(tt_hangs_lack_modules(world.hangs));
	tt_check_add_module(feed->check, &far);
	assert_int_equal(look_after(&world, 100000), 1);
	assert_edge(found(feed, 0), 0, "T1 has A wants libfar.so+0x1000");
	tt_hangs_free(world.hangs);
	(void)state;
}

/* So may the function of a thread, also of one that is only blocked by it. */
static void test_cycle_waits_for_the_names_of_threads(void **state)
{
	static const struct tt_module far = {
	    .pid = 100, .base = 0xf000000000000000, .size = 0x2000, .path = "/libfar.so", .time_ns = 1};
	struct world world = new_world(TT_KIND_MUTEX);
	struct feed *feed = &world.feed;
	const struct tt_thread *thread;

	tt_hangs_know_modules(world.hangs, 0);
	starts_three(&world);
	feed_module(&world);
	FEED(feed, MAIN, thread_create, .id = T3, .name = "Thread-9 (0xf000000000001000)");
	feed_abba(&world);
	FEED(feed, T3, lock_wait, .thread = "Thread-9 (0xf000000000001000)", .id = A, .kind = TT_KIND_MUTEX,
	     .holder = T1);
	assert_int_equal(look_after(&world, 100000), 0);
	tt_check_add_module(feed->check, &far);
	assert_int_equal(look_after(&world, 100000), 1);
	assert_int_equal(found(feed, 0)->blocked->len, 1);
	thread = g_array_index(found(feed, 0)->blocked, struct tt_edge, 0).thread;
	assert_string_equal(thread->name, "Thread-9 (libfar.so+0x1000)");
	assert_string_equal(thread->object->name, thread->name);
	tt_hangs_free(world.hangs);
	(void)state;
}

static void test_second_hang_is_told_by_itself(void **state)
{
	struct world world = new_world(TT_KIND_MUTEX);

	starts_three(&world);
	starts(&world.feed, MAIN, T3);
	starts(&world.feed, MAIN, T4);
	feed_abba(&world);
	assert_int_equal(look_after(&world, 100), 1);
	acquires(&world.feed, T3, C);
	acquires(&world.feed, T4, D);
	waits(&world.feed, T3, D, T4);
	waits(&world.feed, T4, C, T3);
	assert_int_equal(look_after(&world, 100), 1);
	assert_edge(found(&world.feed, 0), 0, "T3 has C wants D");
	tt_hangs_free(world.hangs);
	(void)state;
}

/* A Lock may be released by any thread: by one that runs, if one does. */
static void test_cycle_of_locks_must_stand(void **state)
{
	struct world world = new_world(TT_KIND_LOCK);

	starts_three(&world);
	feed_abba(&world);
	assert_int_equal(look_after(&world, 499), 0);
	assert_int_equal(look_after(&world, 500), 1);
	tt_hangs_free(world.hangs);

	world = new_world(TT_KIND_LOCK);
	starts_three(&world);
	feed_abba(&world);
	assert_int_equal(look_after(&world, 499), 0);
	releases(&world.feed, MAIN, A);
	assert_int_equal(look_after(&world, 5000), 0);
	tt_hangs_free(world.hangs);

	world = new_world(TT_KIND_LOCK);
	starts_three(&world);
	feed_abba(&world);
	begins_join(&world.feed, MAIN, T1); /* now nobody runs */
	assert_int_equal(look_after(&world, 20), 1);
	tt_hangs_free(world.hangs);
	(void)state;
}

/* A Lock taken twice is also how one waits for another thread to release it. */
static void test_lock_taken_twice_has_patience(void **state)
{
	struct world world = new_world(TT_KIND_LOCK);

	starts_three(&world);
	acquires(&world.feed, T1, A);
	waits(&world.feed, T1, A, T1);
	assert_int_equal(look_after(&world, 20), 0);
	assert_int_equal(look_after(&world, PATIENCE_MS - 1), 0);
	assert_int_equal(look_after(&world, PATIENCE_MS), 1);
	assert_rule(found(&world.feed, 0), "TT002", TT_LEVEL_ACTUAL);
	tt_hangs_free(world.hangs);
	(void)state;
}

/* Whoever is not blocked does not matter to a lock whose holder has exited, nor does how long it is looked at. */
static void test_lock_of_one_who_is_gone(void **state)
{
	struct world world = new_world(TT_KIND_MUTEX);

	starts_three(&world);
	acquires(&world.feed, T1, A);
	exits(&world.feed, T1);
	waits(&world.feed, T2, A, T1);
	assert_int_equal(look_after(&world, 0), 0);
	assert_int_equal(look_after(&world, PATIENCE_MS - 1), 0);
	assert_int_equal(look_after(&world, PATIENCE_MS), 1);
	assert_rule(found(&world.feed, 0), "TT003", TT_LEVEL_ACTUAL);
	tt_hangs_free(world.hangs);
	(void)state;
}

/* A process that can be looked at: it has one thread, which waits for its input. */
struct process {
	pid_t pid;
	int input, output;
};

static struct process start(const char *const *argv)
{
	struct process process;

	assert_true(g_spawn_async_with_pipes(NULL, (gchar **)(uintptr_t)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
	                                     NULL, &process.pid, &process.input, &process.output, NULL, NULL));
	return process;
}

static struct process start_plain(void)
{
	return start((const char *const[]){"/bin/cat", NULL});
}

static struct process start_catching(void)
{
	struct process process = start((const char *const[]){"/bin/sh", "-c", "trap : TERM; echo; read x", NULL});
	char ready;

	assert_int_equal(read(process.output, &ready, 1), 1);
	return process;
}

static void tell_fault(int number)
{
	_exit(number);
}

/* One with handlers for what a thread does itself only. */
static struct process start_faulting(void)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	struct process process = {.pid = fork()};

	if (process.pid == 0) {
		for (int i = 1; i < NSIG; i++)
			signal(i, SIG_DFL);
		for (size_t i = 0; i < G_N_ELEMENTS(faults); i++)
			signal(faults[i], tell_fault);
		raise(SIGSTOP); /* it is ready */
		_exit(1);
	}
	assert_int_equal(waitpid(process.pid, NULL, WUNTRACED), process.pid);
	process.input = open("/dev/null", O_RDONLY);
	process.output = dup(process.input);
	return process;
}

static void end_process(const struct process *process)
{
	kill(process->pid, SIGKILL);
	waitpid(process->pid, NULL, 0);
	close(process->input);
	close(process->output);
}

/* The main thread of a process waits, and nobody else is there. */
static struct world lonely(pid_t pid, uint32_t native_id, enum tt_event_type wait, uint64_t object)
{
	struct world world = new_world(TT_KIND_MUTEX);

	world.feed.pid = (uint32_t)pid;
	FEED(&world.feed, MAIN, thread_start, .id = MAIN, .native_id = native_id);
	feed_event(&world.feed, MAIN, (struct tt_event){.type = wait, .id = object});
	assert_int_equal(look_after(&world, 0), 0);
	return world;
}

static void test_nobody_left_to_wake(void **state)
{
	struct process process = start_plain();
	struct world world = lonely(process.pid, (uint32_t)process.pid, TT_EVENT_event_wait, EVENT);

	assert_int_equal(look_after(&world, PATIENCE_MS - 1), 0);
	assert_int_equal(look_after(&world, PATIENCE_MS), 0); /* the process is looked at; the trace lags behind */
	assert_int_equal(look_now(&world), 1);
	assert_rule(found(&world.feed, 0), "TT003", TT_LEVEL_ACTUAL);
	assert_true(has_note(found(&world.feed, 0), "no thread but those that wait, and no signal handler"));
	end_process(&process);
	tt_hangs_free(world.hangs);
	(void)state;
}

static void test_thread_that_the_trace_does_not_know(void **state)
{
	struct process process = start_plain();
	struct world world = lonely(process.pid, 1, TT_EVENT_event_wait, EVENT);

	assert_int_equal(look_after(&world, 100 * PATIENCE_MS), 0);
	assert_int_equal(look_now(&world), 0);
	end_process(&process);
	tt_hangs_free(world.hangs);
	(void)state;
}

static void test_process_that_is_gone(void **state)
{
	struct process process = start_plain();
	struct world world = lonely(process.pid, (uint32_t)process.pid, TT_EVENT_event_wait, EVENT);

	end_process(&process);
	assert_int_equal(look_after(&world, 100 * PATIENCE_MS), 0);
	assert_int_equal(look_now(&world), 0);
	tt_hangs_free(world.hangs);
	(void)state;
}

/* A handler may post a semaphore, or wake a futex. It may not notify a condition. */
static void test_signal_handler(void **state)
{
	struct process process = start_catching();
	struct world world;

	for (int futex = 0; futex < 2; futex++) {
		world =
		    lonely(process.pid, (uint32_t)process.pid, futex ? TT_EVENT_futex_wait : TT_EVENT_sem_wait, SEM);
		assert_int_equal(look_after(&world, 100 * PATIENCE_MS), 0);
		assert_int_equal(look_now(&world), 0);
		tt_hangs_free(world.hangs);
	}
	world = lonely(process.pid, (uint32_t)process.pid, TT_EVENT_cond_wait, COND);
	assert_int_equal(look_after(&world, PATIENCE_MS), 0);
	assert_int_equal(look_now(&world), 1);
	tt_hangs_free(world.hangs);
	end_process(&process);
	(void)state;
}

/* Of a fault that a thread makes itself, as Rust's runtime has one: a blocked thread makes none. */
static void test_fault_handler(void **state)
{
#ifdef __SANITIZE_THREAD__ /* its own thread is in the forked process too, and is none that is blocked */
	(void)state;
	return;
#endif
	struct process process = start_faulting();
	struct world world = lonely(process.pid, (uint32_t)process.pid, TT_EVENT_futex_wait, SEM);

	assert_int_equal(look_after(&world, PATIENCE_MS), 0);
	assert_int_equal(look_now(&world), 1);
	tt_hangs_free(world.hangs);
	end_process(&process);
	(void)state;
}

/* One that the trace does not know acted last, and was gone when the process was looked at. */
static void test_trace_lags_behind(void **state)
{
	struct process process = start_plain();
	struct world world = lonely(process.pid, (uint32_t)process.pid, TT_EVENT_event_wait, EVENT);

	assert_int_equal(look_after(&world, PATIENCE_MS), 0);
	FEED(&world.feed, T1, event_set, .id = EVENT);
	exits(&world.feed, T1);
	FEED(&world.feed, MAIN, event_woken, .id = EVENT, .result = TT_WAKE_SET, .waker = T1);
	assert_int_equal(look_now(&world), 0);
	end_process(&process);
	tt_hangs_free(world.hangs);
	(void)state;
}

/* Patience begins anew when somebody has come and gone. */
static void test_progress_begins_anew(void **state)
{
	struct process process = start_plain();
	struct world world = lonely(process.pid, (uint32_t)process.pid, TT_EVENT_event_wait, EVENT);

	starts(&world.feed, MAIN, T1);
	assert_int_equal(look_after(&world, PATIENCE_MS), 0);
	exits(&world.feed, T1);
	world.feed.n += PATIENCE_MS;
	assert_int_equal(look_after(&world, 1), 0);
	assert_int_equal(look_after(&world, PATIENCE_MS), 0);
	assert_int_equal(look_after(&world, PATIENCE_MS + 1), 0);
	assert_int_equal(look_now(&world), 1);
	end_process(&process);
	tt_hangs_free(world.hangs);
	(void)state;
}

/* What may rest on a lost event is not certain. */
static void test_lost_events(void **state)
{
	struct world world = new_world(TT_KIND_MUTEX);

	starts_three(&world);
	feed_abba(&world);
	tt_check_add_discarded(world.feed.check, &(struct tt_discarded){.begin_ns = -1, .end_ns = -1, .count = 1});
	assert_int_equal(look_after(&world, 50000), 0);
	tt_hangs_free(world.hangs);
	(void)state;
}

/* The same finding of another reading of the trace is known by its key. */
static void test_key(void **state)
{
	struct world world = new_world(TT_KIND_MUTEX);
	struct feed whole = feed_new(false);

	starts_three(&world);
	feed_abba(&world);
	assert_int_equal(look_after(&world, 20), 1);
	const struct tt_hang_key key = tt_hang_key(found(&world.feed, 0));
	FEED(&whole, MAIN, thread_start, .id = MAIN, .native_id = 1);
	starts(&whole, MAIN, T1);
	starts(&whole, MAIN, T2);
	acquires(&whole, T1, A);
	acquires(&whole, T2, B);
	waits(&whole, T1, B, T2);
	waits(&whole, T2, A, T1);
	feed_finish(&whole);
	assert_true(tt_hang_key_is(&key, found(&whole, 0)));
	struct tt_hang_key other = key;
	other.since_ns += 10 * ms; /* another reader's clock */
	assert_true(tt_hang_key_is(&other, found(&whole, 0)));
	other.since_ns = key.since_ns - 11 * ms;
	assert_false(tt_hang_key_is(&other, found(&whole, 0)));
	for (guint i = 1; i < n_found(&whole); i++)
		assert_false(tt_hang_key_is(&key, found(&whole, i)));
	feed_free(&whole);
	tt_hangs_free(world.hangs);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cycle_is_due_at_once_and_told_once),
	    cmocka_unit_test(test_cycle_waits_for_its_names),
	    cmocka_unit_test(test_cycle_waits_for_the_names_of_objects),
	    cmocka_unit_test(test_cycle_waits_for_the_names_of_threads),
	    cmocka_unit_test(test_second_hang_is_told_by_itself),
	    cmocka_unit_test(test_cycle_of_locks_must_stand),
	    cmocka_unit_test(test_lock_taken_twice_has_patience),
	    cmocka_unit_test(test_lock_of_one_who_is_gone),
	    cmocka_unit_test(test_nobody_left_to_wake),
	    cmocka_unit_test(test_thread_that_the_trace_does_not_know),
	    cmocka_unit_test(test_process_that_is_gone),
	    cmocka_unit_test(test_signal_handler),
	    cmocka_unit_test(test_fault_handler),
	    cmocka_unit_test(test_trace_lags_behind),
	    cmocka_unit_test(test_progress_begins_anew),
	    cmocka_unit_test(test_lost_events),
	    cmocka_unit_test(test_key),
	};
	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
