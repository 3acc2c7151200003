/* SPDX-License-Identifier: MIT */
/*
 * A call that cannot be told where it is made is counted, so that nothing is missing in silence: that of a thread which
 * has told its end, or of a signal handler for which there is no room. The number is told by the next thread that
 * starts, ends or catches up on posts, and at last at the end of the process; readers take it for a loss.
 */
#include "libtrace_thr/src/trace/untold.h"

#include <stdint.h>

#include "libtrace_thr/src/thread/current_thread.h"

static uint64_t count;

void tt_untold_count(void)
{
	/* Relaxed, as below: it is a number alone. */
	if (!tt_self_is_watched())
		__atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
}

void tt_untold_tell(void)
{
	uint64_t n = __atomic_load_n(&count, __ATOMIC_RELAXED) ? __atomic_exchange_n(&count, 0, __ATOMIC_RELAXED) : 0;

	if (n)
		TT_TRACE(untold, NULL, n);
}

void tt_untold_after_fork_in_child(void)
{
	__atomic_store_n(&count, 0, __ATOMIC_RELAXED);
}
