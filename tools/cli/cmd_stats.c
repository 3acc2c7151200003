/* SPDX-License-Identifier: MIT */
/* trace-thr stats: who waited for what, how often and how long, and who had it. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tools/cli/command.h"
#include "tools/cli/error.h"
#include "tools/cli/trace_warnings.h"
#include "tools/cli/options/numbers.h"
#include "tools/cli/options/parse_seconds.h"
#include "tools/stats/stats_format.h"

/* What the command line says. */
struct request {
	char *format, *sort, *thread, *object, *from, *to, *top, *pid;
	char **paths;
	gboolean chains;
	struct tt_stats_selection selection;
	struct tt_stats_view view;
	void (*show)(struct tt_stats *stats, const struct tt_stats_view *view, FILE *out);
};

enum { DEFAULT_TOP = 10 };

static const char description[] =
    "Counts how often and how long threads waited, for what, and had it: by lock, by thread and by site.\n"
    "\n"
    "A wait is counted where a thread had to wait; an acquire without contention is none. What is still under way at\n"
    "the end lasts until the last event. Of a lock that several have at a time, `held` is the sum of theirs. Globs\n"
    "match whole names: 'worker-*'. The JSON is described in docs/stats.md.\n"
    "\n"
    "Exit status: 0 counted, 2 bad usage, unusable input, or the figures could not be written.";

/* The place of the word in the list, which NULL ends; the first for NULL; -1: not in it. */
static int find_word(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (!word || strcmp(words[i], word) == 0)
			return i;
	return -1;
}

/* Sets what the words of the options mean. Why they cannot be; NULL: they can. The caller's to free. */
static char *interpret(struct request *request)
{
	static const char *const formats[] = {"text", "json", NULL};
	static const char *const sorts[] = {"wait", "hold", "count", NULL};
	int format = find_word(formats, request->format), sort = find_word(sorts, request->sort);
	int top = DEFAULT_TOP, pid = 0;

	if (format < 0)
		return g_strdup_printf("no format '%s': use text or json", request->format);
	if (sort < 0)
		return g_strdup_printf("no order '%s': use wait, hold or count", request->sort);
	if (!tt_parse_number(request->top, 0, INT_MAX, &top))
		return g_strdup("--top takes how many rows: for example --top 20; 0 is all");
	if (!tt_parse_number(request->pid, 1, INT_MAX, &pid))
		return g_strdup("--pid takes the number of a process of the trace: for example --pid 1234");
	request->selection = (struct tt_stats_selection){.pid = (uint32_t)pid, .to_ns = INT64_MAX};
	if (!tt_parse_offset(request->from, &request->selection.from_ns) ||
	    !tt_parse_offset(request->to, &request->selection.to_ns))
		return g_strdup("--from and --to take seconds after the first event: for example --from 1.5");
	if (request->selection.to_ns < request->selection.from_ns)
		return g_strdup("--to is before --from: exchange them");
	request->show = format == 0 ? tt_stats_text : tt_stats_json;
	request->view = (struct tt_stats_view){(enum tt_stats_sort)sort, (guint)top, request->chains};
	return NULL;
}

static int parse(int argc, char **argv, struct request *request)
{
	const GOptionEntry entries[] = {
	    {"format", 'f', 0, G_OPTION_ARG_STRING, &request->format, "text (default) or json", "FORMAT"},
	    {"sort", 0, 0, G_OPTION_ARG_STRING, &request->sort, "By the time of wait (default) or hold, or by count",
	     "ORDER"},
	    {"top", 0, 0, G_OPTION_ARG_STRING, &request->top, "Rows of a table (10); 0 is all", "N"},
	    {"chains", 0, 0, G_OPTION_ARG_NONE, &request->chains, "Show the call chains of sites", NULL},
	    {"from", 0, 0, G_OPTION_ARG_STRING, &request->from, "Only from then on, after the first event", "SECONDS"},
	    {"to", 0, 0, G_OPTION_ARG_STRING, &request->to, "Only until then", "SECONDS"},
	    {"thread", 0, 0, G_OPTION_ARG_STRING, &request->thread, "Only threads so named", "GLOB"},
	    {"object", 0, 0, G_OPTION_ARG_STRING, &request->object, "Only locks, conditions, … so named", "GLOB"},
	    {"pid", 0, 0, G_OPTION_ARG_STRING, &request->pid, "Only this process", "PID"},
	    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &request->paths, NULL, "TRACE"},
	    G_OPTION_ENTRY_NULL};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *wrong = NULL;

	g_option_context_set_summary(context, description);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		wrong = g_strdup_printf("%s: see trace-thr stats --help", error->message);
	else if (!request->paths || !request->paths[0] || request->paths[1])
		wrong = g_strdup("stats takes one trace: see trace-thr stats --help");
	else
		wrong = interpret(request);
	return wrong ? tt_error("%s", wrong) : TT_EXIT_OK;
}

static int count(const struct request *request)
{
	g_autoptr(GError) error = NULL;
	struct tt_stats *stats = tt_stats_read(request->paths[0], &request->selection, &error);

	if (!stats)
		return tt_error("%s", error->message);
	request->show(stats, &request->view, stdout);
	tt_warn_about_trace(&stats->summary, stats->symbols);
	tt_stats_free(stats);
	if (fflush(stdout) != 0 || ferror(stdout))
		return tt_error("cannot write the figures: see to the room on the disk, or to who reads the pipe");
	return TT_EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct request request = {.format = NULL};
	int status = parse(argc, argv, &request);

	if (status == TT_EXIT_OK) {
		request.selection.thread = request.thread ? g_pattern_spec_new(request.thread) : NULL;
		request.selection.object = request.object ? g_pattern_spec_new(request.object) : NULL;
		status = count(&request);
		g_clear_pointer(&request.selection.thread, g_pattern_spec_free);
		g_clear_pointer(&request.selection.object, g_pattern_spec_free);
	}
	g_free(request.format);
	g_free(request.sort);
	g_free(request.thread);
	g_free(request.object);
	g_free(request.from);
	g_free(request.to);
	g_free(request.top);
	g_free(request.pid);
	g_strfreev(request.paths);
	return status;
}

const struct tt_command tt_command_stats = {"stats", "waits and holds by lock, thread and site", run};
