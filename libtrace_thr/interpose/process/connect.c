/* SPDX-License-Identifier: MIT */
/*
 * connect: a process that stays out of its recording must not reach LTTng's daemon. It would be recorded all the same
 * if the program before its exec was, for that had its process id let in; and with too few descriptors it would wait
 * for ever. LTTng itself is in it, by LD_PRELOAD: only what is there from the start has thread-local memory in each
 * thread, which else is the program's malloc's, at the first event of a thread, wherever that comes.
 *
 * LTTng takes the refusal for that of a daemon that is not there. It asks before our constructor has run.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "libtrace_thr/src/admission/admission.h"
#include "libtrace_thr/interpose/core/gate.h"

/* Whether it is the address of LTTng's daemon, for programs. */
static bool is_of_daemon(const struct sockaddr *address, socklen_t size)
{
	struct sockaddr_un at;

	if (size != sizeof at || address->sa_family != AF_UNIX)
		return false;
	memcpy(&at, address, sizeof at);
	return memmem(at.sun_path, sizeof at.sun_path, "/lttng-ust-sock-", strlen("/lttng-ust-sock-"));
}

/* The address is looked at where it is the tracer's, or a library's before the program has begun: not a bad one. */
static bool is_refused(const struct sockaddr *address, socklen_t size)
{
	return (tt_inside_depth() >= TT_INTERNAL || !tt_is_ready) && address && is_of_daemon(address, size) &&
	       !tt_admission_is_possible();
}

/* By another name in C, where libc declares it with a union of all kinds of addresses. */
TT_INTERPOSED int tt_connect(int fd, const struct sockaddr *address, socklen_t size) __asm__("connect");

TT_INTERPOSED int tt_connect(int fd, const struct sockaddr *address, socklen_t size)
{
	if (!is_refused(address, size))
		return TT_LIBC(connect)(fd, address, size);
	errno = ECONNREFUSED;
	return -1;
}
