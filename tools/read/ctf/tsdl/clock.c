/* SPDX-License-Identifier: MIT */
#include "tools/read/ctf/tsdl/clock.h"

#include <string.h>

static const int64_t ns_in_s = 1000000000;

struct tt_ctf_clocks {
	struct tt_ctf_time *first; /* NULL: none yet */
	char *uuid;                /* of it; NULL: none */
};

struct tt_ctf_clocks *tt_ctf_clocks_new(void)
{
	return g_new0(struct tt_ctf_clocks, 1);
}

void tt_ctf_clocks_free(struct tt_ctf_clocks *clocks)
{
	g_free(clocks->first);
	g_free(clocks->uuid);
	g_free(clocks);
}

static struct tt_ctf_time *new_time(const struct tt_ctf_clock *clock)
{
	struct tt_ctf_time *time = g_new0(struct tt_ctf_time, 1);

	time->frequency = clock->frequency;
	time->offset_s = clock->offset_s;
	time->offset = clock->offset;
	if (clock->frequency != (uint64_t)ns_in_s || !tt_ctf_time_any(time, 0, &time->base_ns))
		return time;
	time->is_plain = true;
	time->most = time->base_ns > 0 ? (uint64_t)(INT64_MAX - time->base_ns) : INT64_MAX;
	return time;
}

const struct tt_ctf_time *tt_ctf_clocks_time(struct tt_ctf_clocks *clocks, const struct tt_ctf_clock *clock)
{
	if (!clocks->first) {
		clocks->first = new_time(clock);
		clocks->uuid = g_strdup(clock->uuid);
		return clocks->first;
	}
	if (g_strcmp0(clocks->uuid, clock->uuid) || clocks->first->frequency != clock->frequency)
		return NULL;
	if (!clock->uuid && (clocks->first->offset_s != clock->offset_s || clocks->first->offset != clock->offset))
		return NULL;
	return clocks->first;
}

bool tt_ctf_time_any(const struct tt_ctf_time *time, uint64_t cycles, int64_t *time_ns)
{
	__extension__ typedef __int128 wide;
	wide ns = (wide)time->offset_s * ns_in_s + ((wide)time->offset + cycles) * ns_in_s / time->frequency;

	*time_ns = (int64_t)ns;
	return ns >= INT64_MIN && ns <= INT64_MAX;
}
