/* SPDX-License-Identifier: MIT */
#include "tools/finding/finding.h"

static void clear_edge(void *data)
{
	struct tt_edge *edge = data;
	g_free(edge->note);
}

static GArray *new_edges(void)
{
	GArray *edges = g_array_new(FALSE, TRUE, sizeof(struct tt_edge));
	g_array_set_clear_func(edges, clear_edge);
	return edges;
}

struct tt_finding *tt_finding_new(const struct tt_rule *rule, enum tt_level level, char *verdict)
{
	struct tt_finding *finding = g_new0(struct tt_finding, 1);

	finding->rule = rule;
	finding->level = level;
	finding->verdict = verdict;
	finding->edges = new_edges();
	finding->blocked = new_edges();
	finding->witness = g_array_new(FALSE, TRUE, sizeof(struct tt_witness_step));
	finding->notes = g_ptr_array_new_with_free_func(g_free);
	finding->classes = g_ptr_array_new_with_free_func(g_free);
	return finding;
}

void tt_finding_free(struct tt_finding *finding)
{
	if (!finding)
		return;
	g_array_free(finding->edges, TRUE);
	g_array_free(finding->blocked, TRUE);
	g_array_free(finding->witness, TRUE);
	g_ptr_array_free(finding->notes, TRUE);
	g_ptr_array_free(finding->classes, TRUE);
	g_free(finding->verdict);
	g_free(finding->fingerprint);
	g_free(finding->suppressed);
	g_free(finding->run);
	g_free(finding);
}

void tt_finding_note(struct tt_finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(finding->notes, g_strdup_vprintf(format, args));
	va_end(args);
}

bool tt_finding_is_open(const struct tt_finding *finding)
{
	return !finding->suppressed && !finding->known;
}

struct tt_edge *tt_finding_edge(const struct tt_finding *finding, guint i)
{
	return &g_array_index(finding->edges, struct tt_edge, i);
}

struct tt_edge tt_edge_of_wait(struct tt_thread *thread)
{
	return (struct tt_edge){
	    .thread = thread,
	    .wanted = thread->wait.object,
	    .wanted_mode = thread->wait.mode,
	    .wanted_caller = thread->wait.caller,
	    .wanted_stack = thread->wait.stack,
	    .wanted_ns = thread->wait.since_ns,
	};
}

void tt_edge_set_hold(struct tt_edge *edge, const struct tt_hold *hold)
{
	edge->held = hold->object;
	edge->held_mode = hold->mode;
	edge->held_caller = hold->caller;
	edge->held_stack = hold->stack;
	edge->held_ns = hold->since_ns;
}

char *tt_object_phrase(const struct tt_object *object)
{
	static const char *const families[] = {
	    [TT_FAMILY_LOCK] = "lock",           [TT_FAMILY_CONDITION] = "condition", [TT_FAMILY_EVENT] = "event",
	    [TT_FAMILY_SEMAPHORE] = "semaphore", [TT_FAMILY_BARRIER] = "barrier",     [TT_FAMILY_THREAD] = "thread",
	    [TT_FAMILY_LOCAL] = "local",         [TT_FAMILY_FUTEX] = "futex",
	};
	/* Which of its waiters a lock prefers is not what people call it by. */
	unsigned called = object->kind == TT_KIND_RWLOCK_WRITER ? TT_KIND_RWLOCK : object->kind;
	const char *kind = object->family == TT_FAMILY_LOCK ? tt_word_lock_kind(called) : NULL;

	return g_strdup_printf("%s \"%s\"", kind ? kind : families[object->family], object->name);
}

char *tt_thread_names(const GPtrArray *threads)
{
	enum { AT_MOST = 5 };
	GString *text = g_string_new(NULL);
	guint shown = threads->len > AT_MOST ? AT_MOST - 1 : threads->len;

	for (guint i = 0; i < shown; i++) {
		const struct tt_thread *thread = threads->pdata[i];
		if (i > 0)
			g_string_append(text, i + 1 == threads->len ? " and " : ", ");
		g_string_append(text, thread->name);
	}
	if (shown < threads->len)
		g_string_append_printf(text, " and %u more", threads->len - shown);
	return g_string_free(text, FALSE);
}
