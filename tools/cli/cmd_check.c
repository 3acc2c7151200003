#include <stdio.h>

#include "tools/check/check.h"
#include "tools/cli/command.h"
#include "tools/cli/notes.h"
#include "tools/report/text.h"

/* What the command line says. */
struct request {
	struct tt_check_options options;
	char *fail_on;
	char *db;
	char *db_program;
	char **paths;
	gboolean all;
};

static const char description[] =
    "Finds deadlocks, lost wake-ups and inversions of lock order in recorded traces.\n"
    "\n"
    "Levels, the surest first: actual (the threads are blocked for good), confirmed, predicted, potential (the\n"
    "pattern of a deadlock), inversion (a circular order that cannot deadlock in this run; shown with --all).\n"
    "The rules are explained in docs/rules.md.\n"
    "\n"
    "Exit status: 0 nothing found at or above --fail-on, 1 findings, 2 bad usage or unusable input, 3 nothing found\n"
    "but events were lost, which is no verdict.";

static const int statuses[] = {
    [TT_VERDICT_PASSES] = TT_EXIT_OK,
    [TT_VERDICT_UNKNOWN] = TT_EXIT_NO_VERDICT,
    [TT_VERDICT_FAILS] = TT_EXIT_FINDINGS,
};

static int complain(const char *what)
{
	fprintf(stderr, "trace-thr: %s\n", what);
	return TT_EXIT_USAGE;
}

/* What is wrong with the request; NULL: nothing. The caller's to free. */
static char *refusal(struct request *request)
{
	if (request->fail_on && !tt_level_parse(request->fail_on, &request->options.fail_on))
		return g_strdup_printf("no level '%s': use actual, confirmed, predicted, potential or inversion",
		                       request->fail_on);
	if (!request->paths || !request->paths[0])
		return g_strdup("check: no trace given: name the folder of one, as trace-thr record made it");
	return NULL;
}

static int parse(int argc, char **argv, struct request *request)
{
	const GOptionEntry entries[] = {
	    {"fail-on", 0, 0, G_OPTION_ARG_STRING, &request->fail_on,
	     "Exit with 1 for findings of this level or a surer one (predicted)", "LEVEL"},
	    {"all", 0, 0, G_OPTION_ARG_NONE, &request->all, "Show inversions that cannot deadlock as well", NULL},
	    {"db", 0, 0, G_OPTION_ARG_FILENAME, &request->db,
	     "Add the lock orders to those of other runs, and find inversions across them", "FILE"},
	    {"db-program", 0, 0, G_OPTION_ARG_STRING, &request->db_program,
	     "What is linked into the programs is one and the same, and called so there", "NAME"},
	    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &request->paths, NULL, "TRACE…"},
	    G_OPTION_ENTRY_NULL};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *wrong = NULL;

	g_option_context_set_summary(context, description);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		wrong = g_strdup_printf("%s: see trace-thr check --help", error->message);
	else
		wrong = refusal(request);
	/* Who fails on inversions wants them looked for. */
	request->options.all = request->all || request->options.fail_on == TT_LEVEL_INVERSION;
	return wrong ? complain(wrong) : TT_EXIT_OK;
}

static void free_check(void *data)
{
	tt_check_free(data);
}

/* All traces are read before anything is printed: a report is whole, or there is none. */
static int check(const struct request *request)
{
	g_autoptr(GPtrArray) checks = g_ptr_array_new_with_free_func(free_check);
	enum tt_verdict verdict = TT_VERDICT_PASSES;

	for (size_t i = 0; request->paths[i]; i++) {
		g_autoptr(GError) error = NULL;
		struct tt_check *one = tt_check_read(request->paths[i], &request->options, &error);
		if (!one)
			return complain(error->message);
		g_ptr_array_add(checks, one);
		/* Findings in one trace outweigh that another one allows no verdict. */
		verdict = MAX(verdict, tt_check_verdict(one, &request->options));
	}
	for (guint i = 0; i < checks->len; i++) {
		const struct tt_check *one = checks->pdata[i];
		tt_notes(&one->summary, one->symbols);
	}
	tt_report_texts(checks, &request->options, stdout);
	if (fflush(stdout) != 0 || ferror(stdout))
		return complain("cannot write the report: see to the room on the disk, or to who reads the pipe");
	return statuses[verdict];
}

/* Opened before the traces are read: a file that is of no use is found out at once. */
static int check_with_db(struct request *request)
{
	g_autoptr(GError) error = NULL;
	int status;

	if (request->db && !(request->options.db = tt_db_open(request->db, TT_DB_WRITE, &error)))
		return complain(error->message);
	request->options.db_program = request->db_program;
	status = check(request);
	tt_db_close(request->options.db);
	return status;
}

static int run(int argc, char **argv)
{
	struct request request = {.options = TT_CHECK_DEFAULTS};
	int status = parse(argc, argv, &request);

	if (status == TT_EXIT_OK)
		status = check_with_db(&request);
	g_free(request.fail_on);
	g_free(request.db);
	g_free(request.db_program);
	g_strfreev(request.paths);
	return status;
}

const struct tt_command tt_command_check = {
    .name = "check", .summary = "find deadlocks, lost wake-ups and inversions of lock order", .run = run};
