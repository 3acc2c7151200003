/* SPDX-License-Identifier: MIT */
/*
 * Outsiders: who in a process that runs could wake a thread, beyond what its trace tells.
 */
#ifndef TT_CHECK_ACTUAL_UNTRACED_THREADS_H
#define TT_CHECK_ACTUAL_UNTRACED_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/*
 * Whether a process has a thread that is not among `blocked`, a set of thread ids as pointers, but for those of the
 * tracer. Also true of a process that cannot be looked at: it has ended, or its ids are those of another namespace.
 */
bool tt_untraced_run(uint32_t pid, GHashTable *blocked);

/* Whether it has a handler for a signal: it may post a semaphore or set an event. True if that cannot be told. */
bool tt_untraced_handle_signals(uint32_t pid);

#endif /* TT_CHECK_ACTUAL_UNTRACED_THREADS_H */
