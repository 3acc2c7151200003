/* SPDX-License-Identifier: MIT */
/*
 * Background: the daemons of LTTng that we start for ourselves.
 */
#ifndef TT_SESSION_LTTNG_DAEMON_PROCESS_H
#define TT_SESSION_LTTNG_DAEMON_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

/* What is to be started, and how one sees that it answers. */
struct tt_daemon_process {
	char **argv;
	bool (*answers)(void *data); /* asked again and again */
	void *data;
};

/*
 * Starts it, out of reach of the terminal's Ctrl-C, and waits until it answers. The process id; 0 with *error, of
 * TT_SESSION_ERROR, which says why.
 */
pid_t tt_daemon_process_start(const struct tt_daemon_process *background, GError **error);

/*
 * Ends the process of a pidfd, which it closes, and waits until it has ended: by SIGTERM, and by SIGKILL if that takes
 * longer than the patience. A pidfd of -1 does nothing.
 */
void tt_daemon_process_stop(int pidfd, int patience_ms);

#endif /* TT_SESSION_LTTNG_DAEMON_PROCESS_H */
