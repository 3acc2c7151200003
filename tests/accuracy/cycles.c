/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/cycles.h"

/* Who waits for whom in a state: a bit each. */
struct waits {
	const struct program *program;
	const struct state *state;
	struct request requests[MOST_THREADS];
	unsigned holders[MOST_THREADS];
	unsigned writers[MOST_THREADS];
	struct deadlocks *found;
};

struct deadlocks deadlocks_new(void)
{
	return (struct deadlocks){g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
	                          g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
	                          g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL)};
}

void deadlocks_free(struct deadlocks *deadlocks)
{
	g_hash_table_destroy(deadlocks->plain);
	g_hash_table_destroy(deadlocks->writer);
	g_hash_table_destroy(deadlocks->again);
}

bool deadlocks_has(GHashTable *set, deadlock which)
{
	return g_hash_table_contains(set, &which);
}

bool deadlock_is_part(deadlock part, deadlock whole)
{
	for (unsigned t = 0; t < MOST_THREADS; t++) {
		if (deadlock_site(part, t) && deadlock_site(part, t) != deadlock_site(whole, t))
			return false;
	}
	return true;
}

static bool has_part(GHashTable *set, deadlock part)
{
	GHashTableIter iter;
	void *key;

	g_hash_table_iter_init(&iter, set);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		if (deadlock_is_part(part, *(deadlock *)key))
			return true;
	}
	return false;
}

bool deadlocks_has_part(const struct deadlocks *deadlocks, deadlock part)
{
	return deadlocks_has(deadlocks->plain, part) || has_part(deadlocks->writer, part) ||
	       has_part(deadlocks->again, part);
}

static deadlock number_of(const struct waits *waits, unsigned path)
{
	deadlock number = 0;

	for (unsigned t = 0; t < waits->program->n_threads; t++) {
		if (!(path & 1u << t))
			continue;
		number |= (deadlock)(machine_op(waits->program, waits->state, t)->site + 1u) << 8 * t;
		number |= UINT64_C(1) << (40 + waits->requests[t].lock);
	}
	return number;
}

/* How the threads of a circle wait: from the plainest on. */
enum way { FOR_HOLDERS, BEHIND_WRITERS, READING_AGAIN };

static void add(const struct waits *waits, unsigned path, enum way way)
{
	GHashTable *const sets[] = {waits->found->plain, waits->found->writer, waits->found->again};
	GHashTable *set = sets[way];
	deadlock number = number_of(waits, path);

	/* Who reads again is in a circle with the writer alone: a longer one through both says no more. */
	if (way == READING_AGAIN && __builtin_popcount(path) > 2)
		return;
	if (!g_hash_table_contains(set, &number))
		g_hash_table_add(set, g_memdup2(&number, sizeof number));
}

static enum way way_of(const struct waits *waits, unsigned at, unsigned to)
{
	if (waits->holders[at] & 1u << to)
		return FOR_HOLDERS;
	return waits->state->readers[waits->requests[at].lock][at] ? READING_AGAIN : BEHIND_WRITERS;
}

/* Every way from `at` back to `start` through threads that come after it: each circle is found from its first. */
static void follow(const struct waits *waits, unsigned start, unsigned at, unsigned path, enum way way)
{
	unsigned to = waits->holders[at] | waits->writers[at];

	for (unsigned t = start; to >> t; t++) {
		if (!(to & 1u << t) || t == at)
			continue;
		enum way longer = MAX(way, way_of(waits, at, t));
		if (t == start)
			add(waits, path, longer);
		else if (!(path & 1u << t))
			follow(waits, start, t, path | 1u << t, longer);
	}
}

/* Who waits for whom among those that `asking` lets ask; false if nobody waits. */
static bool find_waits(struct waits *waits, unsigned asking)
{
	unsigned n = 0;

	for (unsigned t = 0; t < waits->program->n_threads; t++) {
		struct request *request = &waits->requests[t];
		waits->holders[t] = waits->writers[t] = 0;
		if (!(asking & 1u << t) || !machine_request(waits->program, waits->state, t, request))
			continue;
		if (request->limit != TT_LIMIT_NONE)
			continue;
		waits->holders[t] = machine_holders(waits->program, waits->state, t, request);
		waits->writers[t] = machine_writers_before(waits->program, waits->state, t, request);
		n += (waits->holders[t] | waits->writers[t]) != 0;
	}
	return n > 0;
}

void deadlocks_of_state(const struct program *program, const struct state *state, unsigned asking,
                        struct deadlocks *found)
{
	struct waits waits = {.program = program, .state = state, .found = found};

	if (!find_waits(&waits, asking))
		return;
	for (unsigned t = 0; t < program->n_threads; t++) {
		if (waits.holders[t] | waits.writers[t])
			follow(&waits, t, t, 1u << t, FOR_HOLDERS);
	}
}

/* For whom a thread waits by name that asks for no lock: for one to join; in a condition, for the lock's holder. */
static unsigned others_of(const struct program *program, const struct state *state, unsigned thread)
{
	const struct op *op = machine_op(program, state, thread);

	if (!(state->created & 1u << thread) || !op)
		return 0;
	if (op->kind == OP_JOIN)
		return (1u << op->object) & ~(unsigned)state->ended;
	if (op->kind != OP_COND_WAIT || state->phase[thread] != PHASE_WAITING)
		return 0;
	uint8_t holder = state->holder[program->conds[op->object].lock];
	return holder ? 1u << (holder - 1) : 0;
}

unsigned circles_of_state(const struct program *program, const struct state *state, unsigned asking)
{
	struct waits waits = {.program = program, .state = state};
	unsigned reach[MOST_THREADS], circles = 0;

	find_waits(&waits, asking);
	for (unsigned t = 0; t < program->n_threads; t++)
		reach[t] = waits.holders[t] | waits.writers[t] | (asking & 1u << t ? others_of(program, state, t) : 0);
	for (unsigned by = 0; by < program->n_threads; by++) {
		for (unsigned t = 0; t < program->n_threads; t++)
			reach[t] |= reach[t] & 1u << by ? reach[by] : 0;
	}
	for (unsigned t = 0; t < program->n_threads; t++)
		circles |= reach[t] & 1u << t;
	return circles;
}

static const struct op *op_at(const struct program *program, unsigned thread, unsigned site)
{
	for (unsigned i = 0; i < program->threads[thread].n; i++) {
		if (program->threads[thread].ops[i].site == site)
			return &program->threads[thread].ops[i];
	}
	return NULL;
}

char *deadlock_text(const struct program *program, deadlock which)
{
	GString *text = g_string_new(NULL);

	for (unsigned t = 0; t < program->n_threads; t++) {
		unsigned site = deadlock_site(which, t);
		const struct op *op = site ? op_at(program, t, site - 1) : NULL;
		if (!op)
			continue;
		g_autofree char *who = thread_text(t), *what = op_text(program, op);
		g_string_append_printf(text, "%s%s at %s (call %u)", text->len ? ", " : "", who, what, site);
	}
	return g_string_free(text, FALSE);
}
