/* SPDX-License-Identifier: MIT */
#include "tools/stats/stats.h"

static guint hash_site(gconstpointer key)
{
	const struct tt_site_usage *site = key;
	return g_int64_hash(&site->caller) ^ g_direct_hash(site->stack) ^ site->pid;
}

static gboolean same_site(gconstpointer a, gconstpointer b)
{
	const struct tt_site_usage *x = a, *y = b;
	return x->caller == y->caller && x->stack == y->stack && x->pid == y->pid;
}

static struct tt_usage *of_object(struct tt_stats *stats, struct tt_object *object)
{
	struct tt_object_usage *usage = g_hash_table_lookup(stats->by_object, object);

	if (!usage) {
		usage = g_new0(struct tt_object_usage, 1);
		usage->object = object;
		g_hash_table_insert(stats->by_object, object, usage);
		g_ptr_array_add(stats->objects, usage);
	}
	return &usage->usage;
}

static struct tt_thread_usage *of_thread(struct tt_stats *stats, struct tt_thread *thread)
{
	struct tt_thread_usage *usage = g_hash_table_lookup(stats->by_thread, thread);

	if (!usage) {
		usage = g_new0(struct tt_thread_usage, 1);
		usage->thread = thread;
		g_hash_table_insert(stats->by_thread, thread, usage);
		g_ptr_array_add(stats->threads, usage);
	}
	return usage;
}

static struct tt_usage *of_site(struct tt_stats *stats, uint32_t pid, uint64_t caller, const struct tt_stack *stack)
{
	const struct tt_site_usage key = {.pid = pid, .caller = caller, .stack = stack};
	struct tt_site_usage *usage = g_hash_table_lookup(stats->by_site, &key);

	if (!usage) {
		usage = g_memdup2(&key, sizeof key);
		g_hash_table_add(stats->by_site, usage);
		g_ptr_array_add(stats->sites, usage);
	}
	return &usage->usage;
}

const char *tt_stats_program(const struct tt_stats *stats, const struct tt_process *process)
{
	tt_symbols_at(stats->symbols, process->last_ns);
	return tt_symbols_program(stats->symbols, process->pid);
}

void tt_usage_add(struct tt_usage *sum, const struct tt_usage *one)
{
	sum->acquired += one->acquired;
	sum->waits += one->waits;
	sum->gave_up += one->gave_up;
	sum->wait_ns += one->wait_ns;
	sum->hold_ns += one->hold_ns;
	sum->longest_wait_ns = MAX(sum->longest_wait_ns, one->longest_wait_ns);
	sum->longest_hold_ns = MAX(sum->longest_hold_ns, one->longest_hold_ns);
}

/* What of the time is selected; -1: nothing. */
static int64_t selected_ns(const struct tt_stats *stats, int64_t begin_ns, int64_t end_ns)
{
	int64_t from = MAX(begin_ns - stats->begin_ns, stats->selection.from_ns);
	int64_t to = MIN(end_ns - stats->begin_ns, stats->selection.to_ns);

	return to >= from ? to - from : -1;
}

static bool matches(GPatternSpec *pattern, const char *name)
{
	return !pattern || g_pattern_spec_match_string(pattern, name);
}

static bool is_selected(const struct tt_stats *stats, const struct tt_thread *thread, const struct tt_object *object)
{
	const struct tt_stats_selection *selection = &stats->selection;

	return (!selection->pid || selection->pid == thread->process->pid) &&
	       matches(selection->thread, thread->name) && matches(selection->object, object->name);
}

static bool can_be_held(const struct tt_object *object)
{
	return object->family == TT_FAMILY_LOCK || object->family == TT_FAMILY_SEMAPHORE;
}

bool tt_stats_is_held(const struct tt_object_usage *usage)
{
	return usage->object->family == TT_FAMILY_LOCK || usage->usage.acquired > 0;
}

static void count_wait(struct tt_stats *stats, struct tt_thread *thread, bool got, int64_t end_ns)
{
	const struct tt_wait *wait = &thread->wait;
	int64_t length = selected_ns(stats, wait->since_ns, end_ns);
	struct tt_usage one = {.waits = 1, .gave_up = !got, .wait_ns = length, .longest_wait_ns = length};

	if (length < 0 || !is_selected(stats, thread, wait->object))
		return;
	struct tt_thread_usage *its = of_thread(stats, thread);
	tt_usage_add(of_object(stats, wait->object), &one);
	tt_usage_add(can_be_held(wait->object) ? &its->locks : &its->others, &one);
	tt_usage_add(of_site(stats, thread->process->pid, wait->caller, wait->stack), &one);
}

static void count_hold(struct tt_stats *stats, const struct tt_hold *hold, int64_t end_ns)
{
	int64_t length = selected_ns(stats, hold->since_ns, end_ns);
	struct tt_usage one = {.acquired = 1, .hold_ns = length, .longest_hold_ns = length};

	if (length < 0 || !is_selected(stats, hold->thread, hold->object))
		return;
	tt_usage_add(of_object(stats, hold->object), &one);
	tt_usage_add(&of_thread(stats, hold->thread)->locks, &one);
	tt_usage_add(of_site(stats, hold->thread->process->pid, hold->caller, hold->stack), &one);
}

static void on_wait_ended(struct tt_thread *thread, enum tt_outcome outcome, struct tt_thread *waker,
                          const struct tt_event *event, void *data)
{
	(void)waker;
	count_wait(data, thread, outcome == TT_OUTCOME_GOT, event->time_ns);
}

static void on_hold_ended(struct tt_hold *hold, const struct tt_event *event, void *data)
{
	count_hold(data, hold, event->time_ns);
}

struct tt_stats *tt_stats_new(const struct tt_stats_selection *selection)
{
	static const struct tt_observer observer = {.wait_ended = on_wait_ended, .hold_ended = on_hold_ended};
	struct tt_stats *stats = g_new0(struct tt_stats, 1);

	stats->selection = *selection;
	stats->model = tt_model_new();
	stats->symbols = tt_symbols_new();
	stats->names = tt_symbol_names_new(stats->symbols);
	stats->objects = g_ptr_array_new_with_free_func(g_free);
	stats->threads = g_ptr_array_new_with_free_func(g_free);
	stats->sites = g_ptr_array_new_with_free_func(g_free);
	stats->by_object = g_hash_table_new(NULL, NULL);
	stats->by_thread = g_hash_table_new(NULL, NULL);
	stats->by_site = g_hash_table_new(hash_site, same_site);
	tt_model_observe(stats->model, &observer, stats);
	return stats;
}

void tt_stats_free(struct tt_stats *stats)
{
	if (!stats)
		return;
	g_hash_table_destroy(stats->by_object);
	g_hash_table_destroy(stats->by_thread);
	g_hash_table_destroy(stats->by_site);
	g_ptr_array_free(stats->objects, TRUE);
	g_ptr_array_free(stats->threads, TRUE);
	g_ptr_array_free(stats->sites, TRUE);
	tt_model_free(stats->model);
	tt_symbol_names_free(stats->names);
	tt_symbols_free(stats->symbols);
	g_free(stats);
}

void tt_stats_feed(struct tt_stats *stats, const struct tt_event *event)
{
	struct tt_event room;

	if (!stats->begin_ns)
		stats->begin_ns = event->time_ns;
	tt_model_feed(stats->model, tt_symbol_names_apply(stats->names, event, &room));
}

/* Who was left waiting at the end has not given up. */
static void count_unfinished(struct tt_stats *stats, struct tt_thread *thread)
{
	int64_t end_ns = thread->process->last_ns;

	if (thread->left_behind)
		return; /* its holds are those that it has in the parent process */
	if (thread->state == TT_THREAD_ALIVE)
		end_ns = stats->model->now_ns;
	if (thread->wait.object)
		count_wait(stats, thread, true, end_ns);
	for (guint i = 0; i < thread->holds->len; i++)
		count_hold(stats, thread->holds->pdata[i], end_ns);
}

void tt_stats_finish(struct tt_stats *stats)
{
	for (guint i = 0; i < stats->model->processes->len; i++) {
		const struct tt_process *process = stats->model->processes->pdata[i];
		for (guint j = 0; j < process->threads->len; j++)
			count_unfinished(stats, process->threads->pdata[j]);
	}
}

static bool on_event(const struct tt_event *event, void *data)
{
	tt_stats_feed(data, event);
	return true;
}

static bool on_module(const struct tt_module *module, void *data)
{
	tt_symbols_add(((struct tt_stats *)data)->symbols, module);
	return true;
}

struct tt_stats *tt_stats_read(const char *path, const struct tt_stats_selection *selection, GError **error)
{
	static const struct tt_trace_handler handler = {.event = on_event, .module = on_module};
	struct tt_stats *stats = tt_stats_new(selection);

	if (!tt_trace_read(path, &handler, stats, &stats->summary, error)) {
		tt_stats_free(stats);
		return NULL;
	}
	tt_stats_finish(stats);
	return stats;
}
