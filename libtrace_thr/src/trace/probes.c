/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/trace/probes.h"

/* The one source in which LTTng's header defines the tracepoints of the library, none of them exported. */
#define LTTNG_UST_TRACEPOINT_DEFINE
#define LTTNG_UST_TRACEPOINT_HIDDEN_DEFINITION
#include "tracepoints/emit.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char provider[] = "libtrace_thr-tracepoints.so";

/* In the folder of this library. */
static void load_beside(void)
{
	static const char here;
	char path[PATH_MAX];
	Dl_info info;
	const char *slash = dladdr(&here, &info) && info.dli_fname ? strrchr(info.dli_fname, '/') : NULL;

	if (slash && snprintf(path, sizeof path, "%.*s/%s", (int)(slash - info.dli_fname), info.dli_fname, provider) <
	                 (int)sizeof path)
		dlopen(path, RTLD_NOW);
}

/*
 * LTTng's header registers and unregisters the tracepoints in a constructor and a destructor, and counts the calls. A
 * call of our own makes the order of its constructor and ours immaterial; and with no call that answers it the
 * destructor leaves all as it is. It would zero the table of LTTng's functions, which other threads go through at that
 * moment: exit stops nobody. That no event is recorded any more, and that those under way are at their end, is seen to
 * by the destructors of LTTng's libraries.
 */
void tt_probes_load(void)
{
	lttng_ust__tracepoints__ptrs_init();
	/*
	 * Found beside this library by its RUNPATH; but not where a sanitizer stands before dlopen, which then looks
	 * by the RUNPATH of that. Never closed: its probes stay registered.
	 */
	if (!dlopen(provider, RTLD_NOW))
		load_beside();
}

void tt_probes_leave_event(void)
{
	struct lttng_ust_tracepoint_dlopen *lttng = &lttng_ust_tracepoint_dlopen;
	union {
		void *address;
		int (*call)(void);
	} is_in = {.address = NULL};

	void (*end)(void) = lttng->rcu_read_unlock_sym;
	if (lttng->liblttngust_handle)
		is_in.address = dlsym(lttng->liblttngust_handle, "lttng_ust_urcu_read_ongoing");
	while (end && is_in.address && is_in.call())
		end();
}
