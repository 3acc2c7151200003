/* SPDX-License-Identifier: MIT */
/*
 * A turn: the folder is looked through; if all buffers are known up to a later time than before, what happened until
 * then is told, in steps, with a pause after each; then beacons are asked, if there is reason to and the last request
 * was answered. A request is answered when each buffer is known up to the time at which it was made.
 */
#include "tools/read/live/live.h"

#include <time.h>

#include "tools/read/live/cpus.h"
#include "tools/read/live/tail.h"

/* The channel of the modules: in session.c. Only who says so waits for what it has. */
#define MODULES "modules"

/* From one look through the folder to the next, also when all is quiet; and how long a step of telling should take. */
enum { LOOK_US = 10000, LOOK_QUIET_US = 25000, STEP_US = 20000 };

/*
 * From one request to the next: at least so long, and so long for each buffer, since an answer costs a page of the disk
 * in each. While nothing new happens, longer and longer: one part in so many of how long nothing has, up to a second.
 */
enum { ASK_US = 25000, ASK_BUFFER_US = 4000, ASK_SHARE = 8, ASK_MOST_US = 1000000 };

/* All is quiet when nothing new has been seen for so long. */
static const int64_t quiet_ns = INT64_C(1000000000);

static const int64_t least_step_ns = 100 * INT64_C(1000), most_step_ns = INT64_C(1000000000);

/* The clocks of the folder's parts may have been set against each other by so much. */
static const int64_t clocks_ns = INT64_C(1000000);

struct reading {
	const struct tt_live_handler *handler;
	void *data;
	struct tt_tail *tail;
	struct tt_live_state state;
	enum tt_live_next next;
	int64_t last_cpu;   /* that is plugged in, when the folder was looked through last */
	int64_t offset_ns;  /* of the trace's clock against CLOCK_MONOTONIC */
	int64_t told_ns;    /* all up to here was told */
	int64_t step_ns;    /* how much of the trace's time is told at once */
	int64_t asked_ns;   /* when a request was made that is not answered yet; 0: there is none */
	int64_t request_ns; /* when the last one was made */
	int64_t news_ns;    /* when something new was seen */
	int64_t listed_ns;  /* when the folder was looked through last */
	int64_t current_ns; /* when nothing was missing, as far as was looked */
	guint awaited;      /* how many buffers were asked of then */
	bool asked_modules; /* then, of the modules as well */
	bool pending;       /* there is something that cannot be told yet */
};

static int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* By the clock of the trace. */
static int64_t now_ns(const struct reading *reading)
{
	return monotonic_ns() + reading->offset_ns;
}

/* Nobody has ever run on a CPU that is not there, so its buffer is empty. */
static bool is_awaited(const struct reading *reading, const struct tt_tail_stream *stream)
{
	return (!stream->aside || reading->next == TT_LIVE_MODULES) &&
	       (stream->packets || stream->cpu <= reading->last_cpu);
}

/* The buffer of which the least is known; NULL: there is none. */
static const struct tt_tail_stream *last_stream(const struct reading *reading)
{
	const struct tt_tail_stream *last = NULL;

	for (guint i = 0; i < tt_tail_n_streams(reading->tail); i++) {
		const struct tt_tail_stream *stream = tt_tail_stream(reading->tail, i);
		if (is_awaited(reading, stream) && (!last || stream->end_ns < last->end_ns))
			last = stream;
	}
	return last;
}

static void note_answers(struct reading *reading, const struct tt_tail_stream *last)
{
	struct tt_live_state *state = &reading->state;

	if (reading->next == TT_LIVE_MODULES && !reading->asked_modules)
		reading->asked_ns = 0; /* not of all that is awaited now */
	if (last && last->end_ns > reading->asked_ns)
		reading->asked_ns = 0;
	state->silent_ns = reading->asked_ns ? now_ns(reading) - reading->asked_ns : 0;
	state->silent_uid = reading->asked_ns && last ? last->uid : -1;
}

static void pause_reading(struct reading *reading, bool more)
{
	int64_t now = now_ns(reading);
	bool pending = more || tt_tail_pending(reading->tail);

	if (pending && !reading->pending)
		reading->news_ns = now;
	reading->pending = pending;
	if (!pending)
		reading->current_ns = reading->listed_ns;
	reading->state.behind_ns = pending ? now - MAX(reading->told_ns, reading->current_ns) : 0;
	reading->next = reading->handler->pause(&reading->state, reading->data);
}

/* Tells a step of what is known by now. False with *error. */
static bool tell_step(struct reading *reading, int64_t until_ns, bool modules, GError **error)
{
	uint64_t before = tt_tail_summary(reading->tail)->events;
	int64_t step_ns = MIN(until_ns, reading->told_ns + reading->step_ns);
	gint64 begin_us = g_get_monotonic_time();
	enum tt_tail_result result = tt_tail_read_until(reading->tail, step_ns, error);
	gint64 took_us = g_get_monotonic_time() - begin_us;

	if (result == TT_TAIL_READ) {
		reading->told_ns = step_ns;
		reading->state.complete_ns = step_ns;
		if (modules && !tt_tail_pending_aside(reading->tail))
			reading->state.modules_ns = step_ns;
	}
	if (tt_tail_summary(reading->tail)->events != before)
		reading->news_ns = now_ns(reading);
	if (took_us < STEP_US / 2)
		reading->step_ns = MIN(2 * reading->step_ns, most_step_ns);
	else if (took_us > STEP_US)
		reading->step_ns = MAX(reading->step_ns / 2, least_step_ns);
	if (result == TT_TAIL_STOPPED)
		reading->next = TT_LIVE_STOP;
	return result == TT_TAIL_READ || result == TT_TAIL_LATER || result == TT_TAIL_STOPPED;
}

static bool tell(struct reading *reading, int64_t until_ns, GError **error)
{
	bool more = until_ns > reading->told_ns;
	bool modules = reading->next == TT_LIVE_MODULES; /* so it was when `until_ns` was found */

	if (!more)
		pause_reading(reading, false);
	while (more && reading->next != TT_LIVE_STOP) {
		int64_t before_ns = reading->told_ns;

		if (!tell_step(reading, until_ns, modules, error))
			return false;
		more =
		    reading->told_ns > before_ns && reading->told_ns < until_ns; /* or what describes it is missing */
		if (reading->next != TT_LIVE_STOP)
			pause_reading(reading, more);
	}
	return true;
}

/* How long from one request to the next. */
static int64_t interval_ns(const struct reading *reading, int64_t now)
{
	int64_t least_us = MAX(ASK_US, ASK_BUFFER_US * (int64_t)reading->awaited);
	int64_t quiet_us = (now - reading->news_ns) / 1000;

	return 1000 * MAX(least_us, MIN(quiet_us / ASK_SHARE, ASK_MOST_US));
}

static bool is_due(const struct reading *reading, int64_t now)
{
	if (!reading->pending && reading->next == TT_LIVE_NEWS && reading->state.complete_ns)
		return false;
	int64_t wait_ns = reading->asked_ns ? 1000 * (int64_t)ASK_MOST_US : interval_ns(reading, now);
	return now - reading->request_ns >= wait_ns;
}

/* One request for each user. The streams are sorted, so those of a user follow each other. False: nobody hears it. */
static bool ask_all(struct reading *reading)
{
	guint n = tt_tail_n_streams(reading->tail);
	int64_t uid = -1, cpus = 0;
	bool ok = true;

	reading->awaited = 0;
	for (guint i = 0; i <= n && ok; i++) {
		const struct tt_tail_stream *stream = i < n ? tt_tail_stream(reading->tail, i) : NULL;

		if (stream && !is_awaited(reading, stream))
			continue;
		if (uid >= 0 && cpus > 0 && (!stream || stream->uid != uid))
			ok = reading->handler->ask((uint32_t)uid, (uint32_t)cpus, reading->next == TT_LIVE_MODULES,
			                           reading->data);
		if (!stream)
			break;
		cpus = MAX(stream->uid == uid ? cpus : 0, stream->cpu + 1);
		uid = stream->uid;
		reading->awaited++;
	}
	return ok;
}

static bool ask_if_due(struct reading *reading, GError **error)
{
	int64_t now = now_ns(reading);

	if (!is_due(reading, now))
		return true;
	if (!ask_all(reading)) {
		g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE,
		            "reading along has failed: the process that looks after the buffers has ended");
		return false;
	}
	reading->request_ns = now;
	if (!reading->asked_ns && reading->awaited) {
		reading->asked_ns = now;
		reading->asked_modules = reading->next == TT_LIVE_MODULES;
	}
	return true;
}

static bool take_turn(struct reading *reading, GError **error)
{
	reading->listed_ns = now_ns(reading);
	reading->last_cpu = tt_cpus_last_present();
	if (!tt_tail_poll(reading->tail, error))
		return false;
	const struct tt_tail_stream *last = last_stream(reading);
	int64_t complete_ns = last && last->end_ns != TT_TAIL_NEVER ? last->end_ns - 1 : TT_TAIL_NEVER;
	note_answers(reading, last);
	return tell(reading, MIN(complete_ns, reading->listed_ns - clocks_ns), error) &&
	       (reading->next == TT_LIVE_STOP || ask_if_due(reading, error));
}

static bool is_quiet(const struct reading *reading)
{
	return !reading->pending && !reading->asked_ns && now_ns(reading) - reading->news_ns > quiet_ns;
}

bool tt_live_read(const struct tt_live_source *source, const struct tt_live_handler *handler, void *data,
                  GError **error)
{
	const struct tt_tail_options options = {
	    .root = source->recorder, .recording = source->recording, .aside = MODULES};
	struct reading reading = {.handler = handler, .data = data, .step_ns = most_step_ns / 64};
	bool ok = true;

	reading.offset_ns = g_get_real_time() * 1000 - monotonic_ns();
	reading.told_ns = reading.current_ns = reading.news_ns = now_ns(&reading);
	reading.tail = tt_tail_open(source->folder, &options, &handler->trace, data);
	while (ok && reading.next != TT_LIVE_STOP) {
		ok = take_turn(&reading, error);
		if (ok && reading.next != TT_LIVE_STOP)
			g_usleep(is_quiet(&reading) ? LOOK_QUIET_US : LOOK_US);
	}
	tt_tail_close(reading.tail);
	return ok;
}
