/* SPDX-License-Identifier: MIT */
#include "tools/cli/error.h"
#include "tools/cli/options/check_options.h"

#include <stdlib.h>
#include <string.h>

#include "tools/text/write_file.h"

GOptionEntry *tt_check_option_entries(struct tt_check_cli_options *request, const char *output,
                                      const GOptionEntry *more, guint n)
{
	char letter = strcmp(output, "output") == 0 ? 'o' : '\0'; /* as other commands have it */
	const GOptionEntry ours[] = {
	    {"fail-on", 0, 0, G_OPTION_ARG_STRING, &request->fail_on,
	     "Fail on findings of this level or a surer one (predicted)", "LEVEL"},
	    {"all", 0, 0, G_OPTION_ARG_NONE, &request->all, "Show inversions that cannot deadlock as well", NULL},
	    {"format", 0, 0, G_OPTION_ARG_STRING, &request->format_name,
	     "text (the default), json, sarif, junit or github", "FORMAT"},
	    {output, letter, 0, G_OPTION_ARG_FILENAME, &request->output, "Write the report into a file", "FILE"},
	    {"suppressions", 0, 0, G_OPTION_ARG_FILENAME, &request->suppressions_path,
	     "Leave out the findings that a line of this file names ($TRACE_THR_SUPPRESSIONS)", "FILE"},
	    {"print-suppressions", 0, 0, G_OPTION_ARG_NONE, &request->print_suppressions,
	     "In place of the report, print suppressions for what was found", NULL},
	    {"baseline", 0, 0, G_OPTION_ARG_FILENAME, &request->baseline_path,
	     "Leave out the findings that this earlier report (--format json) has", "FILE"},
	};
	GArray *entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));

	g_array_append_vals(entries, ours, G_N_ELEMENTS(ours));
	g_array_append_vals(entries, more, n);
	return (GOptionEntry *)(void *)g_array_free(entries, FALSE);
}

/* What is wrong with the options; NULL: nothing. The caller's to free. */
static char *refusal(struct tt_check_cli_options *request)
{
	request->format = tt_report_format_find(request->format_name);
	if (!request->format)
		return g_strdup_printf("no format '%s': use text, json, sarif, junit or github", request->format_name);
	if (request->print_suppressions && request->format_name)
		return g_strdup("--print-suppressions prints no report: leave out --format");
	if (request->fail_on && !tt_level_parse(request->fail_on, &request->options.fail_on))
		return g_strdup_printf("no level '%s': use actual, confirmed, predicted, potential or inversion",
		                       request->fail_on);
	return NULL;
}

bool tt_check_options_parse(struct tt_check_cli_options *request)
{
	static const struct tt_report_format suppressions = {.name = "suppressions", .write = tt_report_suppressions};
	g_autofree char *wrong = refusal(request);
	g_autoptr(GError) error = NULL;

	if (wrong)
		return tt_error_false("%s", wrong);
	if (request->print_suppressions)
		request->format = &suppressions;
	/* Who fails on inversions wants them looked for. */
	request->options.all = request->all || request->options.fail_on == TT_LEVEL_INVERSION;
	const char *path = request->suppressions_path ? request->suppressions_path : g_getenv("TRACE_THR_SUPPRESSIONS");
	if (path && *path)
		request->suppressions = tt_suppressions_read(path, &error);
	if (request->baseline_path && !error)
		request->baseline = tt_baseline_read(request->baseline_path, &error);
	return !error && tt_save_can(request->output, &error) ? true : tt_error_false("%s", error->message);
}

bool tt_check_options_check_destination(const struct tt_check_cli_options *request)
{
	return request->output || !request->format->document ||
	       tt_error_false("--format %s needs a file, --report FILE: on stderr is what people read",
	                      request->format->name);
}

void tt_check_options_mark(struct tt_check_cli_options *request, struct tt_check *check)
{
	if (request->suppressions)
		tt_suppressions_apply(request->suppressions, check);
	if (request->baseline)
		tt_baseline_apply(request->baseline, check);
}

void tt_check_options_warn_unused(const struct tt_check_cli_options *request)
{
	const struct tt_suppressions *suppressions = request->suppressions;

	for (guint i = 0; suppressions && i < suppressions->all->len; i++) {
		const struct tt_suppression *suppression = suppressions->all->pdata[i];
		if (suppression->uses == 0)
			tt_note("%s:%u: unused suppression: %s", suppressions->path, suppression->line,
			        suppression->text);
	}
}

static bool put(FILE *out)
{
	if (fflush(out) == 0 && !ferror(out))
		return true;
	return tt_error_false("cannot write the report: see to the room on the disk, or to who reads the pipe");
}

/* Into the file that was asked for, else to `out`. */
static bool put_text(const struct tt_check_cli_options *request, const char *text, FILE *out)
{
	g_autoptr(GError) error = NULL;

	if (request->output)
		return tt_write_file(request->output, "the report", text, &error) ||
		       tt_error_false("%s", error->message);
	fputs(text, out);
	return put(out);
}

/* All of it is made before any is written. */
static bool write_whole(const struct tt_check_cli_options *request, const struct tt_report *report, FILE *out)
{
	const struct tt_report_format *format = request->format;
	char *text = NULL;
	size_t size;
	FILE *whole = open_memstream(&text, &size);

	format->write(report, whole);
	bool ok = fclose(whole) == 0;
	g_autofree char *excess = ok && format->excess ? format->excess(report, text, size) : NULL;
	if (excess)
		tt_error("%s", excess);
	ok = ok ? put_text(request, text, out) : tt_error_false("no memory for the report: check fewer traces at once");
	free(text);
	return ok;
}

struct tt_report tt_check_options_report(const struct tt_check_cli_options *request, const GPtrArray *checks)
{
	return (struct tt_report){.checks = checks,
	                          .options = &request->options,
	                          .suppressions = request->suppressions,
	                          .baseline = request->baseline};
}

bool tt_check_options_write(const struct tt_check_cli_options *request, const struct tt_report *report, FILE *out)
{
	if (request->output || request->format->document)
		return write_whole(request, report, out);
	request->format->write(report, out); /* a terminal gets colours */
	return put(out);
}

void tt_check_options_clear(struct tt_check_cli_options *request)
{
	tt_suppressions_free(request->suppressions);
	tt_baseline_free(request->baseline);
	g_free(request->fail_on);
	g_free(request->format_name);
	g_free(request->output);
	g_free(request->suppressions_path);
	g_free(request->baseline_path);
}
