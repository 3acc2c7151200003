#include "tools/session/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <lttng/lttng.h>

#include "tools/session/daemon.h"

static const char events_channel[] = "events";
static const char modules_channel[] = "modules";

/* The buffers of a CPU. Events come in bursts; binaries are told once, some hundred bytes each. */
enum { EVENT_BUFFERS = 8, MODULE_BUFFERS = 4, MODULE_BUFFER_SIZE = 64 * 1024 };
enum { EVENT_BUFFER_LEAST = 64 * 1024, EVENT_BUFFER_MOST = 1024 * 1024 };

/* How long the consumer may be without progress, when it should write what is left. */
static const int patience_ms = 10000;
static const int step_ms = 5;

struct tt_session {
	char *name;
	char *folder;
	struct lttng_handle *handle;
};

/* What one buffer set takes of shared memory: each CPU has its own, and LTTng keeps one buffer more for the reader. */
static uint64_t room_needed(uint64_t buffer_size)
{
	uint64_t cpus = (uint64_t)sysconf(_SC_NPROCESSORS_CONF);
	return cpus * ((EVENT_BUFFERS + 1) * buffer_size + (MODULE_BUFFERS + 1) * MODULE_BUFFER_SIZE);
}

/* The largest size of an event buffer that leaves half of the shared memory to others. 0 with *error. */
static uint64_t buffer_size(GError **error)
{
	struct statvfs shm;

	if (statvfs("/dev/shm", &shm) == -1)
		return EVENT_BUFFER_MOST; /* LTTng finds its own words */
	uint64_t room = (uint64_t)shm.f_bavail * shm.f_frsize;
	for (uint64_t size = EVENT_BUFFER_MOST; size >= EVENT_BUFFER_LEAST; size /= 2)
		if (room_needed(size) <= room / 2)
			return size;
	if (room_needed(EVENT_BUFFER_LEAST) <= room)
		return EVENT_BUFFER_LEAST;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
	            "/dev/shm has %" G_GUINT64_FORMAT " KiB free, recording needs %" G_GUINT64_FORMAT
	            ": enlarge it with 'mount -o remount,size=64m /dev/shm' (docker: --shm-size=64m)",
	            room / 1024, room_needed(EVENT_BUFFER_LEAST) / 1024);
	return 0;
}

/* Turns a negative code of liblttng-ctl into an error. */
static bool check(int code, const char *doing, GError **error)
{
	if (code >= 0)
		return true;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP, "%s: %s: see what 'trace-thr doctor' says", doing,
	            lttng_strerror(code));
	return false;
}

static bool enable_channel(struct tt_session *session, const char *name, uint64_t size, uint64_t n, bool drop,
                           GError **error)
{
	struct lttng_domain domain = {.type = LTTNG_DOMAIN_UST, .buf_type = LTTNG_BUFFER_PER_UID};
	struct lttng_channel *channel = lttng_channel_create(&domain);

	if (!channel)
		return check(-LTTNG_ERR_NOMEM, "cannot make a channel", error);
	g_strlcpy(channel->name, name, sizeof channel->name);
	channel->attr.overwrite = 0;
	channel->attr.subbuf_size = size;
	channel->attr.num_subbuf = n;
	int code = drop ? 0 : lttng_channel_set_blocking_timeout(channel, -1);
	if (code >= 0)
		code = lttng_enable_channel(session->handle, channel);
	lttng_channel_destroy(channel);
	return check(code, "cannot make a channel", error);
}

static bool enable_events(struct tt_session *session, const char *pattern, const char *channel, GError **error)
{
	struct lttng_event event = {
	    .type = LTTNG_EVENT_TRACEPOINT, .loglevel_type = LTTNG_EVENT_LOGLEVEL_ALL, .loglevel = -1};

	g_strlcpy(event.name, pattern, sizeof event.name);
	return check(lttng_enable_event_with_exclusions(session->handle, &event, channel, NULL, 0, NULL),
	             "cannot enable events", error);
}

static bool set_up(struct tt_session *session, bool drop, GError **error)
{
	struct lttng_domain domain = {.type = LTTNG_DOMAIN_UST, .buf_type = LTTNG_BUFFER_PER_UID};
	struct lttng_event_context pid = {.ctx = LTTNG_EVENT_CONTEXT_VPID};
	uint64_t size = buffer_size(error);

	if (!size)
		return false;
	session->handle = lttng_create_handle(session->name, &domain);
	return check(session->handle ? 0 : -LTTNG_ERR_NOMEM, "cannot reach the session", error) &&
	       enable_channel(session, events_channel, size, EVENT_BUFFERS, drop, error) &&
	       enable_channel(session, modules_channel, MODULE_BUFFER_SIZE, MODULE_BUFFERS, false, error) &&
	       enable_events(session, "trace_thr:*", events_channel, error) &&
	       enable_events(session, "lttng_ust_statedump:*", modules_channel, error) &&
	       enable_events(session, "lttng_ust_lib:*", modules_channel, error) &&
	       check(lttng_add_context(session->handle, &pid, NULL, modules_channel), "cannot add the process id",
	             error) &&
	       check(lttng_start_tracing(session->name), "cannot start recording", error);
}

static void free_session(struct tt_session *session)
{
	if (session->handle)
		lttng_destroy_handle(session->handle);
	g_free(session->name);
	g_free(session->folder);
	g_free(session);
}

struct tt_session *tt_session_start(const char *folder, bool drop, GError **error)
{
	struct tt_session *session = g_new0(struct tt_session, 1);
	g_autofree char *url = g_strconcat("file://", folder, NULL);

	session->name = g_strdup_printf("trace-thr-%d-%08x", (int)getpid(), g_random_int());
	session->folder = g_strdup(folder);
	if (!check(lttng_create_session(session->name, url), "cannot make a recording session", error)) {
		free_session(session);
		return NULL;
	}
	if (!set_up(session, drop, error)) {
		lttng_destroy_session_no_wait(session->name);
		free_session(session);
		return NULL;
	}
	return session;
}

/* Waits until the consumer has written all. False: it has stopped doing so. */
static bool wait_written(const struct tt_session *session)
{
	for (int waited = 0; waited < patience_ms; waited += step_ms) {
		int pending = lttng_data_pending(session->name);
		if (pending <= 0)
			return pending == 0;
		g_usleep((gulong)step_ms * 1000);
	}
	return false;
}

static uint64_t dropped_events(const struct tt_session *session)
{
	struct lttng_channel *channels = NULL;
	uint64_t total = 0;
	int n = lttng_list_channels(session->handle, &channels);

	for (int i = 0; i < n; i++) {
		uint64_t dropped = 0;
		if (lttng_channel_get_discarded_event_count(&channels[i], &dropped) == 0)
			total += dropped;
	}
	free(channels);
	return total;
}

/* Destroys the session; the daemon says when that is done, without our asking again and again. */
static bool destroy(const struct tt_session *session, bool wait)
{
	struct lttng_destruction_handle *handle = NULL;
	bool done = false;

	if (!wait)
		return lttng_destroy_session_no_wait(session->name) >= 0;
	if (lttng_destroy_session_ext(session->name, &handle) == LTTNG_OK)
		done = lttng_destruction_handle_wait_for_completion(handle, patience_ms) ==
		       LTTNG_DESTRUCTION_HANDLE_STATUS_COMPLETED;
	lttng_destruction_handle_destroy(handle);
	return done;
}

/* Whether the file system has room still: the consumer does not tell us that it had none. */
static bool disk_has_room(const struct tt_session *session)
{
	struct statvfs disk;

	return statvfs(session->folder, &disk) == -1 || (uint64_t)disk.f_bavail * disk.f_frsize >= MODULE_BUFFER_SIZE;
}

bool tt_session_stop(struct tt_session *session, struct tt_session_loss *loss, GError **error)
{
	int code = lttng_stop_tracing_no_wait(session->name);
	bool written = wait_written(session);
	bool room = disk_has_room(session);
	bool ok = true;

	*loss = (struct tt_session_loss){.events = dropped_events(session), .interrupted = !written && room};
	if (!destroy(session, written))
		ok = check(code < 0 ? code : -LTTNG_ERR_SESSION_FAIL, "the session ended badly", error);
	if (!room) {
		g_clear_error(error);
		g_set_error(
		    error, TT_SESSION_ERROR, TT_SESSION_ERROR_OUTPUT,
		    "the disk of %s is full, so the trace is not whole: make room, or choose another place with -o",
		    session->folder);
		ok = false;
	}
	free_session(session);
	return ok;
}
