/* SPDX-License-Identifier: MIT */
/*
 * Where a thread is in the tracer: there its calls are not the program's, and are not told. But a signal handler can
 * come in at any moment, and sem_post is the one call of these that it may make.
 *
 * - In the midst of an emission its post is told at once: LTTng lets events nest.
 * - Where the thread has one of our own locks, it is told when that is given back: later than its place was taken,
 *   perhaps.
 */
#ifndef TT_INTERPOSE_CORE_REENTRANCY_H
#define TT_INTERPOSE_CORE_REENTRANCY_H

#include <stdbool.h>

#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/trace/untold.h"

/*
 * tt_reentrancy counts the emissions under way, of which LTTng allows five, TT_INTERNAL for each of the other reasons,
 * and TT_POST_WITHIN for each post that handlers have told within the innermost emission. It is always above
 * TT_INTERNAL in a thread of the tracer's own.
 */
enum { TT_MOST_EMISSIONS = 4, TT_POST_WITHIN = 0x10000 };

/* The same without those posts. */
static inline unsigned tt_inside_depth(void)
{
	return tt_reentrancy % TT_POST_WITHIN;
}

/* How many posts wait to be told; tt_emit_deferred_posts (untold.h) tells them, and leaves errno alone. */
extern __thread unsigned tt_deferred_posts __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Around what a handler's calls must not come into. It nests. */
static inline void tt_reentrancy_enter(void)
{
	tt_reentrancy += TT_INTERNAL;
}

static inline void tt_reentrancy_leave(void)
{
	tt_reentrancy -= TT_INTERNAL;
	__atomic_signal_fence(__ATOMIC_SEQ_CST); /* who comes in after it does not postpone */
	if (__builtin_expect(tt_deferred_posts && !tt_reentrancy, false))
		tt_emit_deferred_posts();
}

#endif /* TT_INTERPOSE_CORE_REENTRANCY_H */
