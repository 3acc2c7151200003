/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/thread/fork.h"

#include <pthread.h>

#include "libtrace_thr/src/thread/last_thread.h"
#include "libtrace_thr/src/primitives/local.h"
#include "libtrace_thr/src/primitives/log.h"
#include "libtrace_thr/src/trace/module_list.h"
#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/thread/process.h"
#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/trace/call_chain.h"
#include "libtrace_thr/src/explore/steer.h"
#include "libtrace_thr/src/thread/thread.h"
#include "libtrace_thr/src/trace/untold.h"
#include "libtrace_thr/src/sync/wait_queue.h"

/*
 * In a child LTTng's handler, which runs before ours, may fork itself: for a user that its daemon has not seen yet, as
 * after setuid. What we do is done by then, and undone after it.
 */
static __thread unsigned depth;

static void before(void)
{
	if (depth++ > 0)
		return;
	tt_registry_lock();
	tt_object_before_fork();
	tt_local_before_fork();
	tt_module_list_before_fork();
}

static void unlock_all(void)
{
	tt_module_list_after_fork();
	tt_local_after_fork();
	tt_object_after_fork();
	tt_registry_unlock();
}

static void after(void)
{
	if (--depth == 0)
		unlock_all();
}

/* The thread that forked is the only one, and the main one. */
static void after_in_child(void)
{
	tthr_thread *self = tt_current_thread();
	tthr_thread *next;

	if (--depth > 0)
		return;
	tt_unwinder_distrust(); /* before the first event, which may have a call chain */
	for (tthr_thread *thread = tt_registry_clear(); thread; thread = next) {
		next = thread->next;
		thread->next = thread->prev = NULL;
		if (thread != self)
			tt_thread_mark_gone_after_fork(thread);
	}
	unlock_all();
	tt_wait_queue_after_fork_in_child();
	tt_last_thread_after_fork_in_child();
	tt_log_after_fork_in_child();
	tt_steer_after_fork_in_child();
	tt_current_after_fork_in_child();
	tt_untold_after_fork_in_child();
	tt_module_list_after_fork_in_child();
	tt_process_after_fork_in_child();
}

void tt_fork_prepare(void)
{
	pthread_atfork(before, after, after_in_child);
}
