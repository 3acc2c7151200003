/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/explore.h"

#include <string.h>

/* The states that were seen: all in one array, found by a table with open addressing, which is kept at most half full.
 */
struct seen {
	struct state *states;
	unsigned n, most;
	uint32_t *slots; /* the number of a state plus one; 0: free */
	uint32_t mask;
};

static struct seen seen_new(void)
{
	struct seen seen = {.n = 0, .most = 256, .mask = 511};

	seen.states = g_new(struct state, seen.most);
	seen.slots = g_new0(uint32_t, seen.mask + 1);
	return seen;
}

static uint64_t hash_of(const struct state *state)
{
	uint64_t words[sizeof *state / sizeof(uint64_t)], hash = 0;

	memcpy(words, state, sizeof words);
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return hash;
}

static void place(struct seen *seen, uint32_t number)
{
	uint32_t slot = (uint32_t)hash_of(&seen->states[number]) & seen->mask;

	while (seen->slots[slot])
		slot = (slot + 1) & seen->mask;
	seen->slots[slot] = number + 1;
}

static void grow(struct seen *seen)
{
	seen->most *= 2;
	seen->states = g_renew(struct state, seen->states, seen->most);
	g_free(seen->slots);
	seen->mask = 2 * seen->mask + 1;
	seen->slots = g_new0(uint32_t, seen->mask + 1);
	for (uint32_t i = 0; i < seen->n; i++)
		place(seen, i);
}

/* The number of the state; the count of them if it was not seen. */
static uint32_t find(const struct seen *seen, const struct state *state)
{
	uint32_t slot = (uint32_t)hash_of(state) & seen->mask;

	for (; seen->slots[slot]; slot = (slot + 1) & seen->mask) {
		if (!memcmp(&seen->states[seen->slots[slot] - 1], state, sizeof *state))
			return seen->slots[slot] - 1;
	}
	return seen->n;
}

/* Adds the state; false if it was there. */
static bool add(struct seen *seen, const struct state *state)
{
	if (find(seen, state) < seen->n)
		return false;
	if (seen->n == seen->most)
		grow(seen);
	seen->states[seen->n] = *state;
	place(seen, seen->n++);
	return true;
}

static void seen_free(struct seen *seen)
{
	g_free(seen->states);
	g_free(seen->slots);
}

/* Whether the move ends the call of its thread. */
static bool ends_call(const struct state *before, const struct state *after, struct move move)
{
	return after->pc[move.thread] != before->pc[move.thread] || move.kind == MOVE_END;
}

/* All states from the first on: their array is the queue as well. */
static struct reach visit_all(const struct program *program, const struct state *from, unsigned most_states,
                              struct seen *seen, struct deadlocks *found)
{
	struct reach reach = {.complete = true};
	struct move moves[MOST_MOVES];

	add(seen, from);
	for (unsigned i = 0; i < seen->n && reach.complete; i++) {
		struct state state = seen->states[i];
		unsigned n = machine_moves(program, &state, false, moves);
		if (found)
			deadlocks_of_state(program, &state, ~0u, found);
		for (unsigned m = 0; m < n; m++) {
			struct state next = state;
			machine_apply(program, &next, moves[m]);
			if (ends_call(&state, &next, moves[m]))
				reach.moved |= 1u << moves[m].thread;
			add(seen, &next);
		}
		reach.complete = seen->n <= most_states;
	}
	reach.states = seen->n;
	return reach;
}

struct reach explore(const struct program *program, const struct state *from, unsigned most_states,
                     struct deadlocks *found)
{
	struct seen seen = seen_new();
	struct reach reach = visit_all(program, from, most_states, &seen, found);

	seen_free(&seen);
	return reach;
}

/* How far all threads are: every move makes it more. */
static unsigned progress(const struct state *state)
{
	unsigned sum = (unsigned)__builtin_popcount(state->ended);

	for (unsigned t = 0; t < MOST_THREADS; t++)
		sum += 8u * state->pc[t] + state->phase[t];
	return sum;
}

static gint later_first(gconstpointer a, gconstpointer b, gpointer data)
{
	const struct state *states = data;
	unsigned x = progress(&states[*(const uint32_t *)a]), y = progress(&states[*(const uint32_t *)b]);
	return x > y ? -1 : x < y;
}

/* Of each state, the threads that end a call in some schedule from there: a bit each. */
static uint8_t *find_futures(const struct program *program, const struct seen *seen)
{
	uint32_t *order = g_new(uint32_t, seen->n);
	uint8_t *futures = g_new0(uint8_t, seen->n);
	struct move moves[MOST_MOVES];

	for (uint32_t i = 0; i < seen->n; i++)
		order[i] = i;
	g_qsort_with_data(order, (gint)seen->n, sizeof *order, later_first, seen->states);
	for (uint32_t i = 0; i < seen->n; i++) {
		const struct state *state = &seen->states[order[i]];
		unsigned n = machine_moves(program, state, false, moves);
		for (unsigned m = 0; m < n; m++) {
			struct state next = *state;
			machine_apply(program, &next, moves[m]);
			futures[order[i]] |= futures[find(seen, &next)];
			if (ends_call(state, &next, moves[m]))
				futures[order[i]] |= (uint8_t)(1u << moves[m].thread);
		}
	}
	g_free(order);
	return futures;
}

static deadlock stuck_of(const struct program *program, const struct state *state, unsigned future)
{
	unsigned stuck = state->created & ~(unsigned)state->ended & ~future;
	deadlock which = 0;

	for (unsigned t = 0; t < program->n_threads; t++) {
		if (stuck & 1u << t)
			which |= (deadlock)(machine_op(program, state, t)->site + 1u) << 8 * t;
	}
	return which;
}

GHashTable *explore_stuck(const struct program *program, unsigned most_states)
{
	struct state start = machine_start(program);
	struct seen seen = seen_new();
	GHashTable *found = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

	struct reach reach = visit_all(program, &start, most_states, &seen, NULL);
	g_assert(reach.complete); /* it was explored before */
	uint8_t *futures = find_futures(program, &seen);
	for (uint32_t i = 0; i < seen.n; i++) {
		deadlock which = stuck_of(program, &seen.states[i], futures[i]);
		if (which && !g_hash_table_contains(found, &which))
			g_hash_table_add(found, g_memdup2(&which, sizeof which));
	}
	g_free(futures);
	seen_free(&seen);
	return found;
}
