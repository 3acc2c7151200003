#include "tools/session/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <lttng/lttng.h>

#include "tools/session/daemon.h"

static const char events_channel[] = "events";
static const char modules_channel[] = "modules";

/* The buffers of a CPU. Events come in bursts; binaries are told once, some hundred bytes each. */
enum { EVENT_BUFFERS = 8, MODULE_BUFFERS = 4, MODULE_BUFFER_SIZE = 64 * 1024 };
/* Less than this is no room: writing has failed, or will. */
enum { LEAST_ROOM = 64 * 1024 };
enum { EVENT_BUFFER_LEAST = 64 * 1024, EVENT_BUFFER_MOST = 1024 * 1024 };

/* How long the consumer may be without progress, when it should write what is left. */
static const gint64 patience_us = 2 * G_USEC_PER_SEC;
static const gulong step_us = 2000;

struct tt_session {
	char *name;
	char *folder;
	struct lttng_handle *handle;
	uint64_t buffers; /* bytes of all of them */
	bool finished;
	bool written; /* all of it */
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

static uint64_t disk_room(const struct tt_session *session)
{
	struct statvfs disk;

	return statvfs(session->folder, &disk) == -1 ? UINT64_MAX : (uint64_t)disk.f_bavail * disk.f_frsize;
}

bool tt_session_has_room(const struct tt_session *session)
{
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
	session->buffers = room_needed(size);
	if (!tt_session_has_room(session))
		return fail_full(session, error);
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

/* The bytes below a folder. */
static uint64_t size_below(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	uint64_t size = 0;
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *entry = g_build_filename(path, name, NULL);
		struct stat info;

		if (lstat(entry, &info) == 0)
			size += S_ISDIR(info.st_mode) ? size_below(entry) : (uint64_t)info.st_size;
	}
	return size;
}

/* Waits until the consumer has written all. False: it has stopped doing so. */
static bool wait_written(const struct tt_session *session)
{
	gint64 patient_until = g_get_monotonic_time() + patience_us;
	uint64_t size = 0;
	int pending;

	while ((pending = lttng_data_pending(session->name)) > 0) {
		uint64_t now = size_below(session->folder);

		if (now != size)
			patient_until = g_get_monotonic_time() + patience_us;
		else if (g_get_monotonic_time() >= patient_until)
			return false;
		size = now;
		g_usleep(step_us);
	}
	return pending == 0;
}

void tt_session_finish(struct tt_session *session)
{
	if (session->finished)
		return;
	session->finished = true;
	lttng_stop_tracing_no_wait(session->name);
	session->written = wait_written(session);
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

bool tt_session_stop(struct tt_session *session, struct tt_session_loss *loss, GError **error)
{
	bool room, ok;

	tt_session_finish(session);
	room = disk_room(session) >= LEAST_ROOM;
	*loss = (struct tt_session_loss){.events = dropped_events(session), .interrupted = !session->written && room};
	/* All is on disk. The daemon does the rest for itself, which takes it half a second. */
	ok = check(lttng_destroy_session_no_wait(session->name), "the session ended badly", room ? error : NULL);
	if (!room)
		ok = fail_full(session, error);
	free_session(session);
	return ok;
}
