/* SPDX-License-Identifier: MIT */
/* A database of lock orders: read as a whole, and the inversions of its runs looked for. */
#include "tests/fuzz/files.h"

#include "tools/check/across/inversions.h"
#include "tools/db/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	g_autofree char *path = fuzz_file("orders.db", bytes, size);
	g_autoptr(GError) error = NULL;
	struct tt_db *db = tt_db_open(path, TT_DB_READ, &error);

	if (!db != !!error)
		abort();
	if (db) {
		struct tt_db_snapshot *picture = tt_db_snapshot_read(db, &error);
		tt_db_snapshot_free(picture);
		g_clear_error(&error);
		struct tt_inversions *inversions = tt_inversions_find(db, NULL, true, &error);
		tt_inversions_free(inversions);
		g_clear_error(&error);
	}
	tt_db_close(db);
	return 0;
}
