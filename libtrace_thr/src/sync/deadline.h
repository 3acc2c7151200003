/* SPDX-License-Identifier: MIT */
/*
 * Times: from the double seconds of the public interface to deadlines of the kernel and nanoseconds of the trace.
 */
#ifndef TT_SYNC_DEADLINE_H
#define TT_SYNC_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "tracepoints/vocabulary.h"

/* A point on CLOCK_MONOTONIC, or never. */
struct tt_deadline {
	bool forever;
	struct timespec at;
};

/* The deadline that never comes. */
extern const struct tt_deadline tt_never;

/* The deadline `seconds` from now: now for 0 or less, never for more than the clock can count. EINVAL for NaN. */
int tt_deadline_after(double seconds, struct tt_deadline *deadline);

/* A timeout as the trace tells it: nanoseconds, 0 for less than none, TT_NO_TIMEOUT for never. */
int64_t tt_timeout_ns(double seconds);

/* What is left of a deadline, told in the same way: 0 once it has come. */
int64_t tt_deadline_left_ns(const struct tt_deadline *deadline);

/* The same, of an acquire that got what it asked for. */
static inline enum tt_limit tt_limit_of(double seconds)
{
	return tt_timeout_ns(seconds) == TT_NO_TIMEOUT ? TT_LIMIT_NONE : seconds > 0 ? TT_LIMIT_TIMED : TT_LIMIT_TRY;
}

#endif /* TT_SYNC_DEADLINE_H */
