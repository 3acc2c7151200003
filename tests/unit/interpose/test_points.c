/* SPDX-License-Identifier: MIT */
/*
 * Every call that is told is a point at which a thread may be delayed (src/explore/shake.c), and every lock is steered:
 * counted by the thread's prng, and by whether a thread that has something pauses where it asks for more.
 */
#include "program.h"

#include <limits.h>
#include <linux/futex.h>
#include <semaphore.h>
#include <stdlib.h>

#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/src/explore/steer.h"
#include "libtrace_thr/src/thread/thread.h"

static uint64_t points(void)
{
	return tt_current_thread()->prng.n_points;
}

/* The call must be so many points. */
#define MUST_BE_POINTS(n, ...)                                                                                         \
	do {                                                                                                           \
		uint64_t before_ = points();                                                                           \
		(void)(__VA_ARGS__);                                                                                   \
		assert_int_equal(points() - before_, n);                                                               \
	} while (0)

static void *nothing_at_all(void *arg)
{
	return arg;
}

static void no_routine(void)
{
}

static void each_call_is_a_point(void **state)
{
	(void)state;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	pthread_spinlock_t spin;
	pthread_barrier_t barrier;
	pthread_once_t once = PTHREAD_ONCE_INIT;
	struct timespec past = {0}, far = after_ms(CLOCK_REALTIME, 1000000);
	sem_t sem;
	pthread_t thread;
	uint32_t word = 0;

	program_begin();
	must(!pthread_spin_init(&spin, 0) && !pthread_barrier_init(&barrier, NULL, 1) && !sem_init(&sem, 0, 1));
	tt_shaking = true;
	MUST_BE_POINTS(1, pthread_mutex_lock(&mutex));
	MUST_BE_POINTS(1, pthread_cond_timedwait(&cond, &mutex, &past));
	MUST_BE_POINTS(1, pthread_mutex_unlock(&mutex));
	MUST_BE_POINTS(1, pthread_mutex_trylock(&mutex));
	pthread_mutex_unlock(&mutex);
	MUST_BE_POINTS(1, pthread_mutex_timedlock(&mutex, &far));
	MUST_BE_POINTS(1, pthread_cond_signal(&cond));
	MUST_BE_POINTS(1, pthread_cond_broadcast(&cond));
	MUST_BE_POINTS(1, pthread_rwlock_rdlock(&rwlock));
	MUST_BE_POINTS(1, pthread_rwlock_tryrdlock(&rwlock));
	MUST_BE_POINTS(1, pthread_rwlock_timedwrlock(&rwlock, &past));
	MUST_BE_POINTS(1, pthread_rwlock_unlock(&rwlock));
	MUST_BE_POINTS(1, pthread_spin_lock(&spin));
	MUST_BE_POINTS(1, pthread_spin_unlock(&spin));
	MUST_BE_POINTS(1, pthread_spin_trylock(&spin));
	MUST_BE_POINTS(1, pthread_barrier_wait(&barrier));
	MUST_BE_POINTS(1, pthread_once(&once, no_routine));
	MUST_BE_POINTS(1, sem_wait(&sem));
	MUST_BE_POINTS(1, sem_post(&sem));
	MUST_BE_POINTS(1, sem_trywait(&sem));
	MUST_BE_POINTS(1, sem_timedwait(&sem, &past));
	MUST_BE_POINTS(1, syscall(SYS_futex, &word, FUTEX_WAIT, 1, NULL, NULL, 0));
	MUST_BE_POINTS(1, syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0));
	MUST_BE_POINTS(1, pthread_create(&thread, NULL, nothing_at_all, NULL));
	MUST_BE_POINTS(1, pthread_join(thread, NULL));
	/* In the tracer nothing is. */
	tt_reentrancy_enter();
	MUST_BE_POINTS(0, sem_post(&sem));
	tt_reentrancy_leave();
	tt_shaking = false;
	MUST_BE_POINTS(0, sem_wait(&sem));
}

/* Where `call` calls: all that is called there has this one caller. */
static const void *call_site;

static int learn(void *object)
{
	(void)object;
	call_site = __builtin_return_address(0);
	return 0;
}

/* The routine of a once, which is called at the same place: other functions do not look at it. */
static void ask_in_routine(void);

SITE static int held_at(int (*function)(void *object), void *object)
{
	int (*of_two)(void *, void (*)(void)) = (int (*)(void *, void (*)(void)))(void (*)(void))function;
	int result = of_two(object, ask_in_routine);

	__asm__ volatile("" : "+r"(result));
	return result;
}

SITE static int wanted_at(int (*function)(void *object), void *object)
{
	int result = function(object);

	__asm__ volatile("" : "+r"(result));
	return result;
}

static ptrdiff_t offset_of(int (*at)(int (*function)(void *object), void *object))
{
	extern const char __executable_start[];

	at(learn, NULL);
	return (const char *)call_site - __executable_start;
}

/* A plan for two threads, of which there is one: where it has its lock and asks for the other it pauses, in vain. */
static void steer(void)
{
	char text[2 * PATH_MAX], path[PATH_MAX] = "";

	must(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
	const char *name = strrchr(path, '/') + 1;
	snprintf(text, sizeof text,
	         "pause 1\nbudget 1\nring 2\nedge\nheld %s+0x%tx\nwanted %s+0x%tx\nedge\nheld %s+1\nwanted %s+2\n",
	         name, offset_of(held_at), name, offset_of(wanted_at), name, name);
	must(!setenv("TRACE_THR_STEER", text, 1));
	tt_steer_after_fork_in_child();
	tt_steer_prepare();
	must(tt_steering);
}

/* Whether the thread pauses before a lock that it asks for: a pause takes all the time there is, and is the last. */
static bool pauses(pthread_mutex_t *other)
{
	must(!wanted_at((int (*)(void *))(void (*)(void))pthread_mutex_lock, other));
	bool paused = !tt_steering;
	tt_steering = true; /* on, at the next there is no time left at all */
	must(!pthread_mutex_unlock(other));
	return paused;
}

/* Each kind: had from its acquire to its release. */
static void each_lock_is_steered(void **state)
{
	(void)state;
	typedef int call(void *object);
	pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER, mutex = PTHREAD_MUTEX_INITIALIZER, recursive;
	pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
	pthread_spinlock_t spin;
	pthread_mutexattr_t attributes;
	sem_t sem;
	const struct {
		call *take, *give;
		void *object;
	} kinds_of_locks[] = {
	    {(call *)(void (*)(void))pthread_mutex_lock, (call *)(void (*)(void))pthread_mutex_unlock, &mutex},
	    {(call *)(void (*)(void))pthread_mutex_trylock, (call *)(void (*)(void))pthread_mutex_unlock, &mutex},
	    {(call *)(void (*)(void))pthread_rwlock_rdlock, (call *)(void (*)(void))pthread_rwlock_unlock, &rwlock},
	    {(call *)(void (*)(void))pthread_rwlock_wrlock, (call *)(void (*)(void))pthread_rwlock_unlock, &rwlock},
	    {(call *)(void (*)(void))pthread_spin_lock, (call *)(void (*)(void))pthread_spin_unlock,
	     (void *)(uintptr_t)&spin},
	    {(call *)(void (*)(void))sem_wait, (call *)(void (*)(void))sem_post, &sem},
	    {(call *)(void (*)(void))sem_trywait, (call *)(void (*)(void))sem_post, &sem},
	};

	must(!pthread_spin_init(&spin, 0) && !sem_init(&sem, 0, 1));
	must(!pthread_mutexattr_init(&attributes));
	must(!pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE) &&
	     !pthread_mutex_init(&recursive, &attributes));
	program_begin();
	steer();
	assert_false(pauses(&other));
	for (size_t i = 0; i < sizeof kinds_of_locks / sizeof *kinds_of_locks; i++) {
		must(!held_at(kinds_of_locks[i].take, kinds_of_locks[i].object));
		assert_true(pauses(&other));
		must(!kinds_of_locks[i].give(kinds_of_locks[i].object));
		assert_false(pauses(&other));
	}
	/* One that is had twice is had until it was given back twice. */
	must(!held_at((call *)(void (*)(void))pthread_mutex_lock, &recursive) &&
	     !held_at((call *)(void (*)(void))pthread_mutex_lock, &recursive));
	must(!pthread_mutex_unlock(&recursive));
	assert_true(pauses(&other));
	must(!pthread_mutex_unlock(&recursive));
	assert_false(pauses(&other));
	tt_steering = false;
}

static pthread_mutex_t *asked_for;
static bool paused_in_routine;

static void ask_in_routine(void)
{
	paused_in_routine = pauses(asked_for);
}

/* It is had while its routine runs. */
static void a_once_is_steered(void **state)
{
	(void)state;
	pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
	pthread_once_t once = PTHREAD_ONCE_INIT;

	program_begin();
	steer();
	asked_for = &other;
	must(!held_at((int (*)(void *))(void (*)(void))pthread_once, &once));
	assert_true(paused_in_routine);
	assert_false(pauses(&other));
	tt_steering = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_call_is_a_point),
	    cmocka_unit_test(each_lock_is_steered),
	    cmocka_unit_test(a_once_is_steered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
