#include <string.h>

#include "tools/check/lock_cycles.h"

/* The search for one part of the graph and one class of cycles. */
struct search {
	struct tt_fork_join *fork_join;
	struct tt_lock_cycles *found;
	GHashTable *sets; /* of locks, that have been found */
	enum tt_cycle_class class;
	guint most;
	uint64_t steps; /* left */
	const GPtrArray *part;
	guint length; /* of the cycles looked for now */
	struct tt_lock_node *start;
	GArray *visits;    /* struct visit */
	GPtrArray *links;  /* struct tt_lock_link: the path */
	GPtrArray *chosen; /* struct tt_dependency: one for each link of the path, that fit together */
};

/* A node on the path, and which of its links comes next. */
struct visit {
	struct tt_lock_node *node;
	guint next;
};

/* A re-choosing for one path gives up after so many comparisons, so that one path does not eat all of the budget. */
enum { MOST_FOR_A_PATH = 20000 };

static bool spend(struct search *search, uint64_t steps)
{
	search->steps -= MIN(search->steps, steps);
	return search->steps > 0;
}

/* Not all cycles of this length are looked at. */
static void give_up(struct search *search)
{
	if (search->class != TT_CYCLE_EXCLUDED)
		search->found->complete = MIN(search->found->complete, search->length - 1);
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

static bool waits_for(const struct tt_dependency *waiter, const struct tt_dependency *holder)
{
	return waiter->wanted.mode == TT_MODE_EXCLUSIVE || holder->held.mode == TT_MODE_EXCLUSIVE;
}

static bool apart(struct search *search, const struct tt_dependency *a, const struct tt_dependency *b)
{
	return tt_held_sets_exclude(a->all, b->all) || tt_fork_join_before(search->fork_join, a->segment, b->segment) ||
	       tt_fork_join_before(search->fork_join, b->segment, a->segment);
}

/*
 * Whether the dependency fits to those chosen for the first `n` links. `closing`: it is that of the last link, so the
 * first of the others holds what it wants.
 */
static bool fits(struct search *search, const struct tt_dependency *new, const GPtrArray *chosen, guint n, bool closing)
{
	if (new->wanted.timed && search->class == TT_CYCLE_FIRM)
		return false;
	if (n > 0 && !waits_for(chosen->pdata[n - 1], new))
		return false;
	if (closing && !waits_for(new, chosen->pdata[0]))
		return false;
	for (guint i = 0; i < n; i++) {
		const struct tt_dependency *old = chosen->pdata[i];
		spend(search, 1);
		if (old->segment->thread == new->segment->thread)
			return false;
	}
	for (guint i = 0; i < n && search->class != TT_CYCLE_EXCLUDED; i++) {
		const struct tt_dependency *old = chosen->pdata[i];
		spend(search, 1 + (old->all->len + new->all->len) / 8);
		if (apart(search, old, new))
			return false;
	}
	return true;
}

/* The first dependency of the arc from `from` on that fits; its number, or the arc's length. */
static guint first_fit(struct search *search, const struct tt_arc *arc, guint from, const GPtrArray *chosen, guint n,
                       bool closing)
{
	while (from < arc->dependencies->len && !fits(search, arc->dependencies->pdata[from], chosen, n, closing))
		from++;
	return from;
}

/* Chooses anew for all links of the path, by trying. False leaves the choice as it was. */
static bool choose_anew(struct search *search, bool closing)
{
	guint n = search->links->len, at = 0;
	g_autoptr(GPtrArray) chosen = g_ptr_array_sized_new(n);
	g_autofree guint *next = g_new0(guint, n);
	uint64_t enough = search->steps > MOST_FOR_A_PATH ? search->steps - MOST_FOR_A_PATH : 0;

	g_ptr_array_set_size(chosen, (gint)n);
	while (at < n) {
		const struct tt_arc *arc = ((struct tt_lock_link *)search->links->pdata[at])->arc;
		guint i = first_fit(search, arc, next[at], chosen, at, closing && at + 1 == n);
		if (i < arc->dependencies->len) {
			chosen->pdata[at] = arc->dependencies->pdata[i];
			next[at++] = i + 1;
			continue;
		}
		next[at] = 0;
		if (at == 0)
			return false;
		at--;
		if (search->steps <= enough) {
			give_up(search);
			return false;
		}
	}
	g_ptr_array_set_size(search->chosen, 0);
	g_ptr_array_extend(search->chosen, chosen, NULL, NULL);
	return true;
}

/* Adds the link to the path, if dependencies can be chosen for all of it. */
static bool push(struct search *search, struct tt_lock_link *link, bool closing)
{
	guint n = search->chosen->len;
	guint i = first_fit(search, link->arc, 0, search->chosen, n, closing);

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

/* The path is back at its start. */
static void close_cycle(struct search *search, struct tt_lock_link *link)
{
	GBytes *set = locks_of_path(search);

	if (g_hash_table_contains(search->sets, set) || !push(search, link, true)) {
		g_bytes_unref(set);
		return;
	}
	struct tt_lock_cycle *cycle = g_new0(struct tt_lock_cycle, 1);
	cycle->class = search->class;
	cycle->dependencies = g_ptr_array_copy(search->chosen, NULL, NULL);
	g_ptr_array_add(search->found->cycles, cycle);
	g_hash_table_add(search->sets, set);
	pop(search);
}

static void enter(struct search *search, struct tt_lock_node *node)
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
	return search->steps > 0 && search->found->cycles->len < search->most;
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
		struct tt_lock_link *link = top->node->out->pdata[top->next++];
		spend(search, 1);
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
		((struct tt_lock_node *)search->part->pdata[i])->distance = G_MAXUINT;
	search->start->shortest = G_MAXUINT;
	search->start->distance = 0;
	g_ptr_array_add(queue, search->start);
	for (guint i = 0; i < queue->len; i++) {
		const struct tt_lock_node *node = queue->pdata[i];
		spend(search, node->in->len);
		for (guint j = 0; j < node->in->len; j++) {
			struct tt_lock_node *from = ((struct tt_lock_link *)node->in->pdata[j])->from;
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
		const struct tt_lock_node *node = part->pdata[i];
		for (guint j = 0; j < node->out->len; j++) {
			const GPtrArray *all = ((struct tt_lock_link *)node->out->pdata[j])->arc->dependencies;
			for (guint k = 0; k < all->len; k++)
				g_hash_table_add(threads, ((struct tt_dependency *)all->pdata[k])->segment->thread);
		}
	}
	return g_hash_table_size(threads);
}

static void search_part(struct search *search, const GPtrArray *part)
{
	guint longest = MIN(part->len, count_threads(part));

	search->part = part;
	for (guint i = 0; i < part->len; i++)
		((struct tt_lock_node *)part->pdata[i])->shortest = 2;
	for (search->length = 2; search->length <= longest; search->length++) {
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

static void search_class(struct search *search, const struct tt_lock_parts *parts, uint64_t steps)
{
	/* A part may use up half of what is left, so that a hard one leaves something to those after it. */
	for (guint i = 0; i < parts->parts->len; i++) {
		uint64_t share = i + 1 == parts->parts->len ? steps : steps / 2;
		search->steps = share;
		search_part(search, parts->parts->pdata[i]);
		steps -= share - search->steps;
	}
}

struct tt_lock_cycles *tt_lock_cycles_find(const GPtrArray *arcs, struct tt_fork_join *fork_join,
                                           const struct tt_cycle_limits *limits)
{
	struct tt_lock_cycles *found = g_new0(struct tt_lock_cycles, 1);
	struct tt_lock_parts *parts = tt_lock_parts_new(arcs);
	struct search search = {.fork_join = fork_join, .found = found, .most = limits->most};

	found->cycles = g_ptr_array_new_with_free_func(free_cycle);
	found->complete = G_MAXUINT;
	search.sets = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	search.visits = g_array_new(FALSE, FALSE, sizeof(struct visit));
	search.links = g_ptr_array_new();
	search.chosen = g_ptr_array_new();
	for (guint class = TT_CYCLE_FIRM; class <= limits->last; class ++) {
		search.class = (enum tt_cycle_class) class;
		if (search.class != TT_CYCLE_TIMED || limits->timed)
			search_class(&search, parts, limits->steps);
	}
	g_ptr_array_sort(found->cycles, shorter);
	g_hash_table_destroy(search.sets);
	g_array_free(search.visits, TRUE);
	g_ptr_array_free(search.links, TRUE);
	g_ptr_array_free(search.chosen, TRUE);
	tt_lock_parts_free(parts);
	return found;
}

void tt_lock_cycles_free(struct tt_lock_cycles *cycles)
{
	g_ptr_array_free(cycles->cycles, TRUE);
	g_free(cycles);
}
