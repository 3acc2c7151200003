/* SPDX-License-Identifier: MIT */
#include "programs.h"

/* Orders of locks, in each kind and mode. */

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, c = PTHREAD_MUTEX_INITIALIZER,
		       gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t r = PTHREAD_RWLOCK_INITIALIZER;

static void ab(void)
{
	nest(&a, &b);
}

static void ba(void)
{
	nest(&b, &a);
}

static void abba(void)
{
	IN_TURN(ab, ba);
}

static void same_order(void)
{
	IN_TURN(ab, ab);
}

static void both_orders(void)
{
	ab();
	ba();
}

static void one_thread(void)
{
	IN_TURN(both_orders);
}

static void two_of_both_orders(void)
{
	IN_TURN(both_orders, both_orders);
}

static void gated_ab(void)
{
	LOCK(&gate);
	ab();
	UNLOCK(&gate);
}

static void gated_ba(void)
{
	LOCK(&gate);
	ba();
	UNLOCK(&gate);
}

static void gated(void)
{
	IN_TURN(gated_ab, gated_ba);
}

static void gated_once(void)
{
	IN_TURN(gated_ab, ba);
}

static void read_gated_ab(void)
{
	DO(pthread_rwlock_rdlock(&r));
	ab();
	DO(pthread_rwlock_unlock(&r));
}

static void read_gated_ba(void)
{
	DO(pthread_rwlock_rdlock(&r));
	ba();
	DO(pthread_rwlock_unlock(&r));
}

static void read_gated(void)
{
	IN_TURN(read_gated_ab, read_gated_ba);
}

static void write_gated_ba(void)
{
	DO(pthread_rwlock_wrlock(&r));
	ba();
	DO(pthread_rwlock_unlock(&r));
}

static void write_gated(void)
{
	IN_TURN(read_gated_ab, write_gated_ba);
}

/* Released in the order of taking; hand over hand. */
static void crossed_ab(void)
{
	LOCK(&a);
	LOCK(&b);
	UNLOCK(&a);
	UNLOCK(&b);
}

static void crossed(void)
{
	IN_TURN(crossed_ab, ba);
}

static void hand_over_hand(void)
{
	LOCK(&a);
	LOCK(&b);
	UNLOCK(&a);
	LOCK(&c);
	UNLOCK(&b);
	UNLOCK(&c);
}

static void list_walkers(void)
{
	IN_TURN(hand_over_hand, hand_over_hand);
}

/* What it has given back it does not hold when it asks for the first again. */
static void back_to_the_first(void)
{
	LOCK(&a);
	LOCK(&b);
	UNLOCK(&b);
	UNLOCK(&a);
	LOCK(&b);
	UNLOCK(&b);
	LOCK(&a);
	UNLOCK(&a);
}

static void not_held_any_more(void)
{
	IN_TURN(back_to_the_first, back_to_the_first);
}

/* Tries and limits. */

static void b_try_a(void)
{
	LOCK(&b);
	DO(pthread_mutex_trylock(&a));
	UNLOCK(&a);
	UNLOCK(&b);
}

static void tried(void)
{
	IN_TURN(ab, b_try_a);
}

static void try_b_then_a(void)
{
	DO(pthread_mutex_trylock(&b));
	LOCK(&a);
	UNLOCK(&a);
	UNLOCK(&b);
}

static void under_a_try(void)
{
	IN_TURN(ab, try_b_then_a);
}

static void b_timed_a(void)
{
	struct timespec until = in_a_minute();

	LOCK(&b);
	DO(pthread_mutex_timedlock(&a, &until));
	UNLOCK(&a);
	UNLOCK(&b);
}

static void timed(void)
{
	IN_TURN(ab, b_timed_a);
}

/* Kinds. */

static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP,
		       errorcheck = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

static void recursive_b_recursive(void)
{
	LOCK(&recursive);
	nest(&b, &recursive);
	UNLOCK(&recursive);
}

static void recursive_b(void)
{
	nest(&recursive, &b);
}

static void re_entry(void)
{
	IN_TURN(recursive_b, recursive_b_recursive);
}

static void errorcheck_recursive(void)
{
	nest(&errorcheck, &recursive);
}

static void recursive_errorcheck(void)
{
	nest(&recursive, &errorcheck);
}

static void other_kinds(void)
{
	IN_TURN(errorcheck_recursive, recursive_errorcheck);
}

static pthread_spinlock_t spin;

static void spin_a(void)
{
	DO(pthread_spin_lock(&spin));
	LOCK(&a);
	UNLOCK(&a);
	DO(pthread_spin_unlock(&spin));
}

static void a_spin(void)
{
	LOCK(&a);
	DO(pthread_spin_lock(&spin));
	DO(pthread_spin_unlock(&spin));
	UNLOCK(&a);
}

static void spins(void)
{
	DO(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
	IN_TURN(spin_a, a_spin);
	DO(pthread_spin_destroy(&spin));
}

const struct small_program lock_programs[] = {
    {"abba", "TT010", abba},
    {"same_order", "-", same_order},
    {"one_thread", "-", one_thread},
    {"two_of_both_orders", "TT010", two_of_both_orders},
    {"gated", "-", gated},
    {"gated_once", "TT010", gated_once},
    {"read_gated", "TT010", read_gated},
    {"write_gated", "-", write_gated},
    {"crossed", "TT010", crossed},
    {"list_walkers", "-", list_walkers},
    {"not_held_any_more", "-", not_held_any_more},
    {"tried", "-", tried},
    {"under_a_try", "TT010", under_a_try},
    {"timed", "-", timed},
    {"re_entry", "-", re_entry},
    {"other_kinds", "TT010", other_kinds},
    {"spins", "TT010", spins},
    {0},
};
