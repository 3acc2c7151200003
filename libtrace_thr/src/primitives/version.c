/* SPDX-License-Identifier: MIT */
#include <trace_thr/types.h>

const char *tthr_version(void)
{
	return TTHR_VERSION;
}
