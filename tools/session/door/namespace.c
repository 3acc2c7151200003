/* SPDX-License-Identifier: MIT */
/*
 * The kernel tells who listens at the daemon's socket by a number of our namespace, which is 0 where it has none there.
 *
 * The sockets are those that liblttng-ctl tries, in its order: that of the machine's daemon, open to root and the group
 * tracing, and that of the user's own.
 */
#include "tools/session/door/namespace.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#define SOCKET "client-lttng-sessiond"

enum whose { OURS, ANOTHER, NOBODY };

static enum whose look_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct ucred daemon = {.pid = 0};
	socklen_t size = sizeof daemon;
	enum whose whose = NOBODY;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return NOBODY;
	if (g_strlcpy(at.sun_path, path, sizeof at.sun_path) < sizeof at.sun_path &&
	    connect(fd, (const struct sockaddr *)&at, sizeof at) == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &daemon, &size) == 0)
		whose = daemon.pid ? OURS : ANOTHER;
	close(fd);
	return whose;
}

bool tt_namespace_is_shared(void)
{
	const char *home = getenv("LTTNG_HOME") ? getenv("LTTNG_HOME") : getenv("HOME");
	enum whose whose = look_at("/run/lttng/" SOCKET);

	if (whose == NOBODY && geteuid() != 0 && home) {
		g_autofree char *path = g_build_filename(home, ".lttng", SOCKET, NULL);
		whose = look_at(path);
	}
	return whose == OURS;
}
