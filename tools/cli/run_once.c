/* SPDX-License-Identifier: MIT */
#include "tools/cli/error.h"
#include "tools/cli/run_once.h"

#include <stdio.h>

#include "tools/check/actual/live_hangs.h"
#include "tools/cli/command.h"
#include "tools/watch/live_monitor.h"
#include "tools/cli/trace_warnings.h"
#include "tools/session/dirs.h"

/* A run at work. */
struct run {
	struct tt_run_cli_options *request;
	struct tt_live_monitor *lookout; /* NULL: nobody watches */
};

/* What the lookout does for the recorder. */

static void begin(const struct tt_live_source *source, void *data)
{
	struct run *run = data;
	struct tt_run_cli_options *request = run->request;

	run->lookout = tt_live_monitor_start(source, &(struct tt_live_monitor_options){
							 .program = request->recording.options.program[0],
							 .check = &request->check,
							 .hang_after = request->hang_after,
							 .keep_going = request->keep_going,
							 .quiet = request->recording.quiet,
							 .progress = request->progress,
						     });
}

static bool is_caught(void *data)
{
	const struct run *run = data;

	return tt_live_monitor_has_reported(run->lookout) && !run->request->keep_going;
}

static void end(void *data)
{
	tt_live_monitor_stop(((const struct run *)data)->lookout);
}

/* Whether a finding was reported while the program ran. */
static bool is_reported(const struct run *run, const struct tt_finding *finding)
{
	const GArray *reported = run->lookout ? tt_live_monitor_reported(run->lookout) : NULL;

	for (guint i = 0; reported && i < reported->len; i++)
		if (tt_hang_key_is(&g_array_index(reported, struct tt_hang_key, i), finding))
			return true;
	return false;
}

static void clear_progress(const struct run *run)
{
	if (run->request->progress)
		fputs("\r\033[K", stderr);
}

/* The report of what was found when all was read. False: it could not be written. */
static bool report(const struct run *run, const struct tt_check *check, const struct tt_report *report,
                   const struct tt_recording *recording)
{
	const struct tt_record_cli_options *request = &run->request->recording;

	for (guint i = 0; i < check->findings->len; i++) {
		struct tt_finding *finding = check->findings->pdata[i];
		finding->told = !run->request->check.output && is_reported(run, finding); /* a file has all */
	}
	clear_progress(run);
	tt_recording_print(recording, request);
	if (!request->quiet) {
		tt_note("to see it: trace-thr timeline %s", recording->folder);
		fputs("\n", stderr);
	}
	if (check->summary.events)
		tt_warn_about_recording(&check->summary, check->symbols, request->options.preload);
	else
		tt_recording_tell_empty(recording, request);
	/* Of nothing, "no deadlock found" would be a verdict. */
	return !check->summary.events || tt_check_options_write(&run->request->check, report, stderr);
}

/* Of a program that made no event. What it lacks to begin at all is its own affair: its status says so. */
static int status_of_nothing(const struct tt_recording *recording)
{
	if (recording->end.timed_out)
		return TT_EXIT_TIMEOUT;
	return tt_recording_has_no_start(recording) ? recording->end.exit_status : TT_EXIT_USAGE;
}

static void remove_trace(struct tt_run_result *result)
{
	tt_remove_tree(result->folder);
	g_clear_pointer(&result->folder, g_free);
}

/* What comes of a recording that was read. */
static void conclude(const struct run *run, struct tt_check *check, const struct tt_recording *recording,
                     struct tt_run_result *result, struct tt_tally *tally)
{
	struct tt_run_cli_options *request = run->request;
	g_autoptr(GPtrArray) checks = g_ptr_array_new();
	struct tt_report all = tt_check_options_report(&request->check, checks);

	g_ptr_array_add(checks, check);
	tt_check_options_mark(&request->check, check);
	/* What was caught is of the surest level, on which every --fail-on fails. */
	result->findings = recording->end.caught || tt_report_verdict(&all) == TT_VERDICT_FAILS;
	if (result->findings)
		result->status = request->error_exitcode;
	else if (!check->summary.events)
		result->status = status_of_nothing(recording);
	else if (result->status == TT_EXIT_OK && tt_report_verdict(&all) == TT_VERDICT_UNKNOWN)
		result->status = TT_EXIT_NO_VERDICT;
	result->recorded = check->summary.events > 0;
	tt_tally_add(tally, &all);
	bool passed = !result->findings && result->status == TT_EXIT_OK;
	if (!request->repeated || !passed) {
		if (!report(run, check, &all, recording))
			result->status = TT_EXIT_USAGE;
	} else if (!request->keep_traces) {
		remove_trace(result);
	}
}

/* Reads and checks what was recorded. */
static void check(const struct run *run, const struct tt_recording *recording, struct tt_run_result *result,
                  struct tt_tally *tally)
{
	g_autoptr(GError) error = NULL;
	struct tt_check *check = tt_check_read(recording->folder, &run->request->check.options, &error);

	if (check) {
		conclude(run, check, recording, result, tally);
		tt_check_free(check);
		return;
	}
	result->status = status_of_nothing(recording);
	result->recorded = false;
	clear_progress(run);
	tt_recording_print(recording, &run->request->recording);
	if (g_error_matches(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE))
		tt_note("%s", error->message);
	else
		tt_recording_tell_empty(recording, &run->request->recording);
}

struct tt_run_result tt_run_once(struct tt_run_cli_options *request, struct tt_tally *tally)
{
	struct run run = {.request = request};
	const struct tt_live_reader companion = {begin, is_caught, end, &run};
	struct tt_record_options options = request->recording.options;
	struct tt_recording recording;
	struct tt_run_result result = {.recorded = false};
	g_autoptr(GError) error = NULL;

	options.companion = request->live ? &companion : NULL;
	if (!tt_record(&options, &recording, &result.status, &error)) {
		clear_progress(&run);
		tt_note("%s", error->message);
	} else {
		result.recorded = true;
		result.status = tt_recording_status(&recording);
		result.interrupted = recording.end.interrupted;
		result.folder = g_strdup(recording.folder);
		check(&run, &recording, &result, tally);
		tt_recording_clear(&recording);
	}
	tt_live_monitor_free(run.lookout);
	return result;
}
