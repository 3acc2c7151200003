/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <trace_thr/types.h>

#include "tools/cli/command.h"
#include "tools/cli/error.h"
#include "tools/cli/trace_warnings.h"
#include "tools/cli/options/numbers.h"
#include "tools/cli/options/parse_seconds.h"
#include "tools/read/recording/manifest.h"
#include "tools/read/trace.h"
#include "tools/symbols/names/object_names.h"
#include "tools/timeline/lanes.h"
#include "tools/text/write_file.h"
#include "tools/timeline/svg/svg.h"
#include "tools/timeline/term/term.h"

/* Where the width of the terminal is unknown. */
#define DEFAULT_COLUMNS 100

#define MOST_WIDTH 20000

/* What the command line says, and what that means. Times are from the first event. */
struct request {
	char *format, *output, *colour, *scale, *thread, *object, *from, *to, *last, *width, *pid;
	char **paths;
	int64_t from_ns, to_ns, last_ns;
	int units, process; /* wide; the one to draw. 0: not given */
	gboolean no_colour, version;
	enum tt_scale_mode mode;
	const struct format *kind;
};

/* A format: a renderer, and how narrow it can draw. */
struct format {
	const char *name;
	int least;
	char *(*draw)(const struct request *request, const struct tt_lanes *lanes, const char *title);
};

static const char description[] =
    "Draws what each thread did when: running, waiting for what, holding what, woken by whom.\n"
    "\n"
    "Long waits are drawn to scale. Where events crowd, time is stretched so that their order can be seen, and the\n"
    "axis says so; --scale time draws all to scale, --scale order gives every event the same room. Threads that\n"
    "sleep cannot be told from threads that compute: both run. Times are seconds from the first event. Globs match\n"
    "whole names: 'worker-*'.\n"
    "\n"
    "Exit status: 0 drawn, 2 bad usage, unusable input, or the picture could not be written.";

/* The width of the terminal, or of what it is said to be. */
static int terminal_columns(void)
{
	const char *columns = g_getenv("COLUMNS");
	struct winsize size;
	guint64 number;

	if (columns && g_ascii_string_to_unsigned(columns, 10, 1, MOST_WIDTH, &number, NULL))
		return MAX((int)number, TT_TERM_LEAST_WIDTH);
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return MAX(size.ws_col, TT_TERM_LEAST_WIDTH);
	return DEFAULT_COLUMNS;
}

/* A file is no terminal: what is written there has no colour unless it is asked for. */
static bool in_colour(const struct request *request)
{
	const char *no = g_getenv("NO_COLOR");

	if (request->no_colour)
		return false;
	if (request->colour && strcmp(request->colour, "auto") != 0)
		return strcmp(request->colour, "always") == 0;
	return !(no && *no) && !request->output && isatty(STDOUT_FILENO);
}

static char *draw_term(const struct request *request, const struct tt_lanes *lanes, const char *title)
{
	struct tt_term_options options = {.width = request->units,
	                                  .colour = in_colour(request),
	                                  .utf8 = g_get_charset(NULL),
	                                  .scale = request->mode,
	                                  .title = title};

	if (!options.width)
		options.width = request->output ? DEFAULT_COLUMNS : terminal_columns();
	return tt_term_text(lanes, &options);
}

static char *draw_svg(const struct request *request, const struct tt_lanes *lanes, const char *title)
{
	struct tt_svg_options options = {.width = request->units, .scale = request->mode, .title = title};

	return tt_svg_text(lanes, &options);
}

/* The table of formats; the first is the one if none is asked for. */
static const struct format formats[] = {
    {"term", TT_TERM_LEAST_WIDTH, draw_term},
    {"svg", TT_SVG_LEAST_WIDTH, draw_svg},
};

static const struct format *find_format(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
		if (!name || strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

static const char *const colours[] = {"auto", "always", "never", NULL};
static const char *const scales[] = {
    [TT_SCALE_AUTO] = "auto", [TT_SCALE_TIME] = "time", [TT_SCALE_ORDER] = "order", NULL};

/* The place of a word in a list of them; -1 if it is not there. The first where none is given. */
static int choice(const char *const *words, const char *word)
{
	if (!word)
		return 0;
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static char *refuse_word(const char *option, const char *word, const char *const *words)
{
	g_autofree char *list = g_strjoinv(", ", (char **)(uintptr_t)words);

	return g_strdup_printf("no %s '%s': use one of %s", option, word, list);
}

static char *refuse_times(struct request *request)
{
	request->to_ns = INT64_MAX;
	if (!tt_parse_offset(request->from, &request->from_ns) || !tt_parse_offset(request->to, &request->to_ns) ||
	    !tt_parse_offset(request->last, &request->last_ns))
		return g_strdup("--from, --to and --last are seconds, and not negative: try --last 0.5");
	if (request->last && (request->from || request->to))
		return g_strdup("--last does not go with --from and --to: use either");
	if (request->to_ns < request->from_ns)
		return g_strdup("--to is before --from: exchange them");
	return NULL;
}

/* What is wrong with the request; NULL: nothing. The caller's to free. */
static char *refusal(struct request *request)
{
	const struct format *format = find_format(request->format);
	int scale = choice(scales, request->scale);

	if (request->version)
		return NULL;
	if (!request->paths || !request->paths[0])
		return g_strdup("timeline: no trace given: name the folder of one, as trace-thr record made it");
	if (request->paths[1])
		return g_strdup("timeline: draws one trace at a time: name only one folder");
	if (!format)
		return g_strdup_printf("no format '%s': use term or svg", request->format);
	if (scale < 0)
		return refuse_word("scale", request->scale, scales);
	if (choice(colours, request->colour) < 0)
		return refuse_word("colour setting", request->colour, colours);
	if (!tt_parse_number(request->width, format->least, MOST_WIDTH, &request->units))
		return g_strdup_printf("cannot draw '%s' wide: use --width %d to %d", request->width, format->least,
		                       MOST_WIDTH);
	if (!tt_parse_number(request->pid, 1, INT_MAX, &request->process))
		return g_strdup_printf("no process '%s': use --pid with one of the trace", request->pid);
	request->kind = format;
	request->mode = (enum tt_scale_mode)scale;
	return refuse_times(request);
}

static int parse(int argc, char **argv, struct request *request)
{
	const GOptionEntry entries[] = {
	    {"format", 'f', 0, G_OPTION_ARG_STRING, &request->format, "term (default) or svg", "FORMAT"},
	    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &request->output, "Write to FILE instead of stdout", "FILE"},
	    {"width", 'w', 0, G_OPTION_ARG_STRING, &request->width,
	     "Columns (the terminal's) or, for svg, pixels (1200)", "N"},
	    {"scale", 0, 0, G_OPTION_ARG_STRING, &request->scale, "auto (default), time or order", "SCALE"},
	    {"from", 0, 0, G_OPTION_ARG_STRING, &request->from, "Leave out what ends before", "SECONDS"},
	    {"to", 0, 0, G_OPTION_ARG_STRING, &request->to, "Leave out what begins after", "SECONDS"},
	    {"last", 0, 0, G_OPTION_ARG_STRING, &request->last, "Only the time before the last event", "SECONDS"},
	    {"thread", 0, 0, G_OPTION_ARG_STRING, &request->thread, "Only threads so named", "GLOB"},
	    {"object", 0, 0, G_OPTION_ARG_STRING, &request->object,
	     "Only locks, conditions, … so named, and threads that use them", "GLOB"},
	    {"pid", 0, 0, G_OPTION_ARG_STRING, &request->pid, "Only this process", "PID"},
	    {"color", 0, 0, G_OPTION_ARG_STRING, &request->colour, "auto (default), always or never", "WHEN"},
	    {"no-color", 0, 0, G_OPTION_ARG_NONE, &request->no_colour, "The same as --color=never", NULL},
	    {"version", 0, 0, G_OPTION_ARG_NONE, &request->version, "Print the version and exit", NULL},
	    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &request->paths, NULL, "TRACE"},
	    G_OPTION_ENTRY_NULL};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *wrong = NULL;

	g_option_context_set_summary(context, description);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		wrong = g_strdup_printf("%s: see trace-thr timeline --help", error->message);
	else
		wrong = refusal(request);
	if (!wrong && !tt_save_can(request->output, &error))
		wrong = g_strdup(error->message);
	return wrong ? tt_error("%s", wrong) : TT_EXIT_OK;
}

/* A timeline being read. */
struct reading {
	const struct request *request;
	struct tt_model *model;
	struct tt_lanes *lanes;
	struct tt_symbols *symbols;
	struct tt_symbol_names *names;
	struct tt_selection selection;
	struct tt_trace_summary summary;
	int64_t last_ns; /* of the last event, if --last asks for it */
};

/* The selection counts from the first event, so the lanes begin with that. */
static void begin(struct reading *reading, int64_t first_ns)
{
	const struct request *request = reading->request;
	struct tt_selection *selection = &reading->selection;

	*selection = (struct tt_selection){.to_ns = INT64_MAX,
	                                   .thread = request->thread,
	                                   .object = request->object,
	                                   .pid = (uint32_t)request->process};
	if (request->from)
		selection->from_ns = first_ns + request->from_ns;
	if (request->to)
		selection->to_ns = first_ns + request->to_ns;
	if (request->last)
		selection->from_ns = reading->last_ns - request->last_ns;
	reading->lanes = tt_lanes_new(reading->model, selection);
	reading->lanes->symbols = reading->symbols;
}

/* The event as it is drawn: names that people know, and the call that is the program's own. */
static const struct tt_event *named(struct reading *reading, const struct tt_event *event, struct tt_event *room)
{
	event = tt_symbol_names_apply(reading->names, event, room);
	if (!event->stack || !event->stack->n)
		return event;
	if (event != room)
		*room = *event;
	room->caller = tt_symbols_own_call(reading->symbols, event->pid, event->caller, event->stack);
	return room;
}

static bool take_event(const struct tt_event *event, void *data)
{
	struct reading *reading = data;
	struct tt_event room;

	if (!reading->lanes)
		begin(reading, event->time_ns);
	tt_model_feed(reading->model, named(reading, event, &room));
	return !reading->lanes->full;
}

static bool take_module(const struct tt_module *module, void *data)
{
	tt_symbols_add(((struct reading *)data)->symbols, module);
	return true;
}

static bool read_trace(struct reading *reading, const char *path, GError **error)
{
	static const struct tt_trace_handler nothing, everything = {.event = take_event, .module = take_module};
	struct tt_trace_summary *summary = &reading->summary;

	if (reading->request->last) {
		if (!tt_trace_read(path, &nothing, NULL, summary, error))
			return false;
		reading->last_ns = summary->end_ns;
	}
	if (!tt_trace_read(path, &everything, reading, summary, error))
		return false;
	if (!reading->lanes)
		begin(reading, 0);
	reading->lanes->lost = summary->lost;
	reading->lanes->lost_packets = summary->lost_packets > 0;
	if (!reading->lanes->full)
		return true;
	g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE,
	            "%s: too much for one picture: draw a part of it, with --last, or with --from and --to", path);
	return false;
}

/* The program's name, if the recording says it, else the folder's. */
static char *title_of(const char *path, const struct tt_manifest *manifest)
{
	if (manifest && manifest->program && manifest->program[0])
		return g_path_get_basename(manifest->program[0]);
	return g_path_get_basename(path);
}

static int timeline(const struct request *request)
{
	const char *path = request->paths[0];
	struct reading reading = {.request = request, .model = tt_model_new(), .symbols = tt_symbols_new()};
	g_autoptr(GError) error = NULL;
	int status = TT_EXIT_USAGE;

	reading.names = tt_symbol_names_new(reading.symbols);
	/* Only its characters: numbers are written with a point everywhere. */
	setlocale(LC_CTYPE, "");
	struct tt_manifest *manifest = tt_manifest_read(path, &error);
	if (!error && read_trace(&reading, path, &error)) {
		g_autofree char *title = title_of(path, manifest);
		tt_lanes_finish(reading.lanes, manifest ? manifest->end_ns : 0);
		g_autofree char *picture = request->kind->draw(request, reading.lanes, title);
		if (tt_write_file(request->output, "the picture", picture, &error)) {
			tt_warn_about_trace(&reading.summary, reading.symbols);
			status = TT_EXIT_OK;
		}
	}
	if (error)
		tt_error("%s", error->message);
	tt_manifest_free(manifest);
	tt_lanes_free(reading.lanes);
	tt_model_free(reading.model);
	tt_symbol_names_free(reading.names);
	tt_symbols_free(reading.symbols);
	return status;
}

static void free_request(struct request *request)
{
	g_free(request->format);
	g_free(request->output);
	g_free(request->colour);
	g_free(request->scale);
	g_free(request->thread);
	g_free(request->object);
	g_free(request->from);
	g_free(request->to);
	g_free(request->last);
	g_free(request->width);
	g_free(request->pid);
	g_strfreev(request->paths);
}

static int run(int argc, char **argv)
{
	struct request request = {.format = NULL};
	int status = parse(argc, argv, &request);

	if (status == TT_EXIT_OK && request.version)
		printf("trace-thr %s\n", TTHR_VERSION);
	else if (status == TT_EXIT_OK)
		status = timeline(&request);
	free_request(&request);
	return status;
}

const struct tt_command tt_command_timeline = {
    .name = "timeline", .summary = "draw what each thread did when, on the terminal or as SVG", .run = run};
