/*
 * dlclose: makes no event, but what the unwinder has kept of the code that goes is not true of what comes there next.
 */
#include <dlfcn.h>
#include <link.h>

#include "watch.h"

/* How many modules have been unmapped so far. */
static int count_unmapped(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	*(unsigned long long *)data = info->dlpi_subs;
	return 1;
}

TT_INTERPOSED int dlclose(void *handle)
{
	static int (*real)(void *handle);
	unsigned long long before = 0, after = 0;

	if (!real) {
		union {
			void *address;
			int (*call)(void *handle);
		} found = {.address = dlsym(RTLD_NEXT, "dlclose")};
		real = found.call;
	}
	dl_iterate_phdr(count_unmapped, &before);
	tt_stack_doubt();
	int result = real(handle);
	dl_iterate_phdr(count_unmapped, &after);
	if (after == before)
		tt_stack_trust(); /* it is still in use elsewhere */
	return result;
}
