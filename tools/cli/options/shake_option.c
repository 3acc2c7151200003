/* SPDX-License-Identifier: MIT */
#include "tools/cli/error.h"
#include "tools/cli/options/shake_option.h"

#include <stdio.h>

bool tt_shake_option_take(struct tt_shake_option *shaking, struct tt_record_options *options)
{
	const char *text = shaking->text;

	if (!text && !shaking->any)
		return true;
	shaking->seed = g_random_int();
	if (text && !g_ascii_string_to_unsigned(text, 10, 0, UINT64_MAX, &shaking->seed, NULL)) {
		tt_note("--shake=%s is no seed: write a number, say, --shake=1, or --shake alone", text);
		return false;
	}
	options->shake = &shaking->seed;
	tt_note("shaken, as --shake=%" G_GUINT64_FORMAT " does again", shaking->seed);
	return true;
}

void tt_shake_option_clear(struct tt_shake_option *shaking)
{
	g_clear_pointer(&shaking->text, g_free);
}
