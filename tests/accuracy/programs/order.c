/* SPDX-License-Identifier: MIT */
#include "programs.h"

#include <errno.h>
#include <semaphore.h>
#include <stdbool.h>

/* What keeps two threads apart, and what does not: creating, joining, and all else that one waits for. */

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t sem;
static bool ready;

static void ab(void)
{
	nest(&a, &b);
}

static void ba(void)
{
	nest(&b, &a);
}

static void joined_before_created(void)
{
	DO(pthread_join(start(ab), NULL));
	DO(pthread_join(start(ba), NULL));
}

static void ba_in_turn(void)
{
	await_turn(1);
	ba();
}

static void ab_then_turn(void)
{
	ab();
	end_turn();
}

static void joined_after_created(void)
{
	both(ab_then_turn, ba_in_turn);
}

static void before_the_first_thread(void)
{
	ab();
	DO(pthread_join(start(ba), NULL));
}

/* The maker goes on while the thread runs. */
static void beside_the_first_thread(void)
{
	pthread_t thread = start(ba_in_turn);

	ab();
	end_turn();
	DO(pthread_join(thread, NULL));
}

static pthread_t to_join;

static void join_then_ba(void)
{
	DO(pthread_join(to_join, NULL));
	ba();
}

static void joined_by_another(void)
{
	to_join = start(ab);
	DO(pthread_join(start(join_then_ba), NULL));
}

/* A join with a limit that it keeps, and one that did not get there. */

static void joined_in_time(void)
{
	struct timespec until = in_a_minute();

	DO(pthread_timedjoin_np(start(ab), NULL, &until));
	DO(pthread_join(start(ba), NULL));
}

static void ab_in_second_turn(void)
{
	await_turn(1);
	ab();
}

static void not_joined_in_time(void)
{
	struct timespec long_ago = {0};
	pthread_t thread = start(ab_in_second_turn);
	int error = pthread_timedjoin_np(thread, NULL, &long_ago);

	must(error == ETIMEDOUT ? 0 : 1, "pthread_timedjoin_np");
	end_turn();
	ba();
	DO(pthread_join(thread, NULL));
}

/* A thread made after the order, or before it, by another than the main one. */

static void ab_then_make_ba(void)
{
	ab();
	DO(pthread_join(start(ba), NULL));
}

static void made_after(void)
{
	DO(pthread_join(start(ab_then_make_ba), NULL));
}

static void make_ba_then_ab(void)
{
	pthread_t thread = start(ba_in_turn);

	ab_then_turn();
	DO(pthread_join(thread, NULL));
}

static void made_before(void)
{
	DO(pthread_join(start(make_ba_then_ab), NULL));
}

/* What is done once is done before anyone comes back from pthread_once; what is done after it is not. */

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void once_ab(void)
{
	DO(pthread_once(&once, ab));
}

static void once_ab_then_ba(void)
{
	once_ab();
	ba();
}

static void once_between(void)
{
	IN_TURN(once_ab, once_ab_then_ba);
}

static void nothing(void)
{
}

static void once_nothing(void)
{
	DO(pthread_once(&once, nothing));
}

static void once_then_ab(void)
{
	once_nothing();
	ab();
}

static void once_then_ba(void)
{
	once_nothing();
	ba();
}

static void once_before_both(void)
{
	IN_TURN(once_nothing, once_then_ab, once_then_ba);
}

/* The routine takes A, which the other holds when it comes to the once; or not any more. */

static void take_a(void)
{
	LOCK(&a);
	UNLOCK(&a);
}

static void once_take_a(void)
{
	DO(pthread_once(&once, take_a));
}

static void once_in_a(void)
{
	LOCK(&a);
	once_take_a();
	UNLOCK(&a);
}

static void once_and_mutex(void)
{
	IN_TURN(once_take_a, once_in_a);
}

static void once_after_a(void)
{
	take_a();
	once_take_a();
}

static void once_beside_mutex(void)
{
	IN_TURN(once_take_a, once_after_a);
}

/* Conditions. */

static void ab_then_notify(void)
{
	ab();
	LOCK(&m);
	ready = true;
	end_turn();
	DO(pthread_cond_signal(&cond));
	UNLOCK(&m);
}

static void wait_then_ba(void)
{
	LOCK(&m);
	end_turn();
	while (!ready)
		DO(pthread_cond_wait(&cond, &m));
	UNLOCK(&m);
	ba();
}

static void await_waiter(void)
{
	await_turn(1);
	ab_then_notify();
}

static void notified(void)
{
	both(wait_then_ba, await_waiter);
}

/* Semaphores. */

static void ab_then_post(void)
{
	ab();
	DO(sem_post(&sem));
}

static void take_then_ba(void)
{
	DO(sem_wait(&sem));
	ba();
}

static void posted(void)
{
	DO(sem_init(&sem, 0, 0));
	IN_TURN(ab_then_post, take_then_ba);
}

/* There was a place without the post. */
static void posted_for_nothing(void)
{
	DO(sem_init(&sem, 0, 1));
	IN_TURN(ab_then_post, take_then_ba);
}

static void sem_around_ab(void)
{
	DO(sem_wait(&sem));
	ab_then_post();
}

static void sem_around_ba(void)
{
	take_then_ba();
	DO(sem_post(&sem));
}

static void sem_as_gate(void)
{
	DO(sem_init(&sem, 0, 1));
	IN_TURN(sem_around_ab, sem_around_ba);
}

static void sem_of_two_as_gate(void)
{
	DO(sem_init(&sem, 0, 2));
	IN_TURN(sem_around_ab, sem_around_ba);
}

/* Handed on by a third; and a place that came from elsewhere, before. */

static sem_t relay;

static void hand_on(void)
{
	DO(sem_wait(&sem));
	DO(sem_post(&relay));
}

static void take_relay_then_ba(void)
{
	DO(sem_wait(&relay));
	ba();
}

static void posted_on(void)
{
	DO(sem_init(&sem, 0, 0));
	DO(sem_init(&relay, 0, 0));
	IN_TURN(ab_then_post, hand_on, take_relay_then_ba);
}

static void only_post(void)
{
	DO(sem_post(&sem));
}

static void posted_by_another(void)
{
	DO(sem_init(&sem, 0, 0));
	IN_TURN(only_post, ab_then_post, take_then_ba);
}

/* Barriers. The parties wait for each other, so they cannot take turns; and need not. */

static void ab_then_pass(void)
{
	ab();
	pass(&barrier);
}

static void pass_then_ba(void)
{
	pass(&barrier);
	ba();
}

static void barrier_between(void)
{
	DO(pthread_barrier_init(&barrier, NULL, 2));
	both(ab_then_pass, pass_then_ba);
}

static void pass_then_ab(void)
{
	pass(&barrier);
	ab_then_turn();
}

static void pass_then_ba_in_turn(void)
{
	pass(&barrier);
	ba_in_turn();
}

static void barrier_before_both(void)
{
	DO(pthread_barrier_init(&barrier, NULL, 2));
	both(pass_then_ab, pass_then_ba_in_turn);
}

const struct small_program order_programs[] = {
    {"joined_before_created", "-", joined_before_created},
    {"joined_after_created", "TT010", joined_after_created},
    {"before_the_first_thread", "-", before_the_first_thread},
    {"beside_the_first_thread", "TT010", beside_the_first_thread},
    {"joined_by_another", "-", joined_by_another},
    {"joined_in_time", "-", joined_in_time},
    {"not_joined_in_time", "TT010", not_joined_in_time},
    {"made_after", "-", made_after},
    {"made_before", "TT010", made_before},
    {"once_between", "-", once_between},
    {"once_before_both", "TT010", once_before_both},
    {"once_and_mutex", "TT010", once_and_mutex},
    {"once_beside_mutex", "-", once_beside_mutex},
    {"notified", "-", notified},
    {"posted", "-", posted},
    {"posted_for_nothing", "TT010", posted_for_nothing},
    {"posted_on", "-", posted_on},
    {"posted_by_another", "TT010", posted_by_another},
    {"sem_as_gate", "-", sem_as_gate},
    {"sem_of_two_as_gate", "TT010", sem_of_two_as_gate},
    {"barrier_between", "-", barrier_between},
    {"barrier_before_both", "TT010", barrier_before_both},
    {0},
};
