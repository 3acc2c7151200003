#include "stack.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/*
 * libunwind, if it is there. In a scope of its own (RTLD_LOCAL): it also defines the _Unwind_* functions, which the
 * program must go on taking from its compiler's library.
 */
static int (*backtrace)(void **frames, int size);

uint32_t tt_stack_depth = 1;
const struct tt_stack tt_stack_none;

/* The frames of our own that lie above the caller's, at most. */
enum { OWN_FRAMES = 12 };

void tt_stack_prepare(void)
{
	const char *text = secure_getenv("TRACE_THR_STACK");
	long depth = text ? strtol(text, NULL, 10) : 1;
	void *library = depth > 1 ? dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL) : NULL;
	void *function = library ? dlsym(library, "unw_backtrace") : NULL;

	if (!function)
		return;
	memcpy(&backtrace, &function, sizeof backtrace);
	tt_stack_depth = depth > TT_STACK_MAX ? TT_STACK_MAX : (uint32_t)depth;
	tt_stack_prepare_thread();
}

void tt_stack_prepare_thread(void)
{
	struct tt_stack room;

	if (tt_stack_depth > 1)
		tt_stack_take(&room, NULL);
}

const struct tt_stack *tt_stack_take(struct tt_stack *room, const void *caller)
{
	void *frames[OWN_FRAMES + TT_STACK_MAX];
	int n = backtrace(frames, (int)(OWN_FRAMES + tt_stack_depth));
	int i = 0;

	room->n = 0;
	while (i < n && i < OWN_FRAMES && frames[i] != caller)
		i++;
	if (i == n || i == OWN_FRAMES)
		return room; /* the chain does not lead through the caller: better none than a false one */
	for (i++; i < n && room->n < tt_stack_depth - 1; i++)
		room->frames[room->n++] = (uint64_t)(uintptr_t)frames[i];
	return room;
}
