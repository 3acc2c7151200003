/* SPDX-License-Identifier: MIT */
/*
 * File descriptors: a program that closes all those it does not know (daemons do) must not close the tracer's.
 *
 * LTTng keeps a list of its own, under a lock, and has functions that close all but these; its liblttng-ust-fd.so
 * stands before close and fclose with them, but before nothing that closes many at once. Here they are only asked:
 * while they close they hold the lock, and cancellation off, so close would be no cancellation point any more, and one
 * that waits (fclose, for a reader of its pipe) would keep all other threads from closing.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libtrace_thr/interpose/process/close.h"
#include "libtrace_thr/interpose/calls/futex.h"
#include "libtrace_thr/interpose/core/gate.h"

/* LTTng's, which call the function where the descriptor is not its own; NULL: LTTng is not here. */
static int (*safe_close)(int fd, int (*close)(int fd));
static int (*safe_fclose)(FILE *file, int (*fclose)(FILE *file));

static void find_of_lttng(const char *name, void *function)
{
	void *address = dlsym(RTLD_DEFAULT, name);

	memcpy(function, &address, sizeof address);
}

__attribute__((constructor)) static void find(void)
{
	find_of_lttng("lttng_ust_safe_close_fd", &safe_close);
	find_of_lttng("lttng_ust_safe_fclose_stream", &safe_fclose);
}

/* Whether the descriptors that the caller closes may be the tracer's, and it is not the tracer that does it. */
static bool is_guarded(const void *caller)
{
	return tt_is_ready && safe_close && safe_fclose && !tt_reentrancy && !tt_is_tracer(caller);
}

/* One that is not open now may be LTTng's in a moment. */
static int look_at(int fd)
{
	return fcntl(fd, F_GETFD) == -1 ? -1 : 0;
}

static int let_pass(FILE *file)
{
	(void)file;
	return 0;
}

static bool is_of_unwinder(int fd)
{
	struct stat file;

	return (fd == tt_stack_pipe[0] || fd == tt_stack_pipe[1]) && !fstat(fd, &file) && S_ISFIFO(file.st_mode);
}

/* Whether the descriptor is open and the program's. */
static bool may_close(int fd)
{
	int error = errno;
	bool may = !is_of_unwinder(fd) && !safe_close(fd, look_at);

	errno = error;
	return may;
}

static bool may_fclose(FILE *file)
{
	int error = errno;
	bool may = !safe_fclose(file, let_pass);

	errno = error;
	return may;
}

TT_INTERPOSED int close(int fd)
{
	if (!is_guarded(TT_CALLER) || may_close(fd))
		return TT_LIBC(close)(fd);
	pthread_testcancel(); /* as libc, before it finds the descriptor bad */
	errno = EBADF;
	return -1;
}

TT_INTERPOSED int fclose(FILE *file)
{
	if (!is_guarded(TT_CALLER) || may_fclose(file))
		return TT_LIBC(fclose)(file);
	errno = EBADF;
	return EOF;
}

/* Not by close, which is a cancellation point. */
static void close_one(unsigned fd)
{
	if (may_close((int)fd))
		syscall(SYS_close, (int)fd);
}

/* All numbers that a descriptor can have: of a process without /proc. */
static void close_each(unsigned first, unsigned last)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur <= last)
		last = limit.rlim_cur ? (unsigned)limit.rlim_cur - 1 : 0;
	for (unsigned fd = first; fd <= last && fd <= INT_MAX; fd++)
		close_one(fd);
}

/* The number that a file in /proc/self/fd is named for; UINT_MAX, which none can have, if it is none. */
static unsigned number_of(const char *name)
{
	unsigned number = 0;

	for (; *name >= '0' && *name <= '9'; name++)
		number = number * 10 + (unsigned)(*name - '0');
	return *name ? UINT_MAX : number;
}

/*
 * Those that are open, by system calls alone: the caller may be a forked child of a process with threads. The limit on
 * numbers can be a thousand million.
 */
static void close_open(int list, unsigned first, unsigned last)
{
	char room[1024] __attribute__((aligned(8)));
	long size;

	while ((size = syscall(SYS_getdents64, list, room, sizeof room)) > 0) {
		for (const char *at = room; at < room + size;) {
			const struct dirent64 *entry = (const struct dirent64 *)(const void *)at;
			unsigned fd = number_of(entry->d_name);
			at += entry->d_reclen;
			if (fd >= first && fd <= last && fd != (unsigned)list && fd <= INT_MAX)
				close_one(fd);
		}
	}
}

static int close_span(unsigned first, unsigned last, int flags, const void *caller)
{
	int error = errno;

	/* Marking them for exec harms nobody. What libc refuses is its to refuse. */
	if (!is_guarded(caller) || flags || first > last)
		return TT_LIBC(close_range)(first, last, flags);
	int list = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list == -1) {
		close_each(first, last);
	} else {
		close_open(list, first, last);
		syscall(SYS_close, list);
	}
	errno = error;
	return 0;
}

long tt_close_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == SYS_close_range)
		return close_span((unsigned)a, (unsigned)b, (int)c, TT_CALLER);
	if (!is_guarded(TT_CALLER) || may_close((int)a))
		return tt_next_syscall(number, a, b, c, d, e, f);
	errno = EBADF;
	return -1;
}

TT_INTERPOSED int close_range(unsigned first, unsigned last, int flags)
{
	return close_span(first, last, flags, TT_CALLER);
}

TT_INTERPOSED void closefrom(int first)
{
	close_span((unsigned)MAX(first, 0), ~0U, 0, TT_CALLER);
}
