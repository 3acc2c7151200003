/* SPDX-License-Identifier: MIT */
#include "tools/read/delivery/dumps.h"

#include "tools/read/bt/bt_graph.h"
#include "tools/read/bt/field_map.h"

/* How the events of a class are read. */
struct reader {
	enum tt_dump_kind kind;
	struct tt_field_map *payload, *context;
};

struct tt_dumps {
	struct tt_modules *modules;
	GHashTable *readers; /* bt_event_class → struct reader, NULL: says nothing of modules */
	int64_t now_ns;
};

static struct reader *make_reader(const bt_event_class *class)
{
	const bt_stream_class *stream = bt_event_class_borrow_stream_class_const(class);
	enum tt_dump_kind kind;
	struct reader *reader;

	if (!tt_dump_find(bt_event_class_get_name(class), &kind))
		return NULL;
	reader = g_new0(struct reader, 1);
	reader->kind = kind;
	reader->payload = tt_field_map_new(bt_event_class_borrow_payload_field_class_const(class), tt_dump_field, NULL);
	reader->context = tt_field_map_new(bt_stream_class_borrow_event_common_context_field_class_const(stream),
	                                   tt_dump_field, NULL);
	return reader;
}

static void free_reader(gpointer data)
{
	struct reader *reader = data;

	if (!reader)
		return;
	tt_field_map_free(reader->payload);
	tt_field_map_free(reader->context);
	g_free(reader);
}

static void free_class(gpointer class)
{
	bt_event_class_put_ref(class);
}

struct tt_dumps *tt_dumps_new(struct tt_modules *modules)
{
	struct tt_dumps *dumps = g_new0(struct tt_dumps, 1);

	dumps->modules = modules;
	dumps->readers = g_hash_table_new_full(g_direct_hash, g_direct_equal, free_class, free_reader);
	return dumps;
}

void tt_dumps_free(struct tt_dumps *dumps)
{
	g_hash_table_destroy(dumps->readers);
	g_free(dumps);
}

/* The process of an event without the context vpid: buffers of one process are a trace that bears its pid. */
static uint32_t pid_of_trace(const bt_event *event)
{
	const bt_trace *trace = bt_stream_borrow_trace_const(bt_event_borrow_stream_const(event));
	const bt_value *pid = bt_trace_borrow_environment_entry_value_by_name_const(trace, "vpid");

	return pid && bt_value_is_signed_integer(pid) ? (uint32_t)bt_value_integer_signed_get(pid) : 0;
}

/* The bytes of the build id. Their number; 0 if the event has none. */
static size_t read_build_id(const bt_field *payload, uint8_t *room)
{
	const bt_field *bytes = bt_field_structure_borrow_member_field_by_name_const(payload, TT_DUMP_BYTES);
	uint64_t size;

	if (!bytes || !bt_field_class_type_is(bt_field_get_class_type(bytes), BT_FIELD_CLASS_TYPE_ARRAY))
		return 0;
	size = MIN(bt_field_array_get_length(bytes), (uint64_t)TT_BUILD_ID_ROOM);
	for (uint64_t i = 0; i < size; i++) {
		const bt_field *byte = bt_field_array_borrow_element_field_by_index_const(bytes, i);

		if (!bt_field_class_type_is(bt_field_get_class_type(byte), BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER))
			return 0;
		room[i] = (uint8_t)bt_field_integer_unsigned_get_value(byte);
	}
	return size;
}

static bool read_event(struct tt_dumps *dumps, struct reader *reader, const bt_event *event)
{
	const bt_field *payload = bt_event_borrow_payload_field_const(event);
	const bt_field *context = bt_event_borrow_common_context_field_const(event);
	struct tt_dump dump = {.time_ns = dumps->now_ns};
	uint8_t build_id[TT_BUILD_ID_ROOM];

	if (payload)
		tt_field_map_fill(reader->payload, payload, &dump);
	if (context)
		tt_field_map_fill(reader->context, context, &dump);
	if (!dump.pid)
		dump.pid = pid_of_trace(event);
	return tt_modules_take(dumps->modules, reader->kind, &dump, build_id,
	                       payload ? read_build_id(payload, build_id) : 0);
}

bool tt_dumps_take(struct tt_dumps *dumps, const bt_message *message)
{
	const bt_event *event;
	gpointer class, reader;

	if (bt_message_get_type(message) != BT_MESSAGE_TYPE_EVENT)
		return true;
	event = bt_message_event_borrow_event_const(message);
	class = (gpointer)(uintptr_t)bt_event_borrow_class_const(event);
	if (!g_hash_table_lookup_extended(dumps->readers, class, NULL, &reader)) {
		reader = make_reader(class);
		bt_event_class_get_ref(class);
		g_hash_table_insert(dumps->readers, class, reader);
	}
	if (!reader)
		return true;
	dumps->now_ns = tt_bt_graph_time(message, dumps->now_ns);
	return read_event(dumps, reader, event);
}
