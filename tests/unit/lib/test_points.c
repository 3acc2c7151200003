/* SPDX-License-Identifier: MIT */
/*
 * Every call that an event tells is a point at which a thread may be delayed (src/explore/shake.c), and every lock is
 * steered: counted by the thread's prng, and by whether a thread that has something pauses where it asks for more.
 */
#include "threads.h"

#include "steer_case.h"

#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/src/thread/thread.h"
#include "tracepoints/emit.h"

/* As if a session recorded all events: nobody looks at them. */
static void record_all(void)
{
#define ENABLE(event, shape, level) lttng_ust_tracepoint_trace_thr___##event.state = 1;
	TT_VOCABULARY(ENABLE)
#undef ENABLE
}

/* The call must be so many points. */
#define MUST_BE_POINTS(n, ...)                                                                                         \
	do {                                                                                                           \
		uint64_t before_ = tt_current_thread()->prng.n_points;                                                 \
		(void)(__VA_ARGS__);                                                                                   \
		assert_int_equal(tt_current_thread()->prng.n_points - before_, n);                                     \
	} while (0)

static void each_call_is_a_point(void **state)
{
	(void)state;
	tthr_lock lock = TTHR_LOCK_INIT("lock");
	tthr_rlock rlock = TTHR_RLOCK_INIT("rlock");
	tthr_semaphore semaphore = TTHR_SEMAPHORE_INIT("semaphore", 1);
	tthr_condition cond = TTHR_CONDITION_INIT("condition");
	tthr_event event = TTHR_EVENT_INIT("event");
	tthr_barrier barrier;
	tthr_thread *thread = made(&(struct tthr_thread_options){.target = nothing});

	record_all();
	must(!tthr_barrier_init(&barrier, &(struct tthr_barrier_options){.parties = 1}));
	tt_shaking = true;
	MUST_BE_POINTS(1, tthr_lock_acquire(&lock));
	MUST_BE_POINTS(1, tthr_lock_try_acquire(&lock));
	MUST_BE_POINTS(1, tthr_lock_acquire_timeout(&lock, 0));
	MUST_BE_POINTS(1, tthr_lock_release(&lock));
	MUST_BE_POINTS(1, tthr_lock_try_acquire(&lock));
	MUST_BE_POINTS(1, tthr_lock_release(&lock));
	MUST_BE_POINTS(1, tthr_rlock_acquire(&rlock));
	MUST_BE_POINTS(1, tthr_rlock_release(&rlock));
	MUST_BE_POINTS(1, tthr_semaphore_acquire(&semaphore));
	MUST_BE_POINTS(1, tthr_semaphore_try_acquire(&semaphore));
	MUST_BE_POINTS(1, tthr_semaphore_release(&semaphore, 1));
	MUST_BE_POINTS(1, tthr_semaphore_acquire_timeout(&semaphore, 1));
	MUST_BE_POINTS(1, tthr_condition_acquire(&cond));
	MUST_BE_POINTS(3, tthr_condition_wait_timeout(&cond, 0)); /* with those of its lock */
	MUST_BE_POINTS(1, tthr_condition_notify(&cond, 1));
	MUST_BE_POINTS(1, tthr_condition_notify_all(&cond));
	MUST_BE_POINTS(1, tthr_condition_release(&cond));
	MUST_BE_POINTS(1, tthr_event_wait_timeout(&event, 0));
	MUST_BE_POINTS(1, tthr_event_set(&event));
	MUST_BE_POINTS(1, tthr_event_wait(&event));
	MUST_BE_POINTS(1, tthr_barrier_wait(&barrier, NULL));
	MUST_BE_POINTS(1, tthr_thread_start(thread));
	MUST_BE_POINTS(1, tthr_thread_join(thread));
	tt_shaking = false;
	MUST_BE_POINTS(0, tthr_event_set(&event));
	tthr_thread_unref(thread);
	must(!tthr_barrier_destroy(&barrier));
}

/* Where the calls come from: each kind of call has one place. */
static const void *call_site;

static int learn(void *object, double seconds)
{
	(void)object, (void)seconds;
	call_site = __builtin_return_address(0);
	return 0;
}

typedef int call(void *object, double seconds);

__attribute__((noinline)) static int held_at(call *function, void *object, double seconds)
{
	int result = function(object, seconds);

	__asm__ volatile("" : "+r"(result)); /* no tail call: that would have another caller */
	return result;
}

__attribute__((noinline)) static int wanted_at(call *function, void *object, double seconds)
{
	int result = function(object, seconds);

	__asm__ volatile("" : "+r"(result));
	return result;
}

#define AS_CALL(function) ((call *)(void (*)(void))(function))

/* A plan for two threads, of which there is one: where it has its lock and asks for the other it pauses, in vain. */
static void steer_alone(void)
{
	char text[sizeof plan_text], *name = strstr(plan(0, 0), "held ") + 5;
	ptrdiff_t held, wanted;

	*strchr(name, '+') = '\0';
	held_at(learn, NULL, 0);
	held = (const char *)call_site - (const char *)site(0);
	wanted_at(learn, NULL, 0);
	wanted = (const char *)call_site - (const char *)site(0);
	snprintf(
	    text, sizeof text,
	    "pause 1\nbudget 1\nring 2\nedge\nheld %s+0x%tx\nwanted %s+0x%tx\nedge\nheld %s+0x%x\nwanted %s+0x%x\n",
	    name, held, name, wanted, name, HELD_2, name, WANTED_2);
	steer_by(text);
}

/* Whether the call pauses: a pause takes all the time there is, and is the last. */
static bool pauses(call *take, void *object, double seconds)
{
	must(!wanted_at(take, object, seconds));
	bool paused = !tt_steering;
	tt_steering = true;
	return paused;
}

/* Each is had from its acquire to its release; and asked for by all that may wait. */
static void each_lock_is_steered(void **state)
{
	(void)state;
	tthr_lock lock = TTHR_LOCK_INIT("lock"), other = TTHR_LOCK_INIT("other");
	tthr_rlock rlock = TTHR_RLOCK_INIT("rlock");
	tthr_semaphore semaphore = TTHR_SEMAPHORE_INIT("semaphore", 1);
	tthr_condition cond = TTHR_CONDITION_INIT("condition");
	const struct {
		call *take, *try, *take_within;
		void *object;
	} cases[] = {
	    {AS_CALL(tthr_lock_acquire), AS_CALL(tthr_lock_try_acquire), AS_CALL(tthr_lock_acquire_timeout), &lock},
	    {AS_CALL(tthr_rlock_acquire), AS_CALL(tthr_rlock_try_acquire), AS_CALL(tthr_rlock_acquire_timeout), &rlock},
	    {AS_CALL(tthr_semaphore_acquire), AS_CALL(tthr_semaphore_try_acquire),
	     AS_CALL(tthr_semaphore_acquire_timeout), &semaphore},
	    {AS_CALL(tthr_condition_acquire), AS_CALL(tthr_condition_try_acquire),
	     AS_CALL(tthr_condition_acquire_timeout), &cond},
	};

	record_all();
	steer_alone();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		call *const ways[] = {cases[i].take, cases[i].try, cases[i].take_within};
		for (int way = 0; way < 3; way++) {
			/* It is had. */
			must(!held_at(ways[way], cases[i].object, 1));
			assert_true(pauses(AS_CALL(tthr_lock_acquire), &other, 0));
			must(!tthr_lock_release(&other));
			must(!(i == 0   ? tthr_lock_release(&lock)
			       : i == 1 ? tthr_rlock_release(&rlock)
			       : i == 2 ? tthr_semaphore_release(&semaphore, 1)
			                : tthr_condition_release(&cond)));
			assert_false(pauses(AS_CALL(tthr_lock_acquire), &other, 0));
			must(!tthr_lock_release(&other));
			/* It is asked for. */
			must(!held_at(AS_CALL(tthr_lock_acquire), &other, 0));
			assert_int_equal(pauses(ways[way], cases[i].object, 1), way != 1);
			must(!(i == 0   ? tthr_lock_release(&lock)
			       : i == 1 ? tthr_rlock_release(&rlock)
			       : i == 2 ? tthr_semaphore_release(&semaphore, 1)
			                : tthr_condition_release(&cond)));
			must(!tthr_lock_release(&other));
		}
	}
	tt_steering = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_call_is_a_point),
	    cmocka_unit_test(each_lock_is_steered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
