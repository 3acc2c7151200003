/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tools/check/lockgraph/cycles.h"

/* The search for one part of the graph and one class of cycles. */
struct search {
	struct tt_instance_search chooser;
	struct tt_lock_cycles *found;
	GHashTable *sets; /* of locks, that have been found → struct tt_lock_cycle */
	guint most;
	uint64_t work; /* for each cycle */
	const GPtrArray *part;
	guint length; /* of the cycles looked for now */
	struct tt_scc_node *start;
	GArray *visits;    /* struct visit */
	GPtrArray *links;  /* struct tt_scc_edge: the path */
	GPtrArray *chosen; /* struct tt_lock_dependency: one for each link of the path, that fit together */
};

/* A node on the path, and which of its links comes next. */
struct visit {
	struct tt_scc_node *node;
	guint next;
};

/* No more choices are tried for a set of locks. */
enum { MOST_CHOICES = 100 };

/* Not all cycles of this length are looked at. */
static void give_up(struct search *search)
{
	if (search->chooser.class != TT_CYCLE_EXCLUDED)
		search->found->complete = MIN(search->found->complete, search->length - 1);
}

static void end_choices(struct search *search, struct tt_instances *choices)
{
	if (search->chooser.gave_up)
		give_up(search);
	search->chooser.gave_up = false;
	tt_instances_end(choices);
}

static gint by_address(gconstpointer a, gconstpointer b)
{
	const void *const *x = a, *const *y = b;
	return *x < *y ? -1 : *x > *y;
}

GBytes *tt_lock_set(GPtrArray *locks)
{
	g_ptr_array_sort(locks, by_address);
	return g_bytes_new(locks->pdata, locks->len * sizeof(void *));
}

/* Chooses anew for all links of the path. False leaves the choice as it was. */
static bool choose_anew(struct search *search, bool closing)
{
	struct tt_instances choices = tt_instances_begin(&search->chooser, search->links, closing);
	bool found = tt_instances_first(&search->chooser, &choices);

	if (found) {
		g_ptr_array_set_size(search->chosen, 0);
		g_ptr_array_extend(search->chosen, choices.chosen, NULL, NULL);
	}
	end_choices(search, &choices);
	return found;
}

/* Adds the link to the path, if dependencies can be chosen for all of it. */
static bool push(struct search *search, struct tt_scc_edge *link, bool closing)
{
	guint n = search->chosen->len;
	guint i = tt_first_fit(&search->chooser, link->arc, 0, search->chosen, n, closing);

	g_ptr_array_add(search->links, link);
	if (i < link->arc->dependencies->len) {
		g_ptr_array_add(search->chosen, link->arc->dependencies->pdata[i]);
		return true;
	}
	if (n > 0 && choose_anew(search, closing))
		return true;
	g_ptr_array_set_size(search->links, (gint)n);
	return false;
}

/* What fits for a path fits for its beginning. */
static void pop(struct search *search)
{
	g_ptr_array_set_size(search->links, (gint)search->links->len - 1);
	g_ptr_array_set_size(search->chosen, (gint)search->links->len);
}

static GBytes *locks_of_path(const struct search *search)
{
	g_autoptr(GPtrArray) locks = g_ptr_array_new();

	for (guint i = 0; i < search->visits->len; i++)
		g_ptr_array_add(locks, g_array_index(search->visits, struct visit, i).node->lock);
	return tt_lock_set(locks);
}

static struct tt_lock_cycle *add_cycle(struct search *search, GBytes *set)
{
	struct tt_lock_cycle *cycle = g_new0(struct tt_lock_cycle, 1);

	cycle->class = search->chooser.class;
	cycle->dependencies = g_ptr_array_copy(search->chosen, NULL, NULL);
	g_ptr_array_add(search->found->cycles, cycle);
	g_hash_table_insert(search->sets, g_bytes_ref(set), cycle);
	return cycle;
}

/* Tries choices of threads for the path, until one is seen to lead into the deadlock. */
static void try_choices(struct search *search, struct tt_lock_cycle *cycle)
{
	const struct tt_cycle_oracle *tests = search->chooser.tests;
	struct tt_instances choices = tt_instances_begin(&search->chooser, search->links, true);
	bool more = tt_instances_first(&search->chooser, &choices);

	while (more && !cycle->reached) {
		if (cycle->tries == MOST_CHOICES || cycle->work > search->work) {
			cycle->stopped = true;
			break;
		}
		cycle->tries++;
		cycle->reached = tests->reaches(choices.chosen, &cycle->proof, &cycle->work, tests->data);
		if (cycle->reached) {
			g_ptr_array_set_size(cycle->dependencies, 0);
			g_ptr_array_extend(cycle->dependencies, choices.chosen, NULL, NULL);
		} else {
			more = tt_instances_next(&search->chooser, &choices);
		}
	}
	end_choices(search, &choices);
}

/* The path is back at its start. */
static void close_cycle(struct search *search, struct tt_scc_edge *link)
{
	g_autoptr(GBytes) set = locks_of_path(search);
	struct tt_lock_cycle *cycle = g_hash_table_lookup(search->sets, set);
	bool settled = cycle && (cycle->reached || cycle->stopped || cycle->class != TT_CYCLE_UNTIMED);

	if (settled || !push(search, link, true))
		return;
	if (!cycle)
		cycle = add_cycle(search, set);
	if (search->chooser.class == TT_CYCLE_UNTIMED)
		try_choices(search, cycle);
	pop(search);
}

static void enter(struct search *search, struct tt_scc_node *node)
{
	struct visit visit = {node, 0};

	node->on_path = true;
	g_array_append_val(search->visits, visit);
}

static void leave(struct search *search)
{
	g_array_index(search->visits, struct visit, search->visits->len - 1).node->on_path = false;
	g_array_set_size(search->visits, search->visits->len - 1);
	if (search->links->len > 0)
		pop(search);
}

static bool goes_on(const struct search *search)
{
	return search->chooser.steps > 0 && search->found->cycles->len < search->most;
}

/* Walks all paths from the start, by ways that can still be closed at the wanted length. */
static void walk(struct search *search)
{
	enter(search, search->start);
	while (search->visits->len > 0) {
		struct visit *top = &g_array_index(search->visits, struct visit, search->visits->len - 1);
		if (top->next == top->node->out->len || !goes_on(search)) {
			leave(search);
			continue;
		}
		struct tt_scc_edge *link = top->node->out->pdata[top->next++];
		tt_instance_search_spend(&search->chooser, 1);
		if (link->to == search->start) {
			if (search->visits->len == search->length)
				close_cycle(search, link);
		} else if (!link->to->on_path && link->to->distance <= search->length - search->visits->len) {
			if (push(search, link, false))
				enter(search, link->to);
		}
	}
}

/*
 * How far it is from each node to the start, by nodes that rank no lower: each cycle is looked for from its first node
 * only. The shortest cycle through the start follows.
 */
static void measure(struct search *search)
{
	g_autoptr(GPtrArray) queue = g_ptr_array_new();

	for (guint i = 0; i < search->part->len; i++)
		((struct tt_scc_node *)search->part->pdata[i])->distance = G_MAXUINT;
	search->start->shortest = G_MAXUINT;
	search->start->distance = 0;
	g_ptr_array_add(queue, search->start);
	for (guint i = 0; i < queue->len; i++) {
		const struct tt_scc_node *node = queue->pdata[i];
		tt_instance_search_spend(&search->chooser, node->in->len);
		for (guint j = 0; j < node->in->len; j++) {
			struct tt_scc_node *from = ((struct tt_scc_edge *)node->in->pdata[j])->from;
			if (from == search->start)
				search->start->shortest = MIN(search->start->shortest, node->distance + 1);
			if (from->rank < search->start->rank || from->distance != G_MAXUINT)
				continue;
			from->distance = node->distance + 1;
			g_ptr_array_add(queue, from);
		}
	}
}

/* No cycle has more threads than there are. */
static guint count_threads(const GPtrArray *part)
{
	g_autoptr(GHashTable) threads = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < part->len; i++) {
		const struct tt_scc_node *node = part->pdata[i];
		for (guint j = 0; j < node->out->len; j++) {
			const GPtrArray *all = ((struct tt_scc_edge *)node->out->pdata[j])->arc->dependencies;
			for (guint k = 0; k < all->len; k++)
				g_hash_table_add(threads, ((struct tt_lock_dependency *)all->pdata[k])->thread);
		}
	}
	return g_hash_table_size(threads);
}

static void search_part(struct search *search, const GPtrArray *part)
{
	guint longest = MIN(part->len, count_threads(part));

	search->part = part;
	for (guint i = 0; i < part->len; i++)
		((struct tt_scc_node *)part->pdata[i])->shortest = 1;
	for (search->length = 1; search->length <= longest; search->length++) {
		for (guint i = 0; i < part->len && goes_on(search); i++) {
			search->start = part->pdata[i];
			if (search->start->shortest > search->length)
				continue;
			measure(search);
			if (search->start->shortest <= search->length)
				walk(search);
		}
		if (!goes_on(search)) {
			give_up(search);
			break;
		}
	}
}

static gint shorter(gconstpointer a, gconstpointer b)
{
	const struct tt_lock_cycle *const *x = a, *const *y = b;

	if ((*x)->class != (*y)->class)
		return (int)(*x)->class - (int)(*y)->class;
	return (int)(*x)->dependencies->len - (int)(*y)->dependencies->len;
}

static void free_cycle(void *data)
{
	struct tt_lock_cycle *cycle = data;

	g_ptr_array_free(cycle->dependencies, TRUE);
	g_free(cycle);
}

static void search_class(struct search *search, const struct tt_sccs *parts, uint64_t steps)
{
	/* A part may use up half of what is left, so that a hard one leaves something to those after it. */
	for (guint i = 0; i < parts->parts->len; i++) {
		uint64_t share = i + 1 == parts->parts->len ? steps : steps / 2;
		search->chooser.steps = share;
		search_part(search, parts->parts->pdata[i]);
		steps -= share - search->chooser.steps;
	}
}

static void count_untried(struct tt_lock_cycles *found)
{
	for (guint i = 0; i < found->cycles->len; i++) {
		const struct tt_lock_cycle *cycle = found->cycles->pdata[i];
		found->untried += cycle->stopped;
	}
}

struct tt_lock_cycles *tt_lock_cycles_find(const struct tt_sccs *parts, const struct tt_cycle_oracle *tests,
                                           const struct tt_cycle_limits *limits)
{
	struct tt_lock_cycles *found = g_new0(struct tt_lock_cycles, 1);
	struct search search = {
	    .chooser = tt_instance_search_new(tests), .found = found, .most = limits->most, .work = limits->work};

	found->cycles = g_ptr_array_new_with_free_func(free_cycle);
	found->complete = G_MAXUINT;
	search.sets = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	search.visits = g_array_new(FALSE, FALSE, sizeof(struct visit));
	search.links = g_ptr_array_new();
	search.chosen = g_ptr_array_new();
	for (guint class = TT_CYCLE_UNTIMED; class <= limits->last; class ++) {
		search.chooser.class = (enum tt_cycle_strength) class;
		if (search.chooser.class != TT_CYCLE_TIMED || limits->timed)
			search_class(&search, parts, limits->steps);
	}
	g_ptr_array_sort(found->cycles, shorter);
	count_untried(found);
	g_hash_table_destroy(search.sets);
	tt_instance_search_end(&search.chooser);
	g_array_free(search.visits, TRUE);
	g_ptr_array_free(search.links, TRUE);
	g_ptr_array_free(search.chosen, TRUE);
	return found;
}

void tt_lock_cycles_free(struct tt_lock_cycles *cycles)
{
	g_ptr_array_free(cycles->cycles, TRUE);
	g_free(cycles);
}
