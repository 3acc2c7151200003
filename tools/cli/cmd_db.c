/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "tools/check/check.h"
#include "tools/cli/command.h"
#include "tools/cli/error.h"
#include "tools/report/lock_orders_text.h"

/* What the command line says. */
struct request {
	char **words; /* the verb and its files */
	char *fail_on;
	gboolean all;
	enum tt_level level;
};

static const char description[] =
    "Looks at databases of lock orders, which `trace-thr check --db FILE` makes: what the runs of many programs did,\n"
    "put together, so that an inversion of lock order is found between two that never ran at once.\n"
    "\n"
    "  db check FILE       the inversions across its runs\n"
    "  db show FILE        all lock classes with their orders, and where they were seen\n"
    "  db list FILE        its runs\n"
    "  db merge OUT IN…    adds all that is in the files IN to OUT, which may be new: in any order, any number of "
    "times\n"
    "\n"
    "Exit status: 0, of `db check` 1 for inversions at or above --fail-on; 2 bad usage or an unusable file.\n"
    "What makes two locks of different runs the same is explained in docs/db.md.";

/* A report is whole, or there is no status that says what is in it. */
static int end_output(int status)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return tt_error("cannot write the report: see to the room on the disk, or to who reads the pipe");
	return status;
}

static int check(const struct request *request, struct tt_db *db, GError **error)
{
	struct tt_text_writer pen = tt_text_writer(stdout);
	bool all = request->all || request->level == TT_LEVEL_INVERSION;
	struct tt_inversions *found = tt_inversions_find(db, NULL, all, error);
	guint potential, n;

	if (!found)
		return TT_EXIT_USAGE;
	potential = tt_put_inversions(&pen, found);
	n = found->all->len;
	if (n == 0)
		tt_put(&pen, TT_BOLD, "no inversion found across these runs\n");
	tt_put(&pen, TT_PLAIN, "trace-thr: 0 deadlocks, %u inversion%s, 0 suppressed, 0 events lost\n", n,
	       n == 1 ? "" : "s");
	tt_inversions_free(found);
	n = request->level == TT_LEVEL_INVERSION ? n : request->level == TT_LEVEL_POTENTIAL ? potential : 0;
	return n > 0 ? TT_EXIT_FINDINGS : TT_EXIT_OK;
}

static int put(struct tt_db *db, void (*what)(struct tt_text_writer *pen, const struct tt_db_snapshot *picture),
               GError **error)
{
	struct tt_text_writer pen = tt_text_writer(stdout);
	struct tt_db_snapshot *picture = tt_db_snapshot_read(db, error);

	if (!picture)
		return TT_EXIT_USAGE;
	what(&pen, picture);
	tt_db_snapshot_free(picture);
	return TT_EXIT_OK;
}

static int show(const struct request *request, struct tt_db *db, GError **error)
{
	(void)request;
	return put(db, tt_put_orders, error);
}

static int list(const struct request *request, struct tt_db *db, GError **error)
{
	(void)request;
	return put(db, tt_put_runs, error);
}

/* The verbs that look at one file: an exit status, and *error with TT_EXIT_USAGE. */
static const struct {
	const char *word;
	int (*look)(const struct request *request, struct tt_db *db, GError **error);
} verbs[] = {{"check", check}, {"show", show}, {"list", list}};

static int look(const struct request *request, guint verb)
{
	g_autoptr(GError) error = NULL;
	struct tt_db *db;
	int status;

	if (!request->words[1] || request->words[2])
		return tt_error("db: name one file, as trace-thr check --db made it");
	db = tt_db_open(request->words[1], TT_DB_READ, &error);
	status = db ? verbs[verb].look(request, db, &error) : TT_EXIT_USAGE;
	tt_db_close(db);
	return error ? tt_error("%s", error->message) : end_output(status);
}

static void close_db(void *db)
{
	tt_db_close(db);
}

/* All are opened before any is added: what is of no use is found out first. */
static GPtrArray *open_all(char **paths, GError **error)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(close_db);

	for (; *paths; paths++) {
		struct tt_db *db = tt_db_open(*paths, TT_DB_READ, error);
		if (!db) {
			g_ptr_array_free(all, TRUE);
			return NULL;
		}
		g_ptr_array_add(all, db);
	}
	return all;
}

static int merge(const struct request *request)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) from = NULL;
	struct tt_db *out;
	bool ok;

	if (!request->words[1] || !request->words[2])
		return tt_error("db merge: name the file to add to, which may be new, and then those to add");
	from = open_all(request->words + 2, &error);
	out = from ? tt_db_open(request->words[1], TT_DB_WRITE, &error) : NULL;
	if (!out)
		return tt_error("%s", error->message);
	tt_db_begin(out);
	for (guint i = 0; i < from->len; i++) {
		if (!tt_db_same(out, from->pdata[i]))
			tt_db_put_all(out, from->pdata[i]);
	}
	ok = tt_db_commit(out, &error);
	tt_db_close(out);
	return ok ? TT_EXIT_OK : tt_error("%s", error->message);
}

static int act(struct request *request)
{
	const char *verb = request->words ? request->words[0] : NULL;

	if (request->fail_on && !tt_level_parse(request->fail_on, &request->level))
		return tt_error("db: no such level: use potential or inversion, or a surer one to fail on none");
	if (!verb)
		return tt_error("db: no command given: use check, show, list or merge; see trace-thr db --help");
	if (strcmp(verb, "merge") == 0)
		return merge(request);
	for (guint i = 0; i < G_N_ELEMENTS(verbs); i++) {
		if (strcmp(verb, verbs[i].word) == 0)
			return look(request, i);
	}
	return tt_error("db: no command '%s': use check, show, list or merge", verb);
}

static int run(int argc, char **argv)
{
	struct request request = {.level = TT_LEVEL_PREDICTED};
	const GOptionEntry entries[] = {
	    {"fail-on", 0, 0, G_OPTION_ARG_STRING, &request.fail_on,
	     "db check: exit with 1 for inversions of this level or a surer one (predicted, which none is)", "LEVEL"},
	    {"all", 0, 0, G_OPTION_ARG_NONE, &request.all, "db check: also those that cannot deadlock, with the reason",
	     NULL},
	    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &request.words, NULL,
	     "check|show|list|merge FILE…"},
	    G_OPTION_ENTRY_NULL};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	int status;

	g_option_context_set_summary(context, description);
	g_option_context_add_main_entries(context, entries, NULL);
	if (g_option_context_parse(context, &argc, &argv, &error)) {
		status = act(&request);
	} else {
		g_autofree char *wrong = g_strdup_printf("%s: see trace-thr db --help", error->message);
		status = tt_error("%s", wrong);
	}
	g_free(request.fail_on);
	g_strfreev(request.words);
	return status;
}

const struct tt_command tt_command_db = {
    .name = "db", .summary = "look at the lock orders of many runs, and join files of them", .run = run};
