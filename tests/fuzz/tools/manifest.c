/* SPDX-License-Identifier: MIT */
/* trace-thr.json of a recording's folder. What is read is written and read again: it says the same. */
#include "tests/fuzz/files.h"

#include "tools/read/recording/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	g_free(fuzz_file(TT_MANIFEST_FILE, bytes, size));
	g_autoptr(GError) error = NULL;
	struct tt_manifest *manifest = tt_manifest_read(fuzz_folder, &error), *again;

	if (!manifest != !!error)
		abort();
	if (manifest && tt_manifest_write(fuzz_folder, manifest, NULL)) {
		again = tt_manifest_read(fuzz_folder, NULL);
		if (!again || again->pid != manifest->pid ||
		    g_strv_length(again->program) != g_strv_length(manifest->program))
			abort();
		tt_manifest_free(again);
	}
	tt_manifest_free(manifest);
	return 0;
}
