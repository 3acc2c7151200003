/*
 * By a datagram to a socket of the recorder in the abstract name space, where it can be reached without a right to any
 * folder (tracepoints/left_out.h).
 */
#include "left_out.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tracepoints/left_out.h"

static char recording[32]; /* empty: nobody records us */

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

void tt_left_out_tell(char reason)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int length = snprintf(at.sun_path + 1, sizeof at.sun_path - 1, TT_LEFT_OUT_SOCKET, recording);
	int fd = *recording ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
	char packet[64];
	int size = snprintf(packet, sizeof packet, "%c%s", reason, program_invocation_short_name);

	if (fd == -1)
		return;
	sendto(fd, packet, (size_t)size < sizeof packet ? (size_t)size : sizeof packet - 1, MSG_NOSIGNAL,
	       (const struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length));
	close(fd);
}
