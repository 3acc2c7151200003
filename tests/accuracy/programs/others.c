/* SPDX-License-Identifier: MIT */
#include "programs.h"

#include <errno.h>
#include <semaphore.h>
#include <time.h>

/* Deadlocks over more than locks; and conditions that ask for their lock again. */

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t p, q;

static void take_a(void)
{
	LOCK(&a);
	UNLOCK(&a);
}

/* Joins what needs the lock, while holding it. */
static void take_a_then_turn(void)
{
	take_a();
	end_turn();
}

static void join_under_lock(void)
{
	pthread_t thread = start(take_a_then_turn);

	await_turn(1);
	LOCK(&a);
	DO(pthread_join(thread, NULL));
	UNLOCK(&a);
}

static void join_without_lock(void)
{
	pthread_t thread = start(take_a_then_turn);

	await_turn(1);
	take_a();
	DO(pthread_join(thread, NULL));
}

/* Semaphores of one place, each given back by who took it, are locks. */

static void sems(sem_t *first, sem_t *second)
{
	DO(sem_wait(first));
	DO(sem_wait(second));
	DO(sem_post(second));
	DO(sem_post(first));
}

static void pq(void)
{
	sems(&p, &q);
}

static void qp(void)
{
	sems(&q, &p);
}

static void semaphores(unsigned places)
{
	DO(sem_init(&p, 0, places));
	DO(sem_init(&q, 0, places));
	IN_TURN(pq, qp);
}

static void sems_in_both_orders(void)
{
	semaphores(1);
}

/* Two threads cannot exhaust two places each. */
static void sems_of_two_places(void)
{
	semaphores(2);
}

/* One place, and a mutex. */

static void p_a(void)
{
	DO(sem_wait(&p));
	take_a();
	DO(sem_post(&p));
}

static void a_p(void)
{
	LOCK(&a);
	DO(sem_wait(&p));
	DO(sem_post(&p));
	UNLOCK(&a);
}

static void sem_and_mutex(void)
{
	DO(sem_init(&p, 0, 1));
	IN_TURN(p_a, a_p);
}

static void sem_then_mutex(void)
{
	DO(sem_init(&p, 0, 1));
	IN_TURN(p_a, p_a);
}

/* As many philosophers as forks; a semaphore lets fewer of them sit down, or all. */

static pthread_mutex_t forks[] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};

static void dine(int left, int right)
{
	DO(sem_wait(&p));
	nest(&forks[left], &forks[right]);
	DO(sem_post(&p));
}

static void dine_first(void)
{
	dine(0, 1);
}

static void dine_second(void)
{
	dine(1, 2);
}

static void dine_third(void)
{
	dine(2, 0);
}

static void seats(unsigned places)
{
	DO(sem_init(&p, 0, places));
	IN_TURN(dine_first, dine_second, dine_third);
}

static void seats_for_two(void)
{
	seats(2);
}

static void seats_for_all(void)
{
	seats(3);
}

/* A pool of places: two have a place and take A, a third takes A and then a place. With a place more it gets one. */

static void pool(unsigned places)
{
	DO(sem_init(&p, 0, places));
	IN_TURN(p_a, p_a, a_p);
}

static void pool_for_two(void)
{
	pool(2);
}

static void pool_for_three(void)
{
	pool(3);
}

/* A lock held on a way to a barrier, which the other party takes before. */

static void pass_under_a(void)
{
	await_turn(1);
	LOCK(&a);
	pass(&barrier);
	UNLOCK(&a);
}

static void take_a_then_pass(void)
{
	take_a();
	end_turn();
	pass(&barrier);
}

static void barrier_under_lock(void)
{
	DO(pthread_barrier_init(&barrier, NULL, 2));
	both(take_a_then_pass, pass_under_a);
}

/* The wait gives A up, but not B, and asks for A again. */

static void wait_for(long milliseconds)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += milliseconds * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	int error = pthread_cond_timedwait(&cond, &a, &until);
	must(error == ETIMEDOUT ? 0 : error, "pthread_cond_timedwait");
}

static void wait_with_b(void)
{
	LOCK(&a);
	LOCK(&b);
	wait_for(10);
	UNLOCK(&b);
	UNLOCK(&a);
}

static void ab(void)
{
	nest(&a, &b);
}

static void asks_again(void)
{
	IN_TURN(wait_with_b, ab);
}

static void wait_without_b(void)
{
	LOCK(&a);
	wait_for(10);
	LOCK(&b);
	UNLOCK(&b);
	UNLOCK(&a);
}

static void asks_again_with_nothing(void)
{
	IN_TURN(wait_without_b, ab);
}

const struct small_program other_programs[] = {
    {"join_under_lock", "TT013", join_under_lock},
    {"join_without_lock", "-", join_without_lock},
    {"sems_in_both_orders", "TT010", sems_in_both_orders},
    {"sems_of_two_places", "-", sems_of_two_places},
    {"sem_and_mutex", "TT010", sem_and_mutex},
    {"sem_then_mutex", "-", sem_then_mutex},
    {"seats_for_two", "-", seats_for_two},
    {"seats_for_all", "TT010", seats_for_all},
    {"pool_for_two", "TT013", pool_for_two},
    {"pool_for_three", "-", pool_for_three},
    {"barrier_under_lock", "TT013", barrier_under_lock},
    {"asks_again", "TT010", asks_again},
    {"asks_again_with_nothing", "-", asks_again_with_nothing},
    {0},
};
