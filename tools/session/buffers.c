#include "tools/session/buffers.h"

#include <sys/statvfs.h>

enum { LEAST = 64 * 1024, MOST = 1024 * 1024 };
enum { MOST_IN_ALL = 128 * 1024 * 1024, SHARE = 8 };

/* LTTng keeps one sub-buffer more for the reader. */
static uint64_t total(uint64_t event_size, uint64_t cpus)
{
	return cpus * ((TT_EVENT_BUFFERS + 1) * event_size + (TT_MODULE_BUFFERS + 1) * TT_MODULE_BUFFER_SIZE);
}

struct tt_buffers tt_buffers_fit(uint64_t room, uint64_t cpus)
{
	uint64_t most = room / SHARE < MOST_IN_ALL ? room / SHARE : MOST_IN_ALL;
	uint64_t size = MOST;

	while (size > LEAST && total(size, cpus) > most)
		size /= 2;
	return (struct tt_buffers){.event_size = total(size, cpus) <= room ? size : 0, .total = total(size, cpus)};
}

uint64_t tt_buffers_room(void)
{
	struct statvfs shm;

	return statvfs("/dev/shm", &shm) == 0 ? (uint64_t)shm.f_bavail * shm.f_frsize : UINT64_MAX;
}
