/* SPDX-License-Identifier: MIT */
#include "tools/symbols/names/object_names.h"

#include <string.h>

#include "tools/symbols/names/entries.h"
#include "tools/symbols/names/labels.h"
#include "tools/symbols/names/recorded.h"

struct tt_symbol_names {
	struct tt_symbols *symbols;
	GHashTable *processes; /* pid → struct tt_named_process */
	GStringChunk *strings;
	uint32_t last_pid; /* asked for last: mostly the next one, too */
	struct tt_named_process *last;
};

static struct tt_named_process *begin_process(struct tt_symbol_names *names, uint32_t pid)
{
	struct tt_named_process *process = tt_named_process_new(names->strings);

	g_hash_table_insert(names->processes, GUINT_TO_POINTER(pid), process);
	return process;
}

static struct tt_named_process *process_of(struct tt_symbol_names *names, uint32_t pid)
{
	if (names->last && names->last_pid == pid)
		return names->last;
	names->last_pid = pid;
	names->last = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(pid));
	if (!names->last)
		names->last = begin_process(names, pid);
	return names->last;
}

struct tt_symbol_names *tt_symbol_names_new(struct tt_symbols *symbols)
{
	struct tt_symbol_names *names = g_new0(struct tt_symbol_names, 1);

	names->symbols = symbols;
	names->processes = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, tt_named_process_free);
	names->strings = g_string_chunk_new(4096);
	return names;
}

void tt_symbol_names_free(struct tt_symbol_names *names)
{
	if (!names)
		return;
	g_hash_table_destroy(names->processes);
	g_string_chunk_free(names->strings);
	g_free(names);
}

static const char *name_thread(struct tt_symbol_names *names, uint32_t pid, const char *recorded, size_t length,
                               uint64_t address)
{
	const struct tt_site *function = tt_symbols_function(names->symbols, pid, address);

	return function ? tt_entry_keep(names->strings, tt_label_thread(function, recorded, length)) : recorded;
}

static bool begins_object(const struct tt_event *event)
{
	return event->type == TT_EVENT_lock_init || event->type == TT_EVENT_cond_init ||
	       event->type == TT_EVENT_sem_init || event->type == TT_EVENT_barrier_init;
}

/* A futex has neither beginning nor end: it is first seen where a thread waits on it, or wakes. */
static bool is_of_futex(const struct tt_event *event)
{
	return event->type == TT_EVENT_futex_wait || event->type == TT_EVENT_futex_wake;
}

static bool ends_object(const struct tt_event *event)
{
	return event->type == TT_EVENT_lock_destroy || event->type == TT_EVENT_cond_destroy ||
	       event->type == TT_EVENT_sem_destroy || event->type == TT_EVENT_barrier_destroy;
}

/* The same object in the process that forked this one; NULL if there is none. */
static const struct tt_entry *entry_of_parent(struct tt_symbol_names *names, const struct tt_named_process *process,
                                              const struct tt_event *event)
{
	const struct tt_named_process *parent =
	    g_hash_table_lookup(names->processes, GUINT_TO_POINTER(process->parent));
	const struct tt_entry *entry =
	    parent && parent != process ? g_hash_table_lookup(parent->entries, &event->id) : NULL;

	/* After the fork both give the same ids to what they make. */
	return entry && !begins_object(event) && strcmp(entry->recorded, event->name) == 0 ? entry : NULL;
}

static void try_site(struct tt_symbol_names *names, struct tt_named_process *process, struct tt_entry *entry,
                     const struct tt_event *event)
{
	const struct tt_site *site = tt_symbols_own_site(names->symbols, event->pid, event->caller, event->stack);

	/* Where the program has no part in it, its next event may say where it belongs. */
	entry->begun = entry->begun || !site;
	if (site && site->module)
		tt_entry_name(process, entry, tt_label_site(site));
}

/* True: for good. By a site it is named only as long as no module is known that it lies in. */
static bool name_object(struct tt_symbol_names *names, struct tt_named_process *process, struct tt_entry *entry,
                        const struct tt_event *event)
{
	const char *symbol = tt_symbols_object(names->symbols, event->pid, entry->address);
	const struct tt_entry *parent = entry_of_parent(names, process, event);

	if (symbol) {
		tt_entry_let_go(process, entry);
		tt_entry_name(process, entry, g_strdup(symbol));
	} else if (entry->base) {
		return false;
	} else if (parent) {
		tt_entry_inherit(process, entry, parent);
		return parent->base && !parent->first;
	} else if (begins_object(event) || is_of_futex(event)) {
		try_site(names, process, entry, event);
	}
	return symbol;
}

static struct tt_entry *known(struct tt_named_process *process, uint64_t id, const char *recorded)
{
	struct tt_entry **recent = &process->recent[id % TT_RECENT_ENTRIES];

	if (!*recent || (*recent)->id != id)
		*recent = g_hash_table_lookup(process->entries, &id);
	return *recent && strcmp((*recent)->recorded, recorded) == 0 ? *recent : NULL;
}

/* Its name may come with a later module. */
static void wait_for_module(struct tt_named_process *process, struct tt_entry *entry, const struct tt_event *event)
{
	entry->first = g_new0(struct tt_first, 1);
	entry->first->time_ns = event->time_ns;
	entry->first->type = event->type;
	if (!entry->base && (begins_object(event) || is_of_futex(event))) {
		entry->first->caller = event->caller;
		entry->first->stack = event->stack ? g_memdup2(event->stack, sizeof *event->stack) : NULL;
	}
	g_array_append_val(process->nameless, entry->id);
}

/* Of one that is recorded as `Thread-` and more. */
static const char *numbered_name(struct tt_symbol_names *names, struct tt_named_process *process,
                                 const struct tt_event *event, uint64_t id, const char *recorded)
{
	uint64_t address;
	size_t length;
	struct tt_entry *entry = known(process, id, recorded);

	if (!entry && (length = tt_recorded_thread(recorded, &address)) > 0) {
		entry = tt_entry_new(process, id, recorded, address);
		entry->shown = name_thread(names, event->pid, entry->recorded, length, address);
		if (entry->shown == entry->recorded)
			wait_for_module(process, entry, event);
	}
	return entry ? entry->shown : recorded;
}

static inline const char *thread_name(struct tt_symbol_names *names, struct tt_named_process *process,
                                      const struct tt_event *event, uint64_t id, const char *recorded)
{
	if (!recorded || recorded[0] != 'T' || strncmp(recorded, "Thread-", 7) != 0)
		return recorded;
	return numbered_name(names, process, event, id, recorded);
}

static const char *object_name(struct tt_symbol_names *names, struct tt_named_process *process,
                               const struct tt_event *event)
{
	const char *number = event->name ? tt_recorded_number(event->name) : NULL;
	uint64_t address;
	struct tt_entry *entry;

	if (!number)
		return thread_name(names, process, event, event->id, event->name);
	entry = known(process, event->id, event->name);
	if (!entry && !tt_recorded_address(number, "", &address))
		return event->name;
	if (!entry) {
		entry = tt_entry_new(process, event->id, event->name, address);
		tt_entry_take_address(process, entry);
		if (!name_object(names, process, entry, event))
			wait_for_module(process, entry, event);
	} else if (entry->begun) {
		try_site(names, process, entry, event);
	}
	if (ends_object(event))
		tt_entry_retire(process, entry);
	return entry->shown;
}

/* The first event of a program: what was in the process before is no more. */
static void begin_program(struct tt_symbol_names *names, const struct tt_event *event)
{
	bool known_pid = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(event->pid));

	tt_symbols_begin(names->symbols, event->pid, event->time_ns);
	names->last = begin_process(names, event->pid);
	names->last_pid = event->pid;
	names->last->parent = known_pid ? 0 : event->ppid;
}

const struct tt_event *tt_symbol_names_apply(struct tt_symbol_names *names, const struct tt_event *event,
                                             struct tt_event *room)
{
	const char *thread, *name, *old;
	struct tt_named_process *process;

	tt_symbols_at(names->symbols, event->time_ns);
	if (event->type == TT_EVENT_thread_start && event->native_id == event->pid)
		begin_program(names, event);
	process = process_of(names, event->pid);
	thread = thread_name(names, process, event, event->thread_id, event->thread);
	name = object_name(names, process, event);
	old = thread_name(names, process, event, event->id, event->old);
	if (thread == event->thread && name == event->name && old == event->old)
		return event;
	*room = *event;
	room->thread = thread;
	room->name = name;
	room->old = old;
	return room;
}

static bool lies_in(uint64_t address, const struct tt_module *module)
{
	return address - module->base < module->size;
}

/* Whether the module can be what it lacks. */
static bool concerns(const struct tt_module *module, const struct tt_entry *entry)
{
	const struct tt_stack *stack = entry->first->stack;
	bool is_in = lies_in(entry->address, module) || lies_in(entry->first->caller - 1, module);

	for (guint i = 0; !is_in && stack && i < MIN(stack->n, TT_STACK_MAX); i++)
		is_in = lies_in(stack->frames[i] - 1, module);
	return is_in;
}

/* Names it as if the module had been known when it was first seen. True: for good. */
static bool name_late(struct tt_symbol_names *names, struct tt_named_process *process, struct tt_entry *entry,
                      uint32_t pid)
{
	const struct tt_event event = {.time_ns = entry->first->time_ns,
	                               .type = entry->first->type,
	                               .pid = pid,
	                               .id = entry->id,
	                               .name = entry->recorded,
	                               .caller = entry->first->caller,
	                               .stack = entry->first->stack};
	uint64_t address;
	size_t length = tt_recorded_thread(entry->recorded, &address);
	bool done;

	tt_symbols_at(names->symbols, event.time_ns);
	if (length) {
		entry->shown = name_thread(names, pid, entry->recorded, length, address);
		return entry->shown != entry->recorded;
	}
	done = name_object(names, process, entry, &event);
	if (entry->gone)
		tt_entry_let_go(process, entry);
	return done;
}

void tt_symbol_names_add(struct tt_symbol_names *names, const struct tt_module *module, tt_symbol_named *named,
                         void *data)
{
	struct tt_named_process *process = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(module->pid));
	guint left = 0;

	tt_symbols_add(names->symbols, module);
	for (guint i = 0; process && i < process->nameless->len; i++) {
		const uint64_t id = g_array_index(process->nameless, uint64_t, i);
		struct tt_entry *entry = g_hash_table_lookup(process->entries, &id);

		if (!entry || !entry->first)
			continue; /* another has the id now */
		const char *before = entry->shown;
		if (concerns(module, entry) && name_late(names, process, entry, module->pid))
			tt_entry_settle(entry);
		else
			g_array_index(process->nameless, uint64_t, left++) = id;
		if (entry->shown != before)
			named(module->pid, id, before, entry->shown, data);
	}
	if (process)
		g_array_set_size(process->nameless, left);
}

bool tt_symbol_names_lacks(const struct tt_symbol_names *names, uint32_t pid, uint64_t id)
{
	const struct tt_named_process *process = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(pid));
	const struct tt_entry *entry = process ? g_hash_table_lookup(process->entries, &id) : NULL;

	return entry && entry->first;
}

uint64_t tt_symbol_names_address(const struct tt_symbol_names *names, uint32_t pid, uint64_t id)
{
	const struct tt_named_process *process = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(pid));
	const struct tt_entry *entry = process ? g_hash_table_lookup(process->entries, &id) : NULL;

	return entry ? entry->address : 0;
}
