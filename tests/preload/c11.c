/* SPDX-License-Identifier: MIT */
/* C11's mutexes, conditions, threads and onces. */
#include <threads.h>

#include "tests/preload/forced.h"

static mtx_t plain;
static mtx_t recursive;
static cnd_t cond;
static once_flag flag = ONCE_FLAG_INIT;
static bool awaited;

static struct timespec limit_soon(void)
{
	return soon(CLOCK_REALTIME);
}

static void runs_once(void)
{
	SAY("runs");
}

/* The main thread has the mutex. */
static int waiter(void *arg)
{
	struct timespec limit = limit_soon();

	TELL(mtx_trylock(&plain));
	TELL(mtx_timedlock(&plain, &limit));
	me();
	TELL(mtx_lock(&plain));
	while (!awaited)
		TELL(cnd_wait(&cond, &plain));
	TELL(mtx_unlock(&plain));
	call_once(&flag, runs_once);
	return *(int *)arg;
}

static int exits(void *arg)
{
	(void)arg;
	thrd_exit(8);
}

static int detached(void *arg)
{
	(void)arg;
	me();
	mtx_lock(&plain);
	return 0;
}

static void init(void)
{
	TELL(mtx_init(&plain, mtx_timed));
	TELL(mtx_init(&recursive, mtx_plain | mtx_recursive));
	TELL(cnd_init(&cond));
}

static void use_alone(void)
{
	struct timespec limit = limit_soon();

	TELL(mtx_lock(&recursive));
	TELL(mtx_trylock(&recursive));
	TELL(mtx_timedlock(&recursive, &limit));
	TELL(mtx_unlock(&recursive));
	TELL(mtx_unlock(&recursive));
	TELL(mtx_unlock(&recursive));
	TELL(mtx_unlock(&recursive));
	TELL(mtx_lock(&plain));
	TELL(cnd_timedwait(&cond, &plain, &limit));
	TELL(mtx_unlock(&plain));
	TELL(cnd_signal(&cond));
}

static void use_with_another(void)
{
	static int answer = 42;
	thrd_t thread;
	int result = 0;

	TELL(mtx_lock(&plain));
	TELL(thrd_create(&thread, waiter, &answer));
	await_asleep(&plain, sizeof plain);
	TELL(mtx_unlock(&plain));
	await_asleep(&cond, sizeof cond);
	TELL(mtx_lock(&plain));
	awaited = true;
	TELL(cnd_broadcast(&cond));
	TELL(mtx_unlock(&plain));
	TELL(thrd_join(thread, &result));
	SAY("result %d, and itself %d", result, !!thrd_equal(thrd_current(), thrd_current()));
	TELL(thrd_create(&thread, exits, NULL));
	TELL(thrd_join(thread, &result));
	SAY("result %d", result);
	TELL(thrd_join(thrd_current(), &result));
}

static void end(void)
{
	thrd_t thread;

	call_once(&flag, runs_once);
	TELL(mtx_lock(&plain));
	mtx_destroy(&plain); /* in use: it stays */
	other_tid = 0;
	TELL(thrd_create(&thread, detached, NULL));
	await_asleep(&plain, sizeof plain);
	TELL(thrd_detach(thread));
	mtx_destroy(&recursive);
	cnd_destroy(&cond);
}

int main(void)
{
	init();
	use_alone();
	use_with_another();
	end();
	return 0;
}
