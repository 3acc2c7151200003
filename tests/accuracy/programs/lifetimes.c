/* SPDX-License-Identifier: MIT */
#include "programs.h"

#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

/* Objects whose memory is used again, and objects that others do not know yet. */

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *room;

static void *room_for(size_t size)
{
	void *memory = malloc(size);

	must(memory ? 0 : 1, "malloc");
	return memory;
}

static void room_a(void)
{
	nest(room, &a);
}

static void a_room(void)
{
	nest(&a, room);
}

/* Destroyed and made again by each; only made again by each; one for both. */

static void new_room_a(void)
{
	DO(pthread_mutex_init(room, NULL));
	room_a();
	DO(pthread_mutex_destroy(room));
}

static void new_a_room(void)
{
	DO(pthread_mutex_init(room, NULL));
	a_room();
	DO(pthread_mutex_destroy(room));
}

static void made_anew(void)
{
	room = room_for(sizeof(pthread_mutex_t));
	IN_TURN(new_room_a, new_a_room);
	free(room);
}

static void again_a_room(void)
{
	DO(pthread_mutex_init(room, NULL));
	a_room();
}

static void made_again(void)
{
	room = room_for(sizeof(pthread_mutex_t));
	DO(pthread_mutex_init(room, NULL));
	IN_TURN(room_a, again_a_room);
	free(room);
}

static void made_once(void)
{
	room = room_for(sizeof(pthread_mutex_t));
	DO(pthread_mutex_init(room, NULL));
	IN_TURN(room_a, a_room);
	free(room);
}

/* Given back with free, and most likely got from malloc again: no call of pthreads tells that it is another lock. */

static void room_a_then_turn(void)
{
	room_a();
	end_turn();
}

static void a_room_in_second_turn(void)
{
	await_turn(2);
	a_room();
}

static void new_room(void)
{
	static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;

	room = room_for(sizeof fresh);
	memcpy(room, &fresh, sizeof fresh);
}

static void freed(void)
{
	pthread_t second = start(a_room_in_second_turn), first;

	new_room();
	first = start(room_a_then_turn);
	await_turn(1);
	free(room);
	new_room();
	end_turn();
	DO(pthread_join(first, NULL));
	DO(pthread_join(second, NULL));
	free(room);
}

static pthread_rwlock_t *rwlock;

static void new_rwlock_a(void)
{
	DO(pthread_rwlock_init(rwlock, NULL));
	DO(pthread_rwlock_wrlock(rwlock));
	LOCK(&a);
	UNLOCK(&a);
	DO(pthread_rwlock_unlock(rwlock));
	DO(pthread_rwlock_destroy(rwlock));
}

static void new_a_rwlock(void)
{
	DO(pthread_rwlock_init(rwlock, NULL));
	LOCK(&a);
	DO(pthread_rwlock_wrlock(rwlock));
	DO(pthread_rwlock_unlock(rwlock));
	UNLOCK(&a);
	DO(pthread_rwlock_destroy(rwlock));
}

static void rwlock_made_anew(void)
{
	rwlock = room_for(sizeof *rwlock);
	IN_TURN(new_rwlock_a, new_a_rwlock);
	free(rwlock);
}

static sem_t *sem;

static void new_sem_a(void)
{
	DO(sem_init(sem, 0, 1));
	DO(sem_wait(sem));
	LOCK(&a);
	UNLOCK(&a);
	DO(sem_post(sem));
	DO(sem_destroy(sem));
}

static void new_a_sem(void)
{
	DO(sem_init(sem, 0, 1));
	LOCK(&a);
	DO(sem_wait(sem));
	DO(sem_post(sem));
	UNLOCK(&a);
	DO(sem_destroy(sem));
}

static void sem_made_anew(void)
{
	sem = room_for(sizeof *sem);
	IN_TURN(new_sem_a, new_a_sem);
	free(sem);
}

/* On each thread's own stack, which the next thread gets as its own. */

static void own_a(void)
{
	pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

	nest(&own, &a);
}

static void a_own(void)
{
	pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

	nest(&a, &own);
}

static void own_locks(void)
{
	IN_TURN(own_a, a_own);
}

/* Shown to others under a lock, after its maker took it, or before. */

static pthread_mutex_t *shown;

static void show(void)
{
	LOCK(&c);
	shown = room;
	UNLOCK(&c);
}

static void a_shown(void)
{
	pthread_mutex_t *lock;

	LOCK(&c);
	lock = shown;
	UNLOCK(&c);
	nest(&a, lock);
}

static void room_a_then_show(void)
{
	DO(pthread_mutex_init(room, NULL));
	room_a();
	show();
}

static void show_then_room_a(void)
{
	DO(pthread_mutex_init(room, NULL));
	show();
	room_a();
}

static void shown_after(void)
{
	room = room_for(sizeof(pthread_mutex_t));
	IN_TURN(room_a_then_show, a_shown);
	free(room);
}

static void shown_before(void)
{
	room = room_for(sizeof(pthread_mutex_t));
	IN_TURN(show_then_room_a, a_shown);
	free(room);
}

const struct small_program lifetime_programs[] = {
    {"made_anew", "-", made_anew},
    {"made_again", "-", made_again},
    {"made_once", "TT010", made_once},
    {"freed", "-", freed},
    {"rwlock_made_anew", "-", rwlock_made_anew},
    {"sem_made_anew", "-", sem_made_anew},
    {"own_locks", "-", own_locks},
    {"shown_after", "-", shown_after},
    {"shown_before", "TT010", shown_before},
    {0},
};
