/* SPDX-License-Identifier: MIT */
/*
 * The interposer without LTTng: a test links it, so the pthread functions that the test calls are the interposer's, and
 * records the events in memory (tests/unit/lib/recorder.h).
 *
 *     call_it(&mutex, "m");
 *     program_begin();
 *     lock(&mutex);                       // a SITE that calls pthread_mutex_lock
 *     expect("MainThread", "lock_init m mutex", "lock_acquired m mutex depth=1", NULL);
 *
 * Which calls are its own the interposer knows by where its code lies; here that is the test's as well, so it gets a
 * place for its code that has none.
 */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#define RECORDS_SITES_ONLY
#include "tests/unit/lib/recorder.h"

#include <errno.h>

#include "libtrace_thr/interpose/core/gate.h"

/* In place of the linker's, which is where the file begins. */
__attribute__((visibility("hidden"), section(".bss.last"))) const char __ehdr_start[1];

/* There is one at least, for the linker. */
SITE __attribute__((used)) static void no_call(void)
{
}

/* A call of the program's, of `function`, as a SITE named `name`. The barrier keeps it from becoming a jump. */
#define CALL(name, function, parameters, ...)                                                                          \
	SITE __attribute__((unused)) static int name parameters                                                        \
	{                                                                                                              \
		int result_ = function(__VA_ARGS__);                                                                   \
		__asm__ volatile("" : "+r"(result_));                                                                  \
		return result_;                                                                                        \
	}

/* The events that only the interposer emits. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
PROBE(object_shared, uint8_t object)
{
	static const char *const objects[] = {TT_OBJECT_KINDS(WORD_CASE)};

	NOTE(" %s", objects[object]);
}
PROBE(sem_value, uint64_t value)
{
	NOTE(" value=%llu", (unsigned long long)value);
}
PROBE(futex_wait, uint8_t shared, int64_t timeout_ns, const struct tt_stack *stack)
{
	look_at(stack);
	NOTE("%s timeout=%lld", shared ? " shared" : "", (long long)timeout_ns);
}
PROBE(futex_wake, int64_t asked, uint32_t woken)
{
	NOTE(" asked=%lld woken=%u", (long long)asked, woken);
}
PROBE(thread_create, uint8_t daemon)
{
	NOTE(" daemon=%u", daemon);
}
PROBE(thread_join_done, uint8_t result, const struct tt_stack *stack)
{
	look_at(stack);
	NOTE(" %s", wakes[result]);
}
#pragma GCC diagnostic pop

static inline void program_begin(void)
{
	CONNECT(lock_inconsistent, lock);
	CONNECT(lock_consistent, lock);
	CONNECT(cond_destroy_wait, wait);
	CONNECT(barrier_destroy_wait, wait);
	CONNECT(object_shared, object_shared);
	CONNECT(sem_value, sem_value);
	CONNECT(futex_wait, futex_wait);
	CONNECT(futex_woken, woken);
	CONNECT(futex_wake, futex_wake);
	CONNECT(thread_create, thread_create);
	CONNECT(thread_join_wait, wait);
	CONNECT(thread_join_done, thread_join_done);
	CONNECT(thread_detach, object);
	CONNECT(thread_cancel, object);
	recorder_begin();
}

/* No session any more: nothing is told until program_begin. */
static inline void program_pause(void)
{
#define DISCONNECT(event, shape, level) lttng_ust_tracepoint_trace_thr___##event.state = 0;
	TT_VOCABULARY(DISCONNECT)
#undef DISCONNECT
}

/* How many threads sleep on a futex within the object: all have theirs in the first bytes. */
static inline unsigned sleepers_in(const void *object)
{
	enum { SIZE = 48 };
	unsigned n = 0;

	for (size_t at = 0; at < SIZE; at += sizeof(uint32_t))
		n += sleepers_on((const uint32_t *)((uintptr_t)object + at));
	return n;
}

/* Waits until so many do. */
#define await_sleepers(n, object) wait_until(sleepers_in(object) == (n))

/* What the calling thread is called in the lines. */
static inline void be(const char *name)
{
	must(!pthread_setname_np(pthread_self(), name));
}

/* A time limit that lies so far ahead, on the clock. */
static inline struct timespec after_ms(clockid_t clock, long ms)
{
	struct timespec at;

	must(!clock_gettime(clock, &at));
	at.tv_nsec += ms % 1000 * 1000000;
	at.tv_sec += ms / 1000 + at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	return at;
}

#endif /* TESTS_PROGRAM_H */
