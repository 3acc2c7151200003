#include "programs.h"

#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>

/* What keeps two threads apart, and what does not: creating, joining, and all else that one waits for. */

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t sem;
static bool ready;

static void ab(void)
{
	LOCK(&a);
	LOCK(&b);
	UNLOCK(&b);
	UNLOCK(&a);
}

static void ba(void)
{
	LOCK(&b);
	LOCK(&a);
	UNLOCK(&a);
	UNLOCK(&b);
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
	pthread_t first = start(ab_then_turn), second = start(ba_in_turn);

	DO(pthread_join(first, NULL));
	DO(pthread_join(second, NULL));
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
	pthread_t waiter = start(wait_then_ba), notifier = start(await_waiter);

	DO(pthread_join(waiter, NULL));
	DO(pthread_join(notifier, NULL));
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

/* Barriers. The parties wait for each other, so they cannot take turns; and need not. */

static void pass(void)
{
	int error = pthread_barrier_wait(&barrier);
	must(error == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : error, "pthread_barrier_wait");
}

static void ab_then_pass(void)
{
	ab();
	pass();
}

static void pass_then_ba(void)
{
	pass();
	ba();
}

static void barrier_between(void)
{
	DO(pthread_barrier_init(&barrier, NULL, 2));
	pthread_t first = start(ab_then_pass), second = start(pass_then_ba);
	DO(pthread_join(first, NULL));
	DO(pthread_join(second, NULL));
}

static void pass_then_ab(void)
{
	pass();
	ab_then_turn();
}

static void pass_then_ba_in_turn(void)
{
	pass();
	ba_in_turn();
}

static void barrier_before_both(void)
{
	DO(pthread_barrier_init(&barrier, NULL, 2));
	pthread_t first = start(pass_then_ab), second = start(pass_then_ba_in_turn);
	DO(pthread_join(first, NULL));
	DO(pthread_join(second, NULL));
}

/* Objects whose memory is used again. */

static pthread_mutex_t *room;

static void room_then_a(void)
{
	DO(pthread_mutex_init(room, NULL));
	LOCK(room);
	LOCK(&a);
	UNLOCK(&a);
	UNLOCK(room);
	DO(pthread_mutex_destroy(room));
}

static void a_then_room(void)
{
	DO(pthread_mutex_init(room, NULL));
	LOCK(&a);
	LOCK(room);
	UNLOCK(room);
	UNLOCK(&a);
	DO(pthread_mutex_destroy(room));
}

static void made_anew(void)
{
	room = malloc(sizeof(pthread_mutex_t));
	must(room ? 0 : 1, "malloc");
	IN_TURN(room_then_a, a_then_room);
	free(room);
}

const struct small_program order_programs[] = {
    {"joined_before_created", "-", joined_before_created},
    {"joined_after_created", "TT010", joined_after_created},
    {"before_the_first_thread", "-", before_the_first_thread},
    {"beside_the_first_thread", "TT010", beside_the_first_thread},
    {"joined_by_another", "-", joined_by_another},
    {"notified", "-", notified},
    {"posted", "-", posted},
    {"posted_for_nothing", "TT010", posted_for_nothing},
    {"sem_as_gate", "-", sem_as_gate},
    {"sem_of_two_as_gate", "TT010", sem_of_two_as_gate},
    {"barrier_between", "-", barrier_between},
    {"barrier_before_both", "TT010", barrier_before_both},
    {"made_anew", "-", made_anew},
    {0},
};
