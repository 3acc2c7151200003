/*
 * The interposer without LTTng: a test links it, so the pthread functions that the test calls are the interposer's, and
 * records the events in memory (tests/unit/lib/recorder.h).
 *
 *     call_it(&mutex, "m");
 *     recorder_begin();
 *     lock(&mutex);                       // a SITE that calls pthread_mutex_lock
 *     expect("MainThread", "lock_init m mutex", "lock_acquired m mutex depth=1", NULL);
 *
 * Which calls are its own the interposer knows by where its code lies; here that is the test's as well, so it gets a
 * place for its code that has none.
 */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#define RECORDS_SITES_ONLY
#include "tests/unit/lib/recorder.h"

#include <errno.h>

#include "libtrace_thr/interpose/watch.h"

/* In place of the linker's, which is where the file begins. */
__attribute__((visibility("hidden"), section(".bss.last"))) const char __ehdr_start[1];

/* A call of the program's, of `function`, as a SITE named `name`. The barrier keeps it from becoming a jump. */
#define CALL(name, function, parameters, ...)                                                                          \
	SITE __attribute__((unused)) static int name parameters                                                                                \
	{                                                                                                              \
		int result_ = function(__VA_ARGS__);                                                                   \
		__asm__ volatile("" : "+r"(result_));                                                                  \
		return result_;                                                                                        \
	}

/* What the calling thread is called in the lines. */
static inline void be(const char *name)
{
	must(!pthread_setname_np(pthread_self(), name));
}

/* A time limit that lies so far ahead, on the clock. */
static inline struct timespec after_ms(clockid_t clock, long ms)
{
	struct timespec at;

	must(!clock_gettime(clock, &at));
	at.tv_nsec += ms % 1000 * 1000000;
	at.tv_sec += ms / 1000 + at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	return at;
}

#endif /* TESTS_PROGRAM_H */
