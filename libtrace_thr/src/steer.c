#include "steer.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "self.h"
#include "steer_plan.h"
#include "word.h"

bool tt_steering;

enum { MOST_PARTS = 64, MOST_HELD = 8 };

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
	uint32_t go;    /* a word to sleep on: 1 to go on, since the others are here */
	bool taken;
};

static char *text; /* copied: the program may change its environment; the plan points into it */
static struct tt_steer_plan plan;
static bool complete; /* all modules of the plan were found */

/* Protects what follows. Never held for long, and nothing is waited for under it. */
static uint32_t word;
static struct part parts[MOST_PARTS];
static int64_t paused_ns; /* all pauses so far */

static __thread struct part *mine __attribute__((tls_model("initial-exec")));
/* A signal handler that comes in meanwhile must not come here. */
static __thread bool busy __attribute__((tls_model("initial-exec")));

static void lock_parts(void)
{
	if (!tt_word_try(&word))
		tt_word_take(&word, &tt_never);
}

static void unlock_parts(void)
{
	tt_word_free(&word);
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
	word = TT_WORD_FREE;
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
static struct tt_calm enter(void)
{
	struct tt_calm calm = tt_calm_begin();

	busy = true;
	lock_parts();
	return calm;
}

static void leave(struct tt_calm calm)
{
	unlock_parts();
	busy = false;
	tt_calm_end(calm);
}

void tt_steer_acquired_now(const void *lock, const void *caller)
{
	uint32_t edges = busy ? 0 : match(TT_STEER_HELD, caller);

	if (!edges)
		return;
	struct tt_calm calm = enter();
	if (!mine)
		mine = take_part();
	if (mine && mine->n_held < MOST_HELD) {
		mine->held[mine->n_held].lock = lock;
		mine->held[mine->n_held++].edges = edges;
	}
	leave(calm);
}

void tt_steer_released_now(const void *lock)
{
	if (busy || !mine)
		return;
	struct tt_calm calm = enter();
	for (unsigned i = 0; i < mine->n_held; i++) {
		if (mine->held[i].lock != lock)
			continue;
		mine->held[i] = mine->held[--mine->n_held];
		break;
	}
	if (!mine->n_held) {
		mine->taken = false;
		mine = NULL;
	}
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

/*
 * Finds, for the edges from `first` on, round to it, a paused part each, of which each holds what the one before it
 * wants; `n` are chosen already. The word is held.
 */
static bool choose(struct part **chosen, unsigned n, unsigned first)
{
	uint32_t edge = UINT32_C(1) << (first + n) % plan.n;
	const void *wanted = chosen[n - 1]->wanted;

	if (n == plan.n)
		return has(chosen[0], wanted, UINT32_C(1) << first);
	for (unsigned i = 0; i < MOST_PARTS; i++) {
		struct part *part = &parts[i];
		if (!part->taken || !(part->wants & edge) || !has(part, wanted, edge) || is_among(part, chosen, n))
			continue;
		chosen[n] = part;
		if (choose(chosen, n + 1, first))
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
	struct part *chosen[TT_STEER_EDGES] = {mine};

	for (unsigned first = 0; first < plan.n; first++) {
		if (!(mine->wants & UINT32_C(1) << first) || !choose(chosen, 1, first))
			continue;
		__atomic_store_n(&tt_steering, false, __ATOMIC_RELAXED);
		for (unsigned i = 0; i < plan.n; i++)
			let_go(chosen[i]);
		return true;
	}
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

/* If there are as many threads as edges, and for each edge one that has its lock or is about to, lets them get it. */
static bool let_all_come(void)
{
	uint32_t covered = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < MOST_PARTS; i++) {
		uint32_t edges = parts[i].taken ? parts[i].comes | edges_of(&parts[i]) : 0;
		covered |= edges;
		n += edges != 0;
	}
	if (n < plan.n || covered != (UINT32_C(1) << plan.n) - 1)
		return false;
	for (unsigned i = 0; i < MOST_PARTS; i++)
		if (parts[i].taken && parts[i].comes)
			let_go(&parts[i]);
	return true;
}

/* How long the next pause may be. The word is held. */
static int64_t longest_pause_ns(void)
{
	const int64_t ms = 1000 * 1000;
	int64_t left = plan.budget_ms * ms - paused_ns, most = plan.pause_ms * ms;

	return left < most ? left : most;
}

/* The word is held, but for the time of the pause. */
static void wait_for_others(void)
{
	int64_t ns = longest_pause_ns();
	struct tt_deadline end;

	tt_deadline_after((double)ns / 1e9, &end);
	unlock_parts();
	while (ns > 0 && !__atomic_load_n(&mine->go, __ATOMIC_ACQUIRE))
		if (tt_futex_wait(&mine->go, 0, &end) == ETIMEDOUT)
			break;
	lock_parts();
	if (ns > 0)
		paused_ns += ns - tt_deadline_left_ns(&end);
	/* Those that are paused still go on at their time. */
	if (longest_pause_ns() <= 0)
		__atomic_store_n(&tt_steering, false, __ATOMIC_RELAXED);
}

struct tt_steer_place tt_steer_place(const void *caller)
{
	struct tt_steer_place place = {0, 0};

	if (!busy && mine)
		place.wanted = match(TT_STEER_WANTED, caller);
	if (!busy && plan.meet)
		place.held = match(TT_STEER_HELD, caller);
	return place;
}

void tt_steer_pause(const void *lock, struct tt_steer_place place)
{
	bool has_any = mine && mine->n_held;
	uint32_t wants = has_any && !has(mine, lock, UINT32_MAX) ? place.wanted & edges_of(mine) : 0;
	uint32_t comes = has_any ? 0 : place.held;

	if (!wants && !comes)
		return;
	struct tt_calm calm = enter();
	if (!mine)
		mine = take_part();
	if (mine) {
		mine->wants = wants;
		mine->wanted = lock;
		mine->comes = comes;
		mine->go = 0;
		if (wants ? !close_cycle() : !let_all_come())
			wait_for_others();
		mine->wants = mine->comes = 0;
	}
	leave(calm);
}
