#include "tools/session/record.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "tools/cli/command.h"
#include "tools/read/manifest.h"
#include "tools/session/daemon.h"
#include "tools/session/files.h"

/* Makes a folder that was not there; an empty one will do as well, if the user named it. */
static bool make_folder(const char *path, bool named)
{
	if (g_mkdir(path, 0777) == 0)
		return true;
	if (errno != EEXIST || !named)
		return false;
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	bool empty = dir && !g_dir_read_name(dir);
	errno = empty ? 0 : ENOTEMPTY;
	return empty;
}

/* The folder to record into, made. NULL with *error. */
static char *output_folder(const struct tt_record_options *options, GError **error)
{
	g_autofree char *base = g_path_get_basename(options->program[0]);
	char *path = options->output ? g_strdup(options->output) : NULL;

	for (int n = 1; !path; n++) {
		path = g_strdup_printf("trace-thr-%s-%d", base, n);
		if (g_file_test(path, G_FILE_TEST_EXISTS))
			g_clear_pointer(&path, g_free);
	}
	if (make_folder(path, options->output))
		return path;
	int code = errno;
	g_set_error(
	    error, TT_SESSION_ERROR, TT_SESSION_ERROR_OUTPUT, "cannot record into %s (%s): %s", path, g_strerror(code),
	    code == ENOTEMPTY ? "name a folder that is not there yet, or remove that one" : "name another one with -o");
	g_free(path);
	return NULL;
}

/* LTTng in the program: it waits for the daemon before main begins, and for room in the buffers. */
static void prepare_environment(bool drop)
{
	g_setenv("LTTNG_UST_REGISTER_TIMEOUT", "-1", TRUE);
	if (drop)
		g_unsetenv("LTTNG_UST_ALLOW_BLOCKING");
	else
		g_setenv("LTTNG_UST_ALLOW_BLOCKING", "1", TRUE);
}

static bool write_manifest(const struct tt_record_options *options, const struct tt_recording *recording, pid_t pid,
                           gint64 begin_us, GError **error)
{
	struct tt_manifest manifest = {
	    .program = options->program,
	    .pid = (uint32_t)pid,
	    .begin_ns = begin_us * 1000,
	    .end_ns = g_get_real_time() * 1000,
	    .exit_status = recording->end.exit_status,
	    .signal = recording->end.signal,
	    .timed_out = recording->end.timed_out,
	    .interrupted = recording->end.interrupted,
	};
	return tt_manifest_write(recording->folder, &manifest, error);
}

/* With a session: the program's run, and the end of the session whatever came of it. */
static bool run_recorded(const struct tt_record_options *options, const char *path, struct tt_recording *recording,
                         struct tt_session *session, GError **error)
{
	gint64 begin_us = g_get_real_time();
	pid_t pid;

	prepare_environment(options->drop);
	bool ran = tt_program_run(path, options->program, options->timeout, &pid, &recording->end, error);
	bool stopped = tt_session_stop(session, &recording->loss, ran ? error : NULL);
	return ran && stopped && write_manifest(options, recording, pid, begin_us, error);
}

static bool record_into(const struct tt_record_options *options, const char *path, struct tt_recording *recording,
                        GError **error)
{
	g_autofree char *folder = g_canonicalize_filename(recording->folder, NULL);
	bool ok = false;

	struct tt_daemon *daemon = tt_daemon_open(error);
	if (!daemon)
		return false;
	struct tt_session *session = tt_session_start(folder, options->drop, error);
	if (session)
		ok = run_recorded(options, path, recording, session, error);
	tt_daemon_close(daemon);
	return ok;
}

bool tt_record(const struct tt_record_options *options, struct tt_recording *recording, int *status, GError **error)
{
	*recording = (struct tt_recording){0};
	*status = TT_EXIT_USAGE;
	g_autofree char *path = tt_program_find(options->program[0], status, error);
	if (!path)
		return false;
	tt_program_hold_signals();
	recording->folder = output_folder(options, error);
	if (!recording->folder)
		return false;
	if (record_into(options, path, recording, error))
		return true;
	tt_remove_tree(recording->folder);
	tt_recording_clear(recording);
	return false;
}

void tt_recording_clear(struct tt_recording *recording)
{
	g_clear_pointer(&recording->folder, g_free);
}

int tt_recording_status(const struct tt_recording *recording)
{
	if (recording->end.timed_out)
		return TT_EXIT_TIMEOUT;
	return recording->end.signal ? 128 + recording->end.signal : recording->end.exit_status;
}
