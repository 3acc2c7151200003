/* SPDX-License-Identifier: MIT */
#include "tools/session/lttng/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <lttng/lttng.h>

#include "tools/session/lttng/beacon.h"
#include "tools/session/lttng/buffers.h"
#include "tools/session/lttng/daemon.h"
#include "tools/session/dirs.h"
#include "tools/session/program/limits.h"
#include "tools/session/door/namespace.h"
#include "tools/session/lttng/salvage.h"
#include "tools/session/door/tracker.h"
#include "tools/session/lttng/daemon_watch.h"

static const char events_channel[] = "events";
static const char modules_channel[] = "modules";

/* LTTng's own, of the description of the events. */
static const char metadata_channel[] = "metadata";

/*
 * How often what is there is written for those who read along. The buffers: each time costs a page of the disk a CPU,
 * if there is something in it. What describes the events: LTTng takes a breath of 200 ms after each time that there was
 * something new, so the first time should come when a process has registered, which takes it 10 to 30 ms.
 */
enum { EVENTS_US = 20000, METADATA_US = 50000 };

/* LTTng's own. */
enum { METADATA_SIZE = 4096, METADATA_COUNT = 2 };

/* Less than this is no room: writing has failed, or will. */
enum { LEAST_ROOM = 64 * 1024 };

/* How long the consumer may be without progress, when it should write what is left. */
static const gint64 patience_us = 2 * G_USEC_PER_SEC;
static const gulong step_us = 2000;

/* How long to wait until the daemon has destroyed a session. */
static const int destroy_ms = 5000;

struct tt_session {
	char *name;
	char *folder;
	bool live, drop;
	struct lttng_handle *handle;
	uint64_t buffers;    /* bytes of all of them */
	uint64_t least_free; /* shared memory, as far as it was looked at */
	bool restricted;     /* records who is added alone */
	bool finished;
	int stopped;  /* to the pump: it is no longer needed */
	bool written; /* all of it */
	struct tt_watch *watch;
	struct tt_salvage *salvage; /* NULL: there is none */
	enum tt_cut cut;
	int64_t cut_ns;
};

/* `free`: what it had when it was too little; `when` that was. */
static bool fail_memory(uint64_t needed, uint64_t free, const char *when, GError **error)
{
	uint64_t size = tt_buffers_size_wanted(tt_buffers_size(), free, needed);

	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
	            "/dev/shm has %" G_GUINT64_FORMAT " KiB free%s, and recording takes %" G_GUINT64_FORMAT
	            ": remove files there, or enlarge it with 'mount -o remount,size=%" G_GUINT64_FORMAT
	            "m /dev/shm' (docker: --shm-size=%" G_GUINT64_FORMAT "m)",
	            free >> 10, when, needed >> 10, size, size);
	return false;
}

static uint64_t disk_room(const struct tt_session *session)
{
	struct statvfs disk;

	return statvfs(session->folder, &disk) == -1 ? UINT64_MAX : (uint64_t)disk.f_bavail * disk.f_frsize;
}

bool tt_session_has_room(struct tt_session *session)
{
	uint64_t shared = tt_buffers_room();

	session->least_free = MIN(session->least_free, shared);
	return disk_room(session) >= session->buffers;
}

static bool fail_full(const struct tt_session *session, GError **error)
{
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_OUTPUT,
	            "the disk of %s is full: make room, at least %" G_GUINT64_FORMAT
	            " MiB, or choose another place with -o",
	            session->folder, (session->buffers >> 20) + 1);
	return false;
}

/* Whether LTTng may make files as large as a buffer of these: it says nothing of it if it may not. */
static bool check_limit(const struct tt_buffers *buffers, GError **error)
{
	uint64_t limit = tt_watch_file_limit(), needed = (buffers->event_count + 2) * buffers->event_size;

	if (limit >= needed)
		return true;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
	            "LTTng's session daemon may make no file beyond %" G_GUINT64_FORMAT
	            " KiB (ulimit -f), and a buffer takes %" G_GUINT64_FORMAT ": record with 'ulimit -f unlimited'",
	            limit >> 10, needed >> 10);
	return false;
}

/* Turns a code of liblttng-ctl, negative for a failure, into an error. */
static bool check(int code, const char *doing, GError **error)
{
	if (code >= 0)
		return true;
	g_autofree char *limits = tt_limits_text();
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP, "%s: %s: %s", doing, lttng_strerror(code),
	            limits ? limits : "see what 'trace-thr doctor' says");
	return false;
}

struct channel {
	const char *name;
	uint64_t size, count; /* of its sub-buffers */
	bool drop;            /* rather than making the program wait */
	unsigned live_us;     /* how often it is written for those who read along */
};

static bool enable_channel(const struct tt_session *session, const struct channel *wanted, GError **error)
{
	struct lttng_domain domain = {.type = LTTNG_DOMAIN_UST, .buf_type = LTTNG_BUFFER_PER_UID};
	struct lttng_channel *channel = lttng_channel_create(&domain);

	if (!channel)
		return check(-LTTNG_ERR_NOMEM, "cannot make a channel", error);
	g_strlcpy(channel->name, wanted->name, sizeof channel->name);
	channel->attr.overwrite = 0;
	channel->attr.subbuf_size = wanted->size;
	channel->attr.num_subbuf = wanted->count;
	channel->attr.switch_timer_interval = session->live ? wanted->live_us : 0;
	int code = wanted->drop ? 0 : lttng_channel_set_blocking_timeout(channel, -1);
	if (code >= 0)
		code = lttng_enable_channel(session->handle, channel);
	lttng_channel_destroy(channel);
	return check(code, "cannot make a channel", error);
}

/* Those of the level; or of it and all that are graver. */
static bool enable_events(const struct tt_session *session, const char *pattern, enum lttng_loglevel_type which,
                          int level, const char *channel, GError **error)
{
	struct lttng_event event = {.type = LTTNG_EVENT_TRACEPOINT, .loglevel_type = which, .loglevel = level};

	g_strlcpy(event.name, pattern, sizeof event.name);
	return check(lttng_enable_event_with_exclusions(session->handle, &event, channel, NULL, 0, NULL),
	             "cannot enable events", error);
}

static bool enable_channels(const struct tt_session *session, const struct tt_buffers *buffers, GError **error)
{
	const struct channel events = {events_channel, buffers->event_size, buffers->event_count, session->drop,
	                               EVENTS_US};
	const struct channel modules = {modules_channel, TT_MODULE_BUFFER_SIZE, TT_MODULE_BUFFERS, false, EVENTS_US};
	const struct channel metadata = {metadata_channel, METADATA_SIZE, METADATA_COUNT, true, METADATA_US};

	return enable_channel(session, &events, error) && enable_channel(session, &modules, error) &&
	       (!session->live || enable_channel(session, &metadata, error));
}

/*
 * Events of modules have a channel of their own, by their level, which no other has. (LTTng 2.13's session daemon would
 * take a name to exclude as well, and then crash as soon as anybody lists the session.)
 */
static bool enable_all_events(const struct tt_session *session, GError **error)
{
	static const char ours[] = "trace_thr:*";
	const int modules = LTTNG_LOGLEVEL_DEBUG_MODULE;

	return enable_events(session, ours, LTTNG_EVENT_LOGLEVEL_RANGE, modules - 1, events_channel, error) &&
	       enable_events(session, ours, LTTNG_EVENT_LOGLEVEL_SINGLE, LTTNG_LOGLEVEL_DEBUG, events_channel, error) &&
	       enable_events(session, ours, LTTNG_EVENT_LOGLEVEL_SINGLE, modules, modules_channel, error) &&
	       (!session->live ||
	        (enable_events(session, TT_BEACON_EVENT, LTTNG_EVENT_LOGLEVEL_ALL, -1, events_channel, error) &&
	         enable_events(session, TT_BEACON_MODULES_EVENT, LTTNG_EVENT_LOGLEVEL_ALL, -1, modules_channel,
	                       error)));
}

/* Leaves all processes out that nobody adds. By the number of a process that cannot be told to another namespace. */
static bool leave_all_out(struct tt_session *session)
{
	if (!tt_namespace_is_shared())
		return true;
	struct tt_tracker *tracker = tt_tracker_open(session->name);
	session->restricted = tracker && tt_tracker_restrict(tracker);
	tt_tracker_close(tracker);
	return session->restricted;
}

/* Before the channels are made. Without it, what a dead consumer daemon has not written is lost. */
static void prepare_salvage(struct tt_session *session)
{
	session->salvage = tt_salvage_new(session->folder);
	if (session->salvage && (!tt_watch_shares(tt_salvage_path(session->salvage)) ||
	                         lttng_set_session_shm_path(session->name, tt_salvage_path(session->salvage)) < 0))
		g_clear_pointer(&session->salvage, tt_salvage_free);
}

static bool set_up(struct tt_session *session, GError **error)
{
	struct lttng_domain domain = {.type = LTTNG_DOMAIN_UST, .buf_type = LTTNG_BUFFER_PER_UID};
	struct tt_buffers buffers = tt_buffers_fit(tt_buffers_room(), (uint64_t)sysconf(_SC_NPROCESSORS_CONF));

	session->buffers = buffers.total;
	if (!buffers.event_size)
		return fail_memory(buffers.total, tt_buffers_room(), "", error);
	if (!tt_session_has_room(session))
		return fail_full(session, error);
	if (!check_limit(&buffers, error))
		return false;
	session->handle = lttng_create_handle(session->name, &domain);
	prepare_salvage(session);
	return check(session->handle ? 0 : -LTTNG_ERR_NOMEM, "cannot reach the session", error) &&
	       enable_channels(session, &buffers, error) && enable_all_events(session, error) &&
	       check(leave_all_out(session) ? 0 : -LTTNG_ERR_UNK, "cannot restrict the session", error) &&
	       check(lttng_start_tracing(session->name), "cannot start recording", error);
}

static void free_session(struct tt_session *session)
{
	if (session->handle)
		lttng_destroy_handle(session->handle);
	tt_watch_free(session->watch);
	tt_salvage_free(session->salvage);
	g_free(session->name);
	g_free(session->folder);
	g_free(session);
}

struct tt_session *tt_session_start(const char *folder, bool live, bool drop, GError **error)
{
	struct tt_session *session = g_new0(struct tt_session, 1);
	g_autofree char *url = g_strconcat("file://", folder, NULL);

	session->name = g_strdup_printf("trace-thr-%d-%08x", (int)getpid(), g_random_int());
	session->folder = g_strdup(folder);
	session->live = live;
	session->drop = drop;
	session->least_free = UINT64_MAX;
	if (!check(lttng_create_session(session->name, url), "cannot make a recording session", error)) {
		free_session(session);
		return NULL;
	}
	if (!set_up(session, error)) {
		lttng_destroy_session_no_wait(session->name);
		free_session(session);
		return NULL;
	}
	session->watch = tt_watch_new();
	return session;
}

const char *tt_session_name(const struct tt_session *session)
{
	return session->name;
}

bool tt_session_is_restricted(const struct tt_session *session)
{
	return session->restricted;
}

/* Waits until the consumer has written all. False: it has stopped doing so. */
static bool wait_written(const struct tt_session *session)
{
	gint64 patient_until = g_get_monotonic_time() + patience_us;
	uint64_t size = 0;
	int pending;

	while ((pending = lttng_data_pending(session->name)) > 0) {
		uint64_t now = tt_size_below(session->folder);

		if (now != size)
			patient_until = g_get_monotonic_time() + patience_us;
		else if (g_get_monotonic_time() >= patient_until)
			return false;
		size = now;
		g_usleep(step_us);
	}
	return pending == 0;
}

enum tt_cut tt_session_attend(struct tt_session *session)
{
	tt_salvage_look(session->salvage);
	if (!session->cut && (session->cut = tt_watch_look(session->watch)))
		session->cut_ns = g_get_real_time() * 1000;
	if (session->cut)
		tt_salvage_pump(session->salvage);
	return session->cut;
}

bool tt_session_has_event(const struct tt_session *session)
{
	return session->cut || tt_salvage_has_event(session->salvage);
}

/* While the session daemon tells the programs to stop: one that waits for room does not listen. */
static void *keep_pumping(void *data)
{
	struct tt_session *session = data;

	while (!g_atomic_int_get(&session->stopped)) {
		tt_salvage_pump(session->salvage);
		g_usleep(step_us);
	}
	return NULL;
}

/* Ends the recording without a consumer daemon. */
static void stop_alone(struct tt_session *session)
{
	GThread *pump = g_thread_new("pump", keep_pumping, session);

	lttng_stop_tracing_no_wait(session->name);
	g_atomic_int_set(&session->stopped, true);
	g_thread_join(pump);
	session->written = tt_salvage_finish(session->salvage);
}

void tt_session_finish(struct tt_session *session)
{
	if (session->finished)
		return;
	session->finished = true;
	if (!tt_session_attend(session)) {
		lttng_stop_tracing_no_wait(session->name);
		session->written = wait_written(session);
	}
	/* It may have ended in the midst of that. */
	if (tt_session_attend(session))
		stop_alone(session);
}

/*
 * LTTng's consumer counts by a number that each packet has; where that is smaller than in the packet before, it takes
 * it for one that has wrapped around, and adds half of what 64 bits hold. It is smaller where a packet was written
 * late.
 */
static const uint64_t wrapped = UINT64_C(1) << 63;

static uint64_t dropped_events(const struct tt_session *session)
{
	struct lttng_channel *channels = NULL;
	uint64_t total = 0;
	int n = lttng_list_channels(session->handle, &channels);

	for (int i = 0; i < n; i++) {
		uint64_t dropped = 0;
		if (lttng_channel_get_discarded_event_count(&channels[i], &dropped) == 0)
			total += dropped % wrapped;
	}
	free(channels);
	return total;
}

/* Whether nothing was recorded although there may have been something: LTTng had no room for the buffers. */
static bool lacked_memory(const struct tt_session *session)
{
	return session->least_free < session->buffers && !tt_has_trace(session->folder);
}

/* False: the daemon is not there. It takes half a second, so we wait for it only if we have to. */
static bool destroy(const struct tt_session *session, bool wait)
{
	struct lttng_destruction_handle *handle = NULL;

	if (!wait)
		return lttng_destroy_session_no_wait(session->name) == 0;
	bool ok = lttng_destroy_session_ext(session->name, &handle) == LTTNG_OK;
	if (ok)
		lttng_destruction_handle_wait_for_completion(handle, destroy_ms);
	lttng_destruction_handle_destroy(handle);
	return ok;
}

bool tt_session_stop(struct tt_session *session, struct tt_session_discarded *loss, GError **error)
{
	bool full, ok, torn;

	tt_session_has_room(session);
	tt_session_finish(session);
	torn = !session->cut && tt_salvage_take_rest(session->salvage);
	session->written = session->written && !torn;
	full = disk_room(session) < LEAST_ROOM;
	*loss = (struct tt_session_discarded){.events = session->cut ? 0 : dropped_events(session),
	                                      .torn = !session->written && !full && !session->cut,
	                                      .cut = full ? TT_CUT_DISK : session->cut,
	                                      .cut_ns = session->cut_ns,
	                                      .cut_even = session->written && !full};
	if (!destroy(session, torn) && !loss->cut)
		loss->cut = TT_CUT_DAEMON;
	if (torn)
		tt_salvage_write_rest(session->salvage);
	ok = loss->cut || !lacked_memory(session);
	if (!ok)
		fail_memory(session->buffers, session->least_free, " since the program began, so nothing was recorded",
		            error);
	free_session(session);
	return ok;
}
