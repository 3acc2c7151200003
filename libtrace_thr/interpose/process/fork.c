/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/interpose/process/fork.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libtrace_thr/interpose/calls/futex.h"
#include "libtrace_thr/interpose/process/thread.h"
#include "libtrace_thr/interpose/core/gate.h"

struct tt_internal_locks tt_internal_locks;

pid_t tt_tid_before_fork;

static __thread pid_t forking;
static __thread unsigned depth; /* see src/thread/fork.c */

/*
 * Between ours nothing is told, in the child as little as in the parent: there run the handlers of who has come before
 * us, LTTng and libraries with constructors, and the events of the child would still bear the parent's id.
 */
static void before(void)
{
	if (depth++ > 0)
		return;
	forking = gettid();
	if (tt_loading && !tt_reentrancy)
		tt_loading_look(); /* the child tells what is told by now */
	tt_reentrancy_enter();
}

static void after_in_parent(void)
{
	if (--depth == 0)
		tt_reentrancy_leave();
}

static void after_in_child(void)
{
	if (--depth > 0)
		return;
	tt_internal_locks = (struct tt_internal_locks){0}; /* where the kernel has not done it */
	tt_tid_before_fork = forking;
	tt_threads_after_fork_in_child();
	tt_futexes_after_fork_in_child();
	tt_reentrancy_leave();
}

void tt_interposed_fork_prepare(void)
{
	madvise(&tt_internal_locks, sizeof tt_internal_locks, MADV_WIPEONFORK); /* Linux 4.14 */
	pthread_atfork(before, after_in_parent, after_in_child);
}
