/* SPDX-License-Identifier: MIT */
/*
 * Many runs of `trace-thr run`: --repeat and --until-fail.
 */
#ifndef TT_CLI_RUN_REPEAT_H
#define TT_CLI_RUN_REPEAT_H

#include "tools/cli/run_once.h"

struct tt_repeat {
	uint64_t times; /* 0: without end */
	bool until_fail;
};

/*
 * Runs again and again, with the numbers 1, 2, … behind the names of the folder and the report and, of a seed, seed,
 * seed + 1, … Says at the end how they went. The exit status: that of findings in any run, else of the first that
 * failed.
 */
int tt_run_repeat(struct tt_run_cli_options *request, const struct tt_repeat *repeat);

#endif /* TT_CLI_RUN_REPEAT_H */
