/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/sync/deadline.h"

#include <errno.h>
#include <math.h>
#include <sys/param.h>

#include "tracepoints/vocabulary.h"

/* Beyond 292 years a number of nanoseconds does not fit in 64 bits. */
static const double longest = 9e9;

const struct tt_deadline tt_never = {.forever = true};

int tt_deadline_after(double seconds, struct tt_deadline *deadline)
{
	int64_t ns = tt_timeout_ns(seconds);

	if (isnan(seconds))
		return EINVAL;
	*deadline = tt_never;
	if (ns == TT_NO_TIMEOUT)
		return 0;
	deadline->forever = false;
	clock_gettime(CLOCK_MONOTONIC, &deadline->at);
	deadline->at.tv_sec += ns / 1000000000;
	deadline->at.tv_nsec += ns % 1000000000;
	if (deadline->at.tv_nsec >= 1000000000) {
		deadline->at.tv_nsec -= 1000000000;
		deadline->at.tv_sec++;
	}
	return 0;
}

int64_t tt_timeout_ns(double seconds)
{
	if (seconds >= longest)
		return TT_NO_TIMEOUT;
	/* Rounded up: a wait ends no earlier than its timeout. */
	return (int64_t)ceil(MAX(seconds, 0) * 1e9);
}

int64_t tt_deadline_left_ns(const struct tt_deadline *deadline)
{
	struct timespec now;

	if (deadline->forever)
		return TT_NO_TIMEOUT;
	clock_gettime(CLOCK_MONOTONIC, &now);
	int64_t left = (deadline->at.tv_sec - now.tv_sec) * 1000000000 + deadline->at.tv_nsec - now.tv_nsec;
	return MAX(left, 0);
}
