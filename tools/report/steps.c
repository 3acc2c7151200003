/* SPDX-License-Identifier: MIT */
#include "tools/report/steps.h"

/* What a thread does with an event of a witness; NULL: the event's own name is said. */
static const char *const verbs[TT_N_EVENT_TYPES] = {
    [TT_EVENT_lock_acquired] = "acquires",  [TT_EVENT_lock_wait] = "waits for",
    [TT_EVENT_lock_released] = "releases",  [TT_EVENT_cond_wait] = "waits for",
    [TT_EVENT_cond_woken] = "is woken by",  [TT_EVENT_cond_notify] = "notifies",
    [TT_EVENT_event_wait] = "waits for",    [TT_EVENT_event_woken] = "is woken by",
    [TT_EVENT_event_set] = "sets",          [TT_EVENT_event_clear] = "clears",
    [TT_EVENT_sem_wait] = "waits for",      [TT_EVENT_sem_acquired] = "acquires",
    [TT_EVENT_sem_released] = "releases",   [TT_EVENT_barrier_wait] = "comes to",
    [TT_EVENT_barrier_passed] = "passes",   [TT_EVENT_futex_wait] = "waits for",
    [TT_EVENT_futex_woken] = "is woken by", [TT_EVENT_futex_wake] = "wakes",
    [TT_EVENT_thread_create] = "makes",     [TT_EVENT_thread_start] = "starts",
    [TT_EVENT_thread_join_wait] = "joins",  [TT_EVENT_thread_join_done] = "has joined",
    [TT_EVENT_thread_exit] = "ends",
};

static guint index_of(struct tt_steps *all, struct tt_thread *thread)
{
	guint index;

	if (!g_ptr_array_find(all->threads, thread, &index)) {
		index = all->threads->len;
		g_ptr_array_add(all->threads, thread);
	}
	return index;
}

static void add(struct tt_steps *all, const struct tt_access *place, const char *verb, bool blocks)
{
	struct tt_report_step step = {index_of(all, place->thread), verb, *place, blocks};

	g_array_append_val(all->steps, step);
}

static void add_witness(struct tt_steps *all, const struct tt_finding *finding)
{
	for (guint i = 0; i < finding->witness->len; i++) {
		const struct tt_witness_step *step = &g_array_index(finding->witness, struct tt_witness_step, i);
		struct tt_access place = tt_step_access(step);
		const char *verb = verbs[step->type] ? verbs[step->type] : tt_event_type_names[step->type];

		if (step->type == TT_EVENT_lock_acquired && step->blocks)
			verb = verbs[TT_EVENT_lock_wait];
		else if (step->type == TT_EVENT_lock_acquired && tt_is_once(step->object))
			verb = "runs";
		add(all, &place, verb, step->blocks);
	}
}

static gint earlier(gconstpointer a, gconstpointer b)
{
	const struct tt_report_step *x = a, *y = b;
	return x->place.time_ns < y->place.time_ns ? -1 : x->place.time_ns > y->place.time_ns;
}

static void add_edges(struct tt_steps *all, const struct tt_finding *finding)
{
	for (guint i = 0; i < finding->edges->len; i++) {
		struct tt_access place = tt_edge_acquire(tt_finding_edge(finding, i));
		if (place.object)
			add(all, &place, tt_is_once(place.object) ? "runs" : "acquires", false);
	}
	for (guint i = 0; i < finding->edges->len; i++) {
		struct tt_access place = tt_edge_request(tt_finding_edge(finding, i));
		if (place.object)
			add(all, &place, place.object->thread ? "joins" : "waits for", true);
	}
	if (finding->rule->happened)
		g_array_sort(all->steps, earlier);
}

struct tt_steps *tt_steps_of(const struct tt_finding *finding)
{
	struct tt_steps *all = g_new0(struct tt_steps, 1);

	all->threads = g_ptr_array_new();
	all->steps = g_array_new(FALSE, FALSE, sizeof(struct tt_report_step));
	for (guint i = 0; i < finding->edges->len; i++)
		index_of(all, tt_finding_edge(finding, i)->thread);
	if (finding->witness->len > 0)
		add_witness(all, finding);
	else
		add_edges(all, finding);
	return all;
}

void tt_steps_free(struct tt_steps *steps)
{
	g_ptr_array_free(steps->threads, TRUE);
	g_array_free(steps->steps, TRUE);
	g_free(steps);
}

char *tt_step_text(const struct tt_report_step *step)
{
	const struct tt_object *object = step->place.object;

	return g_strdup_printf("%s%s%s", step->verb, object ? " " : "", object ? object->name : "");
}

char *tt_step_sentence(const struct tt_report_step *step)
{
	const struct tt_access *place = &step->place;
	g_autofree char *object = place->object ? tt_object_phrase(place->object) : NULL;

	return g_strdup_printf("%s %s%s%s%s", place->thread->name, step->verb, object ? " " : "", object ? object : "",
	                       place->mode == TT_MODE_SHARED ? ", shared," : "");
}
