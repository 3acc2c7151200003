/* SPDX-License-Identifier: MIT */
/*
 * Deadlocks over locks in one state of the machine: threads that each ask, without a time limit, for a lock that the
 * next one has, in a circle.
 */
#ifndef ACCURACY_CYCLES_H
#define ACCURACY_CYCLES_H

#include "tests/accuracy/machine.h"

/*
 * A deadlock as a number: the site, plus one, at which each thread asks, eight bits a thread; and the locks asked for,
 * a bit each, from bit 40 on. So two that are equal are one.
 */
typedef uint64_t deadlock;

static inline unsigned deadlock_site(deadlock which, unsigned thread)
{
	return (unsigned)(which >> 8 * thread) & 0xff;
}

static inline unsigned deadlock_locks(deadlock which)
{
	return (unsigned)(which >> 40);
}

/* What deadlocks are found in. */
struct deadlocks {
	GHashTable *plain;  /* deadlock: every thread waits for a holder */
	GHashTable *writer; /* some thread waits for a writer that waits: where writers go first */
	GHashTable *again;  /* such a thread reads that lock already */
};

struct deadlocks deadlocks_new(void);
void deadlocks_free(struct deadlocks *deadlocks);
bool deadlocks_has(GHashTable *set, deadlock which);

/*
 * Whether the threads of `part` are in `whole` at the same sites; whether they are so in some deadlock of these. A
 * writer that others wait behind need not be told.
 */
bool deadlock_is_part(deadlock part, deadlock whole);
bool deadlocks_has_part(const struct deadlocks *deadlocks, deadlock part);

/* Adds those of the state. `asking`: a bit each thread that may take part. */
void deadlocks_of_state(const struct program *program, const struct state *state, unsigned asking,
                        struct deadlocks *found);

/*
 * The threads that wait for good for each other in a circle, or for themselves, also by joins: a bit each. `asking` as
 * above.
 */
unsigned circles_of_state(const struct program *program, const struct state *state, unsigned asking);

/* `T1 at lock B (site 3), T2 at lock A (site 1)`. The caller's to free. */
char *deadlock_text(const struct program *program, deadlock which);

#endif /* ACCURACY_CYCLES_H */
