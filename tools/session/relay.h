/*
 * The relay daemon, lttng-relayd, through which a session can be read while it is recorded: always one of our own.
 *
 * It listens on the loopback interface, at an address that only this process uses, on ports that were free. It writes
 * the recording into a hidden folder of the recording's; when all is there, that takes the place it would have without
 * a relay daemon.
 */
#ifndef TT_SESSION_RELAY_H
#define TT_SESSION_RELAY_H

#include <stdbool.h>

#include <glib.h>

struct tt_relay;

/* Starts one for a recording into `folder`, which is absolute. NULL with *error. */
struct tt_relay *tt_relay_open(const char *folder, GError **error);

/* Where a session sends its data, and where a reader reads it: URLs. The second is the caller's to free. */
const char *tt_relay_control_url(const struct tt_relay *relay);
const char *tt_relay_data_url(const struct tt_relay *relay);
char *tt_relay_live_url(const struct tt_relay *relay, const char *session);

/*
 * Ends it, when the session is over, and puts what it has written into its place. False with *error if that fails. NULL
 * does nothing.
 */
bool tt_relay_close(struct tt_relay *relay, GError **error);

#endif /* TT_SESSION_RELAY_H */
