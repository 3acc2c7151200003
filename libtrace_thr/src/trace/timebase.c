/* SPDX-License-Identifier: MIT */
/*
 * LTTng stamps an event with CLOCK_MONOTONIC, as libc gives it. That is another clock in a time namespace of its own,
 * and under a library that stands before libc's (libfaketime). Events of several clocks in one recording cannot be put
 * in an order, so such a process stays out of it and says so: to a datagram socket of the recorder in the abstract name
 * space, where it can be reached without a right to any folder (tracepoints/timebase.h).
 */
#include "libtrace_thr/src/trace/timebase.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "libtrace_thr/src/admission/left_out.h"
#include "tracepoints/left_out.h"
#include "tracepoints/timebase.h"

/* By how much the two may differ that are asked one after the other, beyond the time that this takes. */
enum { SLACK_NS = 100000 };

static char namespace[64]; /* the recorder's; empty: it does not say */

void tt_timebase_prepare(void)
{
	const char *value = getenv(TT_TIMEBASE_VARIABLE);

	if (value && strlen(value) < sizeof namespace)
		strcpy(namespace, value);
}

static int64_t ns_of(const struct timespec *time)
{
	return time->tv_sec * INT64_C(1000000000) + time->tv_nsec;
}

static int64_t kernel_ns(void)
{
	struct timespec now = {0};

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return ns_of(&now);
}

/* Whether libc's is the kernel's: it lies between two of that. */
static bool is_kernels(void)
{
	struct timespec now = {0};
	int64_t before = kernel_ns();

	clock_gettime(CLOCK_MONOTONIC, &now);
	int64_t after = kernel_ns();
	return ns_of(&now) >= before - SLACK_NS && ns_of(&now) <= after + SLACK_NS;
}

static bool is_in_namespace(void)
{
	char ours[sizeof namespace];
	ssize_t n = *namespace ? readlink("/proc/self/ns/time", ours, sizeof ours - 1) : -1;

	if (n == -1)
		return true;
	ours[n] = '\0';
	return !strcmp(ours, namespace);
}

bool tt_timebase_is_shared(void)
{
	int error = errno;
	bool shared = !tt_left_out_matters() || (is_kernels() && is_in_namespace());

	if (!shared)
		tt_left_out_tell(TT_LEFT_OUT_CLOCK);
	errno = error;
	return shared;
}
