/* SPDX-License-Identifier: MIT */
/*
 * Calls that do something to a thread that lives: its cancellation, its name.
 */
#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/thread/thread.h"
#include "libtrace_thr/interpose/core/gate.h"

/* The living thread with the handle. The registry's lock is held. */
static tthr_thread *find_alive(pthread_t handle)
{
	tthr_thread *thread = tt_registry_first();

	while (thread && !pthread_equal(tthr_thread_ident(thread), handle))
		thread = thread->next;
	return thread;
}

TT_INTERPOSED int pthread_cancel(pthread_t thread)
{
	if (TT_TRACED(thread_cancel) && tt_should_trace(TT_CALLER)) {
		tt_registry_lock();
		const tthr_thread *found = find_alive(thread);
		if (found)
			TT_EMIT(thread_cancel, TT_CALLER, TT_OBJECT_REF(tt_thread_ref_of(found)));
		tt_registry_unlock();
	}
	return TT_LIBC(pthread_cancel)(thread);
}

TT_INTERPOSED int pthread_setname_np(pthread_t thread, const char *name)
{
	int error = TT_LIBC(pthread_setname_np)(thread, name);

	if (!error && !tt_reentrancy && !tt_is_tracer(TT_CALLER)) {
		tt_registry_lock();
		tthr_thread *found = find_alive(thread);
		if (found && found->foreign)
			tt_thread_rename(found, name, TT_CALLER);
		tt_registry_unlock();
	}
	return error;
}
