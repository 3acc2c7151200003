/* SPDX-License-Identifier: MIT */
#include "tools/cli/command.h"
#include "tools/cli/error.h"
#include "tools/cli/trace_warnings.h"
#include "tools/cli/options/parse_seconds.h"
#include "tools/cli/options/record_options.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tools/session/program/libraries.h"
#include "tools/session/program/limits.h"
#include "tracepoints/vocabulary.h"

/* More than ten years: a mistake, and more than clocks like. */
static const double longest_timeout = 4e8;

/* Sites of a call chain: the most that an event has room for, and what --preload takes of itself. */
enum { MOST_SITES = 64, SITES_WITH_PRELOAD = 8 };
G_STATIC_ASSERT(MOST_SITES <= TT_STACK_MAX + 1);

static bool parse_timeout(struct tt_record_cli_options *request)
{
	double *seconds = &request->options.timeout;

	if (!request->timeout)
		return true;
	if (tt_seconds_of(request->timeout, seconds) && *seconds > 0 && *seconds <= longest_timeout)
		return true;
	return tt_error_false("--timeout %s is no number of seconds above 0: write, say, --timeout 10",
	                      request->timeout);
}

/* A note if the call chains that were asked for cannot be had. */
static bool parse_stack(struct tt_record_cli_options *request)
{
	const char *text = request->stack;
	char *end = NULL;

	request->options.stack = request->preload ? SITES_WITH_PRELOAD : 1;
	if (text) {
		gint64 sites = g_ascii_strtoll(text, &end, 10);
		if (!g_ascii_isdigit(*text) || *end || sites < 1 || sites > MOST_SITES) {
			return tt_error_false("--stack %s is no number from 1 to %d: write, say, --stack 8", text,
			                      MOST_SITES);
		}
		request->options.stack = (int)sites;
	}
	if (request->options.stack > 1 && !tt_library_loads(TT_LIBRARY_UNWIND, NULL))
		tt_note(TT_LIBRARY_UNWIND " does not load, so events have their caller alone, no call chain: "
		                          "apt-get install libunwind8, or make deps");
	return true;
}

/* What is left of the command line is the program. */
static bool take_program(int argc, char **argv, struct tt_record_cli_options *request)
{
	int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;

	if (argc <= first || !*argv[first]) {
		return tt_error_false("no program given: %s -- PROGRAM [ARGUMENT…]", g_get_prgname());
	}
	request->options.program = argv + first;
	return true;
}

bool tt_record_cli_options_parse(int argc, char **argv, const char *summary, const GOptionEntry *more,
                                 struct tt_record_cli_options *request)
{
	const GOptionEntry entries[] = {
	    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &request->output,
	     "The folder to make for the trace (trace-thr-PROGRAM-1, -2, …)", "DIR"},
	    {"timeout", 't', 0, G_OPTION_ARG_STRING, &request->timeout,
	     "End the program so long after its first event: SIGTERM, then SIGKILL 2 s later", "SECONDS"},
	    {"detach-ends", 0, 0, G_OPTION_ARG_NONE, &request->detach_ends,
	     "End the recording with the program, though processes that it has started run on: a daemon, say", NULL},
	    {"preload", 'p', 0, G_OPTION_ARG_NONE, &request->preload,
	     "Record the pthread operations of a program that is not built with libtrace_thr", NULL},
	    {"stack", 0, 0, G_OPTION_ARG_STRING, &request->stack,
	     "How many sites of the call chain an event has: 1 to 64 (8 with --preload, else 1)", "N"},
	    {"drop", 0, 0, G_OPTION_ARG_NONE, &request->drop,
	     "Lose events, and count them, rather than make the program wait when buffers are full", NULL},
	    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &request->quiet, "Say nothing of the recording itself", NULL},
	    G_OPTION_ENTRY_NULL};
	g_autoptr(GOptionContext) context = g_option_context_new("[--] PROGRAM [ARGUMENT…]");
	g_autoptr(GError) error = NULL;

	g_option_context_set_summary(context, summary);
	g_option_context_set_strict_posix(context, TRUE); /* options behind the program are the program's */
	g_option_context_add_main_entries(context, entries, NULL);
	if (more)
		g_option_context_add_main_entries(context, more, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		return tt_error_false("%s: see %s --help", error->message, g_get_prgname());
	}
	request->options.output = request->output;
	request->options.drop = request->drop;
	request->options.detach_ends = request->detach_ends;
	request->options.preload = request->preload;
	return parse_timeout(request) && take_program(argc, argv, request) && parse_stack(request);
}

void tt_record_cli_options_clear(struct tt_record_cli_options *request)
{
	g_free(request->output);
	g_free(request->timeout);
	g_free(request->stack);
}

static void tell_of_program(const struct tt_recording *recording, const struct tt_record_options *options)
{
	const struct tt_program_end *end = &recording->end;

	if (end->caught)
		return; /* told, when it was */
	if (end->timed_out)
		tt_note("%s was ended after %g s (--timeout)", options->program[0], options->timeout);
	else if (end->signal && !end->no_room)
		tt_note("%s was ended by signal %d (%s)", options->program[0], end->signal, strsignal(end->signal));
	if (recording->keeps_capabilities && (end->signal == SIGABRT || end->exit_status == 128 + SIGABRT))
		tt_note("%s kept its capabilities for a change of user, which glibc aborts where other threads, here "
		        "LTTng's, have lost theirs: record what it starts instead (setpriv … trace-thr record …)",
		        recording->keeps_capabilities);
}

enum { MOST_NAMED = 5 };

/* Those of a list that the manifest has all of; NULL: there is none. */
static void tell_first(const char *what, char **list, const char *folder)
{
	const guint n = list ? g_strv_length(list) : 0;

	for (guint i = 0; i < MIN(n, MOST_NAMED); i++)
		tt_note("%s: %s", what, list[i]);
	if (n > MOST_NAMED)
		tt_note("and %u more: see %s/trace-thr.json", n - MOST_NAMED, folder);
}

/* What the recording lacks that no count tells. */
static void tell_of_cut(const struct tt_recording *recording)
{
	const struct tt_session_discarded *loss = &recording->loss;

	tell_first("left out", recording->left_out, recording->folder);
	if (loss->torn)
		tt_note("recorded into %s; the program was killed while it wrote an event, so an unknown number "
		        "of its last events is lost",
		        recording->folder);
	else if (recording->end.no_room)
		tt_note("recorded into %s; its disk is full, so the program was ended, and an unknown number of "
		        "its last events is lost: make room, or choose another place with -o",
		        recording->folder);
	else if (loss->cut)
		tt_note("recorded into %s; an unknown number of events may be lost, since %s", recording->folder,
		        tt_cut_text(loss->cut));
}

void tt_recording_print(const struct tt_recording *recording, const struct tt_record_cli_options *request)
{
	uint64_t lost = recording->loss.events;

	if (!request->quiet)
		tell_of_program(recording, &request->options);
	/* Also with --quiet: what is not in the trace is not checked either. */
	tell_first("not recorded", recording->unrecorded, recording->folder);
	tell_of_cut(recording);
	if (recording->loss.torn || recording->loss.cut)
		return;
	if (!request->quiet || (lost && !request->options.drop))
		tt_note("recorded into %s, %" G_GUINT64_FORMAT " event%s lost", recording->folder, lost,
		        lost == 1 ? "" : "s");
}

bool tt_recording_has_no_start(const struct tt_recording *recording)
{
	int status = recording->end.exit_status;

	return status == TT_EXIT_NOT_EXECUTABLE || status == TT_EXIT_NOT_RUN;
}

void tt_recording_tell_empty(const struct tt_recording *recording, const struct tt_record_cli_options *request)
{
	static const struct tt_trace_summary empty = {.events = 0};
	g_autofree char *limits = tt_limits_text();

	if (recording->end.timed_out)
		tt_note(
		    "no events: --timeout ended %s before it had made one: give it more time, or see whether it uses "
		    "libtrace_thr (--preload)",
		    request->options.program[0]);
	else if (tt_recording_has_no_start(recording))
		tt_note(
		    "no events: %s ended with status %d, as what is not there or cannot be executed does: see what was "
		    "printed above (of a program, 'ldd' lists the libraries that it needs)",
		    request->options.program[0], recording->end.exit_status);
	else if (limits)
		tt_note("no events: %s", limits);
	else
		tt_warn_about_recording(&empty, NULL, request->options.preload);
}
