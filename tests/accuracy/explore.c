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
	const uint64_t *words = (const uint64_t *)(const void *)state;
	uint64_t hash = 0;

	for (size_t i = 0; i < sizeof *state / sizeof *words; i++)
		hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15), hash ^= hash >> 29;
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

/* Adds the state; false if it was there. */
static bool add(struct seen *seen, const struct state *state)
{
	uint32_t slot = (uint32_t)hash_of(state) & seen->mask;

	for (; seen->slots[slot]; slot = (slot + 1) & seen->mask) {
		if (!memcmp(&seen->states[seen->slots[slot] - 1], state, sizeof *state))
			return false;
	}
	if (seen->n == seen->most)
		grow(seen);
	seen->states[seen->n] = *state;
	place(seen, seen->n++);
	return true;
}

struct reach explore(const struct program *program, const struct state *from, unsigned most_states,
                     struct deadlocks *found)
{
	struct seen seen = seen_new();
	struct reach reach = {.complete = true};
	struct move moves[MOST_MOVES];

	/* The array of states is the queue as well. */
	add(&seen, from);
	for (unsigned i = 0; i < seen.n && reach.complete; i++) {
		struct state state = seen.states[i];
		unsigned n = machine_moves(program, &state, false, moves);
		if (found)
			deadlocks_of_state(program, &state, ~0u, found);
		for (unsigned m = 0; m < n; m++) {
			struct state next = state;
			machine_apply(program, &next, moves[m]);
			if (next.pc[moves[m].thread] != state.pc[moves[m].thread] || moves[m].kind == MOVE_END)
				reach.moved |= 1u << moves[m].thread;
			add(&seen, &next);
		}
		reach.complete = seen.n <= most_states;
	}
	reach.states = seen.n;
	g_free(seen.states);
	g_free(seen.slots);
	return reach;
}
