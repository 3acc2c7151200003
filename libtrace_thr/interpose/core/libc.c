/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/interpose/core/libc.h"

#include <dlfcn.h>
#include <string.h>

struct tt_libc tt_libc;

/*
 * The version that programs of today are linked with. The conditions have an older one as well, of another layout:
 * a program that calls that one is not intercepted (preload-x86_64.map), and here it must not be found.
 */
static void *find(const char *name)
{
	bool has_two = !strncmp(name, "pthread_cond_", 13) && strcmp(name, "pthread_cond_clockwait") != 0;
	void *found = has_two ? dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2") : NULL;

	return found ? found : dlsym(RTLD_NEXT, name);
}

#define FIND(result, name, parameters)                                                                                 \
	address = find(#name);                                                                                         \
	memcpy(&tt_libc.name, &address, sizeof address);

/*
 * A look-up that fails allocates memory for the error, and the program's malloc may lock a mutex: then we come here
 * again, while the functions of mutexes, the first of the table, are there already.
 */
static __thread bool is_finding __attribute__((tls_model("initial-exec")));

void tt_libc_find(void)
{
	void *address;

	if (is_finding)
		return;
	is_finding = true;
	TT_LIBC_FUNCTIONS(FIND)
	is_finding = false;
	/* Release: who sees it sees the table. Two threads may both look, and find the same. */
	__atomic_store_n(&tt_libc.found, true, __ATOMIC_RELEASE);
}
