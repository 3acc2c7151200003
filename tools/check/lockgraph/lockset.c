/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "tools/check/lockgraph/lockset.h"

static guint hash_set(gconstpointer data)
{
	return ((const struct tt_lockset *)data)->hash;
}

static gboolean equal_sets(gconstpointer a, gconstpointer b)
{
	const struct tt_lockset *x = a, *y = b;

	if (x->hash != y->hash || x->len != y->len)
		return FALSE;
	for (guint i = 0; i < x->len; i++) {
		if (x->held[i].lock != y->held[i].lock || x->held[i].mode != y->held[i].mode)
			return FALSE;
	}
	return TRUE;
}

bool tt_is_lock(const struct tt_object *object)
{
	if (object->signals)
		return false;
	return object->family == TT_FAMILY_LOCK || (object->family == TT_FAMILY_SEMAPHORE && object->places == 1);
}

bool tt_is_permit_pool(const struct tt_object *object)
{
	return object->family == TT_FAMILY_SEMAPHORE && !object->signals && object->whole && object->places > 1;
}

GHashTable *tt_locksets_new(void)
{
	return g_hash_table_new_full(hash_set, equal_sets, g_free, NULL);
}

static int by_address(const void *a, const void *b)
{
	const struct tt_held_lock *x = a, *y = b;
	return x->lock < y->lock ? -1 : x->lock > y->lock;
}

/* Fills the set in; its room is for all that the thread holds. */
static void fill(struct tt_lockset *set, const struct tt_thread *thread, const struct tt_object *but)
{
	uint64_t hash = 0;

	set->len = 0;
	for (guint i = 0; i < thread->holds->len; i++) {
		const struct tt_hold *hold = thread->holds->pdata[i];
		if ((tt_is_lock(hold->object) || tt_is_permit_pool(hold->object)) && hold->object != but)
			set->held[set->len++] = (struct tt_held_lock){hold->object, hold->mode};
	}
	if (set->len > 1)
		qsort(set->held, set->len, sizeof set->held[0], by_address);
	for (guint i = 0; i < set->len; i++)
		hash = (hash ^ (uint64_t)(uintptr_t)set->held[i].lock) * 0x9e3779b97f4a7c15 + set->held[i].mode;
	set->hash = (guint)(hash ^ hash >> 32);
}

const struct tt_lockset *tt_lockset_of(GHashTable *sets, const struct tt_thread *thread, const struct tt_object *but)
{
	enum { FEW = 8 };
	/* Most are known, and small: those take no memory. */
	union {
		struct tt_lockset set;
		char room[sizeof(struct tt_lockset) + FEW * sizeof(struct tt_held_lock)];
	} few;
	gsize size = sizeof(struct tt_lockset) + thread->holds->len * sizeof(struct tt_held_lock);
	g_autofree struct tt_lockset *many = thread->holds->len > FEW ? g_malloc(size) : NULL;
	struct tt_lockset *set = many ? many : &few.set;

	fill(set, thread, but);
	struct tt_lockset *known = g_hash_table_lookup(sets, set);
	if (!known) {
		known = g_memdup2(set, sizeof *set + set->len * sizeof set->held[0]);
		g_hash_table_add(sets, known);
	}
	return known;
}

const struct tt_object *tt_locksets_exclude(const struct tt_lockset *a, const struct tt_lockset *b)
{
	guint i = 0, j = 0;

	while (i < a->len && j < b->len) {
		const struct tt_held_lock *x = &a->held[i], *y = &b->held[j];
		if (x->lock == y->lock && tt_is_lock(x->lock) &&
		    (x->mode == TT_MODE_EXCLUSIVE || y->mode == TT_MODE_EXCLUSIVE))
			return x->lock;
		i += x->lock <= y->lock;
		j += y->lock <= x->lock;
	}
	return NULL;
}
