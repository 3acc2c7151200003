#include "tools/read/live.h"

#include "tools/read/decode.h"
#include "tools/read/graph.h"
#include "tools/read/guard.h"
#include "tools/read/dumps.h"

/* From one question whether there is more to the next, and between pauses where there is always more. */
enum { ASK_US = 10000, PAUSE_US = 20000 };

struct reading {
	const struct tt_live_handler *handler;
	void *data;
	struct tt_trace_summary summary;
	struct tt_decoder *decoder;
	struct tt_modules *modules;
	struct tt_dumps *dumps;
	int64_t complete_ns;
	bool stopped;
};

static bool tell_module(const struct tt_module *module, void *data)
{
	struct reading *reading = data;

	return !reading->handler->trace.module || reading->handler->trace.module(module, reading->data);
}

static bool read_message(const bt_message *message, void *data)
{
	struct reading *reading = data;

	reading->complete_ns = tt_graph_time(message, reading->complete_ns);
	reading->stopped = !tt_decoder_take(reading->decoder, message) || !tt_dumps_take(reading->dumps, message);
	return !reading->stopped;
}

static bool pause_reading(struct reading *reading)
{
	tt_guard_ours(true);
	bool more = reading->handler->pause(reading->complete_ns, reading->data);
	tt_guard_ours(false);
	return more;
}

/* True: it is over, or nobody wants more. */
static bool read_all(struct reading *reading, struct tt_graph *graph, const char *url, GError **error)
{
	enum tt_graph_progress progress = TT_GRAPH_MORE;
	gint64 paused = g_get_monotonic_time();
	bool more = true;

	while (more && !reading->stopped && progress <= TT_GRAPH_LATER) {
		progress = tt_graph_step(graph, url, error);
		if (progress == TT_GRAPH_MORE && g_get_monotonic_time() - paused < PAUSE_US)
			continue;
		if (progress <= TT_GRAPH_LATER)
			more = pause_reading(reading);
		if (progress == TT_GRAPH_LATER)
			g_usleep(ASK_US);
		paused = g_get_monotonic_time();
	}
	return progress != TT_GRAPH_FAILED;
}

bool tt_live_read(const struct tt_live_source *source, const struct tt_live_handler *handler, void *data,
                  GError **error)
{
	struct reading reading = {.handler = handler, .data = data};
	struct tt_graph *graph = tt_graph_new(read_message, &reading, error);
	bool ok;

	reading.decoder = tt_decoder_new(&handler->trace, data, &reading.summary);
	reading.modules = tt_modules_new(tell_module, &reading);
	reading.dumps = tt_dumps_new(reading.modules);
	tt_decoder_only(reading.decoder, source->recorder, source->recording);
	ok = graph && tt_graph_add_live(graph, source->url, error);
	if (ok) {
		tt_guard_begin(source->url);
		ok = read_all(&reading, graph, source->url, error);
		tt_guard_end();
	}
	tt_graph_free(graph);
	tt_dumps_free(reading.dumps);
	tt_modules_free(reading.modules);
	tt_decoder_free(reading.decoder);
	return ok;
}
