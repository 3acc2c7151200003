/* SPDX-License-Identifier: MIT */
#include "tools/read/delivery/modules.h"

#include <string.h>

#include <glib.h>

#include "tools/read/delivery/delivery.h"

static const struct tt_field dump_fields[] = {
    {.name = "baddr", .type = TT_FIELD_U64, .offset = offsetof(struct tt_dump, base)},
    {.name = "memsz", .type = TT_FIELD_U64, .offset = offsetof(struct tt_dump, size)},
    {.name = "path", .type = TT_FIELD_TEXT, .offset = offsetof(struct tt_dump, path)},
    {.name = "has_build_id", .type = TT_FIELD_U8, .offset = offsetof(struct tt_dump, has_build_id)},
    {.name = "vpid", .type = TT_FIELD_U32, .offset = offsetof(struct tt_dump, pid)},
    /* of our own */
    {.name = "base", .type = TT_FIELD_U64, .offset = offsetof(struct tt_dump, base)},
    {.name = "size", .type = TT_FIELD_U64, .offset = offsetof(struct tt_dump, size)},
    {.name = "pid", .type = TT_FIELD_U32, .offset = offsetof(struct tt_dump, pid)},
    {.name = NULL},
};

/* lttng_ust_lib's events bear the same fields as those of the state dump. */
static const struct {
	const char *name;
	enum tt_dump_kind kind;
} kinds[] = {
    {"lttng_ust_statedump:bin_info", TT_DUMP_FILE}, {"lttng_ust_statedump:build_id", TT_DUMP_BUILD_ID},
    {"lttng_ust_lib:load", TT_DUMP_FILE},           {"lttng_ust_lib:build_id", TT_DUMP_BUILD_ID},
    {TT_MODULE_EVENTS "loaded", TT_DUMP_LOADED},    {TT_MODULE_EVENTS "unloaded", TT_DUMP_UNLOADED},
};

struct tt_modules {
	GHashTable *pending; /* pid → struct tt_module, which waits for its build id */
	bool (*tell)(const struct tt_module *module, void *data);
	void *data;
};

static void free_module(gpointer data)
{
	struct tt_module *module = data;

	g_free((gpointer)(uintptr_t)module->path);
	g_free(module);
}

bool tt_dump_find(const char *event, enum tt_dump_kind *kind)
{
	for (size_t i = 0; event && i < G_N_ELEMENTS(kinds); i++) {
		if (!strcmp(kinds[i].name, event)) {
			*kind = kinds[i].kind;
			return true;
		}
	}
	return false;
}

const struct tt_field *tt_dump_field(const char *name, const void *unused)
{
	(void)unused;
	for (const struct tt_field *field = dump_fields; field->name; field++)
		if (!strcmp(field->name, name))
			return field;
	return NULL;
}

struct tt_modules *tt_modules_new(bool (*tell)(const struct tt_module *module, void *data), void *data)
{
	struct tt_modules *modules = g_new0(struct tt_modules, 1);

	modules->pending = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_module);
	modules->tell = tell;
	modules->data = data;
	return modules;
}

void tt_modules_free(struct tt_modules *modules)
{
	g_hash_table_destroy(modules->pending);
	g_free(modules);
}

static bool tell(struct tt_modules *modules, const struct tt_module *module)
{
	return !modules->tell || modules->tell(module, modules->data);
}

/* Tells the module of the process that waits for its build id, if there is one. */
static bool tell_pending(struct tt_modules *modules, uint32_t pid, const uint8_t *build_id, size_t size)
{
	struct tt_module *module = g_hash_table_lookup(modules->pending, GUINT_TO_POINTER(pid));
	bool more = true;

	if (module) {
		module->build_id = size ? build_id : NULL;
		module->build_id_size = size;
		more = tell(modules, module);
		g_hash_table_remove(modules->pending, GUINT_TO_POINTER(pid));
	}
	return more;
}

static bool take_file(struct tt_modules *modules, const struct tt_dump *dump)
{
	struct tt_module *module;

	if (!tell_pending(modules, dump->pid, NULL, 0))
		return false;
	/* The kernel's vdso is no file; without a pid nobody knows whose it is. */
	if (!dump->size || !dump->path || !dump->pid)
		return true;
	module = g_new0(struct tt_module, 1);
	module->pid = dump->pid;
	module->time_ns = dump->time_ns;
	module->base = dump->base;
	module->size = dump->size;
	module->path = g_strdup(dump->path);
	g_hash_table_insert(modules->pending, GUINT_TO_POINTER(dump->pid), module);
	return dump->has_build_id || tell_pending(modules, dump->pid, NULL, 0);
}

static bool take_build_id(struct tt_modules *modules, const struct tt_dump *dump, const uint8_t *build_id, size_t bytes)
{
	struct tt_module *module = g_hash_table_lookup(modules->pending, GUINT_TO_POINTER(dump->pid));

	if (!module || module->base != dump->base)
		return true;
	return tell_pending(modules, dump->pid, build_id, MIN(bytes, (size_t)TT_BUILD_ID_ROOM));
}

/* Our own events say all at once, and when it was. */
static bool take_whole(struct tt_modules *modules, const struct tt_dump *dump, const uint8_t *build_id, size_t bytes,
                       bool gone)
{
	const size_t size = gone ? 0 : MIN(bytes, (size_t)TT_BUILD_ID_ROOM);
	const struct tt_module module = {.pid = dump->pid,
	                                 .time_ns = dump->time_ns,
	                                 .base = dump->base,
	                                 .size = dump->size,
	                                 .path = dump->path ? dump->path : "",
	                                 .build_id = size ? build_id : NULL,
	                                 .build_id_size = size,
	                                 .exact = true,
	                                 .gone = gone};

	return !dump->size || !dump->pid || tell(modules, &module);
}

bool tt_modules_take(struct tt_modules *modules, enum tt_dump_kind kind, const struct tt_dump *dump,
                     const uint8_t *build_id, size_t bytes)
{
	switch (kind) {
	case TT_DUMP_FILE:
		return take_file(modules, dump);
	case TT_DUMP_BUILD_ID:
		return take_build_id(modules, dump, build_id, bytes);
	case TT_DUMP_LOADED:
	case TT_DUMP_UNLOADED:
		return take_whole(modules, dump, build_id, bytes, kind == TT_DUMP_UNLOADED);
	}
	return true;
}

bool tt_modules_finish(struct tt_modules *modules)
{
	GHashTableIter each;
	gpointer module;
	bool more = true;

	g_hash_table_iter_init(&each, modules->pending);
	while (more && g_hash_table_iter_next(&each, NULL, &module))
		more = tell(modules, module);
	g_hash_table_remove_all(modules->pending);
	return more;
}
