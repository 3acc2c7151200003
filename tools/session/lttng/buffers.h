/* SPDX-License-Identifier: MIT */
/*
 * Buffers: the shared memory between the programs and the consumer. Each CPU has its own, and LTTng allocates them when
 * a program registers: where there is no room then, it records nothing and says nothing.
 */
#ifndef TT_SESSION_LTTNG_BUFFERS_H
#define TT_SESSION_LTTNG_BUFFERS_H

#include <stdint.h>

/* The sub-buffers of a CPU for binaries, which are told once, some hundred bytes each. */
enum { TT_MODULE_BUFFERS = 4, TT_MODULE_BUFFER_SIZE = 64 * 1024 };

struct tt_buffers {
	uint64_t event_size;  /* of a sub-buffer for events; 0: there is no room for the least */
	uint64_t event_count; /* the sub-buffers of a CPU for events */
	uint64_t total;       /* all that they take, at least */
};

/*
 * The largest that leave room for other recordings at the same time, where there is. At most 32 of 1 MiB for a CPU, and
 * 128 MiB in all. That is more than bursts need. But a thread may be kept from running in the midst of writing an
 * event: if others of its CPU fill all sub-buffers meanwhile, LTTng drops what they write, also where it is to block,
 * until that event is whole.
 */
struct tt_buffers tt_buffers_fit(uint64_t room, uint64_t cpus);

/* The shared memory that is free; UINT64_MAX if that cannot be told. */
uint64_t tt_buffers_room(void);

/* How large the shared memory is in all; 0 if that cannot be told. */
uint64_t tt_buffers_size(void);

/* How many MiB it must have, if of its size so much is free, for what is needed to fit beside the rest. */
uint64_t tt_buffers_size_wanted(uint64_t size, uint64_t free, uint64_t needed);

#endif /* TT_SESSION_LTTNG_BUFFERS_H */
