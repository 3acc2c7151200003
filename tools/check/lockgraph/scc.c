/* SPDX-License-Identifier: MIT */
#include "tools/check/lockgraph/scc.h"

static void free_node(void *data)
{
	struct tt_scc_node *node = data;

	g_ptr_array_free(node->out, TRUE);
	g_ptr_array_free(node->in, TRUE);
	g_free(node);
}

static void free_part(void *data)
{
	g_ptr_array_free(data, TRUE);
}

static struct tt_scc_node *need_node(struct tt_sccs *parts, GHashTable *by_lock, struct tt_object *lock)
{
	struct tt_scc_node *node = g_hash_table_lookup(by_lock, lock);

	if (!node) {
		node = g_new0(struct tt_scc_node, 1);
		node->lock = lock;
		node->out = g_ptr_array_new();
		node->in = g_ptr_array_new();
		node->part = G_MAXUINT;
		g_ptr_array_add(parts->nodes, node);
		g_hash_table_insert(by_lock, lock, node);
	}
	return node;
}

/* Locks, and threads as what others join. */
static bool is_node(const struct tt_object *object)
{
	return object->family == TT_FAMILY_THREAD || tt_is_lock(object);
}

static void add_links(struct tt_sccs *parts, const GPtrArray *arcs)
{
	g_autoptr(GHashTable) by_lock = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < arcs->len; i++) {
		const struct tt_lock_edge *arc = arcs->pdata[i];
		if (!is_node(arc->from) || !is_node(arc->to))
			continue;
		struct tt_scc_edge *link = g_new0(struct tt_scc_edge, 1);
		link->arc = arc;
		link->from = need_node(parts, by_lock, arc->from);
		link->to = need_node(parts, by_lock, arc->to);
		g_ptr_array_add(link->from->out, link);
		g_ptr_array_add(link->to->in, link);
		g_ptr_array_add(parts->links, link);
	}
}

/* Tarjan's search, with the path on a stack of its own. */
struct visit {
	struct tt_scc_node *node;
	guint next;
};

struct tarjan {
	struct tt_sccs *parts;
	GArray *path;    /* struct visit */
	GPtrArray *open; /* nodes whose part is not known yet */
	guint n_ordered, n_parts;
};

static void enter(struct tarjan *search, struct tt_scc_node *node)
{
	struct visit visit = {node, 0};

	node->order = node->low = ++search->n_ordered;
	g_array_append_val(search->path, visit);
	g_ptr_array_add(search->open, node);
}

static void close_part(struct tarjan *search, const struct tt_scc_node *root)
{
	struct tt_scc_node *node;

	do {
		node = g_ptr_array_remove_index(search->open, search->open->len - 1);
		node->part = search->n_parts;
	} while (node != root);
	search->n_parts++;
}

static void leave(struct tarjan *search, const struct tt_scc_node *node)
{
	g_array_set_size(search->path, search->path->len - 1);
	if (node->low == node->order)
		close_part(search, node);
	if (search->path->len > 0) {
		struct tt_scc_node *before = g_array_index(search->path, struct visit, search->path->len - 1).node;
		before->low = MIN(before->low, node->low);
	}
}

static void search_from(struct tarjan *search, struct tt_scc_node *start)
{
	enter(search, start);
	while (search->path->len > 0) {
		struct visit *top = &g_array_index(search->path, struct visit, search->path->len - 1);
		if (top->next == top->node->out->len) {
			leave(search, top->node);
			continue;
		}
		struct tt_scc_node *to = ((struct tt_scc_edge *)top->node->out->pdata[top->next++])->to;
		if (!to->order)
			enter(search, to);
		else if (to->part == G_MAXUINT)
			top->node->low = MIN(top->node->low, to->order);
	}
}

static void drop_links_between(GPtrArray *links, const struct tt_scc_node *node)
{
	for (guint i = links->len; i-- > 0;) {
		const struct tt_scc_edge *link = links->pdata[i];
		if (link->from->part != node->part || link->to->part != node->part)
			g_ptr_array_remove_index(links, i);
	}
}

/* More than one lock; or one that is asked for by who has it. */
static bool is_cyclic(const GPtrArray *part)
{
	return part->len > 1 || (part->len == 1 && ((struct tt_scc_node *)part->pdata[0])->out->len > 0);
}

/* Gathers the nodes by part, those that have cycles; the others are in no cycle. */
static void gather(struct tt_sccs *parts, guint n_parts)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();

	for (guint i = 0; i < n_parts; i++)
		g_ptr_array_add(all, g_ptr_array_new());
	for (guint i = 0; i < parts->nodes->len; i++) {
		struct tt_scc_node *node = parts->nodes->pdata[i];
		GPtrArray *part = all->pdata[node->part];
		drop_links_between(node->out, node);
		drop_links_between(node->in, node);
		node->rank = part->len;
		bool was_cyclic = is_cyclic(part);
		g_ptr_array_add(part, node);
		if (!was_cyclic && is_cyclic(part))
			g_ptr_array_add(parts->parts, part);
	}
	for (guint i = 0; i < n_parts; i++) {
		GPtrArray *part = all->pdata[i];
		if (!is_cyclic(part))
			g_ptr_array_free(part, TRUE);
	}
}

struct tt_sccs *tt_sccs_new(const GPtrArray *arcs)
{
	struct tt_sccs *parts = g_new0(struct tt_sccs, 1);
	struct tarjan search = {.parts = parts};

	parts->nodes = g_ptr_array_new_with_free_func(free_node);
	parts->links = g_ptr_array_new_with_free_func(g_free);
	parts->parts = g_ptr_array_new_with_free_func(free_part);
	add_links(parts, arcs);
	search.path = g_array_new(FALSE, FALSE, sizeof(struct visit));
	search.open = g_ptr_array_new();
	for (guint i = 0; i < parts->nodes->len; i++) {
		struct tt_scc_node *node = parts->nodes->pdata[i];
		if (!node->order)
			search_from(&search, node);
	}
	g_array_free(search.path, TRUE);
	g_ptr_array_free(search.open, TRUE);
	gather(parts, search.n_parts);
	return parts;
}

void tt_sccs_free(struct tt_sccs *parts)
{
	g_ptr_array_free(parts->parts, TRUE);
	g_ptr_array_free(parts->links, TRUE);
	g_ptr_array_free(parts->nodes, TRUE);
	g_free(parts);
}
