/* SPDX-License-Identifier: MIT */
/*
 * Steering by hand, for its tests: a plan of two edges whose call sites are addresses of this program, by number, and
 * threads that walk through it.
 */
#ifndef TESTS_STEER_CASE_H
#define TESTS_STEER_CASE_H

#include "threads.h"

#include <limits.h>

#include "libtrace_thr/src/trace/call_chain.h"
#include "libtrace_thr/src/explore/steer.h"
#include "libtrace_thr/src/explore/steer_plan.h"

/* Of the two edges, the sites that have a lock and that ask for one; and one that is in no plan. */
enum { HELD_1 = 0x10, WANTED_1 = 0x20, HELD_2 = 0x30, WANTED_2 = 0x40, OTHER = 0x50 };

static const char a, b, c; /* locks */

static inline const void *site(unsigned offset)
{
	extern const char __ehdr_start[] __attribute__((visibility("hidden")));

	return __ehdr_start + offset;
}

static char plan_text[PATH_MAX + 1024];

/* The plan of those two edges. */
static inline char *plan(unsigned pause_ms, unsigned budget_ms)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	must(n > 0);
	path[n] = '\0';
	const char *name = strrchr(path, '/') + 1;
	snprintf(
	    plan_text, sizeof plan_text,
	    "pause %u\nbudget %u\nring 2\nedge\nheld %s+0x%x\nwanted %s+0x%x\nedge\nheld %s+0x%x\nwanted %s+0x%x\n",
	    pause_ms, budget_ms, name, HELD_1, name, WANTED_1, name, HELD_2, name, WANTED_2);
	return plan_text;
}

static inline void steer_by(const char *text)
{
	must(!setenv("TRACE_THR_STEER", text, 1));
	tt_steer_after_fork_in_child(); /* forgets what was */
	tt_steer_prepare();
	must(tt_steering);
}

static inline void steer(unsigned pause_ms, unsigned budget_ms)
{
	steer_by(plan(pause_ms, budget_ms));
}

/* A thread of the cycle: has one lock and asks for the other. */
struct walk {
	const char *has, *wants;
	unsigned held, wanted;
	int done;
	int got; /* the first lock */
};

static inline void *walk(void *arg)
{
	struct walk *walk = arg;

	tt_steer_request(walk->has, site(walk->held));
	__atomic_store_n(&walk->got, 1, __ATOMIC_RELEASE);
	tt_steer_acquired(walk->has, site(walk->held));
	tt_steer_request(walk->wants, site(walk->wanted));
	__atomic_store_n(&walk->done, 1, __ATOMIC_RELEASE);
	tt_steer_released(walk->has);
	return NULL;
}

static inline bool is_done(const struct walk *walk)
{
	return __atomic_load_n(&walk->done, __ATOMIC_ACQUIRE);
}

#endif /* TESTS_STEER_CASE_H */
