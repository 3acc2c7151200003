/* SPDX-License-Identifier: MIT */
/*
 * The session daemon, lttng-sessiond: one that runs, or one of ours for as long as it is needed.
 *
 * Root always talks to the daemon of the machine. Where none runs, the first recorder starts it; several recorders can
 * use it at the same time, and the last to be done stops it. They agree by a lock file, whose first byte is locked
 * while a recorder makes up its mind, whose second byte is locked, shared, by each that uses the daemon, and whose
 * text is the process id of a daemon that a recorder started. The last one removes it.
 *
 * Another user whose daemon does not run gets a private one, in a temporary folder (LTTNG_HOME).
 */
#ifndef TT_SESSION_LTTNG_DAEMON_H
#define TT_SESSION_LTTNG_DAEMON_H

#include <stdbool.h>

#include <glib.h>

struct tt_daemon;

/* What can fail in a recording. The message is a line with the remedy. */
enum tt_session_error { TT_SESSION_ERROR_SETUP, TT_SESSION_ERROR_OUTPUT, TT_SESSION_ERROR_PROGRAM };
#define TT_SESSION_ERROR (tt_session_error_quark())
GQuark tt_session_error_quark(void);

/* Finds or starts the daemon. NULL with *error. The environment of this process then leads to it. */
struct tt_daemon *tt_daemon_open(GError **error);

/* The folder of a private one, where nobody else comes in; NULL: others use it as well. */
const char *tt_daemon_home(const struct tt_daemon *daemon);

/* Ends the use, and the daemon if we started it and nobody else uses it. NULL does nothing. */
void tt_daemon_close(struct tt_daemon *daemon);

#endif /* TT_SESSION_LTTNG_DAEMON_H */
