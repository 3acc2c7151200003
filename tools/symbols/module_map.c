/* SPDX-License-Identifier: MIT */
#include "tools/symbols/module_map.h"

/* LTTng tells what a program has in memory within this time around its first event, before or after it. */
#define DUMP_NS INT64_C(1000000000)

struct process {
	GArray *mappings; /* struct tt_module_mapping, in the order of telling */
	GArray *begins;   /* int64_t: when its programs began */
};

struct tt_module_map {
	GHashTable *processes; /* pid → struct process */
	uint32_t last_pid;     /* asked for last: mostly the next one, too */
	struct process *last;
};

static void free_process(gpointer data)
{
	struct process *process = data;

	g_array_free(process->mappings, TRUE);
	g_array_free(process->begins, TRUE);
	g_free(process);
}

struct tt_module_map *tt_module_map_new(void)
{
	struct tt_module_map *mappings = g_new0(struct tt_module_map, 1);

	mappings->processes = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_process);
	return mappings;
}

void tt_module_map_free(struct tt_module_map *mappings)
{
	g_hash_table_destroy(mappings->processes);
	g_free(mappings);
}

static struct process *process_of(struct tt_module_map *mappings, uint32_t pid)
{
	struct process *process = mappings->last;

	if (process && mappings->last_pid == pid)
		return process;
	process = g_hash_table_lookup(mappings->processes, GUINT_TO_POINTER(pid));
	if (!process) {
		process = g_new0(struct process, 1);
		process->mappings = g_array_new(FALSE, FALSE, sizeof(struct tt_module_mapping));
		process->begins = g_array_new(FALSE, FALSE, sizeof(int64_t));
		g_hash_table_insert(mappings->processes, GUINT_TO_POINTER(pid), process);
	}
	mappings->last_pid = pid;
	mappings->last = process;
	return process;
}

static bool overlap(const struct tt_module_mapping *a, const struct tt_module_mapping *b)
{
	return a->base - b->base < b->size || b->base - a->base < a->size;
}

void tt_module_map_add(struct tt_module_map *mappings, uint32_t pid, const struct tt_module_mapping *mapping)
{
	GArray *all = process_of(mappings, pid)->mappings;

	for (guint i = mapping->exact ? 0 : all->len; i > 0; i--) {
		const struct tt_module_mapping *old = &g_array_index(all, struct tt_module_mapping, i - 1);

		if (!overlap(old, mapping))
			continue;
		if (old->base == mapping->base && old->size == mapping->size && old->binary == mapping->binary &&
		    old->end_ns == INT64_MAX)
			return; /* told again, by a later state dump */
		break;
	}
	g_array_append_val(all, *mapping);
}

void tt_mappings_end(struct tt_module_map *mappings, uint32_t pid, uint64_t base, int64_t time_ns)
{
	GArray *all = process_of(mappings, pid)->mappings;

	for (guint i = all->len; i > 0; i--) {
		struct tt_module_mapping *mapping = &g_array_index(all, struct tt_module_mapping, i - 1);

		if (mapping->base == base && mapping->end_ns == INT64_MAX) {
			mapping->end_ns = time_ns;
			return;
		}
	}
}

void tt_module_map_begin(struct tt_module_map *mappings, uint32_t pid, int64_t time_ns)
{
	g_array_append_val(process_of(mappings, pid)->begins, time_ns);
}

/* Since when it lies there: what is told around the begin of a program was there from it on. */
static int64_t since(const struct process *process, const struct tt_module_mapping *mapping)
{
	int64_t nearest = DUMP_NS, begin = mapping->time_ns;

	if (mapping->exact)
		return begin;
	for (guint i = 0; i < process->begins->len; i++) {
		int64_t time = g_array_index(process->begins, int64_t, i);

		if (ABS(mapping->time_ns - time) < nearest) {
			nearest = ABS(mapping->time_ns - time);
			begin = time;
		}
	}
	return begin;
}

/* Whether `a` rather than `b`, of which only one can have been there, was there at the time. */
static bool is_better(const struct process *process, const struct tt_module_mapping *a,
                      const struct tt_module_mapping *b, int64_t time_ns)
{
	int64_t a_ns = since(process, a), b_ns = since(process, b);
	bool a_gone = a->end_ns <= time_ns, b_gone = b->end_ns <= time_ns;

	if (a_gone != b_gone)
		return b_gone; /* what is there, or comes next */
	if (a_gone)
		return a->end_ns >= b->end_ns;
	if (a_ns > time_ns || b_ns > time_ns)
		return a_ns < b_ns; /* nothing is known of before: the first that was there */
	return a_ns >= b_ns;
}

const struct tt_module_mapping *tt_module_map_at(struct tt_module_map *mappings, uint32_t pid, uint64_t address,
                                                 int64_t time_ns)
{
	const struct process *process = process_of(mappings, pid);
	const struct tt_module_mapping *best = NULL;

	for (guint i = 0; i < process->mappings->len; i++) {
		const struct tt_module_mapping *mapping =
		    &g_array_index(process->mappings, struct tt_module_mapping, i);

		if (address - mapping->base >= mapping->size)
			continue;
		if (!best || is_better(process, mapping, best, time_ns))
			best = mapping;
	}
	return best;
}

const struct tt_module_mapping *tt_mappings_first(struct tt_module_map *mappings, uint32_t pid, int64_t time_ns)
{
	const struct process *process = process_of(mappings, pid);
	int64_t begin = INT64_MIN;

	for (guint i = 0; i < process->begins->len; i++) {
		int64_t time = g_array_index(process->begins, int64_t, i);
		if (time <= time_ns)
			begin = MAX(begin, time);
	}
	for (guint i = 0; i < process->mappings->len; i++) {
		const struct tt_module_mapping *mapping =
		    &g_array_index(process->mappings, struct tt_module_mapping, i);
		if (mapping->exact && mapping->time_ns >= begin)
			return mapping;
	}
	return NULL;
}

const struct tt_module_mapping *tt_module_map_find(struct tt_module_map *mappings, uint32_t pid,
                                                   bool (*is)(const struct tt_binary *binary), int64_t time_ns)
{
	const struct process *process = process_of(mappings, pid);
	const struct tt_module_mapping *best = NULL;

	for (guint i = 0; i < process->mappings->len; i++) {
		const struct tt_module_mapping *mapping =
		    &g_array_index(process->mappings, struct tt_module_mapping, i);

		if (is(mapping->binary) && (!best || is_better(process, mapping, best, time_ns)))
			best = mapping;
	}
	return best;
}
