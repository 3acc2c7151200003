/* SPDX-License-Identifier: MIT */
/*
 * A small abstract program: a few threads, each a straight line of calls on a few objects. What a try or a timed
 * acquire did not get, its release leaves alone; so the same calls come in every schedule.
 *
 *     main: create T1, create T2, join T1, join T2
 *     T1:   lock A, lock B, unlock B, unlock A
 *     T2:   lock B, try A, unlock A, unlock B
 */
#ifndef ACCURACY_PROGRAM_H
#define ACCURACY_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "tracepoints/vocabulary.h"

/* The main thread is thread 0. */
enum { MOST_THREADS = 5, MOST_LOCKS = 4, MOST_OTHERS = 2, MOST_OPS = 40 };

enum op_kind {
	OP_LOCK,
	OP_UNLOCK,
	OP_SEM_WAIT,
	OP_SEM_POST,
	OP_COND_WAIT,
	OP_NOTIFY,
	OP_NOTIFY_ALL,
	OP_EVENT_WAIT,
	OP_EVENT_SET,
	OP_EVENT_CLEAR,
	OP_BARRIER,
	OP_CREATE, /* object: the thread */
	OP_JOIN,
	N_OP_KINDS
};

struct op {
	uint8_t kind;   /* enum op_kind */
	uint8_t object; /* the number among those of its family */
	uint8_t mode;   /* of locks: enum tt_mode */
	uint8_t limit;  /* of OP_LOCK and OP_COND_WAIT: enum tt_limit */
	uint8_t site;   /* where in the source; calls of one thread in a loop share it */
	uint8_t hold;   /* of OP_LOCK and its OP_UNLOCK: which hold of the thread, below 8 */
};

struct thread {
	struct op ops[MOST_OPS];
	uint8_t n;
};

struct condition {
	uint8_t lock;
	bool in_order; /* the library's wakes the first that came, that of pthreads any */
};

struct program {
	struct thread threads[MOST_THREADS];
	uint8_t n_threads, n_locks, n_sems, n_conds, n_events, n_barriers;
	bool plain_threads;             /* of pthreads: who makes one does not wait until it has started */
	uint8_t lock_kinds[MOST_LOCKS]; /* enum tt_lock_kind */
	uint8_t sem_values[MOST_OTHERS];
	bool sem_is_ours[MOST_OTHERS]; /* the library's, which tells who let a waiter go on */
	struct condition conds[MOST_OTHERS];
	uint8_t parties[MOST_OTHERS];
};

/* `lock`, … */
extern const char *const op_names[N_OP_KINDS];

/* Whether a thread may have a lock of this kind again. */
bool kind_is_recursive(uint8_t kind);
bool kind_is_rwlock(uint8_t kind);

/* Of the library, not of pthreads. */
bool kind_is_ours(uint8_t kind);

/* Whether the semaphore is used as a lock: it has places at first, and each thread gives back what it took. */
bool sem_is_lock(const struct program *program, uint8_t sem);

/*
 * Whether it is a program that may be written: each thread releases what it holds and ends with nothing, waits for a
 * condition with its lock, and creates and joins each other thread at most once, in an order that can be.
 */
bool program_is_valid(const struct program *program);

/* `lock A shared`: the call. `main`, `T1`, …: the thread. The caller's to free. */
char *op_text(const struct program *program, const struct op *op);
char *thread_text(unsigned thread);

/* Prints the program, a thread a line. */
void program_print(const struct program *program);

#endif /* ACCURACY_PROGRAM_H */
