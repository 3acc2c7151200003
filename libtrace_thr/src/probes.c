#include "probes.h"

/* The one source in which LTTng's header defines the tracepoints of the library, none of them exported. */
#define LTTNG_UST_TRACEPOINT_DEFINE
#define LTTNG_UST_TRACEPOINT_HIDDEN_DEFINITION
#include "tracepoints/emit.h"

#include <dlfcn.h>

/*
 * LTTng's header registers and unregisters the tracepoints in a constructor and a destructor, and counts the calls. A
 * call of our own makes their order against our constructor and destructor immaterial.
 */
void tt_probes_load(void)
{
	lttng_ust__tracepoints__ptrs_init();
	/* Found beside this library by its RUNPATH. Never closed: its probes stay registered. */
	dlopen("libtrace_thr-tracepoints.so", RTLD_NOW);
}

void tt_probes_unload(void)
{
#ifndef __clang_analyzer__ /* which cannot know that LTTng's constructor has set the pointers that this follows */
	lttng_ust__tracepoints__ptrs_destroy();
#endif
}
