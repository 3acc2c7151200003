/* SPDX-License-Identifier: MIT */
#include "programs.h"

#include <semaphore.h>
#include <stdbool.h>

/*
 * Waits for another thread while a lock is held: a deadlock if whoever ends the wait needs that lock first. In each run
 * the waker takes it before the waiter does.
 */

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, m = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t r = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER, other_cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t sem;
static bool ready;

static void take_a(void)
{
	LOCK(&a);
	UNLOCK(&a);
}

/* A condition, awaited with its own lock and with A. */

static void wait_in_a(void)
{
	await_turn(1);
	LOCK(&a);
	LOCK(&m);
	end_turn();
	while (!ready)
		DO(pthread_cond_wait(&cond, &m));
	UNLOCK(&m);
	UNLOCK(&a);
}

static void timed_wait_in_a(void)
{
	struct timespec until = in_a_minute();

	await_turn(1);
	LOCK(&a);
	LOCK(&m);
	end_turn();
	while (!ready)
		DO(pthread_cond_timedwait(&cond, &m, &until));
	UNLOCK(&m);
	UNLOCK(&a);
}

static void notify(void)
{
	await_turn(2);
	LOCK(&m);
	ready = true;
	DO(pthread_cond_signal(&cond));
	UNLOCK(&m);
}

static void take_a_then_notify(void)
{
	take_a();
	end_turn();
	notify();
}

static void only_notify(void)
{
	end_turn();
	notify();
}

static void notify_then_take_a(void)
{
	only_notify();
	take_a();
}

static void nested_monitor(void)
{
	both(take_a_then_notify, wait_in_a);
}

static void notifier_needs_nothing(void)
{
	both(only_notify, wait_in_a);
}

static void notifier_needs_it_after(void)
{
	both(notify_then_take_a, wait_in_a);
}

static void nested_monitor_timed(void)
{
	both(take_a_then_notify, timed_wait_in_a);
}

/* A hands over to B and back, with one lock and two conditions. */

static void ping(void)
{
	LOCK(&m);
	ready = true;
	DO(pthread_cond_signal(&cond));
	while (ready)
		DO(pthread_cond_wait(&other_cond, &m));
	UNLOCK(&m);
}

static void pong(void)
{
	LOCK(&m);
	while (!ready)
		DO(pthread_cond_wait(&cond, &m));
	ready = false;
	DO(pthread_cond_signal(&other_cond));
	UNLOCK(&m);
}

static void ping_pong(void)
{
	both(ping, pong);
}

/* A semaphore. */

static void sem_in_a(void)
{
	await_turn(1);
	LOCK(&a);
	DO(sem_wait(&sem));
	UNLOCK(&a);
}

static void timed_sem_in_a(void)
{
	struct timespec until = in_a_minute();

	await_turn(1);
	LOCK(&a);
	DO(sem_timedwait(&sem, &until));
	UNLOCK(&a);
}

static void take_a_then_post(void)
{
	take_a();
	end_turn();
	DO(sem_post(&sem));
}

static void post_then_take_a(void)
{
	DO(sem_post(&sem));
	take_a();
	end_turn();
}

static void try_a_then_post(void)
{
	DO(pthread_mutex_trylock(&a));
	UNLOCK(&a);
	end_turn();
	DO(sem_post(&sem));
}

static void only_post(void)
{
	DO(sem_post(&sem));
}

static void sem_of(unsigned places, void (*poster)(void), void (*waiter)(void))
{
	DO(sem_init(&sem, 0, places));
	both(poster, waiter);
}

static void sem_under_lock(void)
{
	sem_of(0, take_a_then_post, sem_in_a);
}

static void posted_before(void)
{
	sem_of(0, post_then_take_a, sem_in_a);
}

static void poster_tries(void)
{
	sem_of(0, try_a_then_post, sem_in_a);
}

static void sem_under_lock_timed(void)
{
	sem_of(0, take_a_then_post, timed_sem_in_a);
}

static void a_place_is_free(void)
{
	sem_of(1, take_a_then_post, sem_in_a);
}

static void another_poster(void)
{
	DO(sem_init(&sem, 0, 0));
	pthread_t third = start(only_post);
	both(take_a_then_post, sem_in_a);
	DO(pthread_join(third, NULL));
}

/* The same with a lock for readers and writers. */

static void sem_while_reading(void)
{
	await_turn(1);
	DO(pthread_rwlock_rdlock(&r));
	DO(sem_wait(&sem));
	DO(pthread_rwlock_unlock(&r));
}

static void read_then_post(void)
{
	DO(pthread_rwlock_rdlock(&r));
	DO(pthread_rwlock_unlock(&r));
	end_turn();
	DO(sem_post(&sem));
}

static void write_then_post(void)
{
	DO(pthread_rwlock_wrlock(&r));
	DO(pthread_rwlock_unlock(&r));
	end_turn();
	DO(sem_post(&sem));
}

static void poster_reads(void)
{
	sem_of(0, read_then_post, sem_while_reading);
}

static void poster_writes(void)
{
	sem_of(0, write_then_post, sem_while_reading);
}

/* A join of what joins another, which needs the lock, or another lock. */

static void take_m_then_turn(void)
{
	LOCK(&m);
	UNLOCK(&m);
	end_turn();
}

static void take_a_then_turn(void)
{
	take_a();
	end_turn();
}

static void join_one_that_takes_a(void)
{
	DO(pthread_join(start(take_a_then_turn), NULL));
}

static void join_one_that_takes_m(void)
{
	DO(pthread_join(start(take_m_then_turn), NULL));
}

static void join_in_a(void (*joined)(void))
{
	pthread_t thread = start(joined);

	await_turn(1);
	LOCK(&a);
	DO(pthread_join(thread, NULL));
	UNLOCK(&a);
}

static void join_chain_under_lock(void)
{
	join_in_a(join_one_that_takes_a);
}

static void join_chain_beside_lock(void)
{
	join_in_a(join_one_that_takes_m);
}

/* The one between is cancelled, and a join is where it ends. */

static pthread_t taker;

static void take_a_in_second_turn(void)
{
	await_turn(2);
	take_a();
}

static void join_taker(void)
{
	end_turn();
	DO(pthread_join(taker, NULL));
}

static void join_chain_cancelled(void)
{
	taker = start(take_a_in_second_turn);
	pthread_t joiner = start(join_taker);

	await_turn(1);
	LOCK(&a);
	DO(pthread_cancel(joiner));
	DO(pthread_join(joiner, NULL));
	UNLOCK(&a);
	end_turn();
	DO(pthread_join(taker, NULL));
}

/* A barrier of three. */

static void only_pass(void)
{
	pass(&barrier);
}

static void take_a_then_pass(void)
{
	take_a();
	end_turn();
	pass(&barrier);
}

static void pass_in_a(void)
{
	await_turn(1);
	LOCK(&a);
	pass(&barrier);
	UNLOCK(&a);
}

static void take_a_in_turn_then_pass(void)
{
	await_turn(1);
	take_a();
	pass(&barrier);
}

static void three_pass(void (*one)(void), void (*second)(void), void (*third)(void))
{
	DO(pthread_barrier_init(&barrier, NULL, 3));
	pthread_t thread = start(one);
	both(second, third);
	DO(pthread_join(thread, NULL));
}

static void barrier_of_three_under_lock(void)
{
	three_pass(only_pass, take_a_then_pass, pass_in_a);
}

static void barrier_of_three_beside_lock(void)
{
	three_pass(only_pass, take_a_then_pass, take_a_in_turn_then_pass);
}

const struct small_program wait_programs[] = {
    {"nested_monitor", "TT013", nested_monitor},
    {"notifier_needs_nothing", "-", notifier_needs_nothing},
    {"notifier_needs_it_after", "-", notifier_needs_it_after},
    {"nested_monitor_timed", "-", nested_monitor_timed},
    {"ping_pong", "-", ping_pong},
    {"sem_under_lock", "TT013", sem_under_lock},
    {"posted_before", "-", posted_before},
    {"poster_tries", "-", poster_tries},
    {"sem_under_lock_timed", "-", sem_under_lock_timed},
    {"a_place_is_free", "-", a_place_is_free},
    {"another_poster", "-", another_poster},
    {"poster_reads", "-", poster_reads},
    {"poster_writes", "TT013", poster_writes},
    {"join_chain_under_lock", "TT013", join_chain_under_lock},
    {"join_chain_beside_lock", "-", join_chain_beside_lock},
    {"join_chain_cancelled", "-", join_chain_cancelled},
    {"barrier_of_three_under_lock", "TT013", barrier_of_three_under_lock},
    {"barrier_of_three_beside_lock", "-", barrier_of_three_beside_lock},
    {0},
};
