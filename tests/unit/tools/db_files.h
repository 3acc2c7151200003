/* SPDX-License-Identifier: MIT */
/*
 * Files of lock orders, for the tests of tools/db: runs added to them, and what is in them.
 */
#ifndef DB_FILES_H
#define DB_FILES_H

#include "runs.h"
#include "tools/db/db_internal.h"

/* All rows of all tables, as text. The caller's to free. */
static inline char *dump(const char *path)
{
	static const char *const tables[] = {"class", "run", "lock_order", "pair", "gate", "seen"};
	GString *text = g_string_new(NULL);
	sqlite3 *handle;

	assert_int_equal(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree char *sql = g_strdup_printf("SELECT * FROM %s", tables[i]);
		sqlite3_stmt *rows;
		assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &rows, NULL), SQLITE_OK);
		while (sqlite3_step(rows) == SQLITE_ROW) {
			g_string_append(text, tables[i]);
			for (int j = 0; j < sqlite3_column_count(rows); j++) {
				const unsigned char *bytes = sqlite3_column_blob(rows, j);
				for (int k = 0; k < sqlite3_column_bytes(rows, j); k++)
					g_string_append_printf(text, "%s%02x", k ? "" : " ", bytes[k]);
			}
			g_string_append_c(text, '\n');
		}
		sqlite3_finalize(rows);
	}
	sqlite3_close(handle);
	return g_string_free(text, FALSE);
}

/* Adds a run of that pid that takes the locks in that order. */
#define ADD(runs, number, ...)                                                                                         \
	do {                                                                                                           \
		struct feed run_ = the_run(runs, "libq.so", number);                                                   \
		NESTS(&run_, T1, __VA_ARGS__);                                                                         \
		feed_finish(&run_);                                                                                    \
		assert_null(run_.check->failure);                                                                      \
		feed_free(&run_);                                                                                      \
	} while (0)

static inline char *beside(const struct runs *runs, const char *name)
{
	return g_build_filename(runs->folder, name, NULL);
}

#endif /* DB_FILES_H */
