/* SPDX-License-Identifier: MIT */
/*
 * Barrier: a point that a fixed number of threads, the parties, pass together. Each waits until all have arrived; then
 * all go on at once, and the barrier is ready for the next round.
 *
 *     static tthr_barrier start = TTHR_BARRIER_INIT("start", 2);
 *
 *     // server                            // client
 *     start_server();                      tthr_barrier_wait(&start, NULL);
 *     tthr_barrier_wait(&start, NULL);     make_connection();
 *     accept_connections();
 *
 * States. A round is *filling* until the last party arrives, which completes it: all of its parties pass, in whatever
 * order they then run, and who arrives next is of the next round. While the action of a round runs, the round is
 * complete but nobody passes yet: timeouts of its parties no longer count. Who arrives then is of the next round, and
 * waits for the action's end, within its own timeout. There is never more than one action at a time.
 * The barrier is *broken* once abort was called, a wait timed out, or the action failed or ended its thread: everybody
 * waiting then, and everybody who waits later, gets TTHR_EBROKEN, until it is reset. An abort while the action runs
 * breaks the barrier at once and the action's round at the action's end, also if the barrier was reset meanwhile. Reset
 * in mid-round gives TTHR_EBROKEN to those who wait and makes the barrier whole and empty; it does nothing to a round
 * that is complete.
 *
 * What was written before wait is seen after wait by all parties of the round.
 *
 * Source of the rules: Python's documentation of threading.Barrier. Differences: the exception BrokenBarrierError is
 * the error TTHR_EBROKEN; an action fails by returning non-zero.
 */
#ifndef TRACE_THR_BARRIER_H
#define TRACE_THR_BARRIER_H

#include <trace_thr/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The barrier broke, or was broken already. No other function of the library returns this value. */
#define TTHR_EBROKEN ENOTRECOVERABLE

typedef struct tthr_barrier {
	struct tthr_object object; /* private, as all that follows */
	struct tthr_wait_queue waiters;
	uint32_t parties;
	uint32_t arrived;
	uint32_t state;
	uint32_t reason;
	uint64_t breaker;
	struct tthr_acting *acting;
	int (*action)(void *arg);
	void *arg;
	double timeout;
} tthr_barrier;

/* A barrier for `parties` threads, without action or default timeout; `name` is a string literal, or NULL. */
#define TTHR_BARRIER_INIT(name, parties)                                                                               \
	{                                                                                                              \
		TTHR_OBJECT_INIT(name), TTHR_WAIT_QUEUE_INIT, (parties), 0, 0, 0, 0, NULL, NULL, NULL, TTHR_FOREVER    \
	}

struct tthr_barrier_options {
	const char *name;         /* copied; NULL for a default name */
	unsigned parties;         /* at least 1 */
	int (*action)(void *arg); /* run by one of the parties when all have arrived and before any goes on; non-zero
	                             breaks the barrier; it may abort it, but not wait for it */
	void *arg;                /* of the action */
	double timeout;           /* of waits that give none, in seconds; 0 means no limit */
};

/* Makes *barrier a whole, empty barrier. EINVAL without options or parties, or for a timeout NaN or negative. ENOMEM.
 */
TTHR_API int tthr_barrier_init(tthr_barrier *barrier, const struct tthr_barrier_options *options);

/* Ends the barrier's life. EBUSY if a thread waits or the action runs: it is then left as it was. */
TTHR_API int tthr_barrier_destroy(tthr_barrier *barrier);

/*
 * Waits for the other parties. *index, unless NULL, becomes a number from 0 to parties - 1, different for each party,
 * in the order of arrival: use it to choose the one who does what need be done once.
 * TTHR_EBROKEN if the barrier is or gets broken, or is reset, meanwhile; also to the one whose wait timed out.
 */
TTHR_API int tthr_barrier_wait(tthr_barrier *barrier, unsigned *index);

/*
 * The same with a timeout of its own in place of the barrier's default. A wait that times out breaks the barrier.
 * 0 breaks it at once unless the caller is the last to arrive.
 */
TTHR_API int tthr_barrier_wait_timeout(tthr_barrier *barrier, unsigned *index, double seconds);

/* Makes the barrier whole and empty. Who waits gets TTHR_EBROKEN. Always returns 0. */
TTHR_API int tthr_barrier_reset(tthr_barrier *barrier);

/* Breaks the barrier: for a party that cannot come, so that the others need not wait. Always returns 0. */
TTHR_API int tthr_barrier_abort(tthr_barrier *barrier);

/* How many threads must come. */
TTHR_API unsigned tthr_barrier_parties(const tthr_barrier *barrier);

/* How many wait now. Out of date by the time the caller looks at it. */
TTHR_API unsigned tthr_barrier_n_waiting(const tthr_barrier *barrier);

/* Whether it is broken. */
TTHR_API bool tthr_barrier_broken(const tthr_barrier *barrier);

/* The barrier's name, valid until tthr_barrier_destroy. */
TTHR_API const char *tthr_barrier_name(tthr_barrier *barrier);

/* The barrier's id in the trace, unique in the process and never reused. */
TTHR_API uint64_t tthr_barrier_id(tthr_barrier *barrier);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_THR_BARRIER_H */
