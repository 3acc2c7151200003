/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/thread/pthread_exit.h"

#include <dlfcn.h>
#include <pthread.h>
#include <trace_thr/types.h>

static __thread bool called __attribute__((tls_model("initial-exec")));
static __thread void *called_with __attribute__((tls_model("initial-exec")));

TTHR_API void pthread_exit(void *value)
{
	union {
		void *address;
		void (*call)(void *value) __attribute__((noreturn));
	} next = {.address = dlsym(RTLD_NEXT, "pthread_exit")};

	called = true;
	called_with = value;
	next.call(value);
}

bool tt_pthread_exit_called(void **value)
{
	*value = called_with;
	return called;
}
