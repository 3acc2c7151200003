/* SPDX-License-Identifier: MIT */
/*
 * Below the limit (ulimit -n), those that are not open are counted, until there are enough.
 */
#include "libtrace_thr/src/admission/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libtrace_thr/src/admission/left_out.h"
#include "tracepoints/left_out.h"

/*
 * LTTng's: two sockets, two for itself, and for each CPU one and two of each channel, which has one more; and the two
 * of libunwind's pipe. What the program may open beside them is a guess.
 */
enum { CHANNELS = 2, OF_ALL = 6 + CHANNELS, OF_CPU = 1 + 2 * CHANNELS, OF_PROGRAM = 16 };

static bool suffice(void)
{
	const long needed = OF_ALL + OF_CPU * sysconf(_SC_NPROCESSORS_CONF) + OF_PROGRAM;
	struct rlimit limit;
	long n = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return true;
	for (rlim_t fd = 0; fd < limit.rlim_cur && n < needed; fd++)
		n += fcntl((int)fd, F_GETFD) == -1;
	return n >= needed;
}

bool tt_descriptors_suffice(void)
{
	int error = errno;
	bool enough = !tt_left_out_matters() || suffice();

	if (!enough)
		tt_left_out_tell(TT_LEFT_OUT_FILES);
	errno = error;
	return enough;
}
