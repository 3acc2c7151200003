#include "tools/read/modules.h"

#include <string.h>

#include "tools/read/decode.h"
#include "tools/read/graph.h"
#include "tools/read/plan.h"

enum { BUILD_ID_ROOM = 64 };

/* What an event of either kind has. */
struct dump {
	uint64_t base, size;
	const char *path;
	uint8_t has_build_id;
	uint32_t pid;
	int64_t time_ns;
};

static const struct tt_field dump_fields[] = {
    {.name = "baddr", .type = TT_FIELD_U64, .offset = offsetof(struct dump, base)},
    {.name = "memsz", .type = TT_FIELD_U64, .offset = offsetof(struct dump, size)},
    {.name = "path", .type = TT_FIELD_TEXT, .offset = offsetof(struct dump, path)},
    {.name = "has_build_id", .type = TT_FIELD_U8, .offset = offsetof(struct dump, has_build_id)},
    {.name = "vpid", .type = TT_FIELD_U32, .offset = offsetof(struct dump, pid)},
    /* of our own */
    {.name = "base", .type = TT_FIELD_U64, .offset = offsetof(struct dump, base)},
    {.name = "size", .type = TT_FIELD_U64, .offset = offsetof(struct dump, size)},
    {.name = "pid", .type = TT_FIELD_U32, .offset = offsetof(struct dump, pid)},
    {.name = NULL},
};

/* A file whose build id is still to come, that build id, a file with its build id, one that is gone. */
enum kind { KIND_FILE, KIND_BUILD_ID, KIND_LOADED, KIND_UNLOADED };

/* lttng_ust_lib's events bear the same fields as those of the state dump. */
static const struct {
	const char *name;
	enum kind kind;
} kinds[] = {
    {"lttng_ust_statedump:bin_info", KIND_FILE}, {"lttng_ust_statedump:build_id", KIND_BUILD_ID},
    {"lttng_ust_lib:load", KIND_FILE},           {"lttng_ust_lib:build_id", KIND_BUILD_ID},
    {TT_MODULE_EVENTS "loaded", KIND_LOADED},    {TT_MODULE_EVENTS "unloaded", KIND_UNLOADED},
};

/* How the events of a class are read. */
struct reader {
	enum kind kind;
	struct tt_plan *payload, *context;
};

struct tt_modules {
	GHashTable *readers; /* bt_event_class → struct reader, NULL: says nothing of modules */
	GHashTable *pending; /* pid → struct tt_module, which waits for its build id */
	int64_t now_ns;
	bool (*tell)(const struct tt_module *module, void *data);
	void *data;
};

static void free_module(gpointer data)
{
	struct tt_module *module = data;

	g_free((gpointer)(uintptr_t)module->path);
	g_free(module);
}

static const struct tt_field *find_field(const char *name, const void *data)
{
	(void)data;
	for (const struct tt_field *field = dump_fields; field->name; field++)
		if (!strcmp(field->name, name))
			return field;
	return NULL;
}

static struct reader *make_reader(const bt_event_class *class)
{
	const char *name = bt_event_class_get_name(class);
	const bt_stream_class *stream = bt_event_class_borrow_stream_class_const(class);
	struct reader *reader;

	for (size_t i = 0; name && i < G_N_ELEMENTS(kinds); i++) {
		if (strcmp(kinds[i].name, name))
			continue;
		reader = g_new0(struct reader, 1);
		reader->kind = kinds[i].kind;
		reader->payload = tt_plan_new(bt_event_class_borrow_payload_field_class_const(class), find_field, NULL);
		reader->context = tt_plan_new(bt_stream_class_borrow_event_common_context_field_class_const(stream),
		                              find_field, NULL);
		return reader;
	}
	return NULL;
}

static void free_reader(gpointer data)
{
	struct reader *reader = data;

	if (!reader)
		return;
	tt_plan_free(reader->payload);
	tt_plan_free(reader->context);
	g_free(reader);
}

static void free_class(gpointer class)
{
	bt_event_class_put_ref(class);
}

struct tt_modules *tt_modules_new(bool (*tell)(const struct tt_module *module, void *data), void *data)
{
	struct tt_modules *modules = g_new0(struct tt_modules, 1);

	modules->readers = g_hash_table_new_full(g_direct_hash, g_direct_equal, free_class, free_reader);
	modules->pending = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_module);
	modules->tell = tell;
	modules->data = data;
	return modules;
}

void tt_modules_free(struct tt_modules *modules)
{
	g_hash_table_destroy(modules->readers);
	g_hash_table_destroy(modules->pending);
	g_free(modules);
}

/* The process of an event without the context vpid: buffers of one process are a trace that bears its pid. */
static uint32_t pid_of_trace(const bt_event *event)
{
	const bt_trace *trace = bt_stream_borrow_trace_const(bt_event_borrow_stream_const(event));
	const bt_value *pid = bt_trace_borrow_environment_entry_value_by_name_const(trace, "vpid");

	return pid && bt_value_is_signed_integer(pid) ? (uint32_t)bt_value_integer_signed_get(pid) : 0;
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

static bool take_file(struct tt_modules *modules, const struct dump *dump)
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

/* The bytes of the field `build_id`. Their number; 0 if the event has none. */
static size_t read_build_id(const bt_field *payload, uint8_t *room)
{
	const bt_field *bytes = bt_field_structure_borrow_member_field_by_name_const(payload, "build_id");
	uint64_t size;

	if (!bytes || !bt_field_class_type_is(bt_field_get_class_type(bytes), BT_FIELD_CLASS_TYPE_ARRAY))
		return 0;
	size = MIN(bt_field_array_get_length(bytes), (uint64_t)BUILD_ID_ROOM);
	for (uint64_t i = 0; i < size; i++) {
		const bt_field *byte = bt_field_array_borrow_element_field_by_index_const(bytes, i);

		if (!bt_field_class_type_is(bt_field_get_class_type(byte), BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER))
			return 0;
		room[i] = (uint8_t)bt_field_integer_unsigned_get_value(byte);
	}
	return size;
}

static bool take_build_id(struct tt_modules *modules, const struct dump *dump, const bt_field *payload)
{
	struct tt_module *module = g_hash_table_lookup(modules->pending, GUINT_TO_POINTER(dump->pid));
	uint8_t build_id[BUILD_ID_ROOM];

	if (!module || module->base != dump->base)
		return true;
	return tell_pending(modules, dump->pid, build_id, read_build_id(payload, build_id));
}

/* Our own events say all at once, and when it was. */
static bool take_whole(struct tt_modules *modules, const struct dump *dump, const bt_field *payload, bool gone)
{
	uint8_t build_id[BUILD_ID_ROOM];
	size_t size = gone || !payload ? 0 : read_build_id(payload, build_id);
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

static bool read_event(struct tt_modules *modules, struct reader *reader, const bt_event *event)
{
	const bt_field *payload = bt_event_borrow_payload_field_const(event);
	const bt_field *context = bt_event_borrow_common_context_field_const(event);
	struct dump dump = {.time_ns = modules->now_ns};

	if (payload)
		tt_plan_fill(reader->payload, payload, &dump);
	if (context)
		tt_plan_fill(reader->context, context, &dump);
	if (!dump.pid)
		dump.pid = pid_of_trace(event);
	if (reader->kind == KIND_LOADED || reader->kind == KIND_UNLOADED)
		return take_whole(modules, &dump, payload, reader->kind == KIND_UNLOADED);
	if (reader->kind == KIND_FILE)
		return take_file(modules, &dump);
	return !payload || take_build_id(modules, &dump, payload);
}

bool tt_modules_take(struct tt_modules *modules, const bt_message *message)
{
	const bt_event *event;
	gpointer class, reader;

	if (bt_message_get_type(message) != BT_MESSAGE_TYPE_EVENT)
		return true;
	event = bt_message_event_borrow_event_const(message);
	class = (gpointer)(uintptr_t)bt_event_borrow_class_const(event);
	if (!g_hash_table_lookup_extended(modules->readers, class, NULL, &reader)) {
		reader = make_reader(class);
		bt_event_class_get_ref(class);
		g_hash_table_insert(modules->readers, class, reader);
	}
	if (!reader)
		return true;
	modules->now_ns = tt_graph_time(message, modules->now_ns);
	return read_event(modules, reader, event);
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
