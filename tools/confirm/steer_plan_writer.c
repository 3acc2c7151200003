/* SPDX-License-Identifier: MIT */
#include "tools/confirm/steer_plan_writer.h"

#include <string.h>

#include "tools/finding/fingerprint.h"
#include "tools/check/lockgraph/lockset.h"
#include "tools/check/rules.h"

bool tt_confirm_can_steer(const struct tt_finding *finding)
{
	bool rule = finding->rule == &tt_rules[TT_RULE_PREDICTED] || finding->rule == &tt_rules[TT_RULE_ORDER] ||
	            finding->rule == &tt_rules[TT_RULE_COMMUNICATION];

	return rule && (finding->level == TT_LEVEL_PREDICTED || finding->level == TT_LEVEL_POTENTIAL);
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
		if (!site || !site->module_file || strchr(site->module_file, '\n'))
			return false;
		g_string_append_printf(text, "%s %s+0x%" G_GINT64_MODIFIER "x\n", kind, site->module_file,
		                       site->offset);
	}
	return true;
}

/* What a thread of a plan has: not that it is alive. */
static bool has_lock(const struct tt_edge *edge)
{
	return edge->held && tt_is_lock(edge->held);
}

static bool asks_for_lock(const struct tt_edge *edge)
{
	return edge->wanted && tt_is_lock(edge->wanted);
}

char *tt_confirm_edge(const struct tt_check *check, const struct tt_edge *edge)
{
	g_autoptr(GString) text = g_string_new("edge\n");
	bool held = !has_lock(edge) ||
	            put_site(text, "held", check, edge->thread, edge->held_caller, edge->held_stack, edge->held_ns);

	if (held && put_site(text, asks_for_lock(edge) ? "wanted" : "waits", check, edge->thread, edge->wanted_caller,
	                     edge->wanted_stack, edge->wanted_ns))
		return g_string_free(g_steal_pointer(&text), FALSE);
	return NULL;
}

char *tt_confirm_names(const struct tt_edge *edge)
{
	g_autofree char *thread = tt_stable_name(edge->thread->name);

	return g_strdup_printf("%s\001%s\001%s", thread, has_lock(edge) ? edge->held->name : "",
	                       edge->wanted ? edge->wanted->name : "");
}

static bool is_member(const struct tt_finding *finding, const struct tt_thread *thread)
{
	for (guint i = 0; i < finding->edges->len; i++) {
		if (tt_finding_edge(finding, i)->thread == thread)
			return true;
	}
	return false;
}

/* Who waits in the witness and is none of the finding's: a writer, behind whom those who read wait. */
static void add_writers(GArray *edges, const struct tt_finding *finding)
{
	for (guint i = 0; i < finding->witness->len; i++) {
		const struct tt_witness_step *step = &g_array_index(finding->witness, struct tt_witness_step, i);
		struct tt_edge edge = {.thread = step->thread,
		                       .wanted = step->object,
		                       .wanted_mode = step->mode,
		                       .wanted_caller = step->caller,
		                       .wanted_stack = step->stack,
		                       .wanted_ns = step->time_ns};
		if (step->blocks && !is_member(finding, step->thread))
			g_array_append_val(edges, edge);
	}
}

/* First those who have a lock and ask for one, in their order; then those who wait with one; then those who ask. */
static GArray *edges_in_order(const struct tt_finding *finding)
{
	GArray *edges = g_array_new(FALSE, FALSE, sizeof(struct tt_edge));

	for (guint class = 0; class < 3; class ++) {
		for (guint i = 0; i < finding->edges->len; i++) {
			const struct tt_edge *edge = tt_finding_edge(finding, i);
			if (class == (has_lock(edge) ? !asks_for_lock(edge) : 2U))
				g_array_append_val(edges, *edge);
		}
	}
	add_writers(edges, finding);
	return edges;
}

/* How many of the finding's edges are a cycle of locks: all, or none. */
static guint ring_of(const struct tt_finding *finding)
{
	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_edge *edge = tt_finding_edge(finding, i);
		if (!has_lock(edge) || !asks_for_lock(edge))
			return 0;
	}
	return finding->cycle ? finding->edges->len : 0;
}

/* Why the edges as a whole cannot be steered by. The caller's to free; NULL: they can. */
static char *refusal(const struct tt_check *check, const GArray *edges)
{
	const char *const *changed = tt_symbols_changed(check->symbols);

	if (edges->len > TT_STEER_EDGES)
		return g_strdup_printf("it has more than %d threads", TT_STEER_EDGES);
	if (edges->len < 2)
		return g_strdup("who else is in it is not known");
	for (guint i = 0; i < edges->len; i++) {
		const struct tt_edge *edge = &g_array_index(edges, struct tt_edge, i);
		if (!has_lock(edge) && !asks_for_lock(edge))
			return g_strdup("a thread of it has no lock and asks for none");
	}
	return *changed ? g_strdup_printf("%s has changed since: record again", *changed) : NULL;
}

struct tt_confirm_edges tt_confirm_edges(const struct tt_check *check, const struct tt_finding *finding, char **why)
{
	g_autoptr(GArray) edges = edges_in_order(finding);
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	*why = refusal(check, edges);
	for (guint i = 0; !*why && i < edges->len; i++) {
		const struct tt_edge *edge = &g_array_index(edges, struct tt_edge, i);
		char *text = tt_confirm_edge(check, edge);
		g_ptr_array_add(names, tt_confirm_names(edge));
		if (text)
			g_ptr_array_add(texts, text);
		else
			*why = g_strdup("a site of it is in no file that the trace tells of");
	}
	if (*why)
		return (struct tt_confirm_edges){.all = NULL};
	return (struct tt_confirm_edges){g_steal_pointer(&texts), g_steal_pointer(&names), ring_of(finding)};
}

char *tt_confirm_steer_plan(const struct tt_confirm_edges *edges, double pause, double budget, bool meet)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "pause %.0f\nbudget %.0f\n%sring %u\n", pause * 1e3, budget * 1e3,
	                       meet ? "meet\n" : "", edges->ring);
	for (guint i = 0; i < edges->all->len; i++)
		g_string_append(text, edges->all->pdata[i]);
	return g_string_free(text, FALSE);
}
