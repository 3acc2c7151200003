/* SPDX-License-Identifier: MIT */
/*
 * The list of modules that were told, compared with what the loader has.
 *
 * The loader counts what it has mapped and unmapped in its life (dlpi_adds, dlpi_subs); as long as both are what they
 * were, nothing else is looked at. Otherwise two passes over its modules: the first finds those of the list that are
 * gone, the second those that are new. What is gone is told first, since the new one may lie in its place. A module is
 * known again by where it lies and by a hash of its path and build id; the loader goes through its modules in the
 * order of their loading, so each is mostly found where the one before it leaves off.
 *
 * A forked child does not ask the loader: the lock of dl_iterate_phdr may have been somebody's when it was forked, and
 * is his for good. It tells what is in the list, which has a copy of paths and build ids for that.
 */
#include "libtrace_thr/src/trace/module_list.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "libtrace_thr/src/trace/module_file.h"
#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/sync/futex_lock.h"

/* A file that was told once. It stays, for it can be loaded again. */
struct known_file {
	uint64_t hash;
	const char *path;
	const uint8_t *build_id;
	uint8_t build_id_size;
};

struct module {
	uintptr_t base, size;
	uint32_t file; /* its place among the known ones */
	bool there;    /* seen by the first pass */
};

/* From mmap, as all memory here: a program's own malloc may take locks, or be what is being loaded. */
struct table {
	void *rows;
	size_t n, room; /* in rows */
};

static struct {
	uint32_t lock;
	struct table modules, files;
	char *text; /* room for paths and build ids */
	size_t text_left;
	size_t next; /* where the next module of the loader's is looked for first */
	unsigned long long adds, subs;
	bool forked; /* in a child */
	bool untold; /* which has told nothing yet */
} list;

enum { FIRST_ROOM = 16384, TEXT_ROOM = 65536 };

static void *take_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* A new row; NULL without memory. */
static void *add_row(struct table *table, size_t size)
{
	if (table->n == table->room) {
		size_t room = table->room ? 2 * table->room : FIRST_ROOM / size;
		void *rows = table->room ? mremap(table->rows, table->room * size, room * size, MREMAP_MAYMOVE)
		                         : take_memory(room * size);

		if (!rows || rows == MAP_FAILED)
			return NULL;
		table->rows = rows;
		table->room = room;
	}
	return (char *)table->rows + table->n++ * size;
}

static struct module *module_at(size_t i)
{
	return (struct module *)list.modules.rows + i;
}

static const struct known_file *file_of(const struct module *module)
{
	return (const struct known_file *)list.files.rows + module->file;
}

/* NULL without memory; the rest of the room before is lost then. */
static char *copy(const void *bytes, size_t size)
{
	if (size > list.text_left) {
		list.text = size <= TEXT_ROOM ? take_memory(TEXT_ROOM) : NULL;
		list.text_left = list.text ? TEXT_ROOM : 0;
	}
	if (!list.text)
		return NULL;
	char *copied = list.text;

	memcpy(copied, bytes, size);
	list.text += size;
	list.text_left -= size;
	return copied;
}

/* The place of the file among the known ones, made if it is not. False without memory. */
static bool know(const struct tt_module_file *file, uint32_t *place)
{
	const struct known_file *files = list.files.rows;
	char room[PATH_MAX];

	for (size_t i = 0; i < list.files.n; i++) {
		*place = (uint32_t)i;
		if (files[i].hash == file->hash)
			return true;
	}
	const char *path = tt_module_path(file->path, room);
	path = copy(path, strlen(path) + 1);
	const char *build_id = path ? copy(file->build_id, file->build_id_size) : NULL;
	struct known_file *row = build_id ? add_row(&list.files, sizeof *row) : NULL;
	if (!row)
		return false;
	*row = (struct known_file){file->hash, path, (const uint8_t *)build_id, file->build_id_size};
	*place = (uint32_t)list.files.n - 1;
	return true;
}

static struct module *find(const struct tt_module_file *file)
{
	for (size_t i = 0; i < list.modules.n; i++) {
		size_t at = (list.next + i) % list.modules.n;
		struct module *module = module_at(at);

		if (module->base == file->base && module->size == file->size && file_of(module)->hash == file->hash) {
			list.next = at + 1;
			return module;
		}
	}
	return NULL;
}

static void tell_loaded(const struct module *module)
{
	const struct known_file *file = file_of(module);

	TT_TRACE(module_loaded, NULL, (const void *)module->base, (uint64_t)module->size, file->path, file->build_id,
	         file->build_id_size);
}

struct counts {
	unsigned long long adds, subs;
};

static int count(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	*(struct counts *)data = (struct counts){info->dlpi_adds, info->dlpi_subs};
	return 1;
}

static int mark(struct dl_phdr_info *info, size_t size, void *data)
{
	struct tt_module_file file;
	struct module *module = tt_module_file(info, &file) ? find(&file) : NULL;

	(void)size;
	(void)data;
	if (module)
		module->there = true;
	return 0;
}

/* Tells those that were not seen, and takes them out of the list, which keeps its order. */
static void tell_gone(void)
{
	size_t left = 0;

	for (size_t i = 0; i < list.modules.n; i++) {
		const struct module *module = module_at(i);

		if (module->there)
			*module_at(left++) = *module;
		else
			TT_TRACE(module_unloaded, NULL, (const void *)module->base, (uint64_t)module->size);
	}
	list.modules.n = left;
}

static int tell_new(struct dl_phdr_info *info, size_t size, void *data)
{
	struct tt_module_file file;
	uint32_t place;

	(void)size;
	*(struct counts *)data = (struct counts){info->dlpi_adds, info->dlpi_subs};
	if (!tt_module_file(info, &file) || find(&file) || !know(&file, &place))
		return 0;
	struct module *module = add_row(&list.modules, sizeof *module);
	if (module) {
		*module = (struct module){file.base, file.size, place, false};
		tell_loaded(module);
	}
	return 0;
}

static void compare(void)
{
	struct counts counts;

	for (size_t i = 0; i < list.modules.n; i++)
		module_at(i)->there = false;
	dl_iterate_phdr(mark, NULL);
	tell_gone();
	dl_iterate_phdr(tell_new, &counts);
	list.adds = counts.adds;
	list.subs = counts.subs;
}

void tt_module_list_update(void)
{
	struct counts now;
	const bool recorded = tt_enabled(module_loaded);

	if (!recorded && !__atomic_load_n(&list.modules.n, __ATOMIC_RELAXED))
		return;
	struct tt_emit_guard calm = tt_emit_guard_enter();
	if (!tt_futex_lock_try(&list.lock))
		tt_futex_lock_acquire(&list.lock, &tt_never);
	if (!recorded) {
		list.modules.n = 0; /* a later session is to be told all */
	} else {
		dl_iterate_phdr(count, &now);
		if (!list.modules.n || now.adds != list.adds || now.subs != list.subs)
			compare();
	}
	tt_futex_lock_release(&list.lock);
	tt_emit_guard_leave(calm);
}

void tt_module_list_look(void)
{
	if (!list.forked)
		tt_module_list_update();
	else if (__atomic_exchange_n(&list.untold, false, __ATOMIC_RELAXED)) /* by its first thread that comes here */
		for (size_t i = 0; i < list.modules.n; i++)
			tell_loaded(module_at(i));
}

/* Whether the list is ours over the fork. Who has it now tells a session of something, and blocks for that at most. */
static bool locked;

void tt_module_list_before_fork(void)
{
	struct tt_deadline soon;

	tt_deadline_after(1, &soon);
	locked = tt_futex_lock_try(&list.lock) || !tt_futex_lock_acquire(&list.lock, &soon);
}

void tt_module_list_after_fork(void)
{
	if (locked)
		tt_futex_lock_release(&list.lock);
}

void tt_module_list_after_fork_in_child(void)
{
	if (!locked)
		list.modules.n = 0; /* in the midst of a change: nothing is known */
	list.lock = TT_FUTEX_LOCK_FREE;
	list.forked = list.untold = true;
}
