/* SPDX-License-Identifier: MIT */
/* A file of suppressions, matched against a deadlock. */
#include "tests/fuzz/deadlock.h"
#include "tests/fuzz/files.h"
#include "tools/finding/suppressions.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	g_autofree char *path = fuzz_file("suppressions", bytes, size);
	g_autoptr(GError) error = NULL;
	struct tt_suppressions *suppressions = tt_suppressions_read(path, &error);

	if (!suppressions != !!error)
		abort();
	if (suppressions) {
		struct tt_check *check = deadlock();
		tt_suppressions_apply(suppressions, check);
		tt_check_free(check);
	}
	tt_suppressions_free(suppressions);
	return 0;
}
