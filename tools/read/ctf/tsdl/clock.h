/* SPDX-License-Identifier: MIT */
/*
 * Time: from the cycles of a trace's clock to nanoseconds since the epoch.
 *
 * LTTng finds out anew, for each user's trace of a recording, how far the clock is from the epoch, and not exactly. So
 * the same clock would tell other times of other users' events, and their order would be lost. What counts for a clock
 * is the distance that the first trace of it has.
 */
#ifndef TT_READ_CTF_TSDL_CLOCK_H
#define TT_READ_CTF_TSDL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/read/ctf/tsdl/layout.h"

struct tt_ctf_time {
	uint64_t frequency;
	int64_t offset_s, offset;
	bool is_plain; /* in nanoseconds: base_ns + cycles, for up to `most` cycles */
	int64_t base_ns;
	uint64_t most;
};

struct tt_ctf_clocks;

/* The clocks of all traces of a recording. */
struct tt_ctf_clocks *tt_ctf_clocks_new(void);
void tt_ctf_clocks_free(struct tt_ctf_clocks *clocks);

/* The time by a clock of a layout; it lasts as the clocks do. NULL: it is another one than the first, and none knows
 * how they are to each other. */
const struct tt_ctf_time *tt_ctf_clocks_time(struct tt_ctf_clocks *clocks, const struct tt_ctf_clock *clock);

/* As below, for all. */
bool tt_ctf_time_any(const struct tt_ctf_time *time, uint64_t cycles, int64_t *time_ns);

/* False: it is more than 292 years away. */
static inline bool tt_ctf_time_ns(const struct tt_ctf_time *time, uint64_t cycles, int64_t *time_ns)
{
	if (!time->is_plain || cycles > time->most)
		return tt_ctf_time_any(time, cycles, time_ns);
	*time_ns = time->base_ns + (int64_t)cycles;
	return true;
}

#endif /* TT_READ_CTF_TSDL_CLOCK_H */
