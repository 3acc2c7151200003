/*
 * File descriptors: a program that closes all those it does not know (daemons do) must not close the tracer's.
 *
 * LTTng keeps a list of its own and has functions that close all but these; its liblttng-ust-fd.so stands before close
 * and fclose with them, but before nothing that closes many at once.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "watch.h"

/* LTTng's, which call the real function where the descriptor is not its own; NULL: LTTng is not here. */
static int (*safe_close)(int fd, int (*close)(int fd));
static int (*safe_closefrom)(int first, int (*close)(int fd));
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
	find_of_lttng("lttng_ust_safe_closefrom_fd", &safe_closefrom);
}

/* Whether the descriptors that the caller closes may be the tracer's, and it is not the tracer that does it. */
static bool is_guarded(const void *caller)
{
	return tt_is_ready && safe_close && safe_closefrom && safe_fclose && !tt_inside && !tt_is_tracer(caller);
}

TT_INTERPOSED int close(int fd)
{
	if (is_guarded(TT_CALLER))
		return safe_close(fd, TT_REAL(close));
	return TT_REAL(close)(fd);
}

TT_INTERPOSED int fclose(FILE *file)
{
	if (is_guarded(TT_CALLER))
		return safe_fclose(file, TT_REAL(fclose));
	return TT_REAL(fclose)(file);
}

/* The descriptors from first to last, without a list of those that are open: the caller may be a forked child. */
static void close_each(unsigned first, unsigned last)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur <= last)
		last = limit.rlim_cur ? (unsigned)limit.rlim_cur - 1 : 0;
	for (unsigned fd = first; fd <= last && fd <= INT_MAX; fd++)
		safe_close((int)fd, TT_REAL(close));
}

static int close_span(unsigned first, unsigned last, int flags, const void *caller)
{
	int error = errno;

	/* Marking them for exec harms nobody. What libc refuses is its to refuse. */
	if (!is_guarded(caller) || flags || first > last)
		return TT_REAL(close_range)(first, last, flags);
	if (last >= INT_MAX && first <= INT_MAX)
		safe_closefrom((int)first, TT_REAL(close));
	else
		close_each(first, last);
	errno = error;
	return 0;
}

TT_INTERPOSED int close_range(unsigned first, unsigned last, int flags)
{
	return close_span(first, last, flags, TT_CALLER);
}

TT_INTERPOSED void closefrom(int first)
{
	close_span(first > 0 ? (unsigned)first : 0, ~0U, 0, TT_CALLER);
}
