/* SPDX-License-Identifier: MIT */
/*
 * dlopen, dlmopen and dlclose: what they load and unload is told (src/trace/module_list.c), and what the unwinder has
 * kept of code that goes is not true of what comes there next.
 *
 * libc finds out by the return address who calls dlopen: a library's RUNPATH says where its plug-ins lie, and $ORIGIN
 * is its folder. So ours must not be a call in between: it jumps to libc's, which returns to the caller. What it has
 * loaded is told at the next call of the thread that is told (tt_should_trace), and at every thread's start. That is
 * early enough: the tools need to know when a module goes, but not when it came, for before that nothing was there.
 */
#include <dlfcn.h>
#include <link.h>

#include "libtrace_thr/src/trace/module_list.h"
#include "libtrace_thr/interpose/core/gate.h"

__thread const char *tt_loading;

static void tell(void)
{
	tt_reentrancy_enter();
	tt_module_list_update();
	tt_reentrancy_leave();
}

/*
 * The first call of a constructor comes before dlopen has returned. It is told, but the module after it in the same
 * dlopen is not there yet.
 */
void tt_loading_look(void)
{
	static __thread bool is_seen __attribute__((tls_model("initial-exec")));
	bool has_returned = (const char *)__builtin_frame_address(0) > tt_loading;

	if (has_returned)
		tt_loading = NULL;
	if (has_returned || !is_seen)
		tell();
	is_seen = !has_returned;
}

/* The frames of the caller lie above the address, those of libc's function and what it calls below. */
#define NOTE_CALL() (tt_loading = tt_is_ready && TT_TRACED(module_loaded) ? __builtin_frame_address(0) : NULL)

TT_INTERPOSED void *dlopen(const char *path, int mode)
{
	void *(*real)(const char *, int) = TT_LIBC(dlopen);

	NOTE_CALL();
	return real(path, mode); /* a jump: see Rules.mk */
}

TT_INTERPOSED void *dlmopen(Lmid_t space, const char *path, int mode)
{
	void *(*real)(Lmid_t, const char *, int) = TT_LIBC(dlmopen);

	NOTE_CALL();
	return real(space, path, mode);
}

/* How many modules have been unmapped so far. */
static int count_unmapped(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	*(unsigned long long *)data = info->dlpi_subs;
	return 1;
}

TT_INTERPOSED int dlclose(void *handle)
{
	const bool recorded = tt_is_ready && TT_TRACED(module_loaded);
	unsigned long long before = 0, after = 0;

	if (recorded)
		tell(); /* what was opened and did nothing that is told */
	dl_iterate_phdr(count_unmapped, &before);
	tt_unwinder_distrust();
	int result = TT_LIBC(dlclose)(handle);
	dl_iterate_phdr(count_unmapped, &after);
	if (after == before)
		tt_unwinder_trust(); /* it is still in use elsewhere */
	else if (recorded)
		tell();
	return result;
}
