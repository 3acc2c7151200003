/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/sync/futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

int tt_futex_wait(uint32_t *word, uint32_t expected, const struct tt_deadline *deadline)
{
	int saved = errno;
	long rc = syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected,
	                  deadline->forever ? NULL : &deadline->at, NULL, FUTEX_BITSET_MATCH_ANY);
	int error = rc == -1 && errno == ETIMEDOUT ? ETIMEDOUT : 0;

	errno = saved;
	return error;
}

void tt_futex_wake(uint32_t *word, int n)
{
	int saved = errno;

	syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, n, NULL, NULL, 0);
	errno = saved;
}
