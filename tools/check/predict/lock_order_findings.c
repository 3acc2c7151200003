/* SPDX-License-Identifier: MIT */
#include "tools/check/predict/lock_order_findings.h"

#include "tools/check/predict/exclusion.h"
#include "tools/check/rules.h"

static const struct tt_lock_dependency *dependency_of(const struct tt_lock_cycle *cycle, guint i)
{
	return cycle->dependencies->pdata[i % cycle->dependencies->len];
}

/* A thread is joined in it: then it is no matter of the order of locks alone. */
static bool has_join(const struct tt_lock_cycle *cycle)
{
	for (guint i = 0; i < cycle->dependencies->len; i++) {
		if (dependency_of(cycle, i)->wanted.object->family == TT_FAMILY_THREAD)
			return true;
	}
	return false;
}

/* Lost events, or locks of before the trace, can make a thread seem to hold what it does not. */
static bool is_sure(const struct tt_check *check, const struct tt_predictor *run)
{
	return !tt_check_has_discarded(check) && !run->history->partial;
}

static char *locks_text(const struct tt_lock_cycle *cycle)
{
	enum { AT_MOST = 6 };
	guint n = cycle->dependencies->len;
	guint shown = n > AT_MOST ? AT_MOST - 1 : n;
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < shown; i++) {
		g_autofree char *name = tt_object_phrase(dependency_of(cycle, i)->held.object);
		g_string_append_printf(text, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", name);
	}
	if (shown < n)
		g_string_append_printf(text, " and %u more", n - shown);
	return g_string_free(text, FALSE);
}

/* One that joins for another while it has what that needs. */
static char *join_text(const struct tt_lock_cycle *cycle)
{
	for (guint i = 0; i < cycle->dependencies->len; i++) {
		const struct tt_lock_dependency *joins = dependency_of(cycle, i);
		if (joins->wanted.object->family != TT_FAMILY_THREAD || joins->held.object->family == TT_FAMILY_THREAD)
			continue;
		g_autofree char *held = tt_object_phrase(joins->held.object);
		return g_strdup_printf("%s joins %s while holding %s, which that thread's end needs",
		                       joins->thread->name, joins->wanted.object->name, held);
	}
	return g_strdup("threads join each other");
}

/* One who reads what it reads. */
static bool is_again(const struct tt_lock_cycle *cycle)
{
	return cycle->dependencies->len == 1;
}

static char *verdict_of(const struct tt_lock_cycle *cycle)
{
	g_autofree char *locks = locks_text(cycle);

	if (has_join(cycle))
		return join_text(cycle);
	if (is_again(cycle))
		return g_strdup_printf("%s asks to read %s again while it reads it",
		                       dependency_of(cycle, 0)->thread->name, locks);
	return g_strdup_printf("%s are taken in %s", locks,
	                       cycle->dependencies->len == 2 ? "both orders" : "a circular order");
}

static char *predicted_verdict(const struct tt_lock_cycle *cycle)
{
	g_autoptr(GPtrArray) threads = g_ptr_array_new();
	g_autofree char *why = verdict_of(cycle);

	if (is_again(cycle))
		return g_strdup_printf("%s, behind a writer that waits for it", why);
	for (guint i = 0; i < cycle->dependencies->len; i++)
		g_ptr_array_add(threads, dependency_of(cycle, i)->thread);
	g_autofree char *names = tt_thread_names(threads);
	return g_strdup_printf("%s can wait for each other%s: %s", names, threads->len > 2 ? ", in a circle" : "", why);
}

static void add_edges(struct tt_finding *finding, const struct tt_lock_cycle *cycle, const struct tt_predictor *run)
{
	const struct tt_witness *proof = cycle->proof;

	for (guint i = 0; i < cycle->dependencies->len; i++) {
		const struct tt_lock_dependency *dependency = dependency_of(cycle, i);
		struct tt_edge edge = {
		    .thread = dependency->thread,
		    .wanted = dependency->wanted.object,
		    .wanted_mode = dependency->wanted.mode,
		    .wanted_caller = dependency->wanted.caller,
		    .wanted_stack = dependency->wanted.stack,
		    .wanted_ns = dependency->wanted.time_ns,
		    .note = dependency->wanted.timed ? g_strdup("with a time limit") : NULL,
		};
		tt_edge_set_hold(&edge, &dependency->held);
		if (proof)
			tt_witness_set_edge(proof, i, run, &edge);
		g_array_append_val(finding->edges, edge);
	}
}

static char *why_apart(const struct tt_predictor *run, const struct tt_inherited_locks *guards,
                       const struct tt_lock_cycle *cycle)
{
	guint n = cycle->dependencies->len;
	char *why = NULL;

	for (guint i = 0; i < n; i++) {
		for (guint j = i + 1; j < n && !why; j++)
			why =
			    tt_exclusion_reason(run->clocks, guards, dependency_of(cycle, i), dependency_of(cycle, j));
	}
	return why;
}

/* Of those who could come between two who read. */
static char *why_no_writer(const struct tt_predictor *run, const struct tt_inherited_locks *guards,
                           const struct tt_queued_writers *writers, const struct tt_lock_cycle *cycle)
{
	char *why = NULL;

	for (guint i = 0; i < cycle->dependencies->len; i++) {
		const struct tt_lock_dependency *waiter = dependency_of(cycle, i),
						*holder = dependency_of(cycle, i + 1);
		const GPtrArray *all =
		    tt_both_read(waiter, holder) ? tt_queued_writers_of(writers, waiter->wanted.object) : NULL;
		for (guint j = 0; all && j < all->len && !why; j++) {
			why = tt_exclusion_reason(run->clocks, guards, all->pdata[j], waiter);
			why = why ? why : tt_exclusion_reason(run->clocks, guards, all->pdata[j], holder);
		}
	}
	return why;
}

static void note_exclusion(const struct tt_predictor *run, const struct tt_inherited_locks *guards,
                           const struct tt_queued_writers *writers, struct tt_finding *finding,
                           const struct tt_lock_cycle *cycle)
{
	g_autofree char *why = why_apart(run, guards, cycle);

	if (!why)
		why = why_no_writer(run, guards, writers, cycle);
	if (why)
		tt_finding_note(finding, "It cannot deadlock in this run: %s.", why);
}

static void note_loss(const struct tt_check *check, const struct tt_predictor *run, struct tt_finding *finding)
{
	g_autofree char *loss = tt_event_loss_text(check);

	if (tt_check_has_discarded(check))
		tt_finding_note(finding, "%s lost: a lock that seems held may have been released.", loss);
	if (run->history->partial)
		tt_finding_note(finding,
		                "Locks were held from before the trace began, so not all that led here is known.");
}

/* Who joins may have waited for what the proof leaves out. Locks alone are taken in an order, whatever the data. */
static bool is_doubtful(const struct tt_lock_cycle *cycle, const struct tt_predictor *run)
{
	guint n = cycle->dependencies->len;

	for (guint i = 0; i < n && cycle->proof && has_join(cycle); i++) {
		if (tt_witness_depends_on_notify(cycle->proof, (i + 1) % n, i, run))
			return true;
	}
	return false;
}

static void note_potential(struct tt_finding *finding, const struct tt_lock_cycle *cycle,
                           const struct tt_predictor *run)
{
	if (cycle->class == TT_CYCLE_TIMED)
		tt_finding_note(finding, "Recoverable: a thread that asks with a time limit gives up and can go on.");
	tt_finding_note(finding, "Checked: the threads are different, hold no lock in common there, and neither "
	                         "starting, joining nor waking each other keeps them apart.");
	if (run->history->full)
		tt_finding_note(finding, "Not decided: it may lie beyond the part of the run that could be kept.");
	else if (run->closure->steps == 0)
		tt_finding_note(finding, "Not decided: there was too much to try.");
	else if (is_doubtful(cycle, run))
		tt_finding_note(finding, "%s", tt_witness_caveat);
	else if (!cycle->reached && cycle->class == TT_CYCLE_UNTIMED)
		tt_finding_note(finding, "Not shown: an order of this run's events that leads there. It would need "
		                         "critical sections in another order than they had here, after which the "
		                         "program may do something else.");
}

/* One who is in the steps and not in the cycle: readers wait behind it. */
static void note_writer(struct tt_finding *finding, const struct tt_lock_cycle *cycle)
{
	for (guint i = 0; i < finding->witness->len; i++) {
		const struct tt_witness_step *step = &g_array_index(finding->witness, struct tt_witness_step, i);
		bool member = !step->blocks;
		for (guint j = 0; j < cycle->dependencies->len; j++)
			member |= dependency_of(cycle, j)->thread == step->thread;
		if (!member)
			tt_finding_note(finding,
			                "It needs %s writing thread: %s. Writers go first here, so who reads waits "
			                "behind it.",
			                is_again(cycle) ? "another," : "a third,", step->thread->name);
	}
}

static void note_grounds(struct tt_finding *finding)
{
	tt_finding_note(finding, "Checked: these steps keep all that orders the threads in this run (starts, joins, "
	                         "wake-ups, critical sections), and were replayed.");
	tt_finding_note(finding, "Not seen: data that decides what the threads do, other than by these events.");
}

void tt_report_lock_cycle(struct tt_check *check, const struct tt_lock_cycle *cycle, const struct tt_predictor *run,
                          const struct tt_inherited_locks *guards, const struct tt_queued_writers *writers)
{
	static const char *const remedy =
	    "Take these locks in one order in every thread, or hold only one of them at a time.";
	static const char *const join_remedy = "Release the lock before joining, or end the thread without it.";
	static const char *const again_remedy = "Do not ask for a lock that the thread reads: pass on that it has it.";
	const struct tt_witness *proof = is_sure(check, run) && !is_doubtful(cycle, run) ? cycle->proof : NULL;
	bool excluded = cycle->class == TT_CYCLE_EXCLUDED;
	enum tt_rule_index rule = has_join(cycle) ? TT_RULE_COMMUNICATION : proof ? TT_RULE_PREDICTED : TT_RULE_ORDER;
	enum tt_level level = proof ? TT_LEVEL_PREDICTED : excluded ? TT_LEVEL_INVERSION : TT_LEVEL_POTENTIAL;
	struct tt_finding *finding =
	    tt_finding_new(&tt_rules[rule], level, proof ? predicted_verdict(cycle) : verdict_of(cycle));

	finding->cycle = true;
	finding->remedy = has_join(cycle) ? join_remedy : is_again(cycle) ? again_remedy : remedy;
	add_edges(finding, cycle, run);
	if (proof)
		g_array_append_vals(finding->witness, proof->witness->data, proof->witness->len);
	if (excluded)
		note_exclusion(run, guards, writers, finding, cycle);
	else if (proof)
		note_grounds(finding);
	else
		note_potential(finding, cycle, run);
	note_writer(finding, cycle);
	note_loss(check, run, finding);
	g_ptr_array_add(check->findings, finding);
}
