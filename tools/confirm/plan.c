#include "tools/confirm/plan.h"

#include <string.h>

#include "tools/check/rules.h"

bool tt_confirm_can_steer(const struct tt_finding *finding)
{
	bool rule = finding->rule == &tt_rules[TT_RULE_PREDICTED] || finding->rule == &tt_rules[TT_RULE_ORDER];
	bool level = finding->level == TT_LEVEL_PREDICTED || finding->level == TT_LEVEL_POTENTIAL;

	return rule && level && finding->cycle;
}

/* A frame of a chain; 0 beyond its end. */
static uint64_t address_at(uint64_t caller, const struct tt_stack *stack, guint i)
{
	guint known = stack ? stack->n : 0;

	return i == 0 ? caller : i <= known ? stack->frames[i - 1] : 0;
}

/* The call chain of a site as far as the program's own function. False: an address is in no file. */
static bool put_site(GString *text, const char *kind, const struct tt_check *check, const struct tt_thread *thread,
                     uint64_t caller, const struct tt_stack *stack, int64_t time_ns)
{
	uint32_t pid = thread->process->pid;
	uint64_t address = 0, last;

	tt_symbols_at(check->symbols, time_ns);
	last = tt_symbols_own_call(check->symbols, pid, caller, stack);
	for (guint i = 0; i < TT_STEER_FRAMES && address != last; i++) {
		address = address_at(caller, stack, i);
		const struct tt_site *site = tt_symbols_call_site(check->symbols, pid, address);
		if (!site || !site->module || strchr(site->module, '\n'))
			return false;
		g_string_append_printf(text, "%s %s+0x%" G_GINT64_MODIFIER "x\n", kind, site->module, site->offset);
	}
	return true;
}

static char *edge_text(const struct tt_check *check, const struct tt_edge *edge)
{
	g_autoptr(GString) text = g_string_new("edge\n");

	if (put_site(text, "held", check, edge->thread, edge->held_caller, edge->held_stack, edge->held_ns) &&
	    put_site(text, "wanted", check, edge->thread, edge->wanted_caller, edge->wanted_stack, edge->wanted_ns))
		return g_string_free(g_steal_pointer(&text), FALSE);
	return NULL;
}

/* A semaphore can be one, and is taken in the same way. */
static bool is_lock(const struct tt_object *object)
{
	return object && (object->family == TT_FAMILY_LOCK || object->family == TT_FAMILY_SEMAPHORE);
}

/* One who reads waits for one who reads, or for itself: behind a writer, which is no part of the cycle. */
static bool needs_writer(const struct tt_finding *finding)
{
	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_edge *waiter = tt_finding_edge(finding, i);
		const struct tt_edge *holder = tt_finding_edge(finding, (i + 1) % finding->edges->len);
		if (waiter->wanted_mode == TT_MODE_SHARED && holder->held_mode == TT_MODE_SHARED)
			return true;
	}
	return false;
}

/* Why the edges as a whole cannot be steered by. The caller's to free; NULL: they can. */
static char *refusal(const struct tt_check *check, const struct tt_finding *finding)
{
	const char *const *changed = tt_symbols_changed(check->symbols);

	if (finding->edges->len > TT_STEER_EDGES)
		return g_strdup_printf("it has more than %d locks", TT_STEER_EDGES);
	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_edge *edge = tt_finding_edge(finding, i);
		if (!is_lock(edge->held) || !is_lock(edge->wanted))
			return g_strdup("it is not of locks alone");
	}
	if (needs_writer(finding))
		return g_strdup("it needs a writer to come between those who read, which is not steered");
	return *changed ? g_strdup_printf("%s has changed since: record again", *changed) : NULL;
}

GPtrArray *tt_confirm_edges(const struct tt_check *check, const struct tt_finding *finding, char **why)
{
	g_autoptr(GPtrArray) edges = g_ptr_array_new_with_free_func(g_free);

	*why = refusal(check, finding);
	for (guint i = 0; !*why && i < finding->edges->len; i++) {
		char *text = edge_text(check, tt_finding_edge(finding, i));
		if (text)
			g_ptr_array_add(edges, text);
		else
			*why = g_strdup("a site of it is in no file that the trace tells of");
	}
	return *why ? NULL : g_steal_pointer(&edges);
}

char *tt_confirm_plan(const GPtrArray *edges, double pause, double budget, bool meet)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "pause %.0f\nbudget %.0f\n%s", pause * 1e3, budget * 1e3, meet ? "meet\n" : "");
	for (guint i = 0; i < edges->len; i++)
		g_string_append(text, edges->pdata[i]);
	return g_string_free(text, FALSE);
}

/* The same, with edge i of `a` as edge i + `turn` of `b`. */
static bool is_same_turned(const GPtrArray *a, const GPtrArray *b, guint turn)
{
	for (guint i = 0; i < a->len; i++)
		if (strcmp(a->pdata[i], b->pdata[(i + turn) % b->len]) != 0)
			return false;
	return true;
}

bool tt_confirm_is_same(const GPtrArray *a, const GPtrArray *b)
{
	for (guint turn = 0; a->len == b->len && turn < a->len; turn++)
		if (is_same_turned(a, b, turn))
			return true;
	return false;
}
