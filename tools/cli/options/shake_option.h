/* SPDX-License-Identifier: MIT */
/*
 * The option --shake[=SEED] of those that run a program.
 */
#ifndef TT_CLI_OPTIONS_SHAKE_OPTION_H
#define TT_CLI_OPTIONS_SHAKE_OPTION_H

#include <stdbool.h>

#include "tools/session/record.h"

struct tt_shake_option {
	char *text; /* the seed as given */
	gboolean any;
	uint64_t seed;
};

/* Its rows for a table of GOptionEntry. */
#define TT_SHAKE_OPTION_ENTRIES(shaking, help)                                                                         \
	{"shake", 0, 0, G_OPTION_ARG_NONE, &(shaking)->any, help, "[SEED]"},                                           \
	{                                                                                                              \
		"shake", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &(shaking)->text, NULL, NULL                    \
	}

/*
 * Sets the seed in the options, which lend it; drawn, if none is given. It is told, so that the run can be done again.
 * False: what is wrong with it was told.
 */
bool tt_shake_option_take(struct tt_shake_option *shaking, struct tt_record_options *options);
void tt_shake_option_clear(struct tt_shake_option *shaking);

#endif /* TT_CLI_OPTIONS_SHAKE_OPTION_H */
