/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "tools/cli/error.h"
#include "tools/cli/command.h"
#include "tools/cli/trace_warnings.h"
#include "tools/cli/options/record_options.h"
#include "tools/cli/options/shake_option.h"
#include "tools/read/trace.h"

static const char summary[] =
    "Runs a program and records what its threads do, for check, timeline and events, and for babeltrace2.\n"
    "\n"
    "The program is built with libtrace_thr, or any with --preload, if it is dynamically linked: then its pthread\n"
    "operations are recorded, and those of all that it starts. Its input, output and arguments are its own. A session\n"
    "daemon that runs is used; else one is started and stopped afterwards. Nothing is lost: a full buffer makes the\n"
    "program wait (docs/rules.md, lost events, tells of machines that have too few CPUs for that). If the\n"
    "disk becomes full, the program is ended. Ctrl-C and signals reach the program; a second one kills it, and all "
    "that\n"
    "it has started. The recording lives as long as one of these (--detach-ends: as the program). If the recorder "
    "itself\n"
    "is killed, so is the program. What was recorded stays, whatever happens, and says what it lacks "
    "(docs/faults.md).\n"
    "\n"
    "Examples:\n"
    "  trace-thr record -- ./server --port 80\n"
    "  trace-thr record -o hang --timeout 10 -- ./prog && trace-thr check hang\n"
    "  trace-thr record --preload --stack 16 -- python3 prog.py\n"
    "\n" TT_RECORDING_ENVIRONMENT "With --shake, TRACE_THR_SHAKE as well.\n\n"
    "Exit status: the program's own; 128 + N if signal N ended it; 124 if --timeout did; 3 if that would be 0 and\n"
    "the recording is not whole; 126 if it cannot be executed, 127 if it is not there or what runs it; 2 bad usage or "
    "no recording.";

static bool stop_reading(const struct tt_event *event, void *data)
{
	(void)event;
	(void)data;
	return false;
}

/*
 * What the recording has of the program. Calls that could not become events are counted in the midst of the others, so
 * where there can be such, with the interposer alone, all is read.
 */
static struct tt_trace_summary look(const struct tt_recording *recording, bool preload)
{
	static const struct tt_trace_handler first = {.event = stop_reading}, all;
	struct tt_trace_summary read;

	if (!tt_trace_read(recording->folder, preload ? &all : &first, NULL, &read, NULL))
		read = (struct tt_trace_summary){.events = 0};
	return read;
}

static int record(const struct tt_record_cli_options *request)
{
	struct tt_recording recording;
	g_autoptr(GError) error = NULL;
	int status;

	if (!tt_record(&request->options, &recording, &status, &error)) {
		tt_note("%s", error->message);
		return status;
	}
	const struct tt_trace_summary read = look(&recording, request->options.preload);
	recording.untold = read.untold;
	tt_recording_print(&recording, request);
	tt_note_untold(read.untold);
	if (!read.events)
		tt_recording_tell_empty(&recording, request);
	else if (!request->quiet)
		tt_note("next: trace-thr check %s", recording.folder);
	status = tt_recording_status(&recording);
	tt_recording_clear(&recording);
	return status;
}

static int run(int argc, char **argv)
{
	struct tt_record_cli_options request = {0};
	struct tt_shake_option shaking = {0};
	const GOptionEntry more[] = {
	    TT_SHAKE_OPTION_ENTRIES(&shaking, "Delay threads at random where they synchronise; a seed repeats it"),
	    G_OPTION_ENTRY_NULL};
	int status = TT_EXIT_USAGE;

	if (tt_record_cli_options_parse(argc, argv, summary, more, &request) &&
	    tt_shake_option_take(&shaking, &request.options))
		status = record(&request);
	tt_shake_option_clear(&shaking);
	tt_record_cli_options_clear(&request);
	return status;
}

const struct tt_command tt_command_record = {
    .name = "record", .summary = "run a program and record what its threads do", .run = run};
