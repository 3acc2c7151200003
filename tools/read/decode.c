#include "tools/read/decode.h"

#include <string.h>

#include "tools/read/graph.h"
#include "tools/read/loss.h"
#include "tools/read/plan.h"
#include "tools/read/processes.h"

enum { RECENT_READERS = 64 };

/* How the events of a class are read. */
struct reader {
	const bt_event_class *class;
	bool ours;             /* an event of the provider; without a plan, one that only a later version knows */
	struct tt_plan *plan;  /* of the payload */
	struct tt_event blank; /* an event before its fields are filled in */
	const struct tt_field **fields;
};

struct tt_decoder {
	const struct tt_trace_handler *handler;
	void *data;
	struct tt_trace_summary *summary;
	GHashTable *readers; /* bt_event_class → struct reader */
	struct reader
	    *recent[RECENT_READERS]; /* by the id of their class, which is one of many in other streams only */
	struct tt_processes *processes;
	int64_t now_ns;
};

static const struct tt_field *find_field(const char *name, const void *data)
{
	return tt_field_find(*(const enum tt_event_type *)data, name);
}

/* Makes what text an event must have stand in for what a damaged vocabulary lacks: its readers need not ask. */
static struct tt_event blank_event(enum tt_event_type type)
{
	struct tt_event blank = {.type = type, .thread = "?", .timeout_ns = TT_NO_TIMEOUT};

	blank.name = type == TT_EVENT_log_message ? NULL : "?";
	blank.text = type == TT_EVENT_log_message ? "" : NULL;
	blank.call = type == TT_EVENT_misuse ? "?" : NULL;
	blank.old = type == TT_EVENT_thread_rename ? "?" : NULL;
	return blank;
}

/* The fields after those that every event has, in the order of the trace. */
static const struct tt_field **own_fields(const struct tt_plan *plan)
{
	GPtrArray *fields = tt_plan_fields(plan);

	for (guint i = 0; i < fields->len;) {
		const struct tt_field *field = fields->pdata[i];

		if (field->offset < offsetof(struct tt_event, kind))
			g_ptr_array_remove_index(fields, i);
		else
			i++;
	}
	g_ptr_array_add(fields, NULL);
	return (const struct tt_field **)(void *)g_ptr_array_free(fields, FALSE);
}

/* Those of modules are read before all others: modules.h. */
static bool is_ours(const bt_event_class *class)
{
	const char *name = bt_event_class_get_name(class);

	return name && g_str_has_prefix(name, TT_PROVIDER ":") && !g_str_has_prefix(name, TT_MODULE_EVENTS);
}

static struct reader *make_reader(const bt_event_class *class)
{
	struct reader *reader = g_new0(struct reader, 1);
	enum tt_event_type type;

	bt_event_class_get_ref(class);
	reader->class = class;
	reader->ours = is_ours(class);
	if (reader->ours && tt_event_type_find(bt_event_class_get_name(class) + strlen(TT_PROVIDER ":"), &type)) {
		reader->plan = tt_plan_new(bt_event_class_borrow_payload_field_class_const(class), find_field, &type);
		reader->fields = own_fields(reader->plan);
		reader->blank = blank_event(type);
		reader->blank.fields = reader->fields;
	}
	return reader;
}

static void free_reader(gpointer data)
{
	struct reader *reader = data;

	tt_plan_free(reader->plan);
	g_free(reader->fields);
	bt_event_class_put_ref(reader->class);
	g_free(reader);
}

static bool read_ours(struct tt_decoder *decoder, struct reader *reader, const bt_event *bt_event)
{
	struct tt_trace_summary *summary = decoder->summary;
	const bt_field *payload = bt_event_borrow_payload_field_const(bt_event);
	struct tt_event event = reader->blank;

	if (!reader->plan) {
		summary->unknown++;
		return true;
	}
	if (payload)
		tt_plan_fill(reader->plan, payload, &event);
	event.time_ns = decoder->now_ns;
	if (!tt_processes_count(decoder->processes, &event)) {
		summary->other_processes++;
		return true;
	}
	if (!summary->events++)
		summary->begin_ns = event.time_ns;
	summary->end_ns = event.time_ns;
	return !decoder->handler->event || decoder->handler->event(&event, decoder->data);
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
	decoder->now_ns = tt_graph_time(message, decoder->now_ns);
	return read_ours(decoder, reader, event);
}

/* Whether a stream can have events of the provider: what is lost of the others matters to nobody. */
static bool may_be_ours(const bt_stream *stream)
{
	const bt_stream_class *class = bt_stream_borrow_class_const(stream);

	for (uint64_t i = 0; i < bt_stream_class_get_event_class_count(class); i++)
		if (is_ours(bt_stream_class_borrow_event_class_by_index_const(class, i)))
			return true;
	return false;
}

static bool read_loss(struct tt_decoder *decoder, const bt_message *message)
{
	struct tt_loss loss;
	const bt_stream *stream = tt_loss_of(message, &loss);

	if (!stream || !may_be_ours(stream))
		return true;
	decoder->summary->lost += loss.count;
	decoder->summary->lost_packets += loss.packets;
	return !decoder->handler->loss || decoder->handler->loss(&loss, decoder->data);
}

struct tt_decoder *tt_decoder_new(const struct tt_trace_handler *handler, void *data, struct tt_trace_summary *summary)
{
	struct tt_decoder *decoder = g_new0(struct tt_decoder, 1);

	decoder->handler = handler;
	decoder->data = data;
	decoder->summary = summary;
	decoder->readers = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_reader);
	decoder->processes = tt_processes_new(0, NULL);
	return decoder;
}

void tt_decoder_free(struct tt_decoder *decoder)
{
	g_hash_table_destroy(decoder->readers);
	tt_processes_free(decoder->processes);
	g_free(decoder);
}

void tt_decoder_only(struct tt_decoder *decoder, uint32_t root, const char *recording)
{
	tt_processes_free(decoder->processes);
	decoder->processes = tt_processes_new(root, recording);
}

bool tt_decoder_take(struct tt_decoder *decoder, const bt_message *message)
{
	if (bt_message_get_type(message) == BT_MESSAGE_TYPE_EVENT)
		return read_event(decoder, message);
	return read_loss(decoder, message);
}
