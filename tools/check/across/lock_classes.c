/* SPDX-License-Identifier: MIT */
#include "tools/check/across/lock_classes.h"

#include <string.h>

struct tt_classes {
	const struct tt_check *check;
	const char *program;
	GHashTable *by_lock; /* struct tt_object → struct tt_class */
	GHashTable *by_id;   /* struct tt_id → struct tt_class */
	GStringChunk *strings;
};

struct tt_classes *tt_classes_new(const struct tt_check *check, const char *program)
{
	struct tt_classes *classes = g_new0(struct tt_classes, 1);

	classes->check = check;
	classes->program = program;
	classes->by_lock = g_hash_table_new(NULL, NULL);
	classes->by_id = g_hash_table_new_full(tt_id_hash, tt_id_equal, NULL, g_free);
	classes->strings = g_string_chunk_new(4096);
	return classes;
}

void tt_classes_free(struct tt_classes *classes)
{
	g_hash_table_destroy(classes->by_lock);
	g_hash_table_destroy(classes->by_id);
	g_string_chunk_free(classes->strings);
	g_free(classes);
}

const char *tt_class_program(const struct tt_check *check, uint32_t pid)
{
	const char *program = tt_symbols_program(check->symbols, pid);

	return program ? program : "";
}

/* What the library calls a lock that nobody named. A condition's own lock bears the condition's name. */
static bool is_made_up(const char *name)
{
	static const char *const kinds[] = {"Lock-", "RLock-", "Condition-"};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_str_has_prefix(name, kinds[i])) {
			const char *number = name + strlen(kinds[i]);
			return *number && strspn(number, "0123456789") == strlen(number);
		}
	}
	return false;
}

/* Which of its waiters a lock prefers can be told later than its first use. */
static const char *lock_word(const struct tt_object *lock)
{
	const char *word = tt_word_lock_kind(lock->kind == TT_KIND_RWLOCK_WRITER ? TT_KIND_RWLOCK : lock->kind);

	return word ? word : "lock";
}

static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path ? path : "";
}

/* The module of a class: the program's bears the name that the user gave it. */
static const char *module_called(const struct tt_classes *classes, uint32_t pid, const char *module)
{
	bool program = module && classes->program && strcmp(module, tt_class_program(classes->check, pid)) == 0;

	return program ? classes->program : module ? module : "";
}

/* What is known of a lock that the interposer calls by its address. */
static struct tt_class class_of_address(const struct tt_classes *classes, uint32_t pid, uint64_t address)
{
	struct tt_symbols *symbols = classes->check->symbols;
	const char *variable = tt_symbols_variable(symbols, pid, address);
	const char *file = variable ? tt_symbols_variable_file(symbols, pid, address) : NULL;
	const char *module = module_called(classes, pid, tt_symbols_module(symbols, pid, address));

	/* One that has a twin is not known by its name. */
	if (!file)
		return (struct tt_class){.kind = TT_CLASS_UNKNOWN, .name = "", .module = module};
	return (struct tt_class){.kind = TT_CLASS_VARIABLE, .name = variable, .module = module, .file = file};
}

static struct tt_class class_of_site(const struct tt_classes *classes, uint32_t pid, const struct tt_site *site)
{
	const char *module = module_called(classes, pid, site ? site->module : NULL);

	if (!site || !site->module || !site->function)
		return (struct tt_class){.kind = TT_CLASS_UNKNOWN, .name = "", .module = module};
	return (struct tt_class){
	    .kind = TT_CLASS_SITE, .name = site->function, .module = module, .file = base_name(site->file)};
}

/* A name counts within the program or library that uses it first: `lock` is the name of many. */
static struct tt_class class_of_name(const struct tt_classes *classes, const struct tt_object *lock,
                                     const struct tt_site *site)
{
	const char *module = module_called(classes, lock->process->pid, site ? site->module : NULL);
	bool known = *module;

	return (struct tt_class){
	    .kind = known ? TT_CLASS_NAME : TT_CLASS_UNKNOWN, .name = known ? lock->name : "", .module = module};
}

static struct tt_class make_class(const struct tt_classes *classes, const struct tt_object *lock,
                                  const struct tt_event *event)
{
	uint32_t pid = lock->process->pid;
	uint64_t address = tt_symbol_names_address(classes->check->names, pid, lock->id);
	const struct tt_site *site =
	    event ? tt_symbols_own_site(classes->check->symbols, pid, event->caller, event->stack) : NULL;

	if (!address && !is_made_up(lock->name))
		return class_of_name(classes, lock, site);
	struct tt_class class = address ? class_of_address(classes, pid, address) : (struct tt_class){.module = ""};
	/* What lies in no file is on the heap or a stack. */
	return *class.module ? class : class_of_site(classes, pid, site);
}

static const struct tt_class *keep(struct tt_classes *classes, const struct tt_object *lock, struct tt_class class)
{
	class.lock = class.kind == TT_CLASS_UNKNOWN ? "lock" : lock_word(lock);
	class.name = g_string_chunk_insert_const(classes->strings, class.name);
	class.module = g_string_chunk_insert_const(classes->strings, class.module);
	class.file = g_string_chunk_insert_const(classes->strings, class.file ? class.file : "");
	tt_class_identify(&class);
	struct tt_class *kept = g_hash_table_lookup(classes->by_id, &class.id);
	if (!kept) {
		kept = g_memdup2(&class, sizeof class);
		g_hash_table_insert(classes->by_id, &kept->id, kept);
	}
	return kept;
}

/* The class that the lock has in the process that forked this one; NULL if it is not from there. */
static const struct tt_class *class_in_parent(const struct tt_classes *classes, const struct tt_object *lock,
                                              const struct tt_event *event)
{
	struct tt_process *parent =
	    g_hash_table_lookup(classes->check->model->by_pid, GUINT_TO_POINTER(lock->process->ppid));
	struct tt_object *same = parent && parent != lock->process ? tt_model_object(parent, lock->id) : NULL;

	/* After the fork both give the same ids to what they make. */
	if (!same || (event && event->type == TT_EVENT_lock_init) || strcmp(same->name, lock->name) != 0)
		return NULL;
	return g_hash_table_lookup(classes->by_lock, same);
}

static const struct tt_class *see(struct tt_classes *classes, struct tt_object *lock, const struct tt_event *event)
{
	const struct tt_class *class = g_hash_table_lookup(classes->by_lock, lock);

	if (class)
		return class;
	class = class_in_parent(classes, lock, event);
	if (!class)
		class = keep(classes, lock, make_class(classes, lock, event));
	g_hash_table_insert(classes->by_lock, lock, (void *)(uintptr_t) class);
	return class;
}

void tt_classes_see(struct tt_classes *classes, struct tt_object *lock, const struct tt_event *event)
{
	see(classes, lock, event);
}

const struct tt_class *tt_class_of(struct tt_classes *classes, struct tt_object *lock)
{
	return see(classes, lock, NULL);
}

GHashTable *tt_classes_signals(const struct tt_classes *classes)
{
	GHashTable *signals = g_hash_table_new(NULL, NULL);
	GHashTableIter iter;
	gpointer lock, class;

	g_hash_table_iter_init(&iter, classes->by_lock);
	while (g_hash_table_iter_next(&iter, &lock, &class)) {
		if (((const struct tt_object *)lock)->signals)
			g_hash_table_add(signals, class);
	}
	return signals;
}

char *tt_class_site(const struct tt_site *site)
{
	const char *function = site && site->function ? site->function : "";
	const char *gap = *function ? " " : "";

	if (!site || !site->module)
		return g_strdup("?");
	if (site->path)
		return g_strdup_printf("%s%s%s:%d", function, gap, site->path, site->line);
	return g_strdup_printf("%s%s%s+0x%" G_GINT64_MODIFIER "x", function, gap, site->module, site->offset);
}
