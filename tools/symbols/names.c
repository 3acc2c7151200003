#include "tools/symbols/names.h"

#include <string.h>

#include "tools/symbols/labels.h"
#include "tools/symbols/recorded.h"

/* How many objects bear a name, but for their number. */
struct base {
	unsigned alive, last;
};

enum { RECENT_ENTRIES = 64 };

/* What it was first seen by. The chain of calls is of one that is to be named by it. */
struct first {
	int64_t time_ns;
	enum tt_event_type type;
	uint64_t caller;
	struct tt_stack *stack;
};

/* An object or thread that the interposer has named. */
struct entry {
	uint64_t id;
	const char *recorded, *shown;
	const char *base; /* what is shown without its number; NULL: as recorded */
	unsigned number;  /* from 1 */
	uint64_t address;
	bool alive;
	bool gone;           /* it has ended, or another is where it was */
	bool begun;          /* its begin was seen, but no site in the program yet */
	struct first *first; /* of one that a module, told later, may give its name, or another; else NULL */
};

struct process {
	GHashTable *entries;                  /* id → struct entry */
	struct entry *recent[RECENT_ENTRIES]; /* those asked for last, by the last bits of their ids */
	GHashTable *by_address;               /* address → struct entry: the one that is there now */
	GHashTable *bases;                    /* name → struct base */
	GArray *nameless;                     /* ids of entries that may have a `first`, in the order of their coming */
	uint32_t parent;                      /* 0 unknown */
};

struct tt_symbol_names {
	struct tt_symbols *symbols;
	GHashTable *processes; /* pid → struct process */
	GStringChunk *strings;
	uint32_t last_pid; /* asked for last: mostly the next one, too */
	struct process *last;
};

static void forget_first(struct entry *entry)
{
	if (entry->first)
		g_free(entry->first->stack);
	g_clear_pointer(&entry->first, g_free);
}

static void free_entry(gpointer data)
{
	forget_first(data);
	g_free(data);
}

static void free_process(gpointer data)
{
	struct process *process = data;

	g_hash_table_destroy(process->entries);
	g_hash_table_destroy(process->by_address);
	g_hash_table_destroy(process->bases);
	g_array_free(process->nameless, TRUE);
	g_free(process);
}

static struct process *new_process(struct tt_symbol_names *names, uint32_t pid)
{
	struct process *process = g_new0(struct process, 1);

	process->entries = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_entry);
	process->by_address = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	process->bases = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	process->nameless = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	g_hash_table_insert(names->processes, GUINT_TO_POINTER(pid), process);
	return process;
}

static struct process *process_of(struct tt_symbol_names *names, uint32_t pid)
{
	if (names->last && names->last_pid == pid)
		return names->last;
	names->last_pid = pid;
	names->last = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(pid));
	if (!names->last)
		names->last = new_process(names, pid);
	return names->last;
}

struct tt_symbol_names *tt_symbol_names_new(struct tt_symbols *symbols)
{
	struct tt_symbol_names *names = g_new0(struct tt_symbol_names, 1);

	names->symbols = symbols;
	names->processes = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_process);
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

static const char *keep(struct tt_symbol_names *names, char *text)
{
	const char *kept = g_string_chunk_insert_const(names->strings, text);

	g_free(text);
	return kept;
}

static const char *name_thread(struct tt_symbol_names *names, uint32_t pid, const char *recorded, size_t length,
                               uint64_t address)
{
	const struct tt_site *function = tt_symbols_function(names->symbols, pid, address);

	return function ? keep(names, tt_label_thread(function, recorded, length)) : recorded;
}

static struct base *base_of(struct process *process, const char *name)
{
	struct base *base = g_hash_table_lookup(process->bases, name);

	if (!base) {
		base = g_new0(struct base, 1);
		g_hash_table_insert(process->bases, (gpointer)(uintptr_t)name, base);
	}
	if (!base->alive++)
		base->last = 0;
	return base;
}

/* Gives the object a name that no other has that is alive. */
static void share_out(struct tt_symbol_names *names, struct process *process, struct entry *entry, char *name)
{
	entry->base = keep(names, name);
	entry->number = ++base_of(process, entry->base)->last;
	entry->shown =
	    entry->number == 1 ? entry->base : keep(names, g_strdup_printf("%s#%u", entry->base, entry->number));
	entry->alive = true;
	entry->begun = false;
}

/* Gives the object the name that it has in the parent. */
static void inherit(struct process *process, struct entry *entry, const struct entry *parent)
{
	struct base *base;

	if (!parent->base)
		return;
	base = base_of(process, parent->base);
	base->last = MAX(base->last, parent->number);
	entry->base = parent->base;
	entry->number = parent->number;
	entry->shown = parent->shown;
	entry->alive = true;
}

static void let_go(struct process *process, struct entry *entry)
{
	struct base *base = entry->alive ? g_hash_table_lookup(process->bases, entry->base) : NULL;

	if (base)
		base->alive--;
	entry->alive = false;
}

static void retire(struct process *process, struct entry *entry)
{
	let_go(process, entry);
	entry->gone = true;
}

/* What was at the address before is no more. */
static void take_address(struct process *process, struct entry *entry)
{
	struct entry *old = g_hash_table_lookup(process->by_address, &entry->address);

	if (old == entry)
		return;
	if (old)
		retire(process, old);
	g_hash_table_replace(process->by_address, g_memdup2(&entry->address, sizeof entry->address), entry);
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
static const struct entry *entry_of_parent(struct tt_symbol_names *names, const struct process *process,
                                           const struct tt_event *event)
{
	const struct process *parent = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(process->parent));
	const struct entry *entry =
	    parent && parent != process ? g_hash_table_lookup(parent->entries, &event->id) : NULL;

	/* After the fork both give the same ids to what they make. */
	return entry && !begins_object(event) && strcmp(entry->recorded, event->name) == 0 ? entry : NULL;
}

static void try_site(struct tt_symbol_names *names, struct process *process, struct entry *entry,
                     const struct tt_event *event)
{
	const struct tt_site *site = tt_symbols_own_site(names->symbols, event->pid, event->caller, event->stack);

	/* Where the program has no part in it, its next event may say where it belongs. */
	entry->begun = entry->begun || !site;
	if (site && site->module)
		share_out(names, process, entry, tt_label_site(site));
}

/* True: for good. By a site it is named only as long as no module is known that it lies in. */
static bool name_object(struct tt_symbol_names *names, struct process *process, struct entry *entry,
                        const struct tt_event *event)
{
	const char *symbol = tt_symbols_object(names->symbols, event->pid, entry->address);
	const struct entry *parent = entry_of_parent(names, process, event);

	if (symbol) {
		let_go(process, entry);
		share_out(names, process, entry, g_strdup(symbol));
	} else if (entry->base) {
		return false;
	} else if (parent) {
		inherit(process, entry, parent);
		return parent->base && !parent->first;
	} else if (begins_object(event) || is_of_futex(event)) {
		try_site(names, process, entry, event);
	}
	return symbol;
}

static struct entry *new_entry(struct tt_symbol_names *names, struct process *process, uint64_t id,
                               const char *recorded, uint64_t address)
{
	struct entry *entry = g_new0(struct entry, 1);
	const struct entry *old = g_hash_table_lookup(process->entries, &id);

	if (old && g_hash_table_lookup(process->by_address, &old->address) == old)
		g_hash_table_remove(process->by_address, &old->address);
	entry->id = id;
	entry->recorded = g_string_chunk_insert_const(names->strings, recorded);
	entry->shown = entry->recorded;
	entry->address = address;
	process->recent[id % RECENT_ENTRIES] = entry;
	g_hash_table_replace(process->entries, g_memdup2(&id, sizeof id), entry);
	return entry;
}

static struct entry *known(struct process *process, uint64_t id, const char *recorded)
{
	struct entry **recent = &process->recent[id % RECENT_ENTRIES];

	if (!*recent || (*recent)->id != id)
		*recent = g_hash_table_lookup(process->entries, &id);
	return *recent && strcmp((*recent)->recorded, recorded) == 0 ? *recent : NULL;
}

/* Its name may come with a module that is told later. */
static void wait_for_module(struct process *process, struct entry *entry, const struct tt_event *event)
{
	entry->first = g_new0(struct first, 1);
	entry->first->time_ns = event->time_ns;
	entry->first->type = event->type;
	if (!entry->base && (begins_object(event) || is_of_futex(event))) {
		entry->first->caller = event->caller;
		entry->first->stack = event->stack ? g_memdup2(event->stack, sizeof *event->stack) : NULL;
	}
	g_array_append_val(process->nameless, entry->id);
}

/* Of one that is recorded as `Thread-` and more. */
static const char *numbered_name(struct tt_symbol_names *names, struct process *process, const struct tt_event *event,
                                 uint64_t id, const char *recorded)
{
	uint64_t address;
	size_t length;
	struct entry *entry = known(process, id, recorded);

	if (!entry && (length = tt_recorded_thread(recorded, &address)) > 0) {
		entry = new_entry(names, process, id, recorded, address);
		entry->shown = name_thread(names, event->pid, entry->recorded, length, address);
		if (entry->shown == entry->recorded)
			wait_for_module(process, entry, event);
	}
	return entry ? entry->shown : recorded;
}

static inline const char *thread_name(struct tt_symbol_names *names, struct process *process,
                                      const struct tt_event *event, uint64_t id, const char *recorded)
{
	if (!recorded || recorded[0] != 'T' || strncmp(recorded, "Thread-", 7) != 0)
		return recorded;
	return numbered_name(names, process, event, id, recorded);
}

static const char *object_name(struct tt_symbol_names *names, struct process *process, const struct tt_event *event)
{
	const char *number = event->name ? tt_recorded_number(event->name) : NULL;
	uint64_t address;
	struct entry *entry;

	if (!number)
		return thread_name(names, process, event, event->id, event->name);
	entry = known(process, event->id, event->name);
	if (!entry && !tt_recorded_address(number, "", &address))
		return event->name;
	if (!entry) {
		entry = new_entry(names, process, event->id, event->name, address);
		take_address(process, entry);
		if (!name_object(names, process, entry, event))
			wait_for_module(process, entry, event);
	} else if (entry->begun) {
		try_site(names, process, entry, event);
	}
	if (ends_object(event))
		retire(process, entry);
	return entry->shown;
}

/* The first event of a program: what was in the process before is no more. */
static void begin_program(struct tt_symbol_names *names, const struct tt_event *event)
{
	bool known_pid = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(event->pid));

	tt_symbols_begin(names->symbols, event->pid, event->time_ns);
	names->last = new_process(names, event->pid);
	names->last_pid = event->pid;
	names->last->parent = known_pid ? 0 : event->ppid;
}

const struct tt_event *tt_symbol_names_apply(struct tt_symbol_names *names, const struct tt_event *event,
                                             struct tt_event *room)
{
	const char *thread, *name, *old;
	struct process *process;

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
static bool concerns(const struct tt_module *module, const struct entry *entry)
{
	const struct tt_stack *stack = entry->first->stack;
	bool is_in = lies_in(entry->address, module) || lies_in(entry->first->caller - 1, module);

	for (guint i = 0; !is_in && stack && i < MIN(stack->n, TT_STACK_MAX); i++)
		is_in = lies_in(stack->frames[i] - 1, module);
	return is_in;
}

/* Names it as if the module had been known when it was first seen. True: for good. */
static bool name_late(struct tt_symbol_names *names, struct process *process, struct entry *entry, uint32_t pid)
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
		let_go(process, entry);
	return done;
}

void tt_symbol_names_add(struct tt_symbol_names *names, const struct tt_module *module, tt_symbol_named *named,
                         void *data)
{
	struct process *process = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(module->pid));
	guint left = 0;

	tt_symbols_add(names->symbols, module);
	for (guint i = 0; process && i < process->nameless->len; i++) {
		const uint64_t id = g_array_index(process->nameless, uint64_t, i);
		struct entry *entry = g_hash_table_lookup(process->entries, &id);

		if (!entry || !entry->first)
			continue; /* another has the id now */
		const char *before = entry->shown;
		if (concerns(module, entry) && name_late(names, process, entry, module->pid))
			forget_first(entry);
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
	const struct process *process = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(pid));
	const struct entry *entry = process ? g_hash_table_lookup(process->entries, &id) : NULL;

	return entry && entry->first;
}

uint64_t tt_symbol_names_address(const struct tt_symbol_names *names, uint32_t pid, uint64_t id)
{
	const struct process *process = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(pid));
	const struct entry *entry = process ? g_hash_table_lookup(process->entries, &id) : NULL;

	return entry ? entry->address : 0;
}
