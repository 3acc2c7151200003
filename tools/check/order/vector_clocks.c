/* SPDX-License-Identifier: MIT */
#include "tools/check/order/vector_clocks.h"

#include <string.h>

#include "tools/check/lockgraph/lock_graph.h"

/* So much of clocks is kept, in numbers of four bytes. */
static const uint64_t most_numbers = 64 * 1000 * 1000;

/* What a thread knows, from a position on: of each thread, the position behind the last action it comes after. */
struct clock {
	guint len;
	uint32_t *known;
};

struct epoch {
	uint32_t from;
	bool asked; /* there is a request in it */
	struct clock clock;
};

/* A clock on its way from an action to those that come after it. */
struct message {
	struct clock clock;
	guint readers;
};

struct build {
	struct tt_vector_clocks *clocks;
	uint8_t *asked;       /* a bit a position: a request is there */
	GHashTable *messages; /* position → struct message */
	uint64_t numbers;
};

static uint32_t known(const struct clock *clock, uint32_t thread)
{
	return thread < clock->len ? clock->known[thread] : 0;
}

static void learn(struct clock *clock, uint32_t thread, uint32_t position)
{
	if (thread >= clock->len) {
		clock->known = g_renew(uint32_t, clock->known, thread + 1);
		memset(clock->known + clock->len, 0, (thread + 1 - clock->len) * sizeof clock->known[0]);
		clock->len = thread + 1;
	}
	clock->known[thread] = MAX(clock->known[thread], position);
}

static void learn_all(struct clock *clock, const struct clock *from)
{
	for (guint i = from->len; i-- > 0;) {
		if (from->known[i] > known(clock, i))
			learn(clock, i, from->known[i]);
	}
}

static struct clock copy_of(const struct clock *clock)
{
	return (struct clock){clock->len, g_memdup2(clock->known, clock->len * sizeof clock->known[0])};
}

static void clear_epoch(void *data)
{
	g_free(((struct epoch *)data)->clock.known);
}

static void free_message(void *data)
{
	g_free(((struct message *)data)->clock.known);
	g_free(data);
}

static struct epoch *current(struct build *build, uint32_t thread)
{
	GArray **epochs = &build->clocks->epochs[thread];

	if (!*epochs) {
		struct epoch first = {0};
		*epochs = g_array_new(FALSE, FALSE, sizeof(struct epoch));
		g_array_set_clear_func(*epochs, clear_epoch);
		g_array_append_val(*epochs, first);
	}
	return &g_array_index(*epochs, struct epoch, (*epochs)->len - 1);
}

/*
 * The clock that the thread goes on with from here. The one it had is kept if a request is there; without the memory
 * for that, the thread learns nothing more: NULL.
 */
static struct clock *change(struct build *build, uint32_t thread, uint32_t position)
{
	struct epoch *epoch = current(build, thread);

	if (epoch->asked && build->numbers + epoch->clock.len > most_numbers) {
		build->clocks->full = true;
		return NULL;
	}
	if (epoch->asked) {
		struct epoch new = {.clock = copy_of(&epoch->clock)};
		build->numbers += epoch->clock.len;
		g_array_append_val(build->clocks->epochs[thread], new);
		epoch = current(build, thread);
	}
	epoch->from = position;
	return &epoch->clock;
}

static void expect_message(struct build *build, uint32_t from)
{
	struct message *message = g_hash_table_lookup(build->messages, GUINT_TO_POINTER(from + 1));

	if (!message) {
		message = g_new0(struct message, 1);
		g_hash_table_insert(build->messages, GUINT_TO_POINTER(from + 1), message);
	}
	message->readers++;
}

static void send(struct build *build, uint32_t thread, uint32_t position)
{
	struct message *message = g_hash_table_lookup(build->messages, GUINT_TO_POINTER(position + 1));

	if (!message)
		return;
	message->clock = copy_of(&current(build, thread)->clock);
	learn(&message->clock, thread, position + 1);
}

static void receive(struct build *build, struct clock *clock, uint32_t from)
{
	struct message *message = g_hash_table_lookup(build->messages, GUINT_TO_POINTER(from + 1));

	if (clock)
		learn_all(clock, &message->clock);
	if (--message->readers == 0)
		g_hash_table_remove(build->messages, GUINT_TO_POINTER(from + 1));
}

/* The actions of other threads that must come before, one after the other. */
static uint32_t next_before(const struct tt_hb_edges *links, uint32_t position, uint32_t last)
{
	const struct tt_action *action = tt_history_at(links->history, position);

	do
		last = tt_hb_is_unconditional(action) ? tt_hb_predecessors_next(links, position, last) : TT_NO_POSITION;
	while (last != TT_NO_POSITION && tt_history_at(links->history, last)->thread == action->thread);
	return last;
}

static void expect_messages(struct build *build)
{
	const struct tt_hb_edges *links = build->clocks->links;

	for (uint32_t i = 0; i < links->history->len; i++) {
		for (uint32_t at = next_before(links, i, TT_NO_POSITION); at != TT_NO_POSITION;
		     at = next_before(links, i, at))
			expect_message(build, at);
	}
}

static void run(struct build *build)
{
	const struct tt_hb_edges *links = build->clocks->links;

	for (uint32_t i = 0; i < links->history->len; i++) {
		uint32_t thread = tt_history_at(links->history, i)->thread;
		uint32_t at = next_before(links, i, TT_NO_POSITION);
		if (build->asked[i / 8] >> i % 8 & 1)
			current(build, thread)->asked = true;
		if (at != TT_NO_POSITION) {
			struct clock *clock = change(build, thread, i);
			for (; at != TT_NO_POSITION; at = next_before(links, i, at))
				receive(build, clock, at);
		}
		send(build, thread, i);
	}
}

static void ask(struct build *build, GHashTable *wanted)
{
	GHashTableIter iter;
	void *key;

	g_hash_table_iter_init(&iter, wanted);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		const GArray *positions = ((const struct tt_lock_request *)key)->positions;
		for (guint i = 0; i < positions->len; i++) {
			uint32_t position = g_array_index(positions, uint32_t, i);
			build->asked[position / 8] |= (uint8_t)(1 << position % 8);
		}
	}
}

struct tt_vector_clocks *tt_vector_clocks_new(const struct tt_hb_edges *links, GHashTable *wanted)
{
	struct tt_vector_clocks *clocks = g_new0(struct tt_vector_clocks, 1);
	struct build build = {.clocks = clocks};

	clocks->links = links;
	clocks->epochs = g_new0(GArray *, MAX(links->history->process->threads->len, 1));
	build.asked = g_malloc0(links->history->len / 8 + 1);
	build.messages = g_hash_table_new_full(NULL, NULL, NULL, free_message);
	ask(&build, wanted);
	expect_messages(&build);
	run(&build);
	g_hash_table_destroy(build.messages);
	g_free(build.asked);
	return clocks;
}

void tt_vector_clocks_free(struct tt_vector_clocks *clocks)
{
	if (!clocks)
		return;
	for (guint i = 0; i < clocks->links->history->process->threads->len; i++) {
		if (clocks->epochs[i])
			g_array_free(clocks->epochs[i], TRUE);
	}
	g_free(clocks->epochs);
	g_free(clocks);
}

/* The last epoch that begins before the position; an action that changes the clock is in the one it begins. */
static const struct epoch *epoch_at(const GArray *epochs, uint32_t position)
{
	guint low = 0, high = epochs->len;

	while (high - low > 1) {
		guint middle = low + (high - low) / 2;
		if (g_array_index(epochs, struct epoch, middle).from < position)
			low = middle;
		else
			high = middle;
	}
	return &g_array_index(epochs, struct epoch, low);
}

bool tt_vc_before(const struct tt_vector_clocks *clocks, struct tt_point first, struct tt_point second,
                  uint32_t *through)
{
	const GArray *epochs = clocks->epochs[second.thread];

	if (first.thread == second.thread)
		return first.position < second.position;
	if (!epochs)
		return false;
	const struct epoch *epoch = epoch_at(epochs, second.position);
	if (known(&epoch->clock, first.thread) <= first.position)
		return false;
	if (through)
		*through = epoch->from;
	return true;
}
