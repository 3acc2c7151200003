/*
 * dlclose: makes no event, but what the unwinder has kept of the code that goes is not true of what comes there next.
 */
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
	unsigned long long before = 0, after = 0;

	dl_iterate_phdr(count_unmapped, &before);
	tt_stack_doubt();
	int result = TT_REAL(dlclose)(handle);
	dl_iterate_phdr(count_unmapped, &after);
	if (after == before)
		tt_stack_trust(); /* it is still in use elsewhere */
	return result;
}
