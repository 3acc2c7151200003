/* SPDX-License-Identifier: MIT */
/* An earlier report as a baseline, compared with a deadlock. */
#include "tests/fuzz/deadlock.h"
#include "tests/fuzz/files.h"
#include "tools/report/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	g_autofree char *path = fuzz_file("baseline", bytes, size);
	g_autoptr(GError) error = NULL;
	struct tt_baseline *baseline = tt_baseline_read(path, &error);

	if (!baseline != !!error)
		abort();
	if (baseline) {
		struct tt_check *check = deadlock();
		tt_baseline_apply(baseline, check);
		g_ptr_array_unref(tt_baseline_gone(baseline));
		tt_check_free(check);
	}
	tt_baseline_free(baseline);
	return 0;
}
