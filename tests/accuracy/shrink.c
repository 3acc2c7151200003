/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/shrink.h"

#include <string.h>

/* How many runs of a smaller program are tried. */
enum { RUNS = 12 };

static bool disagrees(struct scenario *scenario, enum disagreement what)
{
	if (!program_is_valid(&scenario->program))
		return false;
	for (unsigned i = 0; i < RUNS; i++) {
		struct outcome outcome = judge(&scenario->program, scenario->seed + i, false);
		g_free(outcome.example);
		if (outcome.complete && outcome.counts[what] > 0) {
			scenario->seed += i;
			return true;
		}
	}
	return false;
}

static void drop(struct thread *thread, unsigned at)
{
	thread->n--;
	memmove(&thread->ops[at], &thread->ops[at + 1], (thread->n - at) * sizeof *thread->ops);
}

/* The release that belongs to the acquire. */
static unsigned release_of(const struct thread *thread, unsigned at)
{
	unsigned i = at + 1;

	while (i < thread->n && (thread->ops[i].kind != OP_UNLOCK || thread->ops[i].hold != thread->ops[at].hold))
		i++;
	return i;
}

static bool try_without(struct scenario *scenario, enum disagreement what, unsigned t, unsigned at)
{
	struct scenario smaller = *scenario;
	struct thread *thread = &smaller.program.threads[t];
	uint8_t kind = thread->ops[at].kind;

	if (kind == OP_LOCK && release_of(thread, at) < thread->n)
		drop(thread, release_of(thread, at));
	drop(thread, at);
	if (kind == OP_UNLOCK || !disagrees(&smaller, what))
		return false;
	*scenario = smaller;
	return true;
}

/* A barrier with a party less. */
static bool try_party(struct scenario *scenario, enum disagreement what, unsigned t, unsigned at)
{
	struct scenario smaller = *scenario;
	const struct op op = smaller.program.threads[t].ops[at];

	if (op.kind != OP_BARRIER || smaller.program.parties[op.object] == 1)
		return false;
	smaller.program.parties[op.object]--;
	drop(&smaller.program.threads[t], at);
	if (!disagrees(&smaller, what))
		return false;
	*scenario = smaller;
	return true;
}

/* The last thread, which has nothing left to do. */
static bool try_without_thread(struct scenario *scenario, enum disagreement what)
{
	struct scenario smaller = *scenario;
	uint8_t last = --smaller.program.n_threads;

	for (unsigned t = 0; t < last; t++) {
		struct thread *thread = &smaller.program.threads[t];
		for (unsigned i = thread->n; i-- > 0;) {
			if ((thread->ops[i].kind == OP_CREATE || thread->ops[i].kind == OP_JOIN) &&
			    thread->ops[i].object == last)
				drop(thread, i);
		}
	}
	if (last < 2 || !disagrees(&smaller, what))
		return false;
	*scenario = smaller;
	return true;
}

/* Plain calls and mutexes, where it does not matter. */
static bool try_plainer(struct scenario *scenario, enum disagreement what)
{
	struct scenario without = *scenario;
	bool plainer = without.program.plain_threads;

	without.program.plain_threads = false;
	plainer = plainer && disagrees(&without, what);
	if (plainer)
		*scenario = without;

	for (unsigned i = 0; i < scenario->program.n_locks; i++) {
		struct scenario smaller = *scenario;
		smaller.program.lock_kinds[i] = TT_KIND_MUTEX;
		for (unsigned t = 0; t < MOST_THREADS; t++) {
			for (unsigned j = 0; j < smaller.program.threads[t].n; j++) {
				struct op *op = &smaller.program.threads[t].ops[j];
				if ((op->kind == OP_LOCK || op->kind == OP_UNLOCK) && op->object == i)
					op->mode = op->limit = 0;
			}
		}
		if (memcmp(&smaller.program, &scenario->program, sizeof smaller.program) != 0 &&
		    disagrees(&smaller, what)) {
			*scenario = smaller;
			plainer = true;
		}
	}
	return plainer;
}

struct scenario shrink(struct scenario scenario, enum disagreement what)
{
	bool smaller = true;

	while (smaller) {
		smaller = try_without_thread(&scenario, what);
		for (unsigned t = 0; t < scenario.program.n_threads; t++) {
			for (unsigned i = scenario.program.threads[t].n; i-- > 0;) {
				if (i < scenario.program.threads[t].n)
					smaller |=
					    try_without(&scenario, what, t, i) || try_party(&scenario, what, t, i);
			}
		}
		smaller |= try_plainer(&scenario, what);
	}
	return scenario;
}
