/* SPDX-License-Identifier: MIT */
#include "tools/session/lttng/buffers.h"

#include <sys/statvfs.h>

enum { LEAST = 64 * 1024, MOST = 1024 * 1024 };
enum { LEAST_COUNT = 8, MOST_COUNT = 32 };
/* As docker gives: there is room for other recordings at the same time. */
enum { LEAST_SHARED_MIB = 64 };
enum { MOST_IN_ALL = 128 * 1024 * 1024, SHARE = 8 };

/* LTTng keeps one sub-buffer more for the reader. */
static uint64_t total(uint64_t event_size, uint64_t event_count, uint64_t cpus)
{
	return cpus * ((event_count + 1) * event_size + (TT_MODULE_BUFFERS + 1) * TT_MODULE_BUFFER_SIZE);
}

struct tt_buffers tt_buffers_fit(uint64_t room, uint64_t cpus)
{
	uint64_t most = room / SHARE < MOST_IN_ALL ? room / SHARE : MOST_IN_ALL;
	uint64_t size = MOST, count = MOST_COUNT;

	while (count > LEAST_COUNT && total(size, count, cpus) > most)
		count /= 2;
	while (size > LEAST && total(size, count, cpus) > most)
		size /= 2;
	uint64_t all = total(size, count, cpus);
	return (struct tt_buffers){.event_size = all <= room ? size : 0, .event_count = count, .total = all};
}

uint64_t tt_buffers_room(void)
{
	struct statvfs shm;

	return statvfs("/dev/shm", &shm) == 0 ? (uint64_t)shm.f_bavail * shm.f_frsize : UINT64_MAX;
}

uint64_t tt_buffers_size(void)
{
	struct statvfs shm;

	return statvfs("/dev/shm", &shm) == 0 ? (uint64_t)shm.f_blocks * shm.f_frsize : 0;
}

uint64_t tt_buffers_size_wanted(uint64_t size, uint64_t free, uint64_t needed)
{
	uint64_t used = size > free ? size - free : 0, wanted = ((used + needed) >> 20) + 1;

	return wanted > LEAST_SHARED_MIB ? wanted : LEAST_SHARED_MIB;
}
