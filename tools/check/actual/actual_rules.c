/* SPDX-License-Identifier: MIT */
#include "tools/check/rules.h"
#include "tools/check/actual/wait_for_graph.h"

/*
 * Who waits for good when the trace ends: in a cycle (TT001), for itself (TT002), or for somebody who is not left
 * (TT003). Each thread is told of once: those that wait in their turn for the threads of a finding are listed with it.
 */

/* One process. */
struct scene {
	struct tt_check *check;
	struct tt_wait_for_graph *graph;
	GHashTable *told; /* struct tt_node → struct tt_finding */
};

/* What waiters of each family wait for somebody to do, and what it is called when it was done. */
static const struct {
	const char *to_do, *done;
} acts[] = {
    [TT_FAMILY_LOCK] = {"release it", "released"},
    [TT_FAMILY_CONDITION] = {"notify it", "notified"},
    [TT_FAMILY_EVENT] = {"set it", "set"},
    [TT_FAMILY_SEMAPHORE] = {"release it", "released"},
    [TT_FAMILY_BARRIER] = {"come", NULL},
    [TT_FAMILY_THREAD] = {"end", NULL},
    [TT_FAMILY_LOCAL] = {"", NULL},
    [TT_FAMILY_FUTEX] = {"wake it", "woken"},
};

static const char *const remedies[TT_N_RULES] = {
    [TT_RULE_CYCLE] = "Take the locks in one order in every thread, or hold only one of them at a time; join no "
		      "thread while holding what it needs.",
    [TT_RULE_SELF] = "Release the lock first, or call what takes it without it. An RLock can be taken again.",
    [TT_RULE_STUCK] = "See that whoever is waited for does its part on every way out, test the state before "
		      "waiting for a change of it, or wait with a timeout.",
};

static struct tt_finding *add_finding(struct scene *scene, enum tt_rule_index rule, char *verdict)
{
	struct tt_finding *finding = tt_finding_new(&tt_rules[rule], TT_LEVEL_ACTUAL, verdict);

	finding->remedy = remedies[rule];
	g_ptr_array_add(scene->check->findings, finding);
	return finding;
}

/*
 * Says in the edge that its thread has the object, since when and where; a thread to join is itself the object. A
 * writer that no reader passes has not got it.
 */
static void set_held(struct tt_edge *edge, struct tt_object *object)
{
	edge->held = object->family == TT_FAMILY_THREAD ? object : NULL;
	for (guint i = 0; i < object->holds->len; i++) {
		const struct tt_hold *hold = object->holds->pdata[i];
		if (hold->thread == edge->thread)
			tt_edge_set_hold(edge, hold);
	}
}

/* Why no clock lets these threads go on. */
static const char *limits_of(const struct tt_finding *finding)
{
	for (guint i = 0; i < finding->edges->len; i++) {
		if (tt_finding_edge(finding, i)->thread->wait.timeout_ns >= 0)
			return "a time limit ends the wait for a condition, not that for its lock";
	}
	return "these waits have no time limit";
}

/* What the finding rests on, in notes. */
static void add_grounds(struct scene *scene, struct tt_finding *finding, bool surely)
{
	const struct tt_check *check = scene->check;
	g_autofree char *loss = tt_event_loss_text(check);
	g_autofree char *free_names = tt_thread_names(scene->graph->free);

	if (!tt_check_has_discarded(check))
		tt_finding_note(finding, "Checked: %s, and no event was lost.", limits_of(finding));
	else if (finding->level == TT_LEVEL_ACTUAL)
		tt_finding_note(finding, "Checked: %s. %s lost, all before they began.", limits_of(finding), loss);
	else
		tt_finding_note(finding,
		                "%s lost. What lets these threads go on may be among them: so this is potential, "
		                "not actual.",
		                loss);
	if (!surely && scene->graph->free->len > 0)
		tt_finding_note(finding, "Any thread may release a Lock; not blocked, and so able to: %s.", free_names);
	if (scene->graph->ended)
		tt_finding_note(finding, "It lasted until the process ended, which abandoned its daemon threads.");
	tt_finding_note(finding, "Not seen: what comes from outside, that is another process or a signal handler.");
}

/* Cycles. */

/* Since when all that the cycle rests on was so. What the program saw of the holder spares us its acquire. */
static int64_t cycle_since(const struct tt_finding *finding)
{
	int64_t since = INT64_MAX;

	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_edge *edge = tt_finding_edge(finding, i);
		const struct tt_edge *next = tt_finding_edge(finding, (i + 1) % finding->edges->len);
		bool seen = edge->wanted->family == TT_FAMILY_THREAD || !next->held ||
		            edge->thread->wait.holder == next->thread->id;
		since = MIN(since, seen ? edge->wanted_ns : MIN(edge->wanted_ns, next->held_ns));
	}
	return since;
}

static char *cycle_verdict(const GPtrArray *cycle)
{
	g_autoptr(GPtrArray) threads = g_ptr_array_new();
	const struct tt_node *first = cycle->pdata[0];
	const struct tt_object *wanted = first->thread->wait.object;
	g_autofree char *object = tt_object_phrase(wanted);

	for (guint i = 0; i < cycle->len; i++)
		g_ptr_array_add(threads, ((struct tt_node *)cycle->pdata[i])->thread);
	g_autofree char *names = tt_thread_names(threads);
	if (cycle->len == 1)
		return g_strdup_printf("%s waits for %s, %s itself", names, object,
		                       tt_is_once(wanted) ? "whose routine it runs" : "which it holds");
	return g_strdup_printf("%s wait for each other%s", names, cycle->len > 2 ? ", in a circle" : "");
}

static void tell_cycle(struct scene *scene, const GPtrArray *cycle)
{
	enum tt_rule_index rule = cycle->len == 1 ? TT_RULE_SELF : TT_RULE_CYCLE;
	struct tt_finding *finding = add_finding(scene, rule, cycle_verdict(cycle));
	bool surely = true, overtaken = false;

	finding->cycle = true;
	if (cycle->len == 1 && tt_is_once(((struct tt_node *)cycle->pdata[0])->thread->wait.object))
		finding->remedy = "See that nothing which the routine calls comes back to the same once.";
	for (guint i = 0; i < cycle->len; i++) {
		struct tt_node *node = cycle->pdata[i];
		const struct tt_node *before = cycle->pdata[(i + cycle->len - 1) % cycle->len];
		struct tt_edge edge = tt_edge_of_wait(node->thread);
		set_held(&edge, tt_wait_needs(&before->thread->wait));
		overtaken |= !edge.held;
		g_array_append_val(finding->edges, edge);
		g_hash_table_insert(scene->told, node, finding);
		surely &= node->surely;
	}
	if (overtaken)
		tt_finding_note(finding, "Writers go first here: a thread that reads must not ask to read again, since "
		                         "it waits behind a writer, and that for it.");
	/* Lost events make it less sure, unless all were lost before. */
	finding->anybody = !surely;
	if (scene->check->loss.last_ns >= cycle_since(finding))
		finding->level = TT_LEVEL_POTENTIAL;
	add_grounds(scene, finding, surely);
}

/* The edge of a thread that is stuck. */
static struct tt_edge stuck_edge(struct tt_thread *thread)
{
	struct tt_edge edge = tt_edge_of_wait(thread);

	if (thread->wait.destroys)
		edge.note = g_strdup("to destroy it");
	return edge;
}

static void add_blocked(struct scene *scene, struct tt_node *node, struct tt_finding *finding)
{
	const struct tt_object *needs = tt_wait_needs(&node->thread->wait);
	struct tt_edge edge = stuck_edge(node->thread);

	if (needs && edge.wanted->family == TT_FAMILY_CONDITION) {
		g_autofree char *lock = tt_object_phrase(needs);
		edge.note = g_strdup_printf("and needs %s back", lock);
	}
	g_array_append_val(finding->blocked, edge);
	g_hash_table_insert(scene->told, node, finding);
}

/* Those that wait, one for another, for the threads of a finding. */
static void list_blocked(struct scene *scene)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (guint i = 0; i < scene->graph->nodes->len; i++) {
			struct tt_node *node = scene->graph->nodes->pdata[i];
			struct tt_finding *finding = NULL;
			if (g_hash_table_contains(scene->told, node))
				continue;
			for (guint j = 0; j < node->holders->len && !finding; j++) {
				const struct tt_node *holder =
				    tt_wait_for_graph_node(scene->graph, node->holders->pdata[j]);
				finding = holder ? g_hash_table_lookup(scene->told, holder) : NULL;
			}
			if (!finding)
				continue;
			add_blocked(scene, node, finding);
			changed = true;
		}
	}
}

/* Stuck. */

/* Those who have exited with the object, or a place of it. */
static GPtrArray *gone_holders(const struct tt_object *object)
{
	GPtrArray *gone = g_ptr_array_new();

	for (guint i = 0; object && object->family != TT_FAMILY_THREAD && i < object->holds->len; i++) {
		struct tt_hold *hold = object->holds->pdata[i];
		if (hold->thread->state == TT_THREAD_EXITED && !hold->thread->wait.object)
			g_ptr_array_add(gone, hold);
	}
	return gone;
}

static const char *how_gone(const struct tt_thread *thread)
{
	return thread->left_behind ? "is not in this process" : "has exited";
}

/* By another thread, which was the one to be told of its end. */
static bool is_joined(const struct tt_object *object)
{
	return object->family == TT_FAMILY_THREAD && object->thread->joined_by;
}

static char *stuck_verdict(const GPtrArray *waiters, const struct tt_object *object, const GPtrArray *gone)
{
	g_autofree char *names = tt_thread_names(waiters);
	g_autofree char *what = tt_object_phrase(object);
	const char *verb = waiters->len == 1 ? "waits" : "wait";

	if (object->family == TT_FAMILY_CONDITION && gone->len > 0) {
		const struct tt_hold *hold = gone->pdata[0];
		g_autofree char *lock = tt_object_phrase(hold->object);
		return g_strdup_printf("%s %s for %s, and cannot have %s back, whose holder %s %s", names, verb, what,
		                       lock, hold->thread->name, how_gone(hold->thread));
	}
	if (object->family == TT_FAMILY_LOCK && gone->len > 0) {
		const struct tt_hold *hold = gone->pdata[0];
		return g_strdup_printf("%s %s for %s, whose holder %s %s", names, verb, what, hold->thread->name,
		                       how_gone(hold->thread));
	}
	if (is_joined(object))
		return g_strdup_printf("%s %s for %s, which %s has joined already", names, verb, what,
		                       object->thread->joined_by->name);
	if (object->family == TT_FAMILY_BARRIER)
		return g_strdup_printf("%s %s at %s, where %u of %u have come and nobody else is left", names, verb,
		                       what, object->waiters->len, object->parties);
	return g_strdup_printf("%s %s for %s, and nobody is left to %s", names, verb, what, acts[object->family].to_do);
}

static bool somebody_lives(const struct tt_wait_for_graph *graph)
{
	for (guint i = 0; i < graph->nodes->len; i++) {
		if (!((struct tt_node *)graph->nodes->pdata[i])->dead)
			return true;
	}
	return graph->free->len > 0;
}

/* Who acted on it last, and that nobody who could is left: what the stuck wait needs explained. */
static void explain(const struct scene *scene, struct tt_finding *finding, const struct tt_object *object)
{
	g_autoptr(GPtrArray) exited = g_ptr_array_new();
	const char *done = acts[object->family].done;

	if (object->last && done) {
		g_autofree char *when = tt_check_time_text(scene->check, object->last_ns);
		bool before = object->last_ns < tt_finding_edge(finding, 0)->wanted_ns;
		tt_finding_note(finding, "Last %s by %s at %s%s.", done, object->last->name, when,
		                before ? ", before this wait began" : "");
	} else if (done && object->whole && object->family != TT_FAMILY_LOCK) {
		tt_finding_note(finding, "Never %s.", done);
	}
	for (guint i = 0; i < scene->graph->process->threads->len; i++) {
		struct tt_thread *thread = scene->graph->process->threads->pdata[i];
		if (thread->state == TT_THREAD_EXITED && !thread->left_behind)
			g_ptr_array_add(exited, thread);
	}
	/* Of a lock whose holder has exited, nobody else matters. */
	if (somebody_lives(scene->graph))
		return;
	g_autofree char *names = tt_thread_names(exited);
	if (exited->len > 0)
		tt_finding_note(finding, "Exited: %s. All other threads are blocked, as above.", names);
	else
		tt_finding_note(finding, "All threads are blocked, as above.");
}

static void tell_stuck(struct scene *scene, const struct tt_wait *wait, const GPtrArray *waiters, bool surely)
{
	struct tt_object *object = wait->object, *needs = tt_wait_needs(wait);
	g_autoptr(GPtrArray) gone = gone_holders(needs);
	struct tt_finding *finding = add_finding(scene, TT_RULE_STUCK, stuck_verdict(waiters, object, gone));

	finding->anybody = gone->len == 0 && !is_joined(object);
	/* It rests on what did not happen at any time. */
	finding->level = tt_check_has_discarded(scene->check) || !surely ? TT_LEVEL_POTENTIAL : TT_LEVEL_ACTUAL;
	for (guint i = 0; i < waiters->len; i++) {
		struct tt_edge edge = stuck_edge(waiters->pdata[i]);
		g_array_append_val(finding->edges, edge);
	}
	for (guint i = 0; i < gone->len; i++) {
		const struct tt_hold *hold = gone->pdata[i];
		struct tt_edge edge = {.thread = hold->thread, .note = g_strdup(how_gone(hold->thread))};
		tt_edge_set_hold(&edge, hold);
		g_array_append_val(finding->edges, edge);
	}
	if (surely)
		explain(scene, finding, gone->len > 0 ? needs : object);
	add_grounds(scene, finding, surely);
	for (guint i = 0; i < waiters->len; i++)
		g_hash_table_insert(scene->told, tt_wait_for_graph_node(scene->graph, waiters->pdata[i]), finding);
}

/* A dead node that no other dead one is the cause of: it waits for anybody, or for a lock of one who is gone. */
static bool is_root(const struct scene *scene, const struct tt_node *node)
{
	if (!node->dead || g_hash_table_contains(scene->told, node))
		return false;
	for (guint i = 0; i < node->holders->len; i++) {
		const struct tt_node *holder = tt_wait_for_graph_node(scene->graph, node->holders->pdata[i]);
		if (holder && holder->dead)
			return false;
	}
	return true;
}

/* Of who destroys the object, one of those for whom it waits; the node itself if none of them is a root. */
static const struct tt_node *waiter_of(const struct scene *scene, const struct tt_node *node)
{
	const struct tt_wait *wait = &node->thread->wait;

	for (guint i = 0; wait->destroys && i < wait->object->waiters->len; i++) {
		const struct tt_node *waiter = tt_wait_for_graph_node(scene->graph, wait->object->waiters->pdata[i]);
		if (waiter && is_root(scene, waiter))
			return waiter;
	}
	return node;
}

/* All that wait in vain for the object of the node, and who waits for them to leave it. */
static void tell_root(struct scene *scene, const struct tt_node *node)
{
	g_autoptr(GPtrArray) waiters = g_ptr_array_new();
	const struct tt_node *root = waiter_of(scene, node);
	const struct tt_wait *wait = &root->thread->wait;
	const struct tt_object *object = wait->object;

	for (guint i = 0; i < object->waiters->len; i++) {
		const struct tt_node *other = tt_wait_for_graph_node(scene->graph, object->waiters->pdata[i]);
		if (other && is_root(scene, other) && tt_wait_needs(&other->thread->wait) == tt_wait_needs(wait))
			g_ptr_array_add(waiters, other->thread);
	}
	for (guint i = 0; i < scene->graph->nodes->len; i++) {
		const struct tt_node *other = scene->graph->nodes->pdata[i];
		if (other->thread->wait.object == object && other->thread->wait.destroys && is_root(scene, other))
			g_ptr_array_add(waiters, other->thread);
	}
	tell_stuck(scene, wait, waiters, root->surely);
}

/* One that anybody could let go on, if only a deadlock left anybody. */
static void blame(struct scene *scene, struct tt_node *node, struct tt_finding *deadlock)
{
	struct tt_edge edge = tt_edge_of_wait(node->thread);

	edge.note = g_strdup_printf("and nobody is left to %s", acts[edge.wanted->family].to_do);
	g_array_append_val(deadlock->blocked, edge);
	g_hash_table_insert(scene->told, node, deadlock);
}

static void tell_stuck_of(struct scene *scene)
{
	GPtrArray *nodes = scene->graph->nodes;
	struct tt_finding *deadlock = NULL;

	if (scene->graph->cycles->len > 0)
		deadlock = g_hash_table_lookup(scene->told, ((GPtrArray *)scene->graph->cycles->pdata[0])->pdata[0]);
	for (guint i = 0; i < nodes->len; i++) {
		struct tt_node *node = nodes->pdata[i];
		if (!is_root(scene, node))
			continue;
		if (node->anybody && node->holders->len == 0 && deadlock)
			blame(scene, node, deadlock);
		else
			tell_root(scene, node);
	}
}

static void finish_process(struct tt_check *check, struct tt_process *process)
{
	struct scene scene = {.check = check, .graph = tt_wait_for_graph_new(process)};

	scene.told = g_hash_table_new(NULL, NULL);
	for (guint i = 0; i < scene.graph->cycles->len; i++)
		tell_cycle(&scene, scene.graph->cycles->pdata[i]);
	list_blocked(&scene);
	/* Daemons of a process that is over may wait for what never comes: that is how they are used. */
	if (!scene.graph->ended) {
		tell_stuck_of(&scene);
		list_blocked(&scene);
	}
	g_hash_table_destroy(scene.told);
	tt_wait_for_graph_free(scene.graph);
}

static void finish(struct tt_check *check, void *state)
{
	(void)state;
	for (guint i = 0; i < check->model->processes->len; i++)
		finish_process(check, check->model->processes->pdata[i]);
}

const struct tt_rule_family tt_actual_family = {.finish = finish};
