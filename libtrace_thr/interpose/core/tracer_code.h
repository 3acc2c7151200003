/* SPDX-License-Identifier: MIT */
/*
 * The code of the tracer itself, LTTng's and ours, which uses pthreads as well: its calls are not the program's.
 */
#ifndef TT_INTERPOSE_CORE_TRACER_CODE_H
#define TT_INTERPOSE_CORE_TRACER_CODE_H

#include <stdbool.h>
#include <stdint.h>

enum { TT_TRACER_MODULES = 24 };

/* Where it lies: this library, and the span and the parts of the others. */
extern struct tt_tracer {
	uintptr_t begin, end; /* of all the others; 0 before they are known */
	unsigned n;
	struct {
		uintptr_t begin, end;
	} modules[TT_TRACER_MODULES];
} tt_tracer __attribute__((visibility("hidden")));

/* Finds it. Not where a lock of the program could be held: the loader takes a lock of its own. */
void tt_tracer_find(void);

/* For tt_is_tracer. */
bool tt_tracer_has(uintptr_t address);

/* Whether a call that returns to `caller` is one of this library. */
static inline bool tt_is_ours(const void *caller)
{
	extern const char __ehdr_start[] __attribute__((visibility("hidden")));
	extern const char _end[] __attribute__((visibility("hidden")));

	return (uintptr_t)caller - (uintptr_t)__ehdr_start < (uintptr_t)_end - (uintptr_t)__ehdr_start;
}

/* Whether a call that returns to `caller` is the tracer's. */
static inline bool tt_is_tracer(const void *caller)
{
	uintptr_t address = (uintptr_t)caller;

	if (tt_is_ours(caller))
		return true;
	return address - tt_tracer.begin < tt_tracer.end - tt_tracer.begin && tt_tracer_has(address);
}

#endif /* TT_INTERPOSE_CORE_TRACER_CODE_H */
