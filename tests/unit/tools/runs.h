/* SPDX-License-Identifier: MIT */
/*
 * Runs by hand, for the tests of what is found across them: feeds whose check adds to a database.
 *
 *     struct runs runs = runs_begin();
 *     struct feed feed = a_run(&runs, "libq.so");
 *     NESTS(&feed, T1, A, B);
 *     assert_n(&feed, 0);
 *     feed_free(&feed);
 *     runs_end(&runs);
 *
 * Each run is of a process of its own; its locks belong to the module of that name.
 */
#ifndef RUNS_H
#define RUNS_H

#include <glib/gstdio.h>

#include "feed.h"
#include "tools/db/snapshot.h"

struct runs {
	char *folder, *path;
	struct tt_db *db;
	uint32_t pid; /* of the latest run */
	bool all;     /* also what cannot deadlock */
};

static inline struct tt_db *open_db(const char *path, enum tt_db_use use)
{
	g_autoptr(GError) error = NULL;
	struct tt_db *db = tt_db_open(path, use, &error);

	if (!db)
		fail_msg("%s", error->message);
	return db;
}

static inline struct runs runs_begin(void)
{
	g_autoptr(GError) error = NULL;
	struct runs runs = {.folder = g_dir_make_tmp("trace-thr-XXXXXX", &error), .pid = 100};

	if (!runs.folder)
		fail_msg("%s", error->message);
	runs.path = g_build_filename(runs.folder, "orders.db", NULL);
	runs.db = open_db(runs.path, TT_DB_WRITE);
	return runs;
}

static inline void runs_end(struct runs *runs)
{
	tt_db_close(runs->db);
	g_unlink(runs->path);
	assert_int_equal(g_rmdir(runs->folder), 0);
	g_free(runs->path);
	g_free(runs->folder);
}

static inline void add_module(struct feed *feed, const char *name)
{
	g_autofree char *path = g_strconcat("/nowhere/", name, NULL);

	/* The callers of a feed are small numbers: they lie in it. */
	tt_symbols_add(feed->check->symbols,
	               &(struct tt_module){.pid = feed->pid, .time_ns = FEED_ORIGIN, .size = 1 << 20, .path = path});
}

/* The same run again, if `pid` is that of an earlier one. */
static inline struct feed the_run(const struct runs *runs, const char *module, uint32_t pid)
{
	struct tt_check_options options = TT_CHECK_DEFAULTS;

	options.all = runs->all;
	options.db = runs->db;
	struct feed feed = {.check = tt_check_new(&options), .pid = pid, .kind = TT_KIND_MUTEX};
	add_module(&feed, module);
	return feed;
}

static inline struct feed a_run(struct runs *runs, const char *module)
{
	return the_run(runs, module, ++runs->pid);
}

#endif /* RUNS_H */
