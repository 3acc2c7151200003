/* SPDX-License-Identifier: MIT */
/*
 * The kernel's wait and wake on a 32-bit word, private to the process. Source: futex(2).
 *
 * POSIX has no lock that another thread than its holder may release, and no condition variable that tells how many it
 * woke and whom: that is why the primitives stand on futexes and not on pthread mutexes.
 */
#ifndef TT_SYNC_FUTEX_H
#define TT_SYNC_FUTEX_H

#include <stdint.h>

#include "libtrace_thr/src/sync/deadline.h"

/*
 * Sleeps while *word is `expected`, until woken or the deadline. ETIMEDOUT at the deadline, else 0, which tells
 * nothing: the word had changed already, a wake, a signal, or no reason at all. Leaves errno alone.
 */
int tt_futex_wait(uint32_t *word, uint32_t expected, const struct tt_deadline *deadline);

/* Wakes up to `n` threads that sleep on *word. The word may be gone already: then nobody is woken. */
void tt_futex_wake(uint32_t *word, int n);

#endif /* TT_SYNC_FUTEX_H */
