/* SPDX-License-Identifier: MIT */
/*
 * A trace: a length of two bytes, so many of metadata, and the rest is a stream. It is read without Babeltrace, which
 * is a library of others, and fed to the rules.
 */
#include "tests/fuzz/files.h"

#include "tools/check/check.h"
#include "tools/read/source.h"

static bool on_event(const struct tt_event *event, void *check)
{
	tt_check_feed(check, event);
	return true;
}

static bool on_module(const struct tt_module *module, void *check)
{
	(void)check;
	return module->path;
}

static bool on_loss(const struct tt_discarded *loss, void *check)
{
	tt_check_add_discarded(check, loss);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct tt_trace_handler handler = {on_event, on_module, on_loss};
	const struct tt_check_options options = TT_CHECK_DEFAULTS;
	struct tt_trace_summary summary;
	g_autoptr(GError) error = NULL;

	if (size < 2)
		return 0;
	size_t metadata = MIN((size_t)bytes[0] << 8 | bytes[1], size - 2);
	g_free(fuzz_file("metadata", bytes + 2, metadata));
	g_free(fuzz_file("stream_0", bytes + 2 + metadata, size - 2 - metadata));
	struct tt_check *check = tt_check_new(&options);
	if (tt_source_read(&tt_source_fast, fuzz_folder, &handler, check, &summary, &error) == !!error)
		abort();
	tt_check_finish(check);
	tt_check_free(check);
	return 0;
}
