/* SPDX-License-Identifier: MIT */
/*
 * Which memory other processes can see, of the kernel: /proc/self/pagemap has 64 bits for each page. Those of a page
 * that is there and is no file's say that it is this process' own. A page of a mapping that is private but was never
 * written to is still the file's, and counts as shared. Source: the kernel's admin-guide/mm/pagemap.
 */
#include "libtrace_thr/interpose/core/shared_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "libtrace_thr/interpose/core/libc.h"

static const uint64_t present = UINT64_C(1) << 63, swapped = UINT64_C(1) << 62, of_file = UINT64_C(1) << 61;

/* By system calls: open, pread and close are cancellation points, and may be the program's own. */
static bool read_entry(uint64_t page, uint64_t *entry)
{
	int fd = (int)TT_LIBC(syscall)(SYS_openat, AT_FDCWD, (long)(uintptr_t) "/proc/self/pagemap",
	                               O_RDONLY | O_CLOEXEC, 0, 0, 0);
	if (fd < 0)
		return false;
	long got = TT_LIBC(syscall)(SYS_pread64, fd, (long)(uintptr_t)entry, sizeof *entry,
	                            (long)(page * sizeof *entry), 0, 0);
	TT_LIBC(syscall)(SYS_close, fd, 0, 0, 0, 0, 0);
	return got == (long)sizeof *entry;
}

/*
 * How many threads ask, and whether none may any more. One counts itself before it looks at the other, and who forbids
 * it looks at the count after that: in one order for all threads, so that either sees the other.
 */
static unsigned asking;
static bool is_forbidden;

void tt_shared_memory_forbid(void)
{
	enum { MOST_TRIES = 2000 };

	__atomic_store_n(&is_forbidden, true, __ATOMIC_SEQ_CST);
	for (int tries = 0; __atomic_load_n(&asking, __ATOMIC_SEQ_CST) && tries < MOST_TRIES; tries++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

void tt_shared_memory_after_fork_in_child(void)
{
	asking = 0;
}

bool tt_is_shared_memory(const void *address)
{
	int error = errno;
	uint64_t entry = 0;

	__atomic_add_fetch(&asking, 1, __ATOMIC_SEQ_CST);
	bool known = !__atomic_load_n(&is_forbidden, __ATOMIC_SEQ_CST) &&
	             read_entry((uintptr_t)address / (uintptr_t)sysconf(_SC_PAGESIZE), &entry);
	__atomic_sub_fetch(&asking, 1, __ATOMIC_SEQ_CST);

	errno = error;
	return !known || !(entry & (present | swapped)) || entry & of_file;
}
