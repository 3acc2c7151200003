/* SPDX-License-Identifier: MIT */
/*
 * Small pthread programs of known verdict. Each but those of hangs.c gets through, since its threads take turns by a
 * number that no event shows: what is predicted of it is what could happen without the turns. Most come in pairs: the
 * smallest that can deadlock in some way, and the nearest that cannot.
 */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include <pthread.h>
#include <time.h>

struct small_program {
	const char *name;
	const char *verdict; /* the rule that must be told, `-` for none */
	void (*run)(void);
};

/* Of each file, up to a row without a name. */
extern const struct small_program lock_programs[], reader_programs[], ring_programs[], gate_programs[],
    order_programs[], lifetime_programs[], wait_programs[], other_programs[], hang_programs[];

/* Runs each in a thread of its own, all made before the first begins and joined after the last; one after the other. */
void in_turn(void (*const *parts)(void), int n);

#define IN_TURN(...)                                                                                                   \
	in_turn((void (*const[])(void)){__VA_ARGS__}, sizeof((void (*[])(void)){__VA_ARGS__}) / sizeof(void (*)(void)))

/* For threads made by hand: waits until it is the n-th turn, from 0; the next one's. */
void await_turn(int n);
void end_turn(void);

/* A thread that does `part` when started; NULL attributes. */
pthread_t start(void (*part)(void));

/* Starts both, and waits for both. */
void both(void (*first)(void), void (*second)(void));

/* Comes to the barrier. */
void pass(pthread_barrier_t *barrier);

/* Takes the second lock inside the first. */
void nest(pthread_mutex_t *first, pthread_mutex_t *second);

/* For waits with a limit that must not be reached. */
struct timespec in_a_minute(void);

/* Every call is checked: a wrong program must not pass for a right one. */
void must(int error, const char *call);
#define DO(call) must(call, #call)

#define LOCK(m) DO(pthread_mutex_lock(m))
#define UNLOCK(m) DO(pthread_mutex_unlock(m))

#endif /* PROGRAMS_H */
