#include "probes.h"

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
 * call of our own makes their order against our constructor and destructor immaterial.
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

void tt_probes_unload(void)
{
#ifndef __clang_analyzer__ /* which cannot know that LTTng's constructor has set the pointers that this follows */
	lttng_ust__tracepoints__ptrs_destroy();
#endif
}
