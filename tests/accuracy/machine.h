/* SPDX-License-Identifier: MIT */
/*
 * The machine that a program runs on: its states, and the moves that lead from one to the next. A move is one step of
 * one thread; which is next is the schedule's choice. It has the semantics of the library and of POSIX, but for wakes
 * without a cause.
 */
#ifndef ACCURACY_MACHINE_H
#define ACCURACY_MACHINE_H

#include "tests/accuracy/program.h"

/* How far a thread is in the call at its pc. */
enum phase {
	PHASE_AT,      /* not begun */
	PHASE_WAITING, /* it has said that it waits: as a writer it keeps readers out; it is to be woken */
	PHASE_WOKEN,   /* let go on */
	PHASE_BACK,    /* from a condition: it asks for the lock again */
	PHASE_BACK_WAITING,
};

struct state {
	uint8_t pc[MOST_THREADS];
	uint8_t phase[MOST_THREADS];
	uint8_t got_none[MOST_THREADS]; /* a bit each hold that a try or a time limit left without the lock */
	uint8_t created, ended;         /* a bit a thread */
	uint8_t holder[MOST_LOCKS];     /* in exclusive mode: thread + 1; 0: none */
	uint8_t depth[MOST_LOCKS];
	uint8_t readers[MOST_LOCKS][MOST_THREADS]; /* how often each thread has it in shared mode */
	uint8_t value[MOST_OTHERS];                /* of semaphores */
	uint8_t queue[MOST_OTHERS][MOST_THREADS];  /* of conditions: thread + 1, in the order of coming; 0 at the end */
	uint8_t set;                               /* a bit an event */
	uint8_t arrived[MOST_OTHERS];              /* at barriers: a bit a thread */
	uint8_t spare[4];                          /* so that a state is whole words */
};

enum move_kind {
	MOVE_BEGIN_WAIT, /* says that it waits */
	MOVE_GO,         /* does the call, or what is left of it */
	MOVE_GIVE_UP,    /* a try that does not get it, a time limit that is over */
	MOVE_END,        /* the thread ends */
};

struct move {
	uint8_t thread;
	uint8_t kind;  /* enum move_kind */
	uint8_t woken; /* of notifies: whom, a bit a thread */
};

/* Of one state: each thread can wake any of the others. */
enum { MOST_MOVES = 2 * MOST_THREADS * MOST_THREADS };

struct state machine_start(const struct program *program);

/* The call at which the thread is; NULL after the last. */
const struct op *machine_op(const struct program *program, const struct state *state, unsigned thread);

/* The moves that can be made. `all_waits`: also to say that one waits where it makes no difference. */
unsigned machine_moves(const struct program *program, const struct state *state, bool all_waits,
                       struct move moves[MOST_MOVES]);

/* Those of one thread. */
unsigned machine_thread_moves(const struct program *program, const struct state *state, unsigned thread,
                              struct move moves[MOST_MOVES]);

void machine_apply(const struct program *program, struct state *state, struct move move);

/* Whether the thread's call is an exclusive request of a lock that lets no reader pass a waiting writer. */
bool machine_keeps_readers_out(const struct program *program, const struct state *state, unsigned thread);

/*
 * Lock requests. The lock that the thread asks for now, in a mode and with a limit; false if it does not. A thread
 * that comes back from a condition asks without a limit.
 */
struct request {
	uint8_t lock, mode, limit;
};
bool machine_request(const struct program *program, const struct state *state, unsigned thread,
                     struct request *request);

/* The threads that keep it from having that lock, a bit each: holders, itself if it is one; and waiting writers. */
unsigned machine_holders(const struct program *program, const struct state *state, unsigned thread,
                         const struct request *request);
unsigned machine_writers_before(const struct program *program, const struct state *state, unsigned thread,
                                const struct request *request);

#endif /* ACCURACY_MACHINE_H */
