/* SPDX-License-Identifier: MIT */
#include "tools/check/across/class_scc.h"

#include "tools/check/lockgraph/scc.h"

/* A pair as an arc between locks that stand for classes. */
struct link {
	struct tt_lock_edge arc; /* first: one is found by the other */
	guint number;            /* of the pair */
};

static struct tt_object *lock_of(GHashTable *locks, const struct tt_id *class)
{
	struct tt_object *lock = g_hash_table_lookup(locks, class);

	if (!lock) {
		lock = g_new0(struct tt_object, 1);
		g_hash_table_insert(locks, g_memdup2(class, sizeof *class), lock);
	}
	return lock;
}

static GPtrArray *arcs_of(GHashTable *locks, const GArray *pairs)
{
	GPtrArray *arcs = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < pairs->len; i++) {
		const struct tt_pair *pair = &g_array_index(pairs, struct tt_pair, i);
		struct link *link = g_new0(struct link, 1);
		link->arc = (struct tt_lock_edge){lock_of(locks, &pair->held), lock_of(locks, &pair->wanted), NULL};
		link->number = i;
		g_ptr_array_add(arcs, link);
	}
	return arcs;
}

static const struct tt_pair *pair_of(const GArray *pairs, const struct tt_scc_edge *link)
{
	return &g_array_index(pairs, struct tt_pair, ((const struct link *)link->arc)->number);
}

/* The pairs of the parts that have one of mine, in the order of the parts' links. */
static GArray *choose(const GArray *pairs, const struct tt_sccs *parts)
{
	GArray *chosen = g_array_new(FALSE, FALSE, sizeof(struct tt_pair));
	g_autoptr(GHashTable) mine = g_hash_table_new(NULL, NULL);

	for (guint pass = 0; pass < 2; pass++) {
		for (guint i = 0; i < parts->links->len; i++) {
			const struct tt_scc_edge *link = parts->links->pdata[i];
			const struct tt_pair *pair = pair_of(pairs, link);
			if (link->from->part != link->to->part)
				continue;
			if (pass == 0 && pair->mine)
				g_hash_table_add(mine, GUINT_TO_POINTER(link->from->part));
			else if (pass == 1 && g_hash_table_contains(mine, GUINT_TO_POINTER(link->from->part)))
				g_array_append_vals(chosen, pair, 1);
		}
	}
	return chosen;
}

void tt_class_pairs_in_cycles(GArray *pairs)
{
	GHashTable *locks = g_hash_table_new_full(tt_id_hash, tt_id_equal, g_free, g_free);
	g_autoptr(GPtrArray) arcs = arcs_of(locks, pairs);
	struct tt_sccs *parts = tt_sccs_new(arcs);
	g_autoptr(GArray) chosen = choose(pairs, parts);

	g_array_set_size(pairs, 0);
	if (chosen->len > 0)
		g_array_append_vals(pairs, chosen->data, chosen->len);
	tt_sccs_free(parts);
	g_hash_table_destroy(locks);
}
