/* SPDX-License-Identifier: MIT */
#include "tools/text/sanitize.h"
#include "tools/session/record.h"

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
#include "tools/session/program/unrecorded.h"
#include "tracepoints/door.h"
#include "tracepoints/timebase.h"

/* Of a program whose recorder was killed: from SIGTERM to SIGKILL, and from one look at it to the next. */
enum { GRACE_MS = 2000, LOOK_MS = 50 };

/* The mode of the folder of a recording: LTTng's own files below it are open to the group. */
enum { PRIVATE = 0700 };

/* Whether the folder was made, or was there, and is empty and ours: then it is private from now on. */
static bool take_folder(const char *path)
{
	struct stat info;

	if (g_mkdir(path, PRIVATE) == 0)
		return true;
	if (errno != EEXIST)
		return false;
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	bool empty = dir && !g_dir_read_name(dir);
	errno = dir ? ENOTEMPTY : EEXIST;
	if (!empty || stat(path, &info) == -1)
		return false;
	errno = EPERM;
	return info.st_uid == geteuid() && chmod(path, PRIVATE) == 0;
}

/* A new folder trace-thr-PROG-1, -2, … NULL if none can be made. */
static char *make_numbered_folder(const char *program)
{
	g_autofree char *base = g_path_get_basename(program);

	for (int n = 1;; n++) {
		char *path = g_strdup_printf("trace-thr-%s-%d", base, n);

		if (g_mkdir(path, PRIVATE) == 0)
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
	            : code == EPERM ? "it belongs to another user; name a folder that is not there yet"
	                            : "name another one with -o");
	return NULL;
}

/*
 * The program's environment: ours, and what reaches LTTng in it, which waits for the daemon before main begins and for
 * room in the buffers, and the library. `preload`: the libraries to load first; NULL: as it is. `door`: where processes
 * are let in; NULL: there is none. `notes`: the file of unrecorded.h.
 */
static char **environment_of(const struct tt_record_options *options, const char *token, const char *preload,
                             const char *door, const char *notes)
{
	char **environment = g_get_environ();
	g_autofree char *stack = g_strdup_printf("%d", options->stack);
	g_autofree char *name = tt_offspring_name(token);
	g_autofree char *time = g_file_read_link("/proc/self/ns/time", NULL);

	environment = g_environ_setenv(environment, "LTTNG_UST_REGISTER_TIMEOUT", "-1", TRUE);
	/* The library says what is loaded where, and costs a tenth of it. */
	environment = g_environ_setenv(environment, "LTTNG_UST_WITHOUT_BADDR_STATEDUMP", "1", TRUE);
	environment = options->drop ? g_environ_unsetenv(environment, "LTTNG_UST_ALLOW_BLOCKING")
	                            : g_environ_setenv(environment, "LTTNG_UST_ALLOW_BLOCKING", "1", TRUE);
	environment = g_environ_setenv(environment, "TRACE_THR_RECORDING", name, TRUE);
	environment = g_environ_setenv(environment, "TRACE_THR_STACK", stack, TRUE);
	if (time)
		environment = g_environ_setenv(environment, TT_TIMEBASE_VARIABLE, time, TRUE);
	environment = door ? g_environ_setenv(environment, TT_DOOR_VARIABLE, door, TRUE)
	                   : g_environ_unsetenv(environment, TT_DOOR_VARIABLE);
	if (options->shake) {
		g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, *options->shake);
		environment = g_environ_setenv(environment, "TRACE_THR_SHAKE", seed, TRUE);
	}
	if (options->steer)
		environment = g_environ_setenv(environment, "TRACE_THR_STEER", options->steer, TRUE);
	if (!preload)
		return g_environ_unsetenv(environment, "TRACE_THR_UNRECORDED");
	environment = g_environ_setenv(environment, "TRACE_THR_UNRECORDED", notes, TRUE);
	return g_environ_setenv(environment, "LD_PRELOAD", preload, TRUE);
}

/* A recording at work. */
struct job {
	const struct tt_record_options *options;
	const char *path;    /* the program file */
	char *token;         /* that its processes tell, see tt_offspring_name */
	const char *preload; /* LD_PRELOAD for it; NULL: as it is */
	struct tt_recording *recording;
	int *status;
};

/* Somebody at work on it while the program runs. */
struct recorder {
	const struct job *job;
	struct tt_daemon *daemon;
	struct tt_session *session;
	struct tt_door *door; /* NULL: all processes are recorded */
	bool missed;          /* processes that should have been let in were not */
	struct tt_left_out *left_out;
	struct tt_manifest *manifest;
	bool told_cut; /* that a daemon has ended */
};

/* Said at once: who waits for a long recording can begin it anew. */
static void tell_cut(enum tt_cut cut)
{
	fprintf(stderr, "trace-thr: %s: %s; the program goes on, and the recording is kept\n", tt_cut_text(cut),
	        cut == TT_CUT_DAEMON ? "nothing more is recorded"
	                             : "the recorder writes in its place what it can (was it killed? is there a limit, "
	                               "ulimit -f?)");
}

static void look_at_door(struct recorder *recorder)
{
	if (!recorder->door || recorder->missed || tt_door_is_kept(recorder->door))
		return;
	recorder->missed = true;
	fputs("trace-thr: the process that lets others into the recording was killed: what starts from now on is not "
	      "recorded\n",
	      stderr);
}

static bool may_go_on(void *data)
{
	struct recorder *recorder = data;
	enum tt_cut cut = tt_session_attend(recorder->session);

	look_at_door(recorder);
	tt_left_out_listen(recorder->left_out);
	if (cut && !recorder->told_cut)
		tell_cut(cut);
	recorder->told_cut |= cut != TT_CUT_NONE;
	return tt_session_has_room(recorder->session);
}

static bool has_begun(void *data)
{
	const struct recorder *recorder = data;

	/* The events of those who read along (beacon.h) are not the program's. */
	return (!recorder->door || tt_door_is_used(recorder->door)) && tt_session_has_event(recorder->session);
}

static void close_door(struct recorder *recorder)
{
	if (!tt_door_close(g_steal_pointer(&recorder->door)))
		recorder->missed = true;
}

/* What the program does when it is ended is not of interest: the trace ends as it hangs. */
static bool is_caught(void *data)
{
	const struct recorder *recorder = data;
	const struct tt_live_reader *companion = recorder->job->options->companion;

	if (!companion || !companion->is_caught(companion->data))
		return false;
	tt_session_finish(recorder->session);
	return true;
}

/* Without this, a thread could be killed while it writes an event. */
static void before_death(void *data)
{
	tt_session_finish(((const struct recorder *)data)->session);
}

/* The manifest that says that there is no end: who is killed leaves it so. */
static void started(pid_t pid, void *data)
{
	struct recorder *recorder = data;

	recorder->manifest->pid = (uint32_t)pid;
	recorder->manifest->cut = TT_CUT_UNFINISHED;
	tt_manifest_write(recorder->job->recording->folder, recorder->manifest,
	                  NULL); /* at the end again: then it fails */
}

static void tell_left(const char *processes, void *data)
{
	const struct tt_record_options *options = ((const struct recorder *)data)->job->options;

	fprintf(
	    stderr,
	    options->detach_ends
		? "trace-thr: %s has ended, and so does the recording (--detach-ends), without what runs on: %s\n"
		: "trace-thr: %s has ended; what it has started is recorded until it ends (--detach-ends does not wait "
		  "for it, Ctrl-C ends it): %s\n",
	    options->program[0], processes);
}

/* How it ended, and what the recording lacks. */
static void conclude(struct tt_manifest *manifest, struct tt_recording *recording)
{
	const struct tt_program_end *end = &recording->end;
	struct tt_session_discarded *loss = &recording->loss;

	if (!loss->cut && end->outlived)
		*loss =
		    (struct tt_session_discarded){.events = loss->events, .torn = loss->torn, .cut = TT_CUT_OUTLIVED};
	if (!loss->cut && end->no_room) {
		loss->cut = TT_CUT_DISK;
		loss->cut_even = true;
	}
	manifest->exit_status = end->exit_status;
	manifest->signal = end->signal;
	manifest->timed_out = end->timed_out;
	manifest->interrupted = end->interrupted;
	manifest->torn = loss->torn;
	manifest->cut = loss->cut;
	manifest->cut_ns = loss->cut_ns;
	manifest->cut_even = loss->cut_even;
	manifest->left_out = recording->left_out;
	manifest->unrecorded = recording->unrecorded;
}

/* Runs the program with the session, and tells of it in a manifest. */
static bool run_program(const struct job *job, struct recorder *recorder, GError **error)
{
	const struct tt_record_options *options = job->options;
	const struct tt_program_hooks care = {.started = started,
	                                      .has_begun = has_begun,
	                                      .may_go_on = may_go_on,
	                                      .is_caught = is_caught,
	                                      .before_death = before_death,
	                                      .left = tell_left,
	                                      .timeout = options->timeout,
	                                      .detach_ends = options->detach_ends,
	                                      .data = recorder};
	g_autofree char *folder = g_canonicalize_filename(job->recording->folder, NULL);
	g_autofree char *notes = tt_unrecorded_file(folder);
	g_auto(GStrv) environment = environment_of(options, job->token, job->preload,
	                                           recorder->door ? tt_door_path(recorder->door) : NULL, notes);
	struct tt_manifest *manifest = recorder->manifest;

	if (tt_program_interrupted()) {
		*job->status = TT_EXIT_INTERRUPTED;
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM,
		            "interrupted before the program began: nothing was recorded");
		return false;
	}
	*manifest = (struct tt_manifest){.program = options->program,
	                                 .recording = job->token,
	                                 .preload = options->preload,
	                                 .stack = options->stack,
	                                 .begin_ns = g_get_real_time() * 1000};
	if (!tt_program_run(job->path, options->program, environment, &care, &job->recording->end, error)) {
		*job->status = job->recording->end.exit_status;
		return false;
	}
	manifest->end_ns = g_get_real_time() * 1000;
	job->recording->unrecorded = tt_unrecorded_take(folder);
	return true;
}

/* Has a companion read along while the program runs. */
static bool run_with(const struct job *job, const char *folder, struct recorder *recorder, GError **error)
{
	const struct tt_live_reader *companion = job->options->companion;
	const struct tt_live_source source = {.folder = folder,
	                                      .session = tt_session_name(recorder->session),
	                                      .recorder = (uint32_t)getpid(),
	                                      .recording = job->token};

	if (!companion)
		return run_program(job, recorder, error);
	companion->begin(&source, companion->data);
	bool ok = run_program(job, recorder, error);
	companion->end(companion->data);
	return ok;
}

/* The manifest that the recorder has written at the start, with what became of it since. */
static void mark_killed(const char *folder, const struct tt_session_discarded *loss, int64_t now_ns)
{
	struct tt_manifest *manifest = tt_manifest_read(folder, NULL);

	if (!manifest)
		return;
	manifest->end_ns = now_ns;
	manifest->torn = loss->torn;
	manifest->cut = loss->cut ? loss->cut : TT_CUT_RECORDER;
	manifest->cut_ns = loss->cut ? loss->cut_ns : now_ns;
	manifest->cut_even = loss->cut ? loss->cut_even : !loss->torn;
	tt_manifest_write(folder, manifest, NULL);
	tt_manifest_free(manifest);
}

/*
 * The recorder was killed: what it would have done at the end. The session ends first, so that no program waits for
 * room in a buffer any more.
 */
static void inherit(void *data)
{
	struct recorder *recorder = data;
	const char *token = recorder->job->token, *folder = recorder->job->recording->folder;
	int64_t now_ns = g_get_real_time() * 1000;
	struct tt_session_discarded loss;

	close_door(recorder);
	tt_session_finish(recorder->session);
	for (int waited = 0;
	     waited < 2 * GRACE_MS && tt_process_tree_signal(token, waited < GRACE_MS ? SIGTERM : SIGKILL);
	     waited += LOOK_MS)
		g_usleep(LOOK_MS * 1000);
	tt_session_stop(recorder->session, &loss, NULL);
	mark_killed(folder, &loss, now_ns);
	tt_daemon_close(recorder->daemon);
	g_autofree char *shown = tt_harmless_name(recorder->job->recording->folder);
	fprintf(stderr,
	        "trace-thr: the recorder was killed, and the program ended for it; what was recorded is in %s\n",
	        shown);
}

/* Opens the door of the session. False with *error: it cannot be. */
static bool open_door(struct recorder *recorder, GError **error)
{
	const struct tt_session *session = recorder->session;

	recorder->door = tt_door_open(tt_session_is_restricted(session) ? tt_session_name(session) : NULL,
	                              recorder->job->token, tt_daemon_home(recorder->daemon), error);
	return recorder->door;
}

static bool record_into(const struct job *job, GError **error)
{
	struct tt_recording *recording = job->recording;
	g_autofree char *folder = g_canonicalize_filename(recording->folder, NULL);
	g_autofree char *name = tt_offspring_name(job->token);
	struct tt_manifest manifest = {.cut = TT_CUT_NONE};
	struct recorder recorder = {.job = job, .daemon = tt_daemon_open(error), .manifest = &manifest};
	bool ok = false;
	int heir = -1;

	if (recorder.daemon)
		recorder.session = tt_session_start(folder, job->options->companion, job->options->drop, error);
	if (recorder.session) {
		ok = open_door(&recorder, error);
		recorder.left_out = tt_left_out_new(name);
		heir = tt_crash_cleanup_start(inherit, &recorder);
		ok = ok && run_with(job, folder, &recorder, error);
		close_door(&recorder);
		tt_left_out_listen(recorder.left_out);
		recording->left_out = tt_left_out_all(recorder.left_out);
		recording->keeps_capabilities = tt_left_out_keeps(recorder.left_out);
		tt_left_out_free(recorder.left_out);
		ok = tt_session_stop(recorder.session, &recording->loss, ok ? error : NULL) && ok;
		if (recorder.missed && !recording->loss.cut)
			recording->loss.cut = TT_CUT_MISSED;
		conclude(&manifest, recording);
	}
	tt_crash_cleanup_dismiss(heir);
	tt_daemon_close(recorder.daemon);
	return ok && tt_manifest_write(recording->folder, &manifest, error);
}

/* Finds out whether --preload can work, before anything is made. */
static bool prepare_preload(const struct tt_record_options *options, const char *path, char **preload, GError **error)
{
	if (!options->preload)
		return true;
	*preload = tt_preload_check(path, error) ? tt_preload_variable(g_getenv("LD_PRELOAD"), error) : NULL;
	return *preload;
}

bool tt_record(const struct tt_record_options *options, struct tt_recording *recording, int *status, GError **error)
{
	bool new = !options->output || !g_file_test(options->output, G_FILE_TEST_EXISTS);

	*recording = (struct tt_recording){0};
	*status = TT_EXIT_USAGE;
	g_autofree char *path = tt_program_find(options->program[0], status, error);
	g_autofree char *preload = NULL;
	if (!path)
		return false;
	*status = TT_EXIT_USAGE;
	if (!tt_loader_leaves_clock(options->program, error) || !prepare_preload(options, path, &preload, error))
		return false;
	tt_program_hold_signals();
	recording->folder = output_folder(options, error);
	if (!recording->folder)
		return false;
	g_autofree char *token = tt_offspring_token();
	struct job job = {.token = token,
	                  .options = options,
	                  .path = path,
	                  .preload = preload,
	                  .recording = recording,
	                  .status = status};
	if (record_into(&job, error))
		return true;
	if (tt_has_trace(recording->folder)) {
		tt_recording_clear(recording);
		return false;
	}
	tt_remove_below(recording->folder);
	if (new)
		g_rmdir(recording->folder);
	tt_recording_clear(recording);
	return false;
}

void tt_recording_clear(struct tt_recording *recording)
{
	g_clear_pointer(&recording->folder, g_free);
	g_clear_pointer(&recording->left_out, g_strfreev);
	g_clear_pointer(&recording->keeps_capabilities, g_free);
	g_clear_pointer(&recording->unrecorded, g_strfreev);
}

bool tt_recording_is_whole(const struct tt_recording *recording)
{
	const struct tt_session_discarded *loss = &recording->loss;

	return !loss->events && !loss->torn && !loss->cut && !recording->untold && !recording->left_out;
}

/* What the program's end would be for a shell. */
static int status_of(const struct tt_program_end *end)
{
	if (end->timed_out)
		return TT_EXIT_TIMEOUT;
	return end->signal ? 128 + end->signal : end->exit_status;
}

int tt_recording_status(const struct tt_recording *recording)
{
	int status = recording->end.no_room ? TT_EXIT_OK : status_of(&recording->end);

	return status == TT_EXIT_OK && !tt_recording_is_whole(recording) ? TT_EXIT_NO_VERDICT : status;
}
