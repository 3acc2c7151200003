/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "tools/check/check.h"
#include "tools/watch/hang_watch.h"
#include "tools/cli/options/check_options.h"
#include "tools/cli/command.h"
#include "tools/cli/error.h"
#include "tools/cli/trace_warnings.h"
#include "tools/cli/options/numbers.h"
#include "tools/cli/options/parse_seconds.h"
#include "tools/confirm/attempt.h"
#include "tools/confirm/build_ids.h"
#include "tools/confirm/steer_plan_writer.h"
#include "tools/read/recording/manifest.h"

/*
 * All pauses of a try together last no longer than so many of the longest; and the program has that time, twice that
 * of its recording, and some more.
 */
static const double pauses = 3, spare_s = 2;

/* Words of these letters mean the same to a shell unquoted. */
#define SHELL_PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%"

static const char summary[] =
    "Runs a program again, and tries to steer it into the deadlocks that a recording of it has: predicted and "
    "potential\n"
    "ones. A thread that has one lock of a cycle and is about to ask for the next one, where the recording says, is\n"
    "paused until the other threads of the cycle are at theirs, or --pause is over.\n"
    "\n"
    "A deadlock that comes about is confirmed, which is certain: the program hangs in it, and the trace of that run "
    "is\n"
    "kept. One that does not is not reproduced, which proves nothing. The report goes to stderr; the program's input "
    "and\n"
    "output are its own. Without PROGRAM it is the recorded command, which --yes has run in this folder: whoever made\n"
    "the recording chose it, so it is shown, and never run unasked.\n"
    "\n"
    "Examples:\n"
    "  trace-thr record -o trace -- ./prog; trace-thr confirm --yes trace\n"
    "  trace-thr confirm --tries 10 --pause 5 trace -- ./prog --slow\n"
    "\n"
    "The program's environment is as with record, and TRACE_THR_STEER has the plan.\n"
    "\n"
    "Exit status: 1 a deadlock happened, 0 none, 2 bad usage or no recording, 130 interrupted.";

/* What the command line says. */
struct request {
	char *trace;
	char *output;
	struct tt_manifest *manifest;
	struct tt_record_options record;
	struct tt_check_cli_options check; /* how it is reported */
	double pause, timeout;             /* seconds; 0 of the timeout: not given */
	int tries;
	char *pause_text, *timeout_text, *tries_text;
	gboolean preload, quiet, yes;
};

/* A trace and what has become of its cycles. */
struct job {
	const struct request *request;
	struct tt_check *check;
	GHashTable *builds; /* of the trace */
	guint runs;         /* so far, of all cycles */
	bool deadlocked;    /* in one of them at least */
};

/* Seconds above 0, or an option that was not given. */
static bool parse_above_zero(const char *text, double most, double *seconds)
{
	return !text || (tt_seconds_of(text, seconds) && *seconds > 0 && *seconds <= most);
}

/* What is wrong with the options; NULL: nothing. */
static const char *refusal(struct request *request)
{
	if (!tt_parse_number(request->tries_text, 1, 1000, &request->tries))
		return "--tries takes a number from 1 to 1000";
	if (!parse_above_zero(request->pause_text, 3600, &request->pause))
		return "--pause takes seconds above 0, at most 3600";
	if (!parse_above_zero(request->timeout_text, 4e8, &request->timeout))
		return "--timeout takes seconds above 0";
	return NULL;
}

/* The trace, and what is left of the command line: the program. */
static const char *take_arguments(struct request *request, int argc, char **argv)
{
	int next = 1;

	if (argc < 2)
		return "confirm: no trace given: trace-thr confirm TRACE -- PROGRAM [ARGUMENT…]";
	request->trace = argv[next++];
	if (next < argc)
		request->record.program = argv + next;
	return NULL;
}

static int parse(int argc, char **argv, struct request *request)
{
	const GOptionEntry entries[] = {
	    {"tries", 'n', 0, G_OPTION_ARG_STRING, &request->tries_text, "How often to try each deadlock, at most (3)",
	     "N"},
	    {"pause", 0, 0, G_OPTION_ARG_STRING, &request->pause_text, "How long a thread is paused, at most (1)",
	     "SECONDS"},
	    {"timeout", 't', 0, G_OPTION_ARG_STRING, &request->timeout_text,
	     "When to end the program (twice the time of its recording, three pauses and 2 s)", "SECONDS"},
	    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &request->output,
	     "The folder to make for traces of deadlocks (one trace-thr-PROGRAM-N here for each)", "DIR"},
	    {"preload", 'p', 0, G_OPTION_ARG_NONE, &request->preload,
	     "As that of record; need not be said if the trace was recorded so", NULL},
	    {"yes", 'y', 0, G_OPTION_ARG_NONE, &request->yes, "Run the command that the recording says was run", NULL},
	    {"format", 0, 0, G_OPTION_ARG_STRING, &request->check.format_name,
	     "Of the report: text (the default), json, sarif, junit or github", "FORMAT"},
	    {"report", 0, 0, G_OPTION_ARG_FILENAME, &request->check.output, "Write the report into a file", "FILE"},
	    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &request->quiet, "Say nothing of the tries", NULL},
	    G_OPTION_ENTRY_NULL};
	g_autoptr(GOptionContext) context = g_option_context_new("TRACE [-- PROGRAM [ARGUMENT…]]");
	g_autoptr(GError) error = NULL;

	g_option_context_set_summary(context, summary);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		return tt_error("%s: see trace-thr confirm --help", error->message);
	}
	const char *wrong = refusal(request);
	wrong = wrong ? wrong : take_arguments(request, argc, argv);
	if (wrong)
		return tt_error("%s", wrong);
	return tt_check_options_parse(&request->check) && tt_check_options_check_destination(&request->check)
	           ? TT_EXIT_OK
	           : TT_EXIT_USAGE;
}

/* The command is somebody's: it is shown, and left to the user. */
static int refuse_unasked(char *const *program)
{
	GString *command = g_string_new(NULL);

	for (; *program; program++) {
		g_autofree char *word = g_shell_quote(*program);
		bool plain = **program && strspn(*program, SHELL_PLAIN) == strlen(*program);
		g_string_append_printf(command, "%s%s", command->len ? " " : "", plain ? *program : word);
	}
	tt_error("confirm: the recording says that it ran: %s -- say --yes to run that here, or the command: trace-thr "
	         "confirm TRACE -- PROGRAM [ARGUMENT…]",
	         command->str);
	g_string_free(command, TRUE);
	return TT_EXIT_USAGE;
}

/* How it was recorded is how it is recorded again. */
static int take_manifest(struct request *request)
{
	enum { SITES = 8 };
	g_autoptr(GError) error = NULL;
	struct tt_manifest *manifest = tt_manifest_read(request->trace, &error);
	double recorded = 0;

	if (error)
		return tt_error("%s", error->message);
	request->manifest = manifest;
	if (!request->record.program)
		request->record.program = manifest ? manifest->program : NULL;
	if (!request->record.program || !request->record.program[0])
		return tt_error("confirm: no program given, and the trace does not say which it was: trace-thr confirm "
		                "TRACE -- PROGRAM [ARGUMENT…]");
	if (manifest && request->record.program == manifest->program && !request->yes)
		return refuse_unasked(manifest->program);
	request->record.preload = request->preload || (manifest && manifest->preload);
	request->record.stack = manifest && manifest->stack ? manifest->stack : request->record.preload ? SITES : 1;
	if (manifest)
		recorded = (double)(manifest->end_ns - manifest->begin_ns) / 1e9;
	request->record.timeout =
	    request->timeout > 0 ? request->timeout : 2 * recorded + pauses * request->pause + spare_s;
	return TT_EXIT_OK;
}

/* What the finding claimed before is settled: it is said what happened. */
static void confirm(struct job *job, struct tt_finding *finding, const struct tt_attempt *attempt, guint number)
{
	finding->level = TT_LEVEL_CONFIRMED;
	finding->run = g_strdup(attempt->folder);
	g_ptr_array_set_size(finding->notes, 0);
	tt_finding_note(finding, "Confirmed in try %u of %d: %s. That run's trace: %s.", number, job->request->tries,
	                attempt->verdict, attempt->folder);
}

/* Takes the end of a try in. False: no more tries of this cycle. */
static bool take_end(struct job *job, struct tt_finding *finding, const struct tt_attempt *attempt, guint number)
{
	if (attempt->end == TT_ATTEMPT_NOTHING)
		return true;
	if (attempt->end == TT_ATTEMPT_CONFIRMED)
		confirm(job, finding, attempt, number);
	if (attempt->end == TT_ATTEMPT_OTHER)
		tt_finding_note(finding, "Try %u of %d ended in another deadlock: %s. That run's trace: %s.", number,
		                job->request->tries, attempt->verdict, attempt->folder);
	if (attempt->changed)
		tt_finding_note(finding,
		                "Not tried: %s, as it was run, is another build than the one recorded, in which its "
		                "sites are other places: record it again.",
		                attempt->changed);
	job->deadlocked = job->deadlocked || attempt->folder;
	return attempt->end == TT_ATTEMPT_OTHER && !attempt->changed;
}

/* The folder of the next try, to free; NULL without -o. */
static char *next_folder(struct job *job)
{
	g_autofree char *name = g_strdup_printf("%u", ++job->runs);

	return job->request->output ? g_build_filename(job->request->output, name, NULL) : NULL;
}

static struct tt_attempt try_once(struct job *job, const struct tt_finding *finding,
                                  const struct tt_confirm_edges *edges, guint number)
{
	const struct request *request = job->request;
	/* By turns: each way leads into deadlocks that the other misses. */
	g_autofree char *plan = tt_confirm_steer_plan(edges, request->pause, pauses * request->pause, number % 2 == 0);
	g_autofree char *folder = next_folder(job);
	struct tt_attempt_request attempt = {
	    .options = request->record, .plan = plan, .edges = edges, .builds = job->builds, .number = number};
	struct tt_hang_watch catcher = {.program = request->record.program[0]};
	const struct tt_live_reader companion = tt_hang_watch_companion(&catcher);
	g_autoptr(GError) error = NULL;

	if (!request->quiet)
		tt_note("try %u of %d: %s", number, request->tries, finding->verdict);
	attempt.options.output = folder;
	attempt.options.companion = &companion;
	struct tt_attempt made = tt_attempt_make(&attempt, &error);
	tt_hang_watch_clear(&catcher);
	if (made.end == TT_ATTEMPT_FAILED)
		tt_error("%s", error->message);
	return made;
}

/* Tries a cycle. An exit status: TT_EXIT_OK to go on with the next one. */
static int try_cycle(struct job *job, struct tt_finding *finding)
{
	g_autofree char *why = NULL;
	struct tt_confirm_edges edges = tt_confirm_edges(job->check, finding, &why);
	g_autoptr(GPtrArray) G_GNUC_UNUSED all = edges.all;
	g_autoptr(GPtrArray) G_GNUC_UNUSED names = edges.names;
	int tries = job->request->tries;
	bool again = true;

	if (!all) {
		tt_finding_note(finding, "Not tried: %s.", why);
		return TT_EXIT_OK;
	}
	for (int number = 1; again && number <= tries; number++) {
		struct tt_attempt attempt = try_once(job, finding, &edges, (guint)number);
		enum tt_attempt_end end = attempt.end;
		again = take_end(job, finding, &attempt, (guint)number);
		tt_attempt_clear(&attempt);
		if (end == TT_ATTEMPT_FAILED)
			return TT_EXIT_USAGE;
		if (end == TT_ATTEMPT_INTERRUPTED)
			return TT_EXIT_INTERRUPTED;
	}
	if (again)
		tt_finding_note(finding, "Not reproduced in %d tr%s, which does not prove that it cannot happen.",
		                tries, tries == 1 ? "y" : "ies");
	return TT_EXIT_OK;
}

static int try_all(struct job *job)
{
	int status = TT_EXIT_OK;

	if (job->request->output && g_mkdir(job->request->output, 0777) == -1)
		return tt_error("confirm: cannot make the folder of -o: name one that is not there yet");
	for (guint i = 0; status == TT_EXIT_OK && i < job->check->findings->len; i++) {
		struct tt_finding *finding = job->check->findings->pdata[i];
		if (tt_finding_is_open(finding) && tt_confirm_can_steer(finding))
			status = try_cycle(job, finding);
	}
	if (job->request->output && !job->deadlocked)
		g_rmdir(job->request->output);
	return status;
}

/* False: it could not be written. */
static bool report(const struct job *job)
{
	const struct tt_check_cli_options *request = &job->request->check;
	g_autoptr(GPtrArray) checks = g_ptr_array_new();

	tt_check_sort_findings(job->check);
	g_ptr_array_add(checks, job->check);
	struct tt_report all = tt_check_options_report(request, checks);
	return tt_check_options_write(request, &all, stderr);
}

static int confirm_trace(struct request *request)
{
	g_autoptr(GError) error = NULL;
	struct job job = {.request = request, .check = tt_check_read(request->trace, &request->check.options, &error)};

	if (!job.check)
		return tt_error("%s", error->message);
	tt_warn_about_trace(&job.check->summary, job.check->symbols);
	tt_check_options_mark(&request->check, job.check);
	job.builds = tt_build_ids_of(request->trace);
	int status = take_manifest(request);
	if (status == TT_EXIT_OK)
		status = try_all(&job);
	if ((status == TT_EXIT_OK || job.deadlocked) && !report(&job))
		status = TT_EXIT_USAGE;
	else if (status == TT_EXIT_OK && job.deadlocked)
		status = TT_EXIT_FINDINGS;
	g_hash_table_unref(job.builds);
	tt_check_free(job.check);
	return status;
}

static int run(int argc, char **argv)
{
	struct request request = {.tries = 3, .pause = 1, .check = TT_CHECK_CLI_OPTIONS};
	int status = parse(argc, argv, &request);

	if (status == TT_EXIT_OK)
		status = confirm_trace(&request);
	tt_manifest_free(request.manifest);
	tt_check_options_clear(&request.check);
	g_free(request.output);
	g_free(request.pause_text);
	g_free(request.timeout_text);
	g_free(request.tries_text);
	return status;
}

const struct tt_command tt_command_confirm = {
    .name = "confirm", .summary = "run a program again, steered into the deadlocks predicted of it", .run = run};
