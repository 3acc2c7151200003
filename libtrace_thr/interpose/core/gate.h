/* SPDX-License-Identifier: MIT */
/*
 * Which calls are told, and how.
 *
 * A public function asks TT_TRACED first: without a session that is one load and one predicted branch on the way to
 * libc. What is then done for an event lies in a function of its own that is not inlined, so the short path stays
 * short.
 */
#ifndef TT_INTERPOSE_CORE_GATE_H
#define TT_INTERPOSE_CORE_GATE_H

#include <limits.h>

#include "libtrace_thr/interpose/core/reentrancy.h"
#include "libtrace_thr/interpose/core/libc.h"
#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/interpose/core/tracer_code.h"

/* A function that programs call. */
#define TT_INTERPOSED __attribute__((visibility("default")))

/* Whether a session records the event. */
#define TT_TRACED(event) __builtin_expect(tt_enabled(event), 0)

/* Whether the interposer is set up; what is called before is not told. */
extern bool tt_is_ready __attribute__((visibility("hidden")));

/* Whether ThreadSanitizer watches the program. */
extern bool tt_under_tsan __attribute__((visibility("hidden")));

/* Makes a thread known that came to be without pthread_create (a timer's, say). False where it has ended for us. */
bool tt_thread_adopt(void);

/* The frame of a dlopen of the thread's, whose modules are still to be told; NULL: there is none. */
extern __thread const char *tt_loading __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Tells them, if the dlopen has returned. */
void tt_loading_look(void);

/*
 * Whether a call is told: it comes from the program, in a thread that is known. To be asked before the call has any
 * effect.
 */
static inline bool tt_should_trace(const void *caller)
{
	if (!tt_is_ready || tt_reentrancy || tt_is_tracer(caller))
		return false;
	if (!tt_current_thread_id && !tt_thread_adopt()) {
		tt_untold_count();
		return false;
	}
	if (__builtin_expect(tt_loading != NULL, 0))
		tt_loading_look();
	return true;
}

/* Emits an event, if a session records it. */
#define TT_EMIT TT_TRACE

/* The same for lock_acquired and lock_released. */
#define TT_EMIT_HOT TT_TRACE_HOT

/* Why an acquire has ended without the object, of an error of libc's. */
enum tt_failure tt_failure_of(int error);

/* From now until an absolute time, in nanoseconds, for the field timeout_ns; not below 0. */
int64_t tt_until_ns(clockid_t clock, const struct timespec *until);

/* The clock of a call that takes none: no number that is a clock, nor one that a program gives for one, as -1 is. */
enum { TT_CLOCK_OF_CALL = INT_MIN };

/* The clock that a limit is meant by: of a call that takes none, the real-time clock. */
static inline clockid_t tt_clock_of(clockid_t clock)
{
	return clock == TT_CLOCK_OF_CALL ? CLOCK_REALTIME : clock;
}

/* Whether libc refuses a limit by that clock. */
bool tt_is_bad_clock(clockid_t clock);

/* Whether libc refuses the time limit, NULL for none, of a wait; mutexes refuse it only if they have to wait. */
bool tt_is_bad_limit(clockid_t clock, const struct timespec *until);

#endif /* TT_INTERPOSE_CORE_GATE_H */
