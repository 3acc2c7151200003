#include "real.h"

#include <dlfcn.h>
#include <string.h>

struct tt_real tt_real;

/*
 * The version that programs of today are linked with. The conditions have an older one as well, of another layout:
 * a program that calls that one is not intercepted (preload-x86_64.map), and here it must not be found.
 */
static void *find(const char *name)
{
	void *found = strncmp(name, "pthread_cond_", 13) ? NULL : dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");

	return found ? found : dlsym(RTLD_NEXT, name);
}

#define FIND(result, name, parameters)                                                                                 \
	address = find(#name);                                                                                         \
	memcpy(&tt_real.name, &address, sizeof address);

void tt_real_find(void)
{
	void *address;

	TT_REAL_FUNCTIONS(FIND)
	/* Release: who sees it sees the table. Two threads may both look, and find the same. */
	__atomic_store_n(&tt_real.found, true, __ATOMIC_RELEASE);
}
