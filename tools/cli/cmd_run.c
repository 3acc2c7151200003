#include <stdio.h>

#include "tools/check/check.h"
#include "tools/cli/command.h"
#include "tools/cli/notes.h"
#include "tools/cli/recording_options.h"
#include "tools/report/text.h"

static const char summary[] =
    "Runs a program, records what its threads do, and checks it when it has ended: deadlocks, lost wake-ups,\n"
    "inversions of lock order. The report goes to stderr; the program's input and output are its own.\n"
    "\n"
    "A program that hangs is waited for: end it with --timeout, or with Ctrl-C. The trace is kept in the folder of "
    "-o,\n"
    "or in a new one trace-thr-PROGRAM-N here. The program is built with libtrace_thr, or any with --preload, if it "
    "is\n"
    "dynamically linked. One that makes no event is an error.\n"
    "\n"
    "Examples:\n"
    "  trace-thr run -- ./prog\n"
    "  trace-thr run --timeout 10 -- ./prog that hangs\n"
    "  trace-thr run --preload -- ./prog not built with libtrace_thr\n"
    "\n" TT_RECORDING_ENVIRONMENT "\n"
    "Exit status: the program's own (128 + N if signal N ended it), but 66 for findings, as ThreadSanitizer\n"
    "(--error-exitcode), and 124 if --timeout ended it and nothing was found; 126 or 127 if it cannot be executed or\n"
    "is not there; 2 bad usage or no recording.";

/* Checks what was recorded. The exit status of findings, or that of the run. */
static int check(const struct tt_recording *recording, const struct tt_recording_request *request)
{
	const struct tt_check_options options = TT_CHECK_DEFAULTS;
	int status = tt_recording_status(recording);
	g_autoptr(GError) error = NULL;

	struct tt_check *check = tt_check_read(recording->folder, &options, &error);
	if (!check) {
		if (g_error_matches(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE))
			fprintf(stderr, "trace-thr: %s\n", error->message);
		else
			tt_notes_of_recording(&(struct tt_trace_summary){.events = 0}, NULL, request->options.preload);
		return TT_EXIT_USAGE;
	}
	tt_notes_of_recording(&check->summary, check->symbols, request->options.preload);
	/* Of nothing, "none found" would be a verdict. */
	if (check->summary.events)
		tt_report_text(check, &options, stderr);
	else
		status = TT_EXIT_USAGE;
	if (tt_check_status(check, &options) == TT_EXIT_FINDINGS)
		status = request->error_exitcode;
	tt_check_free(check);
	return status;
}

static int record_and_check(const struct tt_recording_request *request)
{
	struct tt_recording recording;
	g_autoptr(GError) error = NULL;
	int status;

	if (!tt_record(&request->options, &recording, &status, &error)) {
		fprintf(stderr, "trace-thr: %s\n", error->message);
		return status;
	}
	tt_recording_tell(&recording, request);
	if (!request->quiet)
		fprintf(stderr, "trace-thr: to see it: trace-thr timeline %s\n\n", recording.folder);
	status = check(&recording, request);
	tt_recording_clear(&recording);
	return status;
}

static int run(int argc, char **argv)
{
	struct tt_recording_request request = {.error_exitcode = TT_EXIT_RUN_FINDINGS};
	const GOptionEntry more[] = {
	    {"error-exitcode", 0, 0, G_OPTION_ARG_INT, &request.error_exitcode, "Exit status for findings (66)", "N"},
	    G_OPTION_ENTRY_NULL};
	int status = TT_EXIT_USAGE;

	if (tt_recording_parse(argc, argv, summary, more, &request)) {
		if (request.error_exitcode < 0 || request.error_exitcode > 255) {
			fputs("trace-thr: --error-exitcode takes a number from 0 to 255\n", stderr);
		} else {
			status = record_and_check(&request);
		}
	}
	tt_recording_request_clear(&request);
	return status;
}

const struct tt_command tt_command_run = {.name = "run", .summary = "record a program and check it", .run = run};
