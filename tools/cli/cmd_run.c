/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/cli/command.h"
#include "tools/cli/error.h"
#include "tools/cli/options/numbers.h"
#include "tools/cli/options/parse_seconds.h"
#include "tools/cli/run_repeat.h"
#include "tools/cli/run_once.h"
#include "tools/cli/options/shake_option.h"

static const char summary[] =
    "Runs a program, records what its threads do, and checks it: deadlocks, lost wake-ups, inversions of lock order.\n"
    "The report goes to stderr; the program's input and output are its own.\n"
    "\n"
    "A deadlock is reported within a second of its forming, while the program hangs; then the program is ended, "
    "unless\n"
    "--keep-going. Threads that wait with nobody left to wake them count as a hang after --hang-after; they do not as\n"
    "long as a thread runs, sleeps or reads that could. The rest is checked when the program has ended. The trace is\n"
    "kept in the folder of -o, or in a new one trace-thr-PROGRAM-N here. The program is built with libtrace_thr, or\n"
    "any with --preload, if it is dynamically linked. One that makes no event is an error.\n"
    "\n"
    "Examples:\n"
    "  trace-thr run -- ./prog\n"
    "  trace-thr run --preload -- ./prog not built with libtrace_thr\n"
    "  trace-thr run --until-fail --shake -- ./prog that fails once in a while\n"
    "\n" TT_CHECK_OPTIONS_HELP "\n" TT_RECORDING_ENVIRONMENT "With --shake, TRACE_THR_SHAKE as well.\n"
    "\n"
    "Exit status: the program's own (128 + N if signal N ended it), but 66 for findings, as ThreadSanitizer\n"
    "(--error-exitcode), and 124 if --timeout ended it and nothing was found; 3 if that would be 0 and events\n"
    "were lost; 126 if it cannot be executed, 127 if it is not there or what it needs to start; 2 bad usage or no\n"
    "recording. Of many runs, that of findings in any, else of the first that failed.";

/* A day of runs is fewer: what is more is a mistake. */
enum { MOST_RUNS = 1000000 };

/* As the command line has it. */
struct arguments {
	char *hang_after;
	struct tt_shake_option shaking;
	gboolean keep_going, no_live, until_fail, keep_traces;
	char *repeat, *error_exitcode;
};

static bool take_hang_after(const char *text, double *seconds)
{
	if (!text)
		return true;
	return (tt_seconds_of(text, seconds) && *seconds >= 0) ||
	       tt_error_false("--hang-after %s is no number of seconds: write, say, --hang-after 10, or inf for never",
	                      text);
}

static bool take(const struct arguments *arguments, struct tt_run_cli_options *request, struct tt_repeat *repeat)
{
	int times = 0;

	if (!tt_parse_number(arguments->error_exitcode, 0, 255, &request->error_exitcode))
		return tt_error_false("--error-exitcode takes a number from 0 to 255");
	if (!tt_parse_number(arguments->repeat, 1, MOST_RUNS, &times))
		return tt_error_false("--repeat takes a number from 1 to %d; --until-fail alone has no end", MOST_RUNS);
	request->keep_going = arguments->keep_going;
	request->keep_traces = arguments->keep_traces;
	request->live = !arguments->no_live;
	repeat->times = (uint64_t)times;
	repeat->until_fail = arguments->until_fail;
	return take_hang_after(arguments->hang_after, &request->hang_after);
}

static bool parse(int argc, char **argv, struct arguments *arguments, struct tt_run_cli_options *request)
{
	const GOptionEntry ours[] = {
	    {"error-exitcode", 0, 0, G_OPTION_ARG_STRING, &arguments->error_exitcode, "Exit status for findings (66)",
	     "N"},
	    {"keep-going", 'k', 0, G_OPTION_ARG_NONE, &arguments->keep_going,
	     "Report a hang, but leave the program to itself", NULL},
	    {"hang-after", 0, 0, G_OPTION_ARG_STRING, &arguments->hang_after,
	     "How long threads with nobody left to wake them wait before it is a hang (2); inf: never", "SECONDS"},
	    {"no-live", 0, 0, G_OPTION_ARG_NONE, &arguments->no_live,
	     "Do not look while the program runs, only when it has ended", NULL},
	    {"repeat", 'r', 0, G_OPTION_ARG_STRING, &arguments->repeat,
	     "Run it so often, at most 1000000 times; report what did not pass, and remove the traces of what did",
	     "N"},
	    {"until-fail", 0, 0, G_OPTION_ARG_NONE, &arguments->until_fail,
	     "Run it until there are findings or it fails, at most as often as --repeat says", NULL},
	    {"keep-traces", 0, 0, G_OPTION_ARG_NONE, &arguments->keep_traces,
	     "Of many runs, keep the traces of those that pass as well", NULL},
	    TT_SHAKE_OPTION_ENTRIES(
		&arguments->shaking,
		"Delay threads at random where they synchronise; a seed repeats it, the next run has the next seed"),
	};
	g_autofree GOptionEntry *more = tt_check_option_entries(&request->check, "report", ours, G_N_ELEMENTS(ours));

	return tt_record_cli_options_parse(argc, argv, summary, more, &request->recording);
}

static int run(int argc, char **argv)
{
	struct arguments arguments = {.repeat = NULL};
	struct tt_run_cli_options request = {
	    .check = TT_CHECK_CLI_OPTIONS, .hang_after = 2, .error_exitcode = TT_EXIT_RUN_FINDINGS};
	struct tt_repeat repeat = {.times = 0};
	struct tt_tally tally = {.events_lost = 0};
	int status = TT_EXIT_USAGE;

	if (parse(argc, argv, &arguments, &request) && take(&arguments, &request, &repeat) &&
	    tt_check_options_parse(&request.check) && tt_check_options_check_destination(&request.check) &&
	    tt_shake_option_take(&arguments.shaking, &request.recording.options)) {
		if (repeat.times || repeat.until_fail) {
			status = tt_run_repeat(&request, &repeat);
		} else {
			struct tt_run_result result = tt_run_once(&request, &tally);
			status = result.status;
			tt_check_options_warn_unused(&request.check);
			g_free(result.folder);
		}
	}
	tt_record_cli_options_clear(&request.recording);
	tt_check_options_clear(&request.check);
	g_free(arguments.hang_after);
	g_free(arguments.repeat);
	g_free(arguments.error_exitcode);
	tt_shake_option_clear(&arguments.shaking);
	return status;
}

const struct tt_command tt_command_run = {.name = "run", .summary = "record a program and check it", .run = run};
