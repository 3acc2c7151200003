/* SPDX-License-Identifier: MIT */
/*
 * The heir: a process that waits for our end, and does what is left to do if we are killed before we could.
 *
 *     int heir = tt_crash_cleanup_start(finish, data);
 *     … what a SIGKILL must not leave behind …
 *     tt_crash_cleanup_dismiss(heir);
 */
#ifndef TT_SESSION_PROGRAM_CRASH_CLEANUP_H
#define TT_SESSION_PROGRAM_CRASH_CLEANUP_H

/*
 * Starts one. If we end, it calls `finish`, with all that we have at this moment. Returns what to dismiss it by; -1: it
 * could not be started.
 */
int tt_crash_cleanup_start(void (*finish)(void *data), void *data);

/* All is done: it ends. -1 does nothing. */
void tt_crash_cleanup_dismiss(int heir);

#endif /* TT_SESSION_PROGRAM_CRASH_CLEANUP_H */
