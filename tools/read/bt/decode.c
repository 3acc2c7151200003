/* SPDX-License-Identifier: MIT */
#include "tools/read/bt/decode.h"

#include "tools/read/bt/bt_graph.h"
#include "tools/read/recording/discarded.h"
#include "tools/read/bt/field_map.h"

enum { RECENT_READERS = 64 };

/* How the events of a class are read. */
struct reader {
	const bt_event_class *class;
	bool ours;                 /* an event of the provider; without a plan, one that only a later version knows */
	struct tt_field_map *plan; /* of the payload */
	struct tt_event blank;     /* an event before its fields are filled in */
	const struct tt_field **fields;
};

struct tt_decoder {
	struct tt_telling *telling;
	GHashTable *readers; /* bt_event_class → struct reader */
	struct reader
	    *recent[RECENT_READERS]; /* by the id of their class, which is one of many in other streams only */
	int64_t now_ns;
};

static struct reader *make_reader(const bt_event_class *class)
{
	struct reader *reader = g_new0(struct reader, 1);
	const char *name = bt_event_class_get_name(class);
	enum tt_event_type type;

	bt_event_class_get_ref(class);
	reader->class = class;
	reader->ours = tt_event_is_ours(name);
	if (tt_event_is_known(name, &type)) {
		reader->plan =
		    tt_field_map_new(bt_event_class_borrow_payload_field_class_const(class), tt_event_field, &type);
		reader->fields = tt_event_own_fields(tt_field_map_fields(reader->plan));
		reader->blank = tt_event_blank(type);
		reader->blank.fields = reader->fields;
	}
	return reader;
}

static void free_reader(gpointer data)
{
	struct reader *reader = data;

	tt_field_map_free(reader->plan);
	g_free(reader->fields);
	bt_event_class_put_ref(reader->class);
	g_free(reader);
}

static bool read_ours(struct tt_decoder *decoder, struct reader *reader, const bt_event *bt_event)
{
	const bt_field *payload = bt_event_borrow_payload_field_const(bt_event);
	struct tt_event event = reader->blank;

	if (!reader->plan) {
		tt_tell_unknown(decoder->telling);
		return true;
	}
	if (payload)
		tt_field_map_fill(reader->plan, payload, &event);
	event.time_ns = decoder->now_ns;
	return tt_tell_event(decoder->telling, &event);
}

static struct reader *find_reader(struct tt_decoder *decoder, const bt_event_class *class)
{
	struct reader *reader = g_hash_table_lookup(decoder->readers, class);

	if (!reader) {
		reader = make_reader(class);
		g_hash_table_insert(decoder->readers, (gpointer)(uintptr_t) class, reader);
	}
	return reader;
}

static struct reader *reader_of(struct tt_decoder *decoder, const bt_event_class *class)
{
	struct reader **recent = &decoder->recent[bt_event_class_get_id(class) % RECENT_READERS];

	if (!*recent || (*recent)->class != class)
		*recent = find_reader(decoder, class);
	return *recent;
}

static bool read_event(struct tt_decoder *decoder, const bt_message *message)
{
	const bt_event *event = bt_message_event_borrow_event_const(message);
	struct reader *reader = reader_of(decoder, bt_event_borrow_class_const(event));

	if (!reader->ours)
		return true;
	decoder->now_ns = tt_bt_graph_time(message, decoder->now_ns);
	return read_ours(decoder, reader, event);
}

/* Whether a stream can have events of the provider: what is lost of the others matters to nobody. */
static bool may_be_ours(const bt_stream *stream)
{
	const bt_stream_class *class = bt_stream_borrow_class_const(stream);

	for (uint64_t i = 0; i < bt_stream_class_get_event_class_count(class); i++)
		if (tt_event_is_ours(
			bt_event_class_get_name(bt_stream_class_borrow_event_class_by_index_const(class, i))))
			return true;
	return false;
}

static bool read_loss(struct tt_decoder *decoder, const bt_message *message)
{
	struct tt_discarded loss;
	const bt_stream *stream = tt_discarded_of(message, &loss);

	return !stream || !may_be_ours(stream) || tt_tell_loss(decoder->telling, &loss);
}

struct tt_decoder *tt_decoder_new(const struct tt_trace_handler *handler, void *data, struct tt_trace_summary *summary)
{
	struct tt_decoder *decoder = g_new0(struct tt_decoder, 1);

	decoder->telling = tt_telling_new(handler, data, summary);
	decoder->readers = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_reader);
	return decoder;
}

void tt_decoder_free(struct tt_decoder *decoder)
{
	g_hash_table_destroy(decoder->readers);
	tt_telling_free(decoder->telling);
	g_free(decoder);
}

void tt_decoder_only(struct tt_decoder *decoder, uint32_t root, const char *recording)
{
	tt_telling_only(decoder->telling, root, recording);
}

bool tt_decoder_take(struct tt_decoder *decoder, const bt_message *message)
{
	if (bt_message_get_type(message) == BT_MESSAGE_TYPE_EVENT)
		return read_event(decoder, message);
	return read_loss(decoder, message);
}
