#include "tools/symbols/names.h"

#include <stdlib.h>
#include <string.h>

#include "tools/symbols/own.h"

/* The words that the interposer puts before an address. */
static const char *const words[] = {"mutex", "rwlock", "spin", "cond", "sem", "barrier", "once", "futex"};

/* How many objects bear a name, but for their number. */
struct base {
	unsigned alive, last;
};

enum { RECENT_ENTRIES = 64 };

/* An object or thread that the interposer has named. */
struct entry {
	uint64_t id;
	const char *recorded, *shown;
	const char *base; /* what is shown without its number; NULL: as recorded */
	unsigned number;  /* from 1 */
	uint64_t address;
	bool alive;
	bool begun; /* its begin was seen, but no site in the program yet */
};

struct process {
	GHashTable *entries;                  /* id → struct entry */
	struct entry *recent[RECENT_ENTRIES]; /* those asked for last, by the last bits of their ids */
	GHashTable *by_address;               /* address → struct entry: the one that is there now */
	GHashTable *bases;                    /* name → struct base */
	uint32_t parent;                      /* 0 unknown */
};

struct tt_symbol_names {
	struct tt_symbols *symbols;
	GHashTable *processes; /* pid → struct process */
	GStringChunk *strings;
	uint32_t last_pid; /* asked for last: mostly the next one, too */
	struct process *last;
};

static void free_process(gpointer data)
{
	struct process *process = data;

	g_hash_table_destroy(process->entries);
	g_hash_table_destroy(process->by_address);
	g_hash_table_destroy(process->bases);
	g_free(process);
}

static struct process *new_process(struct tt_symbol_names *names, uint32_t pid)
{
	struct process *process = g_new0(struct process, 1);

	process->entries = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	process->by_address = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	process->bases = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
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

/* `0x55d0`, and then `end`. */
static bool parse_address(const char *text, const char *end, uint64_t *address)
{
	char *behind;

	if (text[0] != '0' || text[1] != 'x')
		return false;
	*address = g_ascii_strtoull(text, &behind, 16);
	return strcmp(behind, end) == 0;
}

/* The number in `mutex 0x55d0`; NULL in a name that does not begin so. */
static const char *number_behind(const char *name)
{
	const char *blank = strchr(name, ' ');

	/* As it does in hardly any name of a program that is built with the library. */
	if (!blank || blank[1] != '0')
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		size_t length = (size_t)(blank - name);
		if (strncmp(name, words[i], length) == 0 && words[i][length] == '\0')
			return blank + 1;
	}
	return NULL;
}

/* The length of `Thread-3` in `Thread-3 (0x55d0)`; 0 of a name of another form. */
static size_t thread_length(const char *name, uint64_t *address)
{
	const char *opening = strchr(name, ' ');

	if (!opening || opening[1] != '(' || !parse_address(opening + 2, ")", address))
		return 0;
	return (size_t)(opening - name);
}

static const char *keep(struct tt_symbol_names *names, char *text)
{
	const char *kept = g_string_chunk_insert_const(names->strings, text);

	g_free(text);
	return kept;
}

/* What an unknown thread begins with says nothing, if all threads of such a program begin with it. */
static bool says_something(const struct tt_site *function)
{
	return function && tt_is_own(function->module, NULL, function->function) &&
	       !g_str_has_prefix(function->module, "python") && !g_str_has_prefix(function->module, "libpython") &&
	       g_strcmp0(function->function, "pythread_wrapper") != 0;
}

static const char *name_thread(struct tt_symbol_names *names, uint32_t pid, const char *recorded, size_t length,
                               uint64_t address)
{
	const struct tt_site *function = tt_symbols_function(names->symbols, pid, address);

	if (!function)
		return recorded;
	if (!says_something(function))
		return keep(names, g_strndup(recorded, length));
	if (function->function)
		return keep(names, g_strdup_printf("%.*s (%s)", (int)length, recorded, function->function));
	return keep(names, g_strdup_printf("%.*s (%s+0x%" G_GINT64_MODIFIER "x)", (int)length, recorded,
	                                   function->module, function->offset));
}

/* `conn.c:120`, or what is known of it. NULL where the program has no part in it. */
static char *site_text(struct tt_symbol_names *names, const struct tt_event *event)
{
	const struct tt_site *site = tt_symbols_own_site(names->symbols, event->pid, event->caller, event->stack);

	if (!site || !site->module)
		return NULL;
	if (site->file) {
		const char *slash = strrchr(site->file, '/');
		return g_strdup_printf("%s:%d", slash ? slash + 1 : site->file, site->line);
	}
	if (site->function)
		return g_strdup(site->function);
	return g_strdup_printf("%s+0x%" G_GINT64_MODIFIER "x", site->module, site->offset);
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

static void retire(struct process *process, struct entry *entry)
{
	struct base *base = entry->alive ? g_hash_table_lookup(process->bases, entry->base) : NULL;

	if (base)
		base->alive--;
	entry->alive = false;
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
	char *site = site_text(names, event);

	entry->begun = true;
	if (site)
		share_out(names, process, entry, site);
}

static void name_object(struct tt_symbol_names *names, struct process *process, struct entry *entry,
                        const struct tt_event *event)
{
	const char *symbol = tt_symbols_object(names->symbols, event->pid, entry->address);
	const struct entry *parent = entry_of_parent(names, process, event);

	take_address(process, entry);
	if (symbol)
		share_out(names, process, entry, g_strdup(symbol));
	else if (parent)
		inherit(process, entry, parent);
	else if (begins_object(event) || is_of_futex(event))
		try_site(names, process, entry, event);
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

/* Of one that is recorded as `Thread-` and more. */
static const char *numbered_name(struct tt_symbol_names *names, struct process *process, uint32_t pid, uint64_t id,
                                 const char *recorded)
{
	uint64_t address;
	size_t length;
	struct entry *entry = known(process, id, recorded);

	if (!entry && (length = thread_length(recorded, &address)) > 0) {
		entry = new_entry(names, process, id, recorded, address);
		entry->shown = name_thread(names, pid, entry->recorded, length, address);
	}
	return entry ? entry->shown : recorded;
}

static inline const char *thread_name(struct tt_symbol_names *names, struct process *process, uint32_t pid, uint64_t id,
                                      const char *recorded)
{
	if (!recorded || recorded[0] != 'T' || strncmp(recorded, "Thread-", 7) != 0)
		return recorded;
	return numbered_name(names, process, pid, id, recorded);
}

static const char *object_name(struct tt_symbol_names *names, struct process *process, const struct tt_event *event)
{
	const char *number = event->name ? number_behind(event->name) : NULL;
	uint64_t address;
	struct entry *entry;

	if (!number)
		return thread_name(names, process, event->pid, event->id, event->name);
	entry = known(process, event->id, event->name);
	if (!entry && !parse_address(number, "", &address))
		return event->name;
	if (!entry) {
		entry = new_entry(names, process, event->id, event->name, address);
		name_object(names, process, entry, event);
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
	thread = thread_name(names, process, event->pid, event->thread_id, event->thread);
	name = object_name(names, process, event);
	old = thread_name(names, process, event->pid, event->id, event->old);
	if (thread == event->thread && name == event->name && old == event->old)
		return event;
	*room = *event;
	room->thread = thread;
	room->name = name;
	room->old = old;
	return room;
}

uint64_t tt_symbol_names_address(const struct tt_symbol_names *names, uint32_t pid, uint64_t id)
{
	const struct process *process = g_hash_table_lookup(names->processes, GUINT_TO_POINTER(pid));
	const struct entry *entry = process ? g_hash_table_lookup(process->entries, &id) : NULL;

	return entry ? entry->address : 0;
}
