/* SPDX-License-Identifier: MIT */
/*
 * C11's threads. In glibc they are pthread's objects, of the same layout, under other names.
 */
#include <errno.h>

#include "libtrace_thr/interpose/calls/cond.h"
#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/interpose/calls/mutex.h"
#include "libtrace_thr/interpose/calls/once.h"
#include "libtrace_thr/interpose/process/thread.h"

_Static_assert(sizeof(mtx_t) <= sizeof(pthread_mutex_t), "glibc's mtx_t");
_Static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t), "glibc's cnd_t");
_Static_assert(sizeof(once_flag) == sizeof(pthread_once_t), "glibc's once_flag");
_Static_assert(sizeof(thrd_t) == sizeof(pthread_t), "glibc's thrd_t");

static pthread_mutex_t *mutex_of(mtx_t *mutex)
{
	return (pthread_mutex_t *)(void *)mutex;
}

static pthread_cond_t *cond_of(cnd_t *cond)
{
	return (pthread_cond_t *)(void *)cond;
}

/* As glibc has it. */
static int result_of(int error)
{
	switch (error) {
	case 0:
		return thrd_success;
	case ENOMEM:
		return thrd_nomem;
	case ETIMEDOUT:
		return thrd_timedout;
	case EBUSY:
		return thrd_busy;
	default:
		return thrd_error;
	}
}

TT_INTERPOSED int mtx_init(mtx_t *mutex, int type)
{
	int result = TT_LIBC(mtx_init)(mutex, type);

	if (result == thrd_success)
		tt_mutex_made(mutex_of(mutex), false, TT_CALLER);
	return result;
}

TT_INTERPOSED void mtx_destroy(mtx_t *mutex)
{
	bool told = mutex_of(mutex)->__data.__lock && TT_TRACED(misuse) && tt_should_trace(TT_CALLER);
	const struct tt_object_entry *record = told ? tt_mutex_entry(mutex_of(mutex), TT_CALLER) : NULL;

	if (record)
		TT_EMIT(misuse, TT_CALLER, TT_OBJECT_REF(tt_object_entry_ref(record)), TT_OBJECT_LOCK, "mtx_destroy",
		        TT_MISUSE_IN_USE);
	else
		tt_mutex_destroyed(mutex_of(mutex), TT_CALLER);
	TT_LIBC(mtx_destroy)(mutex);
}

TT_INTERPOSED int mtx_lock(mtx_t *mutex)
{
	return result_of(tt_mutex_lock(mutex_of(mutex), TT_CALLER));
}

TT_INTERPOSED int mtx_trylock(mtx_t *mutex)
{
	return result_of(tt_mutex_trylock(mutex_of(mutex), TT_CALLER));
}

TT_INTERPOSED int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict until)
{
	return result_of(tt_mutex_timedlock(mutex_of(mutex), until, TT_CALLER));
}

TT_INTERPOSED int mtx_unlock(mtx_t *mutex)
{
	return result_of(tt_mutex_unlock(mutex_of(mutex), TT_CALLER));
}

TT_INTERPOSED int cnd_init(cnd_t *cond)
{
	int result = TT_LIBC(cnd_init)(cond);

	if (result == thrd_success)
		tt_cond_made(cond_of(cond), TT_CALLER);
	return result;
}

TT_INTERPOSED void cnd_destroy(cnd_t *cond)
{
	tt_cond_destroy(cond_of(cond), TT_CALLER);
}

TT_INTERPOSED int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
	return result_of(tt_cond_wait(cond_of(cond), mutex_of(mutex), TT_CALLER));
}

TT_INTERPOSED int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex, const struct timespec *restrict until)
{
	return result_of(tt_cond_timedwait(cond_of(cond), mutex_of(mutex), until, TT_CALLER));
}

TT_INTERPOSED int cnd_signal(cnd_t *cond)
{
	return result_of(tt_cond_signal(cond_of(cond), TT_CALLER));
}

TT_INTERPOSED int cnd_broadcast(cnd_t *cond)
{
	return result_of(tt_cond_broadcast(cond_of(cond), TT_CALLER));
}

TT_INTERPOSED int thrd_create(thrd_t *thread, thrd_start_t start, void *arg)
{
	if (!tt_is_ready)
		return TT_LIBC(thrd_create)(thread, start, arg);
	return result_of(tt_thread_create_traced(thread, NULL, NULL, start, arg, TT_CALLER));
}

static int join(pthread_t thread, void **value, clockid_t clock, const struct timespec *until)
{
	(void)clock;
	(void)until;
	return TT_LIBC(pthread_join)(thread, value);
}

TT_INTERPOSED int thrd_join(thrd_t thread, int *result)
{
	void *value = NULL;
	int error = tt_thread_join_traced(thread, &value, CLOCK_REALTIME, NULL, join, TT_CALLER);

	if (result)
		*result = (int)(uintptr_t)value;
	return result_of(error);
}

TT_INTERPOSED int thrd_detach(thrd_t thread)
{
	return result_of(tt_thread_detach(thread, TT_CALLER));
}

/* Through our pthread_exit, which notes that this is no cancellation. */
TT_INTERPOSED void thrd_exit(int result)
{
	pthread_exit((void *)(uintptr_t)result);
}

TT_INTERPOSED void call_once(once_flag *flag, void (*routine)(void))
{
	tt_once((pthread_once_t *)(void *)flag, routine, TT_CALLER);
}
