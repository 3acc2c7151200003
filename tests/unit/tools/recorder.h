/* SPDX-License-Identifier: MIT */
/*
 * What a recording is made of, all but the folder, the manifest and the environment: each writes down what it is asked
 * for, and answers as the test wants.
 */
#ifndef TT_TESTS_RECORDER_H
#define TT_TESTS_RECORDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tools/cli/command.h"
#include "tools/read/recording/manifest.h"
#include "tools/session/lttng/daemon.h"
#include "tools/session/door/door.h"
#include "tools/session/dirs.h"
#include "tools/session/program/crash_cleanup.h"
#include "tools/session/door/left_out.h"
#include "tools/session/program/preload_check.h"
#include "tools/session/program/process_tree.h"
#include "tools/session/record.h"
#include "tools/session/program/unrecorded.h"
#include "tracepoints/door.h"
#include "tracepoints/timebase.h"

enum { PID = 4711, LOOKS = 3 };

/* Which of them fails. */
enum step { NOTHING, FIND, CLOCK, PRELOAD, LIBRARIES, DAEMON, SESSION, DOOR, INTERRUPT, PROGRAM, STOP };

static struct world {
	GString *log;
	char *home, *folder; /* of the test; of the recording */
	struct tt_record_options options;
	struct tt_recording recording;
	int status;
	enum step fails;
	enum tt_cut cut;
	bool open_to_all, no_room, caught, door_gone, door_missed, has_event, unused, writes, killed;
	const char *left; /* behind */
	char **left_out, **environment;
	const char *keeps;
	struct tt_program_end end;
	struct tt_session_discarded loss;
	int alive; /* how often processes of a killed recorder's program are found */
	int terms, kills;
	gulong slept_us;
	void (*finish)(void *data);
	void *finish_data;
	struct tt_manifest *meanwhile; /* while the program ran */
	char *said;                    /* to standard error */
	char *name;
} world;

static bool does(enum step step, const char *what, GError **error)
{
	g_string_append_printf(world.log, "%s ", what);
	if (world.fails != step)
		return true;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP, "%s", what);
	return false;
}

GQuark tt_session_error_quark(void)
{
	return g_quark_from_static_string("of the test");
}

struct tt_daemon *tt_daemon_open(GError **error)
{
	return does(DAEMON, "daemon", error) ? (struct tt_daemon *)&world : NULL;
}

const char *tt_daemon_home(const struct tt_daemon *daemon)
{
	assert_ptr_equal(daemon, &world);
	return "/home/of/daemon";
}

void tt_daemon_close(struct tt_daemon *daemon)
{
	g_string_append(world.log, daemon ? "no-daemon " : "");
}

struct tt_session *tt_session_start(const char *folder, bool live, bool drop, GError **error)
{
	g_autofree char *what = g_strdup_printf("session%s%s", live ? "-live" : "", drop ? "-drop" : "");
	g_autofree char *ust = g_build_filename(folder, "ust", NULL);
	g_autofree char *file = g_build_filename(ust, "events_0", NULL);

	assert_true(g_path_is_absolute(folder));
	g_mkdir(ust, 0755);
	assert_true(g_file_set_contents(file, "x", world.writes, NULL));
	return does(SESSION, what, error) ? (struct tt_session *)&world : NULL;
}

const char *tt_session_name(const struct tt_session *session)
{
	assert_ptr_equal(session, &world);
	return "the session";
}

bool tt_session_is_restricted(const struct tt_session *session)
{
	(void)session;
	return !world.open_to_all;
}

bool tt_session_has_room(struct tt_session *session)
{
	(void)session;
	return !world.no_room;
}

enum tt_cut tt_session_attend(struct tt_session *session)
{
	(void)session;
	return world.cut;
}

bool tt_session_has_event(const struct tt_session *session)
{
	(void)session;
	return world.has_event;
}

void tt_session_finish(struct tt_session *session)
{
	assert_ptr_equal(session, &world);
	g_string_append(world.log, "finish ");
}

bool tt_session_stop(struct tt_session *session, struct tt_session_discarded *loss, GError **error)
{
	assert_ptr_equal(session, &world);
	*loss = world.loss;
	return does(STOP, "stop", error);
}

struct tt_door *tt_door_open(const char *session, const char *token, const char *home, GError **error)
{
	g_autofree char *what = g_strdup_printf("door-%s", session ? session : "open");

	assert_int_equal(strlen(token), 8 + 1 + 16);
	assert_string_equal(home, "/home/of/daemon");
	return does(DOOR, what, error) ? (struct tt_door *)&world : NULL;
}

const char *tt_door_path(const struct tt_door *door)
{
	assert_ptr_equal(door, &world);
	return "/the/door";
}

bool tt_door_is_used(const struct tt_door *door)
{
	(void)door;
	return !world.unused;
}

bool tt_door_is_kept(const struct tt_door *door)
{
	(void)door;
	return !world.door_gone;
}

bool tt_door_close(struct tt_door *door)
{
	g_string_append(world.log, door ? "no-door " : "");
	return !door || !world.door_missed;
}

int tt_crash_cleanup_start(void (*finish)(void *data), void *data)
{
	g_string_append(world.log, "heir ");
	world.finish = finish;
	world.finish_data = data;
	return 17;
}

void tt_crash_cleanup_dismiss(int heir)
{
	g_string_append_printf(world.log, heir == 17 ? "no-heir " : "");
}

struct tt_left_out *tt_left_out_new(const char *token)
{
	assert_int_equal(strlen(token), 8);
	world.name = g_strdup(token);
	return (struct tt_left_out *)&world;
}

void tt_left_out_free(struct tt_left_out *left_out)
{
	assert_ptr_equal(left_out, &world);
	g_string_append(world.log, "heard ");
}

void tt_left_out_listen(struct tt_left_out *left_out)
{
	assert_ptr_equal(left_out, &world);
	g_string_append(world.log, "listen ");
}

char **tt_left_out_all(const struct tt_left_out *left_out)
{
	assert_ptr_equal(left_out, &world);
	return g_strdupv(world.left_out);
}

char *tt_left_out_keeps(const struct tt_left_out *left_out)
{
	assert_ptr_equal(left_out, &world);
	return g_strdup(world.keeps);
}

bool tt_preload_check(const char *path, GError **error)
{
	assert_string_equal(path, "/bin/prog");
	return does(PRELOAD, "preloads", error);
}

bool tt_loader_leaves_clock(char *const *program, GError **error)
{
	assert_ptr_equal(program, world.options.program);
	return does(CLOCK, "clock", error);
}

char *tt_preload_variable(const char *before, GError **error)
{
	return does(LIBRARIES, "libraries", error) ? g_strconcat("ours", before ? " " : NULL, before, NULL) : NULL;
}

bool tt_preload_works(GError **error)
{
	(void)error;
	return true;
}

bool tt_process_tree_signal(const char *recording, int number)
{
	assert_int_equal(strlen(recording), 8 + 1 + 16);
	world.terms += number == SIGTERM;
	world.kills += number == SIGKILL;
	return world.alive-- > 0;
}

char *tt_offspring_token(void)
{
	return g_strdup("00000001-0000000200000003");
}

char *tt_offspring_name(const char *token)
{
	return g_strndup(token, 8);
}

void g_usleep(gulong us)
{
	world.slept_us += us;
}

char *tt_program_find(const char *name, int *status, GError **error)
{
	assert_string_equal(name, world.options.program[0]);
	*status = TT_EXIT_NOT_RUN;
	return does(FIND, "find", error) ? g_strdup("/bin/prog") : NULL;
}

void tt_program_hold_signals(void)
{
	g_string_append(world.log, "hold ");
}

bool tt_program_interrupted(void)
{
	return world.fails == INTERRUPT;
}

/* While it runs: what its care answers. */
static void ask(const struct tt_program_hooks *care)
{
	care->started(PID, care->data);
	assert_int_equal(care->has_begun(care->data), world.has_event && !world.unused);
	for (int i = 0; i < LOOKS; i++)
		assert_int_equal(care->may_go_on(care->data), !world.no_room);
	assert_int_equal(care->is_caught(care->data), world.caught);
	if (world.end.timed_out)
		care->before_death(care->data);
	if (world.left)
		care->left(world.left, care->data);
}

bool tt_program_run(const char *path, char *const *argv, char *const *environment, const struct tt_program_hooks *care,
                    struct tt_program_end *end, GError **error)
{
	g_autofree char *folder = g_strdup(world.options.output ? world.options.output : "trace-thr-prog-1");
	g_autofree char *notes = tt_unrecorded_file(folder);

	assert_string_equal(path, "/bin/prog");
	assert_ptr_equal(argv, world.options.program);
	assert_true(care->timeout >= world.options.timeout && care->timeout <= world.options.timeout);
	assert_int_equal(care->detach_ends, world.options.detach_ends);
	world.environment = g_strdupv((char **)(void *)(uintptr_t)environment);
	if (!does(PROGRAM, "run", error)) {
		end->exit_status = TT_EXIT_NOT_EXECUTABLE;
		return false;
	}
	ask(care);
	if (world.killed)
		world.finish(world.finish_data);
	world.meanwhile = tt_manifest_read(folder, NULL);
	if (world.options.preload)
		assert_true(g_file_set_contents(notes, "l /bin/static\nl /bin/static\n", -1, NULL));
	*end = world.end;
	return true;
}

static void companion_begins(const struct tt_live_source *source, void *data)
{
	assert_ptr_equal(data, &world);
	assert_true(g_path_is_absolute(source->folder));
	assert_string_equal(source->session, "the session");
	assert_int_equal(source->recorder, getpid());
	assert_string_equal(source->recording, "00000001-0000000200000003");
	g_string_append(world.log, "reads ");
}

static bool companion_catches(void *data)
{
	assert_ptr_equal(data, &world);
	return world.caught;
}

static void companion_ends(void *data)
{
	assert_ptr_equal(data, &world);
	g_string_append(world.log, "read ");
}

#endif /* TT_TESTS_RECORDER_H */
