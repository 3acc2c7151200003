/* SPDX-License-Identifier: MIT */
#include "tools/check/lockgraph/cycle_instances.h"

#include "tools/check/lockgraph/queued_writers.h"

/* A choice for one path gives up after so many comparisons, so that one path does not eat all of the budget. */
enum { MOST_FOR_A_PATH = 20000, DEAR = 10 };

void tt_instance_search_spend(struct tt_instance_search *chooser, uint64_t steps)
{
	chooser->steps -= MIN(chooser->steps, steps);
}

/* What it costs to compare all that the two stand for. */
static uint64_t price(const struct tt_lock_dependency *a, const struct tt_lock_dependency *b)
{
	return 1 + (uint64_t)a->requests->len * b->requests->len;
}

static guint hash_pair(gconstpointer key)
{
	uint64_t hash = (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15;
	return (guint)(hash ^ hash >> 32);
}

struct tt_instance_search tt_instance_search_new(const struct tt_cycle_oracle *tests)
{
	return (struct tt_instance_search){.tests = tests, .known = g_hash_table_new(hash_pair, NULL)};
}

void tt_instance_search_end(struct tt_instance_search *chooser)
{
	g_hash_table_destroy(chooser->known);
}

/* Answers that were dear are remembered. */
static bool apart(struct tt_instance_search *chooser, const struct tt_lock_dependency *a,
                  const struct tt_lock_dependency *b)
{
	uint64_t pair = (uint64_t)MIN(a->number, b->number) << 32 | MAX(a->number, b->number);
	void *key = GSIZE_TO_POINTER(pair), *answer;
	bool dear = price(a, b) > DEAR;

	if (dear && g_hash_table_lookup_extended(chooser->known, key, NULL, &answer)) {
		tt_instance_search_spend(chooser, 1);
		return GPOINTER_TO_INT(answer) != 0;
	}
	bool are = chooser->tests->apart(a, b, chooser->tests->data);

	tt_instance_search_spend(chooser, price(a, b));
	if (dear)
		g_hash_table_insert(chooser->known, key, GINT_TO_POINTER(are));
	return are;
}

/* Whether somebody can write what the two read, between them: then who goes first is the writer. */
static bool writer_between(struct tt_instance_search *chooser, const struct tt_lock_dependency *waiter,
                           const struct tt_lock_dependency *holder)
{
	const struct tt_cycle_oracle *tests = chooser->tests;
	const GPtrArray *writers = tests->writers ? tests->writers(waiter->wanted.object, tests->data) : NULL;

	for (guint i = 0; writers && i < writers->len; i++) {
		const struct tt_lock_dependency *writer = writers->pdata[i];
		if (writer->thread == waiter->thread || writer->thread == holder->thread)
			continue;
		if (chooser->class == TT_CYCLE_EXCLUDED ||
		    (!apart(chooser, writer, waiter) && !apart(chooser, writer, holder)))
			return true;
	}
	return false;
}

static bool waits_for(struct tt_instance_search *chooser, const struct tt_lock_dependency *waiter,
                      const struct tt_lock_dependency *holder)
{
	return !tt_both_read(waiter, holder) || writer_between(chooser, waiter, holder);
}

/* Whether its thread is none of those before it, and nothing keeps it from any of them. */
static bool is_apart(struct tt_instance_search *chooser, const struct tt_lock_dependency *new, const GPtrArray *chosen,
                     guint n)
{
	for (guint i = 0; i < n; i++) {
		const struct tt_lock_dependency *old = chosen->pdata[i];
		tt_instance_search_spend(chooser, 1);
		if (old->thread == new->thread)
			return true;
	}
	for (guint i = 0; i < n && chooser->class != TT_CYCLE_EXCLUDED; i++) {
		if (apart(chooser, chosen->pdata[i], new))
			return true;
	}
	return false;
}

static bool fits(struct tt_instance_search *chooser, const struct tt_lock_dependency *new, const GPtrArray *chosen,
                 guint n, bool closing)
{
	if (new->wanted.timed && chooser->class == TT_CYCLE_UNTIMED)
		return false;
	/* Who is joined gives up that request, and ends. */
	if (new->wanted.timed &&new->held.object->family == TT_FAMILY_THREAD)
		return false;
	if (new->hidden && chooser->class != TT_CYCLE_EXCLUDED)
		return false;
	if (is_apart(chooser, new, chosen, n))
		return false;
	/* One thread alone is none, but where it reads again behind a writer. */
	if (n == 0)
		return !closing || (tt_both_read(new, new) && writer_between(chooser, new, new));
	return waits_for(chooser, chosen->pdata[n - 1], new) && (!closing || waits_for(chooser, new, chosen->pdata[0]));
}

guint tt_first_fit(struct tt_instance_search *chooser, const struct tt_lock_edge *arc, guint from,
                   const GPtrArray *chosen, guint n, bool closing)
{
	while (from < arc->dependencies->len && !fits(chooser, arc->dependencies->pdata[from], chosen, n, closing))
		from++;
	return from;
}

struct tt_instances tt_instances_begin(const struct tt_instance_search *chooser, const GPtrArray *links, bool closing)
{
	struct tt_instances choices = {
	    .links = links,
	    .closing = closing,
	    .chosen = g_ptr_array_new(),
	    .next = g_new0(guint, links->len),
	    .enough = chooser->steps > MOST_FOR_A_PATH ? chooser->steps - MOST_FOR_A_PATH : 0,
	};

	g_ptr_array_set_size(choices.chosen, (gint)links->len);
	return choices;
}

void tt_instances_end(struct tt_instances *choices)
{
	g_ptr_array_free(choices->chosen, TRUE);
	g_free(choices->next);
}

/* Finds the next choice by trying: all links before `at` stay as they are, until there is none with them. */
static bool choose_from(struct tt_instance_search *chooser, struct tt_instances *choices, guint at)
{
	guint n = choices->links->len;

	while (at < n) {
		const struct tt_lock_edge *arc = ((struct tt_scc_edge *)choices->links->pdata[at])->arc;
		guint i =
		    tt_first_fit(chooser, arc, choices->next[at], choices->chosen, at, choices->closing && at + 1 == n);
		if (i < arc->dependencies->len) {
			choices->chosen->pdata[at] = arc->dependencies->pdata[i];
			choices->next[at++] = i + 1;
			continue;
		}
		choices->next[at] = 0;
		if (at == 0)
			return false;
		at--;
		if (chooser->steps <= choices->enough) {
			chooser->gave_up = true;
			return false;
		}
	}
	return true;
}

bool tt_instances_first(struct tt_instance_search *chooser, struct tt_instances *choices)
{
	return choose_from(chooser, choices, 0);
}

bool tt_instances_next(struct tt_instance_search *chooser, struct tt_instances *choices)
{
	return choose_from(chooser, choices, choices->links->len - 1);
}
