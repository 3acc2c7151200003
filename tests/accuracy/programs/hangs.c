/* SPDX-License-Identifier: MIT */
#include "programs.h"

#include <errno.h>
#include <semaphore.h>
#include <stdbool.h>
#include <unistd.h>

/* Programs that do hang, in every schedule or in the one that the turns force; and the nearest that do not. */

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, c = PTHREAD_MUTEX_INITIALIZER,
		       m = PTHREAD_MUTEX_INITIALIZER, recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP,
		       errorcheck = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_rwlock_t r = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_spinlock_t spin;
static sem_t p, q;
static int items;

/* One thread. */

static void twice(void)
{
	LOCK(&a);
	LOCK(&a);
}

static void twice_recursive(void)
{
	LOCK(&recursive);
	LOCK(&recursive);
	UNLOCK(&recursive);
	UNLOCK(&recursive);
}

static void twice_errorcheck(void)
{
	LOCK(&errorcheck);
	must(pthread_mutex_lock(&errorcheck) == EDEADLK ? 0 : 1, "the second lock of an errorcheck mutex");
	UNLOCK(&errorcheck);
}

static void twice_tried(void)
{
	LOCK(&a);
	must(pthread_mutex_trylock(&a) == EBUSY ? 0 : 1, "a try of what is held");
	UNLOCK(&a);
}

static void twice_spin(void)
{
	DO(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
	DO(pthread_spin_lock(&spin));
	DO(pthread_spin_lock(&spin));
}

static void twice_sem(void)
{
	DO(sem_init(&p, 0, 1));
	DO(sem_wait(&p));
	DO(sem_wait(&p));
}

static void read_then_write(void)
{
	DO(pthread_rwlock_rdlock(&r));
	DO(pthread_rwlock_wrlock(&r));
}

static void read_twice(void)
{
	DO(pthread_rwlock_rdlock(&r));
	DO(pthread_rwlock_rdlock(&r));
	DO(pthread_rwlock_unlock(&r));
	DO(pthread_rwlock_unlock(&r));
}

/* A circle: each takes its first lock before any asks for its second. */

static void take_both(pthread_mutex_t *first, pthread_mutex_t *second, int threads)
{
	LOCK(first);
	end_turn();
	await_turn(threads);
	LOCK(second);
}

static void take_a_b(void)
{
	take_both(&a, &b, 2);
}

static void take_b_a(void)
{
	take_both(&b, &a, 2);
}

static void hang_of_two(void)
{
	both(take_a_b, take_b_a);
}

static void ring_a_b(void)
{
	take_both(&a, &b, 3);
}

static void ring_b_c(void)
{
	take_both(&b, &c, 3);
}

static void ring_c_a(void)
{
	take_both(&c, &a, 3);
}

static void hang_of_three(void)
{
	pthread_t first = start(ring_a_b);

	both(ring_b_c, ring_c_a);
	DO(pthread_join(first, NULL));
}

/* Joins. */

static void take_a(void)
{
	LOCK(&a);
	UNLOCK(&a);
}

static void join_what_waits(void)
{
	LOCK(&a);
	DO(pthread_join(start(take_a), NULL));
	UNLOCK(&a);
}

static void join_what_waited(void)
{
	LOCK(&a);
	pthread_t thread = start(take_a);
	UNLOCK(&a);
	DO(pthread_join(thread, NULL));
}

static pthread_t ring[3];

static void join_in_ring(int next)
{
	await_turn(1);
	DO(pthread_join(ring[next], NULL));
}

static void join_first(void)
{
	join_in_ring(0);
}

static void join_second(void)
{
	join_in_ring(1);
}

static void join_third(void)
{
	join_in_ring(2);
}

/* The main thread waits for a semaphore, since it cannot join what the ring joins. */
static void joins_in_ring(void)
{
	DO(sem_init(&p, 0, 0));
	ring[0] = start(join_second);
	ring[1] = start(join_third);
	ring[2] = start(join_first);
	end_turn();
	DO(sem_wait(&p));
}

/* A lock whose holder has ended. */

static void keep_a(void)
{
	LOCK(&a);
}

static void kept(void)
{
	DO(pthread_join(start(keep_a), NULL));
	DO(pthread_join(start(take_a), NULL));
}

static void given_back(void)
{
	DO(pthread_join(start(take_a), NULL));
	DO(pthread_join(start(take_a), NULL));
}

/* Conditions. */

static void consume(void)
{
	LOCK(&m);
	while (items == 0)
		DO(pthread_cond_wait(&cond, &m));
	items--;
	UNLOCK(&m);
}

static void produce(void)
{
	LOCK(&m);
	items++;
	DO(pthread_cond_signal(&cond));
	UNLOCK(&m);
}

static void produce_twice(void)
{
	produce();
	produce();
}

static void produced_once(void)
{
	pthread_t producer = start(produce);

	both(consume, consume);
	DO(pthread_join(producer, NULL));
}

static void produced_twice(void)
{
	pthread_t producer = start(produce_twice);

	both(consume, consume);
	DO(pthread_join(producer, NULL));
}

static void signal_then_turn(void)
{
	DO(pthread_cond_signal(&cond));
	end_turn();
}

static void wait_once(void)
{
	await_turn(1);
	LOCK(&m);
	DO(pthread_cond_wait(&cond, &m));
	UNLOCK(&m);
}

static void signalled_before(void)
{
	both(signal_then_turn, wait_once);
}

/* The waiter keeps B, which the notifier needs. */
static void consume_in_b(void)
{
	LOCK(&b);
	end_turn();
	consume();
	UNLOCK(&b);
}

static void produce_after_b(void)
{
	await_turn(1);
	LOCK(&b);
	UNLOCK(&b);
	produce();
}

static void hang_in_monitor(void)
{
	both(consume_in_b, produce_after_b);
}

/* Semaphores and barriers. */

static void wait_p_post_q(void)
{
	DO(sem_wait(&p));
	DO(sem_post(&q));
}

static void wait_q_post_p(void)
{
	DO(sem_wait(&q));
	DO(sem_post(&p));
}

static void each_posts_after(unsigned places_of_p)
{
	DO(sem_init(&p, 0, places_of_p));
	DO(sem_init(&q, 0, 0));
	both(wait_p_post_q, wait_q_post_p);
}

static void both_post_after(void)
{
	each_posts_after(0);
}

static void one_has_a_place(void)
{
	each_posts_after(1);
}

static void only_pass(void)
{
	pass(&barrier);
}

static void barrier_of(unsigned parties)
{
	DO(pthread_barrier_init(&barrier, NULL, parties));
	both(only_pass, only_pass);
}

static void barrier_short(void)
{
	barrier_of(3);
}

static void barrier_full(void)
{
	barrier_of(2);
}

/* Cancelled before it comes to the barrier, which is no place to end at: mostly before it has begun at all. */

static void pass_then_pause(void)
{
	pass(&barrier);
	for (;;)
		pause();
}

static void cancelled_at_once(void)
{
	DO(pthread_barrier_init(&barrier, NULL, 2));
	for (int i = 0; i < 50; i++) {
		pthread_t thread = start(pass_then_pause);

		DO(pthread_cancel(thread));
		pass(&barrier);
		DO(pthread_join(thread, NULL));
	}
}

const struct small_program hang_programs[] = {
    {"twice", "TT002", twice},
    {"twice_recursive", "-", twice_recursive},
    {"twice_errorcheck", "-", twice_errorcheck},
    {"twice_tried", "-", twice_tried},
    {"twice_spin", "TT002", twice_spin},
    {"twice_sem", "TT003", twice_sem},
    {"read_then_write", "TT002", read_then_write},
    {"read_twice", "-", read_twice},
    {"hang_of_two", "TT001", hang_of_two},
    {"hang_of_three", "TT001", hang_of_three},
    {"join_what_waits", "TT001", join_what_waits},
    {"join_what_waited", "-", join_what_waited},
    {"joins_in_ring", "TT001", joins_in_ring},
    {"kept", "TT003", kept},
    {"given_back", "-", given_back},
    {"produced_once", "TT003", produced_once},
    {"produced_twice", "-", produced_twice},
    {"signalled_before", "TT003", signalled_before},
    {"hang_in_monitor", "TT003", hang_in_monitor},
    {"both_post_after", "TT003", both_post_after},
    {"one_has_a_place", "-", one_has_a_place},
    {"barrier_short", "TT003", barrier_short},
    {"barrier_full", "-", barrier_full},
    {"cancelled_at_once", "-", cancelled_at_once},
    {0},
};
