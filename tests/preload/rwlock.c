/* SPDX-License-Identifier: MIT */
/* Read-write locks: every call of the family, alone and with another thread, and what is wrong. */
#include "tests/preload/forced.h"

static pthread_rwlock_t plain;
static pthread_rwlock_t writers_first;
static pthread_rwlock_t by_initialiser = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t between_processes;
static pthread_rwlock_t broken; /* by those who use it wrongly */

static void take_in_all_ways(pthread_rwlock_t *lock)
{
	struct timespec real = in_seconds(CLOCK_REALTIME, 1000);
	struct timespec monotonic = in_seconds(CLOCK_MONOTONIC, 1000);

	TELL(pthread_rwlock_rdlock(lock));
	TELL(pthread_rwlock_tryrdlock(lock));
	TELL(pthread_rwlock_timedrdlock(lock, &real));
	TELL(pthread_rwlock_clockrdlock(lock, CLOCK_MONOTONIC, &monotonic));
	TELL(pthread_rwlock_trywrlock(lock));
	for (int i = 0; i < 4; i++)
		TELL(pthread_rwlock_unlock(lock));
	TELL(pthread_rwlock_wrlock(lock));
	TELL(pthread_rwlock_unlock(lock));
	TELL(pthread_rwlock_trywrlock(lock));
	TELL(pthread_rwlock_unlock(lock));
	TELL(pthread_rwlock_timedwrlock(lock, &real));
	TELL(pthread_rwlock_unlock(lock));
	TELL(pthread_rwlock_clockwrlock(lock, CLOCK_MONOTONIC, &monotonic));
	TELL(pthread_rwlock_unlock(lock));
}

static void do_wrong(pthread_rwlock_t *lock)
{
	struct timespec bad = {.tv_nsec = -1};
	struct timespec good = in_seconds(CLOCK_REALTIME, 1000);

	TELL(pthread_rwlock_timedrdlock(lock, &bad));
	TELL(pthread_rwlock_timedwrlock(lock, &bad));
	TELL(pthread_rwlock_clockwrlock(lock, CLOCK_PROCESS_CPUTIME_ID, &good));
	TELL(pthread_rwlock_wrlock(lock));
	TELL(pthread_rwlock_wrlock(lock));
	TELL(pthread_rwlock_rdlock(lock));
	TELL(pthread_rwlock_timedwrlock(lock, &good));
	TELL(pthread_rwlock_trywrlock(lock));
	TELL(pthread_rwlock_tryrdlock(lock));
	TELL(pthread_rwlock_unlock(lock));
}

/* The main thread has it. */
static void *reader_of_plain(void *arg)
{
	struct timespec past = in_seconds(CLOCK_REALTIME, -10);
	struct timespec limit = soon(CLOCK_MONOTONIC);

	(void)arg;
	TELL(pthread_rwlock_tryrdlock(&plain));
	TELL(pthread_rwlock_trywrlock(&plain));
	TELL(pthread_rwlock_timedrdlock(&plain, &past));
	TELL(pthread_rwlock_clockwrlock(&plain, CLOCK_MONOTONIC, &limit));
	me();
	TELL(pthread_rwlock_rdlock(&plain));
	reach(1);
	await_step(2);
	TELL(pthread_rwlock_unlock(&plain));
	return NULL;
}

static void *writer_of_plain(void *arg)
{
	(void)arg;
	me();
	TELL(pthread_rwlock_wrlock(&plain));
	TELL(pthread_rwlock_unlock(&plain));
	return NULL;
}

static void share_plain(void)
{
	pthread_t reader, writer;

	TELL(pthread_rwlock_wrlock(&plain));
	pthread_create(&reader, NULL, reader_of_plain, NULL);
	await_asleep(&plain, sizeof plain);
	TELL(pthread_rwlock_unlock(&plain));
	await_step(1);
	TELL(pthread_rwlock_rdlock(&plain)); /* both read now */
	other_tid = 0;
	pthread_create(&writer, NULL, writer_of_plain, NULL);
	await_asleep(&plain, sizeof plain);
	reach(2);
	pthread_join(reader, NULL);
	TELL(pthread_rwlock_unlock(&plain));
	pthread_join(writer, NULL);
}

static void *second_writer(void *arg)
{
	(void)arg;
	me();
	TELL(pthread_rwlock_wrlock(&writers_first));
	TELL(pthread_rwlock_unlock(&writers_first));
	return NULL;
}

/* A reader that holds it already comes after the writer that waits: it must not ask without a limit. */
static void let_a_writer_go_first(void)
{
	struct timespec limit;
	pthread_t writer;

	TELL(pthread_rwlock_rdlock(&writers_first));
	other_tid = 0;
	pthread_create(&writer, NULL, second_writer, NULL);
	await_asleep(&writers_first, sizeof writers_first);
	limit = soon(CLOCK_REALTIME);
	TELL(pthread_rwlock_timedrdlock(&writers_first, &limit));
	TELL(pthread_rwlock_unlock(&writers_first));
	pthread_join(writer, NULL);
}

static void *unlocker(void *arg)
{
	TELL(pthread_rwlock_unlock(arg));
	return NULL;
}

static void misuse(void)
{
	pthread_t thread;

	TELL(pthread_rwlock_wrlock(&broken));
	pthread_create(&thread, NULL, unlocker, &broken);
	pthread_join(thread, NULL);
	memset(&broken, 0, sizeof broken); /* made anew, without a call */
	TELL(pthread_rwlock_tryrdlock(&broken));
	TELL(pthread_rwlock_unlock(&broken));
	TELL(pthread_rwlock_init(&broken, NULL));
	TELL(pthread_rwlock_unlock(&broken));
	TELL(pthread_rwlock_rdlock(&by_initialiser));
	TELL(pthread_rwlock_destroy(&by_initialiser));
	TELL(pthread_rwlock_unlock(&by_initialiser));
}

int main(void)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
	TELL(pthread_rwlock_init(&plain, NULL));
	take_in_all_ways(&plain);
	do_wrong(&plain);
	share_plain();
	TELL(pthread_rwlock_destroy(&plain));
	TELL(pthread_rwlock_init(&plain, NULL));
	TELL(pthread_rwlock_destroy(&plain));
	pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	TELL(pthread_rwlock_init(&writers_first, &attributes));
	let_a_writer_go_first();
	pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	TELL(pthread_rwlock_init(&between_processes, &attributes));
	TELL(pthread_rwlock_rdlock(&between_processes));
	TELL(pthread_rwlock_unlock(&between_processes));
	TELL(pthread_rwlock_destroy(&between_processes));
	TELL(pthread_rwlock_tryrdlock(&by_initialiser));
	TELL(pthread_rwlock_unlock(&by_initialiser));
	misuse();
	return 0;
}
