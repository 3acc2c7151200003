/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/explore/steer.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>

#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/explore/steer_plan.h"
#include "libtrace_thr/src/sync/futex_lock.h"

bool tt_steering;

enum { MOST_PARTS = 64, MOST_HELD = 8, MOST_TRIES = 10000 };

static const int64_t ns_in_ms = 1000 * 1000;

/* For who only asks to be gone on its way. */
static const struct timespec head_start = {.tv_nsec = 50 * 1000 * 1000};

/* A thread that holds a lock which it got at a site of the plan. */
struct part {
	const void *wanted; /* the lock that it will ask for, while it is paused */
	struct {
		const void *lock;
		uint32_t edges; /* whose site it was, as bits */
	} held[MOST_HELD];
	unsigned n_held;
	uint32_t wants; /* the edges at whose other site it is paused; 0: it is not paused */
	uint32_t comes; /* the edges at whose lock it is about to arrive, paused as well; 0: it is not */
	uint32_t go;    /* a word to sleep on: 1 to go on, since the others are here; a part is let go once */
	bool taken;
};

static char *text; /* copied: the program may change its environment; the plan points into it */
static struct tt_steer_plan plan;
static uint32_t holders, askers; /* the edges that have such a site, as bits */
static bool complete;            /* all modules of the plan were found */

/* Protects what follows. Never held for long, and nothing is waited for under it. */
static uint32_t word;
static struct part parts[MOST_PARTS];
static int64_t paused_ns; /* all pauses so far */

static __thread struct part *mine __attribute__((tls_model("initial-exec")));
/* A signal handler that comes in meanwhile must not come here. */
static __thread bool busy __attribute__((tls_model("initial-exec")));

static void lock_parts(void)
{
	if (!tt_futex_lock_try(&word))
		tt_futex_lock_acquire(&word, &tt_never);
}

static void unlock_parts(void)
{
	tt_futex_lock_release(&word);
}

void tt_steer_prepare(void)
{
	const char *given = secure_getenv("TRACE_THR_STEER");

	free(text);
	text = given ? strdup(given) : NULL;
	if (!text)
		return;
	if (!tt_steer_plan_parse(text, &plan)) {
		fputs("libtrace_thr: TRACE_THR_STEER is no plan of trace-thr confirm: nothing is steered\n", stderr);
		return;
	}
	holders = tt_steer_plan_edges(&plan, TT_STEER_HELD);
	askers = tt_steer_plan_edges(&plan, TT_STEER_WANTED);
	complete = tt_steer_plan_find(&plan);
	tt_steering = true;
}

void tt_steer_prepare_thread(void)
{
	/* Relaxed: found twice is as good. */
	if (tt_is_steering() && !__atomic_load_n(&complete, __ATOMIC_RELAXED))
		__atomic_store_n(&complete, tt_steer_plan_find(&plan), __ATOMIC_RELAXED);
}

/* The others' parts are not in this process, nor is who may have had the word. */
void tt_steer_after_fork_in_child(void)
{
	word = TT_FUTEX_LOCK_FREE;
	mine = NULL;
	paused_ns = 0;
	memset(parts, 0, sizeof parts);
}

static uint32_t match(enum tt_steer_kind kind, const void *caller)
{
	busy = true; /* what follows the call chain may take locks */
	uint32_t edges = tt_steer_plan_match(&plan, kind, caller);
	busy = false;
	return edges;
}

/* A part for the calling thread. NULL: there are too many. The word is held. */
static struct part *take_part(void)
{
	for (unsigned i = 0; i < MOST_PARTS; i++) {
		if (parts[i].taken)
			continue;
		parts[i] = (struct part){.taken = true};
		return &parts[i];
	}
	return NULL;
}

/* A thread that is cancelled in here would leave the word taken. */
static struct tt_emit_guard enter(void)
{
	struct tt_emit_guard calm = tt_emit_guard_enter();

	busy = true;
	lock_parts();
	return calm;
}

static void leave(struct tt_emit_guard calm)
{
	unlock_parts();
	busy = false;
	tt_emit_guard_leave(calm);
}

/* A part is that of a thread which has a lock. The word is held. */
static void forget_if_idle(void)
{
	if (mine->n_held)
		return;
	mine->taken = false;
	mine = NULL;
}

void tt_steer_released_now(const void *lock)
{
	if (busy || !mine)
		return;
	struct tt_emit_guard calm = enter();
	for (unsigned i = 0; i < mine->n_held; i++) {
		if (mine->held[i].lock != lock)
			continue;
		mine->held[i] = mine->held[--mine->n_held];
		break;
	}
	forget_if_idle();
	leave(calm);
}

/* Whether the part has the lock, got where one of the edges says. */
static bool has(const struct part *part, const void *lock, uint32_t edges)
{
	for (unsigned i = 0; i < part->n_held; i++)
		if (part->held[i].lock == lock && part->held[i].edges & edges)
			return true;
	return false;
}

static bool is_among(struct part *part, struct part *const *chosen, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (chosen[i] == part)
			return true;
	return false;
}

/* The edges that a part has a lock of. */
static uint32_t edges_of(const struct part *part)
{
	uint32_t edges = 0;

	for (unsigned i = 0; i < part->n_held; i++)
		edges |= part->held[i].edges;
	return edges;
}

/* Whether one of the chosen, which are those of the first `n` edges, has the lock for its edge. */
static bool is_had(const void *lock, struct part *const *chosen, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (has(chosen[i], lock, UINT32_C(1) << i))
			return true;
	return false;
}

/* In a ring each has what the one before it asks for, and the last asks for what the first has. */
static bool closes_ring(struct part *const *chosen, unsigned i)
{
	bool after = i == 0 || has(chosen[i], chosen[i - 1]->wanted, UINT32_C(1) << i);

	return after && (i + 1 < plan.ring || has(chosen[0], chosen[i]->wanted, 1));
}

/* Whether the part chosen for edge i is where the edge says, and fits to those before it. */
static bool fits(struct part *const *chosen, unsigned i)
{
	uint32_t edge = UINT32_C(1) << i;

	if (edge & askers ? !(chosen[i]->wants & edge) : !(edges_of(chosen[i]) & edge))
		return false;
	if (i < plan.ring)
		return closes_ring(chosen, i);
	return edge & holders || is_had(chosen[i]->wanted, chosen, i);
}

/* All locks that are asked for are had, so that nobody goes on. */
static bool is_closed(struct part *const *chosen)
{
	for (unsigned i = 0; i < plan.n; i++)
		if (askers & UINT32_C(1) << i && !is_had(chosen[i]->wanted, chosen, plan.n))
			return false;
	return true;
}

/* Finds a part for each edge from `n` on. Not all ways are tried where there are very many. The word is held. */
static bool choose(struct part **chosen, unsigned n, unsigned *tries)
{
	if (n == plan.n)
		return is_closed(chosen);
	for (unsigned i = 0; i < MOST_PARTS && *tries; i++) {
		--*tries;
		if (!parts[i].taken || is_among(&parts[i], chosen, n))
			continue;
		chosen[n] = &parts[i];
		if (fits(chosen, n) && choose(chosen, n + 1, tries))
			return true;
	}
	return false;
}

static void let_go(struct part *part)
{
	/* Release: pairs with the acquire in wait_for_others. */
	__atomic_store_n(&part->go, 1, __ATOMIC_RELEASE);
	tt_futex_wake(&part->go, INT_MAX);
}

/* If all are here, lets them go on together, and the plan is carried out. The word is held. */
static bool close_cycle(void)
{
	struct part *chosen[TT_STEER_EDGES] = {NULL};
	unsigned tries = MOST_TRIES;

	if (!choose(chosen, 0, &tries))
		return false;
	__atomic_store_n(&tt_steering, false, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < plan.n; i++)
		let_go(chosen[i]);
	return true;
}

void tt_steer_acquired_now(const void *lock, const void *caller)
{
	uint32_t edges = busy ? 0 : match(TT_STEER_HELD, caller);

	if (!edges)
		return;
	struct tt_emit_guard calm = enter();
	if (!mine)
		mine = take_part();
	if (mine && mine->n_held < MOST_HELD) {
		mine->held[mine->n_held].lock = lock;
		mine->held[mine->n_held++].edges = edges;
		/* Others may have come for that. */
		if (edges & ~askers)
			close_cycle();
	}
	leave(calm);
}

/* If there are as many threads as the ring has edges, and for each one that has its lock or is about to, lets them. */
static bool let_all_come(void)
{
	uint32_t ring = (UINT32_C(1) << plan.ring) - 1, covered = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < MOST_PARTS; i++) {
		uint32_t edges = parts[i].taken ? (parts[i].comes | edges_of(&parts[i])) & ring : 0;
		covered |= edges;
		n += edges != 0;
	}
	if (n < plan.ring || covered != ring)
		return false;
	for (unsigned i = 0; i < MOST_PARTS; i++)
		if (parts[i].taken && parts[i].comes)
			let_go(&parts[i]);
	return true;
}

/* How long the next pause may be. The word is held. */
static int64_t longest_pause_ns(void)
{
	return MAX(0, MIN(plan.budget_ms * ns_in_ms - paused_ns, plan.pause_ms * ns_in_ms));
}

/* The word is held, but for the time of the pause. */
static void wait_for_others(void)
{
	int64_t ns = longest_pause_ns();
	struct tt_deadline end;

	tt_deadline_after((double)ns / 1e9, &end);
	unlock_parts();
	while (!__atomic_load_n(&mine->go, __ATOMIC_ACQUIRE))
		if (tt_futex_wait(&mine->go, 0, &end) == ETIMEDOUT)
			break;
	lock_parts();
	paused_ns += ns - tt_deadline_left_ns(&end);
	/* Those that are paused still go on at their time. */
	if (longest_pause_ns() == 0)
		__atomic_store_n(&tt_steering, false, __ATOMIC_RELAXED);
}

struct tt_steer_site_match tt_steer_site_match(const void *caller)
{
	struct tt_steer_site_match place = {0, 0};

	if (!busy && (mine || askers & ~holders))
		place.wanted = match(TT_STEER_WANTED, caller);
	if (!busy && plan.meet)
		place.held = match(TT_STEER_HELD, caller);
	return place;
}

/* Of the edges whose site it is at, those that it is there for: with the lock that they hold, if they hold one. */
static uint32_t edges_wanted(const void *lock, uint32_t at_site)
{
	uint32_t edges = at_site & askers & ~holders;

	if (mine && mine->n_held)
		edges |= at_site & edges_of(mine);
	/* What one has already it does not ask for; but a ring of one thread does. */
	return mine && has(mine, lock, UINT32_MAX) ? edges & (plan.ring == 1) : edges;
}

/* Those of the ring are to wait behind who only asks, which is gone on its way. */
static void let_askers_pass(uint32_t wants)
{
	if (!(wants & ((UINT32_C(1) << plan.ring) - 1)) || !(askers & ~holders))
		return;
	unlock_parts();
	nanosleep(&head_start, NULL);
	lock_parts();
}

void tt_steer_pause(const void *lock, struct tt_steer_site_match place)
{
	uint32_t wants = edges_wanted(lock, place.wanted);
	uint32_t comes = mine && mine->n_held ? 0 : place.held;

	if (!wants && !comes)
		return;
	struct tt_emit_guard calm = enter();
	if (!mine)
		mine = take_part();
	if (mine) {
		mine->wants = wants;
		mine->wanted = lock;
		mine->comes = comes;
		if (wants ? !close_cycle() : !let_all_come())
			wait_for_others();
		if (!tt_is_steering())
			let_askers_pass(wants);
		mine->wants = mine->comes = 0;
		forget_if_idle();
	}
	leave(calm);
}
