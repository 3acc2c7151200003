/* SPDX-License-Identifier: MIT */
#include "programs.h"

#include <errno.h>

/* Opposite orders under another lock, which keeps them apart, or seems to. */

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, c = PTHREAD_MUTEX_INITIALIZER,
		       gate = PTHREAD_MUTEX_INITIALIZER, second_gate = PTHREAD_MUTEX_INITIALIZER,
		       recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_spinlock_t spin;

static void ab(void)
{
	nest(&a, &b);
}

static void ba(void)
{
	nest(&b, &a);
}

static void bc(void)
{
	nest(&b, &c);
}

static void ca(void)
{
	nest(&c, &a);
}

static void under(pthread_mutex_t *outer, void (*orders)(void))
{
	LOCK(outer);
	orders();
	UNLOCK(outer);
}

static void gated_ab(void)
{
	under(&gate, ab);
}

static void gated_ba(void)
{
	under(&gate, ba);
}

static void gated_bc(void)
{
	under(&gate, bc);
}

static void gated_ca(void)
{
	under(&gate, ca);
}

/* Where the gate is. */

static void c_ab(void)
{
	under(&c, ab);
}

static void gated_c_ab(void)
{
	under(&gate, c_ab);
}

static void gate_above_another(void)
{
	IN_TURN(gated_c_ab, gated_ba);
}

static void gate_b(void)
{
	nest(&gate, &b);
}

static void gate_a(void)
{
	nest(&gate, &a);
}

static void a_gate_b(void)
{
	under(&a, gate_b);
}

static void b_gate_a(void)
{
	under(&b, gate_a);
}

static void gate_between(void)
{
	IN_TURN(a_gate_b, b_gate_a);
}

static void gate_taken_late(void)
{
	IN_TURN(a_gate_b, gated_ba);
}

static void leave_early(pthread_mutex_t *first, pthread_mutex_t *second)
{
	LOCK(&gate);
	LOCK(first);
	UNLOCK(&gate);
	LOCK(second);
	UNLOCK(second);
	UNLOCK(first);
}

static void leave_early_ab(void)
{
	leave_early(&a, &b);
}

static void leave_early_ba(void)
{
	leave_early(&b, &a);
}

static void gate_left_early(void)
{
	IN_TURN(leave_early_ab, leave_early_ba);
}

/* How many there are. */

static void second_gated_ba(void)
{
	under(&second_gate, ba);
}

static void two_gates(void)
{
	IN_TURN(gated_ab, second_gated_ba);
}

static void both_gated_ba(void)
{
	under(&gate, second_gated_ba);
}

static void gate_in_common(void)
{
	IN_TURN(gated_ab, both_gated_ba);
}

/* How many of a ring are behind it. */

static void ring_gated(void)
{
	IN_TURN(gated_ab, gated_bc, gated_ca);
}

static void ring_of_two_gated(void)
{
	IN_TURN(gated_ab, gated_bc, ca);
}

static void ring_of_one_gated(void)
{
	IN_TURN(gated_ab, bc, ca);
}

/* What kind of lock it is, and how it is taken. */

static void spin_gated(void (*orders)(void))
{
	DO(pthread_spin_lock(&spin));
	orders();
	DO(pthread_spin_unlock(&spin));
}

static void spin_gated_ab(void)
{
	spin_gated(ab);
}

static void spin_gated_ba(void)
{
	spin_gated(ba);
}

static void gate_spins(void)
{
	DO(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
	IN_TURN(spin_gated_ab, spin_gated_ba);
	DO(pthread_spin_destroy(&spin));
}

/* Given back as often as `left` says before the orders, and wholly after them. */
static void twice_gated(int left, void (*orders)(void))
{
	LOCK(&recursive);
	LOCK(&recursive);
	for (int i = 0; i < left; i++)
		UNLOCK(&recursive);
	orders();
	for (int i = left; i < 2; i++)
		UNLOCK(&recursive);
}

static void still_gated_ab(void)
{
	twice_gated(1, ab);
}

static void still_gated_ba(void)
{
	twice_gated(1, ba);
}

static void gate_recursive(void)
{
	IN_TURN(still_gated_ab, still_gated_ba);
}

static void no_more_gated_ba(void)
{
	twice_gated(2, ba);
}

static void gate_recursive_left(void)
{
	IN_TURN(no_more_gated_ba, still_gated_ab);
}

static void try_gated_ba(void)
{
	DO(pthread_mutex_trylock(&gate));
	ba();
	UNLOCK(&gate);
}

static void gate_tried(void)
{
	IN_TURN(gated_ab, try_gated_ba);
}

static void timed_gated_ba(void)
{
	struct timespec until = in_a_minute();

	DO(pthread_mutex_timedlock(&gate, &until));
	ba();
	UNLOCK(&gate);
}

static void gate_timed(void)
{
	IN_TURN(gated_ab, timed_gated_ba);
}

/* A wait for a condition gives the gate up. */

static void give_gate_up(void)
{
	struct timespec long_ago = {0};
	int error = pthread_cond_timedwait(&cond, &gate, &long_ago);

	must(error == ETIMEDOUT ? 0 : error, "pthread_cond_timedwait");
}

static void give_gate_up_in_a(void)
{
	LOCK(&gate);
	LOCK(&a);
	give_gate_up();
	UNLOCK(&a);
	UNLOCK(&gate);
}

static void gate_given_up(void)
{
	IN_TURN(give_gate_up_in_a, gated_ba);
}

static void give_gate_up_before_ab(void)
{
	LOCK(&gate);
	give_gate_up();
	ab();
	UNLOCK(&gate);
}

static void gate_given_up_before(void)
{
	IN_TURN(give_gate_up_before_ab, gated_ba);
}

/* The parent's: it holds the gate over all of its child's life, or not. */

static void gated_ba_in_turn(void)
{
	await_turn(1);
	gated_ba();
	end_turn();
}

static void parents_gate(void)
{
	pthread_t other = start(gated_ba_in_turn);

	LOCK(&gate);
	DO(pthread_join(start(ab), NULL));
	UNLOCK(&gate);
	end_turn();
	DO(pthread_join(other, NULL));
}

static void ab_in_second_turn(void)
{
	await_turn(2);
	ab();
}

static void parents_gate_left_early(void)
{
	pthread_t other = start(gated_ba_in_turn), child;

	LOCK(&gate);
	child = start(ab_in_second_turn);
	UNLOCK(&gate);
	end_turn();
	DO(pthread_join(child, NULL));
	DO(pthread_join(other, NULL));
}

static void ab_then_turn(void)
{
	ab();
	end_turn();
}

static void ba_gated_in_second_turn(void)
{
	await_turn(2);
	gated_ba();
}

static void parents_gate_taken_late(void)
{
	pthread_t child = start(ab_then_turn), other = start(ba_gated_in_second_turn);

	await_turn(1);
	LOCK(&gate);
	DO(pthread_join(child, NULL));
	UNLOCK(&gate);
	end_turn();
	DO(pthread_join(other, NULL));
}

const struct small_program gate_programs[] = {
    {"gate_above_another", "-", gate_above_another},
    {"gate_between", "TT010", gate_between},
    {"gate_taken_late", "TT010", gate_taken_late},
    {"gate_left_early", "TT010", gate_left_early},
    {"two_gates", "TT010", two_gates},
    {"gate_in_common", "-", gate_in_common},
    {"ring_gated", "-", ring_gated},
    {"ring_of_two_gated", "-", ring_of_two_gated},
    {"ring_of_one_gated", "TT010", ring_of_one_gated},
    {"gate_spins", "-", gate_spins},
    {"gate_recursive", "-", gate_recursive},
    {"gate_recursive_left", "TT010", gate_recursive_left},
    {"gate_tried", "-", gate_tried},
    {"gate_timed", "-", gate_timed},
    {"gate_given_up", "TT010", gate_given_up},
    {"gate_given_up_before", "-", gate_given_up_before},
    {"parents_gate", "-", parents_gate},
    {"parents_gate_left_early", "TT010", parents_gate_left_early},
    {"parents_gate_taken_late", "TT010", parents_gate_taken_late},
    {0},
};
