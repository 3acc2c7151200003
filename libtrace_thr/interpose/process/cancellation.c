/* SPDX-License-Identifier: MIT */
/*
 * Where the tracer may sleep: LTTng waits in poll while a blocking channel is full, and wakes the consumer by write.
 * Both are cancellation points, but the calls that it tells are none: a thread that is cancelled in pthread_mutex_lock
 * leaves the mutex locked for ever.
 *
 * The events that are not hot hold cancellation off themselves (TT_TRACE); here it costs nothing on the hot path.
 */
#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libtrace_thr/interpose/core/gate.h"

TT_INTERPOSED int poll(struct pollfd *descriptors, nfds_t n, int timeout_ms)
{
	int state;

	if (!tt_reentrancy)
		return TT_LIBC(poll)(descriptors, n, timeout_ms);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	int ready = TT_LIBC(poll)(descriptors, n, timeout_ms);
	pthread_setcancelstate(state, NULL);
	return ready;
}

/*
 * Whether it may be LTTng's, which wakes the consumer by one byte into a pipe. A program that closes all descriptors by
 * system calls of its own has others under those numbers then, and its files must not get that byte.
 */
static bool is_pipe(int fd)
{
	struct stat file;

	return fstat(fd, &file) == 0 && S_ISFIFO(file.st_mode);
}

TT_INTERPOSED ssize_t write(int fd, const void *data, size_t size)
{
	int state;

	if (!tt_reentrancy)
		return TT_LIBC(write)(fd, data, size);
	if (size == 1 && tt_is_tracer(TT_CALLER) && !is_pipe(fd)) {
		errno = EBADF;
		return -1;
	}
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	ssize_t written = TT_LIBC(write)(fd, data, size);
	pthread_setcancelstate(state, NULL);
	return written;
}
