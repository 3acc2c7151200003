#include <string.h>

#include "tools/check/lock_cycles.h"

/* The search for one part of the graph and one class of cycles. */
struct search {
	const struct tt_cycle_tests *tests;
	struct tt_lock_cycles *found;
	GHashTable *sets;  /* of locks, that have been found → struct tt_lock_cycle */
	GHashTable *known; /* answers of tests->apart, by the numbers of two dependencies */
	enum tt_cycle_class class;
	guint most;
	uint64_t work;  /* for each cycle */
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

/*
 * A re-choosing for one path gives up after so many comparisons, so that one path does not eat all of the budget; and
 * no more than so many choices are tried for a set of locks.
 */
enum { MOST_FOR_A_PATH = 20000, MOST_CHOICES = 100, DEAR = 10 };

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

static bool waits_for(const struct search *search, const struct tt_dependency *waiter,
                      const struct tt_dependency *holder)
{
	return waiter->wanted.mode == TT_MODE_EXCLUSIVE || holder->held.mode == TT_MODE_EXCLUSIVE ||
	       search->tests->queues(waiter, holder, search->tests->data);
}

/* What it costs to compare all that the two stand for. */
static uint64_t price(const struct tt_dependency *a, const struct tt_dependency *b)
{
	return 1 + (uint64_t)a->requests->len * b->requests->len;
}

static guint hash_pair(gconstpointer key)
{
	uint64_t hash = (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15;
	return (guint)(hash ^ hash >> 32);
}

/* Answers that were dear are remembered. */
static bool apart(struct search *search, const struct tt_dependency *a, const struct tt_dependency *b)
{
	uint64_t pair = (uint64_t)MIN(a->number, b->number) << 32 | MAX(a->number, b->number);
	void *key = GSIZE_TO_POINTER(pair), *answer;
	bool dear = price(a, b) > DEAR;

	if (dear && g_hash_table_lookup_extended(search->known, key, NULL, &answer)) {
		spend(search, 1);
		return GPOINTER_TO_INT(answer) != 0;
	}
	bool are = search->tests->apart(a, b, search->tests->data);

	spend(search, price(a, b));
	if (dear)
		g_hash_table_insert(search->known, key, GINT_TO_POINTER(are));
	return are;
}

/*
 * Whether the dependency fits to those chosen for the first `n` links. `closing`: it is that of the last link, so the
 * first of the others holds what it wants.
 */
static bool fits(struct search *search, const struct tt_dependency *new, const GPtrArray *chosen, guint n, bool closing)
{
	if (new->wanted.timed && search->class == TT_CYCLE_FIRM)
		return false;
	if (new->hidden && search->class != TT_CYCLE_EXCLUDED)
		return false;
	if (n > 0 && !waits_for(search, chosen->pdata[n - 1], new))
		return false;
	if (closing && !waits_for(search, new, chosen->pdata[0]))
		return false;
	for (guint i = 0; i < n; i++) {
		const struct tt_dependency *old = chosen->pdata[i];
		spend(search, 1);
		if (old->thread == new->thread)
			return false;
	}
	for (guint i = 0; i < n && search->class != TT_CYCLE_EXCLUDED; i++) {
		if (apart(search, chosen->pdata[i], new))
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

/* Choices for all links of the path, one after the other. */
struct choices {
	GPtrArray *chosen; /* struct tt_dependency */
	guint *next;       /* for each link, where to go on in its arc */
	uint64_t enough;   /* give up at so many steps */
};

static struct choices begin_choices(const struct search *search)
{
	struct choices choices = {
	    .chosen = g_ptr_array_new(),
	    .next = g_new0(guint, search->links->len),
	    .enough = search->steps > MOST_FOR_A_PATH ? search->steps - MOST_FOR_A_PATH : 0,
	};

	g_ptr_array_set_size(choices.chosen, (gint)search->links->len);
	return choices;
}

static void end_choices(struct choices *choices)
{
	g_ptr_array_free(choices->chosen, TRUE);
	g_free(choices->next);
}

/* Finds the next choice by trying; the first one if `at` is 0, else all but the last of the links stay as they are. */
static bool next_choice(struct search *search, struct choices *choices, guint at, bool closing)
{
	guint n = search->links->len;

	while (at < n) {
		const struct tt_arc *arc = ((struct tt_lock_link *)search->links->pdata[at])->arc;
		guint i = first_fit(search, arc, choices->next[at], choices->chosen, at, closing && at + 1 == n);
		if (i < arc->dependencies->len) {
			choices->chosen->pdata[at] = arc->dependencies->pdata[i];
			choices->next[at++] = i + 1;
			continue;
		}
		choices->next[at] = 0;
		if (at == 0)
			return false;
		at--;
		if (search->steps <= choices->enough) {
			give_up(search);
			return false;
		}
	}
	return true;
}

/* Chooses anew for all links of the path. False leaves the choice as it was. */
static bool choose_anew(struct search *search, bool closing)
{
	struct choices choices = begin_choices(search);
	bool found = next_choice(search, &choices, 0, closing);

	if (found) {
		g_ptr_array_set_size(search->chosen, 0);
		g_ptr_array_extend(search->chosen, choices.chosen, NULL, NULL);
	}
	end_choices(&choices);
	return found;
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

static struct tt_lock_cycle *add_cycle(struct search *search, GBytes *set)
{
	struct tt_lock_cycle *cycle = g_new0(struct tt_lock_cycle, 1);

	cycle->class = search->class;
	cycle->dependencies = g_ptr_array_copy(search->chosen, NULL, NULL);
	g_ptr_array_add(search->found->cycles, cycle);
	g_hash_table_insert(search->sets, g_bytes_ref(set), cycle);
	return cycle;
}

/* Tries choices of threads for the path, until one is seen to lead into the deadlock. */
static void try_choices(struct search *search, struct tt_lock_cycle *cycle)
{
	const struct tt_cycle_tests *tests = search->tests;
	struct choices choices = begin_choices(search);
	bool more = next_choice(search, &choices, 0, true);

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
			more = next_choice(search, &choices, search->links->len - 1, true);
		}
	}
	end_choices(&choices);
}

/* The path is back at its start. */
static void close_cycle(struct search *search, struct tt_lock_link *link)
{
	g_autoptr(GBytes) set = locks_of_path(search);
	struct tt_lock_cycle *cycle = g_hash_table_lookup(search->sets, set);
	bool settled = cycle && (cycle->reached || cycle->stopped || cycle->class != TT_CYCLE_FIRM);

	if (settled || !push(search, link, true))
		return;
	if (!cycle)
		cycle = add_cycle(search, set);
	if (search->class == TT_CYCLE_FIRM)
		try_choices(search, cycle);
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
				g_hash_table_add(threads, ((struct tt_dependency *)all->pdata[k])->thread);
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

static void count_untried(struct tt_lock_cycles *found)
{
	for (guint i = 0; i < found->cycles->len; i++) {
		const struct tt_lock_cycle *cycle = found->cycles->pdata[i];
		found->untried += cycle->stopped;
	}
}

struct tt_lock_cycles *tt_lock_cycles_find(const struct tt_lock_parts *parts, const struct tt_cycle_tests *tests,
                                           const struct tt_cycle_limits *limits)
{
	struct tt_lock_cycles *found = g_new0(struct tt_lock_cycles, 1);
	struct search search = {.tests = tests, .found = found, .most = limits->most, .work = limits->work};

	found->cycles = g_ptr_array_new_with_free_func(free_cycle);
	found->complete = G_MAXUINT;
	search.sets = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	search.known = g_hash_table_new(hash_pair, NULL);
	search.visits = g_array_new(FALSE, FALSE, sizeof(struct visit));
	search.links = g_ptr_array_new();
	search.chosen = g_ptr_array_new();
	for (guint class = TT_CYCLE_FIRM; class <= limits->last; class ++) {
		search.class = (enum tt_cycle_class) class;
		if (search.class != TT_CYCLE_TIMED || limits->timed)
			search_class(&search, parts, limits->steps);
	}
	g_ptr_array_sort(found->cycles, shorter);
	count_untried(found);
	g_hash_table_destroy(search.sets);
	g_hash_table_destroy(search.known);
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
