/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/trace/parse_number.h"

#include <errno.h>
#include <stdlib.h>

bool tt_number_parse(const char *text, int base, uint64_t *number)
{
	char *end;
	int saved = errno;

	errno = 0;
	*number = strtoull(text, &end, base);
	bool ok = *text >= '0' && *text <= '9' && !*end && !errno;
	errno = saved;
	return ok;
}
