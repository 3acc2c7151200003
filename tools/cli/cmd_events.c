/* SPDX-License-Identifier: MIT */
/* trace-thr events: the events of a trace, one a line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>
#include <trace_thr/types.h>

#include "tools/cli/command.h"
#include "tools/cli/error.h"
#include "tools/cli/trace_warnings.h"
#include "tools/cli/options/parse_seconds.h"
#include "tools/events/listing.h"
#include "tools/events/id_names.h"
#include "tools/read/trace.h"
#include "tools/symbols/names/object_names.h"

/* Longer names than this do not widen their column. */
enum { MAX_COLUMNS = 32 };

struct options {
	char *format, *thread, *object, *from, *to;
	char **traces;
	gboolean version;
};

struct selection {
	GPatternSpec *thread, *object; /* NULL: all */
	int64_t from_ns, to_ns;        /* since the first event */
};

struct job {
	struct tt_listing listing;
	struct selection selection;
	const struct tt_listing_format *format;
	struct tt_symbol_names *names; /* of one reading */
	uint32_t pid;                  /* of the first event */
	int failure;                   /* to write: its errno */
};

static void widen(int *columns, const char *text)
{
	*columns = MAX(*columns, MIN(tt_listing_columns(text), MAX_COLUMNS));
}

/* The first reading: what is loaded where, and how wide the columns are. */
static bool survey_event(const struct tt_event *recorded, void *data)
{
	struct job *job = data;
	struct tt_event room;
	const struct tt_event *event = tt_symbol_names_apply(job->names, recorded, &room);

	if (!job->pid)
		job->pid = event->pid;
	job->listing.many_processes |= event->pid != job->pid;
	widen(&job->listing.thread_columns, event->thread);
	if (event->name)
		widen(&job->listing.name_columns, event->name);
	return true;
}

static bool survey_module(const struct tt_module *module, void *data)
{
	tt_symbols_add(((struct job *)data)->listing.symbols, module);
	return true;
}

static bool matches(GPatternSpec *pattern, const char *text)
{
	return !pattern || (text && g_pattern_spec_match_string(pattern, text));
}

/* The second reading: the lines. */
static bool list_event(const struct tt_event *recorded, void *data)
{
	struct job *job = data;
	struct tt_event room;
	const struct tt_event *event = tt_symbol_names_apply(job->names, recorded, &room);
	int64_t since_ns = event->time_ns - job->listing.begin_ns;

	if (since_ns > job->selection.to_ns || ferror(job->listing.out))
		return false;
	tt_names_learn(job->listing.names, event);
	if (since_ns >= job->selection.from_ns && matches(job->selection.thread, event->thread) &&
	    matches(job->selection.object, event->name))
		job->format->event(&job->listing, event);
	if (ferror(job->listing.out))
		job->failure = errno;
	return true;
}

static const struct tt_listing_format *find_format(const char *name)
{
	const struct tt_listing_format *format = tt_listing_formats;

	while (name && format->name && strcmp(format->name, name) != 0)
		format++;
	return format->name ? format : NULL;
}

/* Parses the command line. False after a line to stderr. */
static bool parse(struct options *options, int argc, char **argv)
{
	const GOptionEntry entries[] = {
	    {"format", 0, 0, G_OPTION_ARG_STRING, &options->format, "text (the default), json or csv", "FORMAT"},
	    {"thread", 0, 0, G_OPTION_ARG_STRING, &options->thread, "Only of threads whose name matches", "GLOB"},
	    {"object", 0, 0, G_OPTION_ARG_STRING, &options->object, "Only on objects whose name matches", "GLOB"},
	    {"from", 0, 0, G_OPTION_ARG_STRING, &options->from, "Only from then on, after the first event", "SECONDS"},
	    {"to", 0, 0, G_OPTION_ARG_STRING, &options->to, "Only until then", "SECONDS"},
	    {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version and exit", NULL},
	    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->traces, NULL, "TRACE"},
	    G_OPTION_ENTRY_NULL};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;

	g_option_context_set_summary(context, "Lists the events of a recorded trace, one a line.");
	g_option_context_set_description(context, "docs/events.md says what they mean.\n");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		return tt_error_false("%s: see trace-thr events --help", error->message);
	if (!options->version && (!options->traces || options->traces[1]))
		return tt_error_false("events takes one trace: see trace-thr events --help");
	return true;
}

/* What the options select. False after a line to stderr. */
static bool select_events(struct job *job, const struct options *options)
{
	job->selection = (struct selection){.from_ns = INT64_MIN, .to_ns = INT64_MAX};
	job->format = find_format(options->format);
	if (!job->format)
		return tt_error_false("no format '%s': use text, json or csv", options->format);
	if (!tt_parse_offset(options->from, &job->selection.from_ns) ||
	    !tt_parse_offset(options->to, &job->selection.to_ns))
		return tt_error_false("--from and --to take seconds after the first event: for example --from 1.5");
	job->selection.thread = options->thread ? g_pattern_spec_new(options->thread) : NULL;
	job->selection.object = options->object ? g_pattern_spec_new(options->object) : NULL;
	return true;
}

/* Names are given in the order of the trace, so each reading begins anew; both give the same. */
static bool read_named(struct job *job, const char *path, const struct tt_trace_handler *handler,
                       struct tt_trace_summary *summary, GError **error)
{
	tt_symbol_names_free(job->names);
	job->names = tt_symbol_names_new(job->listing.symbols);
	return tt_trace_read(path, handler, job, summary, error);
}

static bool list(struct job *job, const char *path, struct tt_trace_summary *summary, GError **error)
{
	const struct tt_trace_handler survey = {.event = survey_event, .module = survey_module};
	const struct tt_trace_handler listing = {.event = list_event};
	struct tt_trace_summary again;

	if (!read_named(job, path, &survey, summary, error))
		return false;
	job->listing.begin_ns = summary->begin_ns;
	if (job->format->begin)
		job->format->begin(&job->listing);
	if (!read_named(job, path, &listing, &again, error))
		return false;
	if (fflush(job->listing.out) || ferror(job->listing.out)) {
		if (!job->failure)
			job->failure = errno;
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, "cannot write the events (%s): make room for them",
		            g_strerror(job->failure));
		return false;
	}
	return true;
}

static void free_options(struct options *options)
{
	g_free(options->format);
	g_free(options->thread);
	g_free(options->object);
	g_free(options->from);
	g_free(options->to);
	g_strfreev(options->traces);
}

static int list_trace(struct job *job, const char *path)
{
	struct tt_trace_summary summary;
	g_autoptr(GError) error = NULL;
	int status = TT_EXIT_OK;

	job->listing.symbols = tt_symbols_new();
	job->listing.names = tt_names_new();
	if (list(job, path, &summary, &error))
		tt_warn_about_trace(&summary, job->listing.symbols);
	else
		status = tt_error("%s", error->message);
	g_hash_table_destroy(job->listing.names);
	tt_symbol_names_free(job->names);
	tt_symbols_free(job->listing.symbols);
	return status;
}

static int run(int argc, char **argv)
{
	struct options options = {.format = NULL};
	struct job job = {.listing = {.out = stdout}};
	int status = TT_EXIT_USAGE;

	if (parse(&options, argc, argv) && select_events(&job, &options)) {
		status = TT_EXIT_OK;
		if (options.version)
			puts("trace-thr " TTHR_VERSION);
		else
			status = list_trace(&job, options.traces[0]);
	}
	if (job.selection.thread)
		g_pattern_spec_free(job.selection.thread);
	if (job.selection.object)
		g_pattern_spec_free(job.selection.object);
	free_options(&options);
	return status;
}

const struct tt_command tt_command_events = {"events", "the events of a trace: text, json or csv", run};
