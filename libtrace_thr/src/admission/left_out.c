/* SPDX-License-Identifier: MIT */
/*
 * By a datagram to a socket of the recorder in the abstract name space, where it can be reached without a right to any
 * folder (tracepoints/left_out.h).
 */
#include "libtrace_thr/src/admission/left_out.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tracepoints/left_out.h"

enum { MOST_TRIES = 100 };

static char recording[32]; /* empty: nobody records us */

static char untold; /* a reason */

void tt_left_out_prepare(void)
{
	const char *name = getenv("TRACE_THR_RECORDING");

	if (name && strlen(name) < sizeof recording)
		strcpy(recording, name);
}

bool tt_left_out_matters(void)
{
	return *recording;
}

/* False: there is no descriptor for it. */
static bool tell(char reason)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int length = snprintf(at.sun_path + 1, sizeof at.sun_path - 1, TT_LEFT_OUT_SOCKET, recording);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char packet[64];
	int size = snprintf(packet, sizeof packet, "%c%s", reason, program_invocation_short_name);

	if (fd == -1)
		return false;
	sendto(fd, packet, (size_t)size < sizeof packet ? (size_t)size : sizeof packet - 1, MSG_NOSIGNAL,
	       (const struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length));
	close(fd);
	return true;
}

void tt_left_out_tell(char reason)
{
	if (*recording && !tell(reason))
		__atomic_store_n(&untold, reason, __ATOMIC_RELAXED);
}

void tt_left_out_tell_again(void)
{
	char reason = __atomic_exchange_n(&untold, 0, __ATOMIC_RELAXED);

	/* LTTng's thread tries a second time at once, and then every five seconds. */
	for (int tries = 0; reason && !tell(reason) && tries < MOST_TRIES; tries++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}
