/* SPDX-License-Identifier: MIT */
/*
 * The calls of liblttng-ctl, the watch, the salvage, the free room and the clock of a session: each writes down what it
 * is asked for, and answers as the test wants.
 */
#ifndef TT_TESTS_LTTNG_CTL_H
#define TT_TESTS_LTTNG_CTL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <cmocka.h>

#include <lttng/lttng.h>
#include <lttng/tracker.h>

#include "tools/session/lttng/beacon.h"
#include "tools/session/lttng/buffers.h"
#include "tools/session/lttng/daemon.h"
#include "tools/session/dirs.h"
#include "tools/session/door/namespace.h"
#include "tools/session/lttng/salvage.h"
#include "tools/session/lttng/session.h"
#include "tools/session/door/tracker.h"
#include "tools/session/lttng/daemon_watch.h"

enum { MIB = 1024 * 1024, AMPLE = 1 << 30, CPUS = 2 };

/* What the calls answer, and what they were asked for. */
static struct world {
	GString *log;
	char *folder;
	int calls, fails_at; /* the call of that number fails; 0: none */
	int rc;              /* what it returns then */
	uint64_t shared, disk, file_limit;
	bool no_salvage, not_shared, other_namespace, salvage_is_torn, has_rest, has_event;
	enum tt_cut cut;
	int cut_after; /* looks */
	int pending;   /* how often there is something pending */
	int grows;     /* how often there is more on disk meanwhile */
	int pumps, looks;
	gint64 now_us;
	uint64_t dropped[3];
	int n_channels;
} world;

static int answer(const char *format, ...) G_GNUC_PRINTF(1, 2);

static int answer(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_string_append_vprintf(world.log, format, args);
	g_string_append_c(world.log, '\n');
	va_end(args);
	return ++world.calls == world.fails_at ? world.rc : 0;
}

gint64 g_get_monotonic_time(void)
{
	return world.now_us;
}

void g_usleep(gulong us)
{
	g_atomic_pointer_add(&world.now_us, (gssize)us);
}

int statvfs(const char *path, struct statvfs *disk)
{
	bool shared = strcmp(path, "/dev/shm") == 0;

	*disk = (struct statvfs){.f_bavail = (shared ? world.shared : world.disk) / 1024, .f_frsize = 1024};
	return (shared ? world.shared : world.disk) == UINT64_MAX ? -1 : 0;
}

long sysconf(int name)
{
	return name == _SC_NPROCESSORS_CONF ? CPUS : name == _SC_PAGESIZE ? 4096 : -1;
}

struct lttng_channel *lttng_channel_create(struct lttng_domain *domain)
{
	assert_int_equal(domain->type, LTTNG_DOMAIN_UST);
	assert_int_equal(domain->buf_type, LTTNG_BUFFER_PER_UID);
	return ++world.calls == world.fails_at ? NULL : g_new0(struct lttng_channel, 1);
}

void lttng_channel_destroy(struct lttng_channel *channel)
{
	g_free(channel);
}

int lttng_channel_set_blocking_timeout(struct lttng_channel *channel, int64_t timeout)
{
	return answer("%s waits %d", channel->name, (int)timeout);
}

int lttng_enable_channel(struct lttng_handle *handle, struct lttng_channel *channel)
{
	assert_string_equal(handle->session_name, "the session");
	assert_int_equal(channel->attr.overwrite, 0);
	return answer("channel %s %d x %d every %u", channel->name, (int)channel->attr.num_subbuf,
	              (int)channel->attr.subbuf_size, channel->attr.switch_timer_interval);
}

int lttng_enable_event_with_exclusions(struct lttng_handle *handle, struct lttng_event *event, const char *channel,
                                       const char *filter, int n, char **names)
{
	assert_non_null(handle);
	assert_null(filter);
	assert_int_equal(n, 0);
	assert_null(names);
	assert_int_equal(event->type, LTTNG_EVENT_TRACEPOINT);
	return answer("events %s %d %d into %s", event->name, event->loglevel_type, event->loglevel, channel);
}

struct lttng_handle *lttng_create_handle(const char *session, struct lttng_domain *domain)
{
	struct lttng_handle *handle = g_new0(struct lttng_handle, 1);

	assert_non_null(session);
	assert_int_equal(domain->type, LTTNG_DOMAIN_UST);
	assert_int_equal(domain->buf_type, LTTNG_BUFFER_PER_UID);
	strcpy(handle->session_name, "the session");
	if (!answer("handle"))
		return handle;
	g_free(handle);
	return NULL;
}

void lttng_destroy_handle(struct lttng_handle *handle)
{
	g_free(handle);
}

int lttng_create_session(const char *name, const char *url)
{
	assert_true(g_str_has_prefix(name, "trace-thr-"));
	assert_true(g_str_has_prefix(url, "file:///"));
	assert_string_equal(url + strlen("file://"), world.folder);
	return answer("create");
}

int lttng_destroy_session_no_wait(const char *name)
{
	assert_true(g_str_has_prefix(name, "trace-thr-"));
	return answer("destroy");
}

enum lttng_error_code lttng_destroy_session_ext(const char *name, struct lttng_destruction_handle **handle)
{
	assert_true(g_str_has_prefix(name, "trace-thr-"));
	*handle = NULL;
	return answer("destroy, and say when") ? LTTNG_ERR_NO_SESSIOND : LTTNG_OK;
}

enum lttng_destruction_handle_status
lttng_destruction_handle_wait_for_completion(struct lttng_destruction_handle *handle, int timeout_ms)
{
	assert_null(handle);
	assert_in_range(timeout_ms, 1000, 60000);
	answer("destroyed");
	return LTTNG_DESTRUCTION_HANDLE_STATUS_COMPLETED;
}

void lttng_destruction_handle_destroy(struct lttng_destruction_handle *handle)
{
	assert_null(handle);
}

int lttng_set_session_shm_path(const char *name, const char *path)
{
	assert_true(g_str_has_prefix(name, "trace-thr-"));
	return answer("buffers in %s", path);
}

int lttng_start_tracing(const char *name)
{
	(void)name;
	return answer("start");
}

int lttng_stop_tracing_no_wait(const char *name)
{
	int pumps = g_atomic_int_get(&world.pumps);

	(void)name;
	/* Who pumps meanwhile does so until this is over. */
	while (world.cut && world.cut != TT_CUT_DISK && g_atomic_int_get(&world.pumps) < pumps + 2)
		g_thread_yield();
	return answer("stop");
}

int lttng_data_pending(const char *name)
{
	g_autofree char *file = g_build_filename(world.folder, "ust", "events_0", NULL);
	g_autofree char *ust = g_path_get_dirname(file);

	(void)name;
	if (world.grows > 0) {
		g_mkdir_with_parents(ust, 0755);
		FILE *more = fopen(file, "a");
		assert_true(more && fputc('x', more) == 'x' && fclose(more) == 0);
		world.grows--;
	}
	return world.pending > 0 ? world.pending-- : world.pending;
}

int lttng_list_channels(struct lttng_handle *handle, struct lttng_channel **channels)
{
	assert_non_null(handle);
	*channels = calloc(3, sizeof **channels);
	for (int i = 0; i < 3; i++)
		(*channels)[i].attr.num_subbuf = (uint64_t)i;
	return world.n_channels;
}

int lttng_channel_get_discarded_event_count(struct lttng_channel *channel, uint64_t *n)
{
	*n = world.dropped[channel->attr.num_subbuf];
	return *n == 1000 ? -1 : 0;
}

/* The tracker: of tracker.c. */
enum lttng_error_code lttng_session_get_tracker_handle(const char *session, enum lttng_domain_type domain,
                                                       enum lttng_process_attr attribute,
                                                       struct lttng_process_attr_tracker_handle **handle)
{
	assert_non_null(session);
	assert_int_equal(domain, LTTNG_DOMAIN_UST);
	assert_int_equal(attribute, LTTNG_PROCESS_ATTR_VIRTUAL_PROCESS_ID);
	*handle = (struct lttng_process_attr_tracker_handle *)&world;
	return answer("tracker") ? LTTNG_ERR_UNK : LTTNG_OK;
}

void lttng_process_attr_tracker_handle_destroy(struct lttng_process_attr_tracker_handle *handle)
{
	assert_ptr_equal(handle, &world);
	g_string_append(world.log, "no tracker\n");
}

enum lttng_process_attr_tracker_handle_status
lttng_process_attr_tracker_handle_set_tracking_policy(const struct lttng_process_attr_tracker_handle *handle,
                                                      enum lttng_tracking_policy policy)
{
	assert_ptr_equal(handle, &world);
	return answer("policy %d", policy) ? LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_ERROR
	                                   : LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_OK;
}

enum lttng_process_attr_tracker_handle_status
lttng_process_attr_virtual_process_id_tracker_handle_add_pid(const struct lttng_process_attr_tracker_handle *handle,
                                                             pid_t pid)
{
	static const enum lttng_process_attr_tracker_handle_status all[] = {
	    LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_OK, LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_EXISTS,
	    LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_MISSING, LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_ERROR};

	assert_ptr_equal(handle, &world);
	answer("add %d", (int)pid);
	return all[pid];
}

enum lttng_process_attr_tracker_handle_status
lttng_process_attr_virtual_process_id_tracker_handle_remove_pid(const struct lttng_process_attr_tracker_handle *handle,
                                                                pid_t pid)
{
	assert_ptr_equal(handle, &world);
	answer("remove %d", (int)pid);
	return LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_OK;
}

bool tt_namespace_is_shared(void)
{
	return !world.other_namespace;
}

struct tt_watch *tt_watch_new(void)
{
	g_string_append(world.log, "watch\n");
	return (struct tt_watch *)&world;
}

void tt_watch_free(struct tt_watch *watch)
{
	g_string_append(world.log, watch ? "no watch\n" : "");
}

enum tt_cut tt_watch_look(const struct tt_watch *watch)
{
	assert_ptr_equal(watch, &world);
	return world.cut_after-- > 0 ? TT_CUT_NONE : world.cut;
}

uint64_t tt_watch_file_limit(void)
{
	return world.file_limit;
}

bool tt_watch_shares(const char *path)
{
	assert_string_equal(path, "/shm");
	return !world.not_shared;
}

struct tt_salvage *tt_salvage_new(const char *folder)
{
	assert_string_equal(folder, world.folder);
	return world.no_salvage ? NULL : (struct tt_salvage *)&world;
}

const char *tt_salvage_path(const struct tt_salvage *salvage)
{
	assert_ptr_equal(salvage, &world);
	return "/shm";
}

void tt_salvage_look(struct tt_salvage *salvage)
{
	world.looks += salvage != NULL;
}

bool tt_salvage_has_event(const struct tt_salvage *salvage)
{
	return salvage ? world.has_event : true;
}

void tt_salvage_pump(struct tt_salvage *salvage)
{
	(void)salvage;
	g_atomic_int_inc(&world.pumps);
}

bool tt_salvage_finish(struct tt_salvage *salvage)
{
	answer("finish");
	return salvage && !world.salvage_is_torn;
}

bool tt_salvage_take_rest(struct tt_salvage *salvage)
{
	return salvage && world.has_rest;
}

void tt_salvage_write_rest(struct tt_salvage *salvage)
{
	assert_non_null(salvage);
	answer("write the rest");
}

void tt_salvage_free(struct tt_salvage *salvage)
{
	g_string_append(world.log, salvage ? "no salvage\n" : "");
}

#endif /* TT_TESTS_LTTNG_CTL_H */
