/* SPDX-License-Identifier: MIT */
/*
 * What the interposer does when it is loaded.
 */
#include <dlfcn.h>
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "libtrace_thr/src/thread/process.h"
#include "libtrace_thr/interpose/process/fork.h"
#include "libtrace_thr/interpose/core/gate.h"

__thread unsigned tt_deferred_posts;
bool tt_is_ready;
bool tt_under_tsan;

/* For a copy of the library that the program is linked with, see process.c: this one is told by its own, that by the
 * exported name that it is not the one in use. */
const char tthr_preloaded = 1;
TT_INTERPOSED const char tthr_preload_version[] = "0";

/*
 * Asked for by AddressSanitizer's shared runtime, wherever that is loaded later: it starts no program that has another
 * library before it, since that could take malloc from it. This one does not. It may stand first, and should: who
 * calls, and what a thread starts with, it then has from the program and not from the runtime. What the program's own
 * function of that name or ASAN_OPTIONS says comes later and counts.
 */
TT_INTERPOSED const char *__asan_default_options(void);
TT_INTERPOSED const char *__asan_default_options(void)
{
	return "verify_asan_link_order=0";
}

__attribute__((constructor)) static void load(void)
{
	tt_libc_find();
	tt_under_tsan = dlsym(RTLD_DEFAULT, "__tsan_init");
	tt_process_enter();
	tt_tracer_find(); /* after the former: it finds what that has loaded */
	tt_interposed_fork_prepare();
	tt_is_ready = true;
}

int64_t tt_until_ns(clockid_t clock, const struct timespec *until)
{
	struct timespec now;
	int64_t left;

	if (clock_gettime(clock, &now))
		return 0;
	/* Programs that mean for ever say the greatest number. */
	if (__builtin_sub_overflow(until->tv_sec, now.tv_sec, &left) ||
	    __builtin_mul_overflow(left, INT64_C(1000000000), &left) ||
	    __builtin_add_overflow(left, until->tv_nsec - now.tv_nsec, &left))
		return until->tv_sec > now.tv_sec ? INT64_MAX : 0;
	return left > 0 ? left : 0;
}

bool tt_is_bad_clock(clockid_t clock)
{
	return clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC;
}

bool tt_is_bad_limit(clockid_t clock, const struct timespec *until)
{
	return until && (until->tv_nsec < 0 || until->tv_nsec >= 1000000000 || tt_is_bad_clock(clock));
}

enum tt_failure tt_failure_of(int error)
{
	return error == EBUSY ? TT_FAILURE_BUSY : error == ETIMEDOUT ? TT_FAILURE_TIMEOUT : TT_FAILURE_ERROR;
}
