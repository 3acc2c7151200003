#include "tools/session/record.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "tools/cli/command.h"
#include "tools/read/manifest.h"
#include "tools/session/daemon.h"
#include "tools/session/files.h"

/* Whether the folder was made, or was there and is empty. */
static bool take_folder(const char *path)
{
	if (g_mkdir(path, 0777) == 0)
		return true;
	if (errno != EEXIST)
		return false;
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	bool empty = dir && !g_dir_read_name(dir);
	errno = dir ? ENOTEMPTY : EEXIST;
	return empty;
}

/* A new folder trace-thr-PROG-1, -2, … NULL if none can be made. */
static char *make_numbered_folder(const char *program)
{
	g_autofree char *base = g_path_get_basename(program);

	for (int n = 1;; n++) {
		char *path = g_strdup_printf("trace-thr-%s-%d", base, n);

		if (g_mkdir(path, 0777) == 0)
			return path;
		g_free(path);
		if (errno != EEXIST)
			return NULL;
	}
}

/* The folder to record into, made. NULL with *error. */
static char *output_folder(const struct tt_record_options *options, GError **error)
{
	const char *path = options->output;

	if (!path) {
		char *numbered = make_numbered_folder(options->program[0]);
		if (!numbered)
			g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_OUTPUT,
			            "cannot make a folder here for the recording (%s): name another place with -o",
			            g_strerror(errno));
		return numbered;
	}
	if (take_folder(path))
		return g_strdup(path);
	int code = errno;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_OUTPUT, "cannot record into %s (%s): %s", path,
	            g_strerror(code),
	            code == ENOTEMPTY || code == EEXIST ? "name a folder that is not there yet, or remove that one"
	            : code == ENOENT                    ? "make the folder above it first"
	                                                : "name another one with -o");
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

/* A recording at work. */
struct job {
	const struct tt_record_options *options;
	const char *path; /* the program file */
	struct tt_recording *recording;
	int *status;
};

static bool may_go_on(void *session)
{
	return tt_session_has_room(session);
}

/* Without this, a thread could be killed while it writes an event. */
static void before_death(void *session)
{
	tt_session_finish(session);
}

/* Runs the program with the session, and tells of it in a manifest that is yet to be written. */
static bool run_program(const struct job *job, struct tt_session *session, struct tt_manifest *manifest, GError **error)
{
	const struct tt_program_care care = {.may_go_on = may_go_on, .before_death = before_death, .data = session};
	struct tt_program_end *end = &job->recording->end;
	pid_t pid = 0;

	if (tt_program_interrupted()) {
		*job->status = TT_EXIT_INTERRUPTED;
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM,
		            "interrupted before the program began: nothing was recorded");
		return false;
	}
	prepare_environment(job->options->drop);
	*manifest = (struct tt_manifest){.program = job->options->program, .begin_ns = g_get_real_time() * 1000};
	if (!tt_program_run(job->path, job->options->program, job->options->timeout, &care, &pid, end, error)) {
		*job->status = TT_EXIT_NOT_EXECUTABLE;
		return false;
	}
	manifest->end_ns = g_get_real_time() * 1000;
	manifest->pid = (uint32_t)pid;
	manifest->exit_status = end->exit_status;
	manifest->signal = end->signal;
	manifest->timed_out = end->timed_out;
	manifest->interrupted = end->interrupted;
	return true;
}

static bool no_room(const struct tt_recording *recording, GError **error)
{
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_OUTPUT,
	            "the disk of %s is full, so the program was ended: make room, or choose another place with -o",
	            recording->folder);
	return false;
}

static bool record_into(const struct job *job, GError **error)
{
	struct tt_recording *recording = job->recording;
	g_autofree char *folder = g_canonicalize_filename(recording->folder, NULL);
	struct tt_session *session = NULL;
	struct tt_manifest manifest;
	bool ok = false;

	struct tt_daemon *daemon = tt_daemon_open(error);
	if (daemon)
		session = tt_session_start(folder, job->options->drop, error);
	if (session) {
		ok = run_program(job, session, &manifest, error);
		ok = tt_session_stop(session, &recording->loss, ok ? error : NULL) && ok;
		manifest.torn = recording->loss.torn;
	}
	tt_daemon_close(daemon);
	if (ok && recording->end.no_room)
		return no_room(recording, error);
	return ok && tt_manifest_write(recording->folder, &manifest, error);
}

bool tt_record(const struct tt_record_options *options, struct tt_recording *recording, int *status, GError **error)
{
	bool new = !options->output || !g_file_test(options->output, G_FILE_TEST_EXISTS);

	*recording = (struct tt_recording){0};
	*status = TT_EXIT_USAGE;
	g_autofree char *path = tt_program_find(options->program[0], status, error);
	if (!path)
		return false;
	tt_program_hold_signals();
	recording->folder = output_folder(options, error);
	if (!recording->folder)
		return false;
	struct job job = {.options = options, .path = path, .recording = recording, .status = status};
	if (record_into(&job, error))
		return true;
	tt_remove_below(recording->folder);
	if (new)
		g_rmdir(recording->folder);
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
