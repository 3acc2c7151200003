/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "tools/cli/options/check_options.h"
#include "tools/cli/command.h"
#include "tools/cli/error.h"
#include "tools/cli/trace_warnings.h"

/* What the command line says. */
struct request {
	struct tt_check_cli_options check;
	char *db, *db_program;
	char **paths;
};

static const char description[] =
    "Finds deadlocks, lost wake-ups and inversions of lock order in recorded traces.\n"
    "\n" TT_CHECK_OPTIONS_HELP "\n"
    "Exit status: 0 nothing found at or above --fail-on, 1 findings, 2 bad usage, or nothing found but a trace was of\n"
    "no use (the others are reported), 3 nothing found but events were lost, which is no verdict.";

static const int statuses[] = {
    [TT_VERDICT_PASSES] = TT_EXIT_OK,
    [TT_VERDICT_UNKNOWN] = TT_EXIT_NO_VERDICT,
    [TT_VERDICT_FAILS] = TT_EXIT_FINDINGS,
};

static void free_check(void *data)
{
	tt_check_free(data);
}

/* Adds what is found in the traces. Of one that is of no use that is said; false if there are such. */
static bool read_all(struct request *request, GPtrArray *checks)
{
	bool all = true;

	for (size_t i = 0; request->paths[i]; i++) {
		g_autoptr(GError) error = NULL;
		struct tt_check *one = tt_check_read(request->paths[i], &request->check.options, &error);
		if (!one) {
			tt_error("%s", error->message);
			all = false;
			continue;
		}
		g_ptr_array_add(checks, one);
		tt_check_options_mark(&request->check, one);
	}
	return all;
}

/*
 * All traces are read before anything is printed. One of no use does not withhold the report of the others; but without
 * it they do not pass.
 */
static int check(struct request *request)
{
	g_autoptr(GPtrArray) checks = g_ptr_array_new_with_free_func(free_check);
	bool all = read_all(request, checks);

	if (checks->len == 0)
		return TT_EXIT_USAGE;
	for (guint i = 0; i < checks->len; i++) {
		const struct tt_check *one = checks->pdata[i];
		tt_warn_about_trace(&one->summary, one->symbols);
	}
	struct tt_report report = tt_check_options_report(&request->check, checks);
	tt_check_options_warn_unused(&request->check);
	if (!tt_check_options_write(&request->check, &report, stdout))
		return TT_EXIT_USAGE;
	int status = statuses[tt_report_verdict(&report)];
	return all || status == TT_EXIT_FINDINGS ? status : TT_EXIT_USAGE;
}

/* Opened before the traces are read: a file that is of no use is found out at once. */
static int check_with_db(struct request *request)
{
	struct tt_check_options *options = &request->check.options;
	g_autoptr(GError) error = NULL;
	int status;

	if (request->db && !(options->db = tt_db_open(request->db, TT_DB_WRITE, &error)))
		return tt_error("%s", error->message);
	options->db_program = request->db_program;
	status = check(request);
	tt_db_close(options->db);
	return status;
}

static bool parse(int argc, char **argv, struct request *request)
{
	const GOptionEntry more[] = {
	    {"db", 0, 0, G_OPTION_ARG_FILENAME, &request->db,
	     "Add the lock orders to those of other runs, and find inversions across them", "FILE"},
	    {"db-program", 0, 0, G_OPTION_ARG_STRING, &request->db_program,
	     "What is linked into the programs is one and the same, and called so there", "NAME"},
	    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &request->paths, NULL, "TRACE…"},
	};
	g_autofree GOptionEntry *entries = tt_check_option_entries(&request->check, "output", more, G_N_ELEMENTS(more));
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;

	g_option_context_set_summary(context, description);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		tt_error("%s: see trace-thr check --help", error->message);
		return false;
	}
	if (request->paths && request->paths[0])
		return true;
	tt_error("check: no trace given: name the folder of one, as trace-thr record made it");
	return false;
}

static int run(int argc, char **argv)
{
	struct request request = {.check = TT_CHECK_CLI_OPTIONS};
	int status = TT_EXIT_USAGE;

	if (parse(argc, argv, &request) && tt_check_options_parse(&request.check))
		status = check_with_db(&request);
	tt_check_options_clear(&request.check);
	g_free(request.db);
	g_free(request.db_program);
	g_strfreev(request.paths);
	return status;
}

const struct tt_command tt_command_check = {
    .name = "check", .summary = "find deadlocks, lost wake-ups and inversions of lock order", .run = run};
