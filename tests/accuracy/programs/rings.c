/* SPDX-License-Identifier: MIT */
#include "programs.h"

/* Circles of more than two threads, and locks that are kept while others come and go. */

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, c = PTHREAD_MUTEX_INITIALIZER,
		       d = PTHREAD_MUTEX_INITIALIZER;

static void ab(void)
{
	nest(&a, &b);
}

static void ac(void)
{
	nest(&a, &c);
}

static void bc(void)
{
	nest(&b, &c);
}

static void ca(void)
{
	nest(&c, &a);
}

static void cd(void)
{
	nest(&c, &d);
}

static void da(void)
{
	nest(&d, &a);
}

static void ad(void)
{
	nest(&a, &d);
}

static void ring_of_three(void)
{
	IN_TURN(ab, bc, ca);
}

static void open_ring(void)
{
	IN_TURN(ab, bc, ac);
}

static void ring_of_four(void)
{
	IN_TURN(ab, bc, cd, da);
}

/* All philosophers but the last take the fork at their left first. */
static void one_right_handed(void)
{
	IN_TURN(ab, bc, cd, ad);
}

/* The ring closes over what one thread does in two steps, which cannot be at once; or over two threads. */

static void ab_then_cd(void)
{
	ab();
	cd();
}

static void two_steps_of_one(void)
{
	IN_TURN(ab_then_cd, bc, da);
}

static void bc_then_da(void)
{
	bc();
	da();
}

static void two_steps_of_each(void)
{
	IN_TURN(ab_then_cd, bc_then_da);
}

/* A is taken under B, and kept while B is given back and taken again. */

static void keep_across(void)
{
	LOCK(&b);
	LOCK(&a);
	UNLOCK(&b);
	LOCK(&b);
	UNLOCK(&a);
	UNLOCK(&b);
}

static void kept_across(void)
{
	IN_TURN(keep_across, keep_across);
}

static void give_back_before(void)
{
	LOCK(&b);
	LOCK(&a);
	UNLOCK(&b);
	UNLOCK(&a);
	LOCK(&b);
	UNLOCK(&b);
}

static void given_back_before(void)
{
	IN_TURN(give_back_before, give_back_before);
}

const struct small_program ring_programs[] = {
    {"ring_of_three", "TT010", ring_of_three},
    {"open_ring", "-", open_ring},
    {"ring_of_four", "TT010", ring_of_four},
    {"one_right_handed", "-", one_right_handed},
    {"two_steps_of_one", "-", two_steps_of_one},
    {"two_steps_of_each", "-", two_steps_of_each},
    {"kept_across", "TT010", kept_across},
    {"given_back_before", "-", given_back_before},
    {0},
};
