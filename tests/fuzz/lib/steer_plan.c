/* SPDX-License-Identifier: MIT */
/* The plan of a steered run, which the library takes from a file that an environment variable names. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libtrace_thr/src/explore/steer_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1);
	struct tt_steer_plan plan;

	memcpy(text, bytes, size);
	text[size] = '\0';
	if (tt_steer_plan_parse(text, &plan)) {
		if (plan.n < 2 || plan.n > TT_STEER_EDGES || plan.ring > plan.n)
			abort();
		tt_steer_plan_find(&plan);
		tt_steer_plan_match(&plan, TT_STEER_WANTED, (const void *)plan.edges[0].sites[0].frames[0].address);
	}
	free(text);
	return 0;
}
