/* SPDX-License-Identifier: MIT */
/*
 * The call chain of the caller, for the events of waits and acquisitions.
 *
 * How deep is set by the environment, TRACE_THR_STACK=N: N sites, of which the first is the event's caller. Without
 * it, and where libunwind is not installed, the caller alone is recorded, at no cost.
 */
#ifndef TT_TRACE_CALL_CHAIN_H
#define TT_TRACE_CALL_CHAIN_H

#include "tracepoints/vocabulary.h"

/* How many sites an event is to have; 1: the caller alone. Changes only before the process has a second thread. */
extern uint32_t tt_stack_depth __attribute__((visibility("hidden")));

/* The chain of none. */
extern const struct tt_stack tt_stack_none __attribute__((visibility("hidden")));

/* Once, when the library loads. */
void tt_stack_prepare(void);

/*
 * The descriptors of the pipe that libunwind writes to, to see whether an address is mapped; -1: it has none. Who
 * closes them has their numbers for files of its own, and libunwind writes into these, and closes them.
 */
extern int tt_stack_pipe[2] __attribute__((visibility("hidden")));

/*
 * In a new thread, before it can hold a lock: makes what the unwinder keeps for a thread, so that no later call has to
 * allocate memory.
 */
void tt_stack_prepare_thread(void);

/*
 * From here on glibc's own unwinder is used, ten times as slow: for good, or until tt_unwinder_trust takes it back.
 * Where code is unmapped, what libunwind has kept of its addresses would be false of the code that may lie there next,
 * and following it could crash; and in a forked child its locks may be those of a thread that is not there.
 */
void tt_unwinder_distrust(void);
void tt_unwinder_trust(void);

/* Fills `room` with the chain beyond `caller`, a return address in the calling chain. Returns it. */
const struct tt_stack *tt_stack_take(struct tt_stack *room, const void *caller);

/*
 * For an argument of an event. The room is on the stack of the function that emits, and not cleared: most events have
 * no chain.
 */
#define TT_STACK(caller)                                                                                               \
	(__builtin_expect(tt_stack_depth > 1, 0)                                                                       \
	     ? tt_stack_take((struct tt_stack *)__builtin_alloca(sizeof(struct tt_stack)), caller)                     \
	     : &tt_stack_none)

#endif /* TT_TRACE_CALL_CHAIN_H */
