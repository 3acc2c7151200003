/* SPDX-License-Identifier: MIT */
#include "tools/read/recording/discarded.h"

#include "tools/read/delivery/delivery.h"

static int64_t time_of(const bt_clock_snapshot *clock)
{
	int64_t time_ns;

	return bt_clock_snapshot_get_ns_from_origin(clock, &time_ns) ? -1 : time_ns;
}

static void of_events(const bt_message *message, const bt_stream_class *class, struct tt_discarded *loss)
{
	if (bt_message_discarded_events_get_count(message, &loss->count) != BT_PROPERTY_AVAILABILITY_AVAILABLE)
		loss->count = 0;
	if (!bt_stream_class_discarded_events_have_default_clock_snapshots(class))
		return;
	loss->begin_ns = time_of(bt_message_discarded_events_borrow_beginning_default_clock_snapshot_const(message));
	loss->end_ns = time_of(bt_message_discarded_events_borrow_end_default_clock_snapshot_const(message));
}

static void of_packets(const bt_message *message, const bt_stream_class *class, struct tt_discarded *loss)
{
	if (bt_message_discarded_packets_get_count(message, &loss->packets) != BT_PROPERTY_AVAILABILITY_AVAILABLE)
		loss->packets = 1;
	if (!bt_stream_class_discarded_packets_have_default_clock_snapshots(class))
		return;
	loss->begin_ns = time_of(bt_message_discarded_packets_borrow_beginning_default_clock_snapshot_const(message));
	loss->end_ns = time_of(bt_message_discarded_packets_borrow_end_default_clock_snapshot_const(message));
}

static const char *text_of(const bt_trace *trace, const char *key)
{
	const bt_value *value = bt_trace_borrow_environment_entry_value_by_name_const(trace, key);

	return value && bt_value_is_string(value) ? bt_value_string_get(value) : NULL;
}

static int64_t number_of(const bt_trace *trace, const char *key)
{
	const bt_value *value = bt_trace_borrow_environment_entry_value_by_name_const(trace, key);

	return value && bt_value_is_signed_integer(value) ? bt_value_integer_signed_get(value) : -1;
}

static void of_stream(const bt_stream *stream, struct tt_discarded_buffer *buffer)
{
	const bt_trace *trace = bt_stream_borrow_trace_const(stream);
	const char *path = bt_stream_get_name(stream);

	buffer->process = text_of(trace, "procname");
	buffer->pid = number_of(trace, "vpid");
	if (path)
		tt_lost_buffer_name(buffer, path);
}

const bt_stream *tt_discarded_of(const bt_message *message, struct tt_discarded *loss)
{
	const bt_stream *stream;

	*loss = (struct tt_discarded){.begin_ns = -1, .end_ns = -1, .buffer = {.cpu = -1, .pid = -1}};
	switch (bt_message_get_type(message)) {
	case BT_MESSAGE_TYPE_DISCARDED_EVENTS:
		stream = bt_message_discarded_events_borrow_stream_const(message);
		of_events(message, bt_stream_borrow_class_const(stream), loss);
		break;
	case BT_MESSAGE_TYPE_DISCARDED_PACKETS:
		stream = bt_message_discarded_packets_borrow_stream_const(message);
		of_packets(message, bt_stream_borrow_class_const(stream), loss);
		break;
	default:
		return NULL;
	}
	of_stream(stream, &loss->buffer);
	return stream;
}
