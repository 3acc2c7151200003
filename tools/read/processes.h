/*
 * Which processes count: the recorded program and its descendants, or all of them.
 */
#ifndef TT_READ_PROCESSES_H
#define TT_READ_PROCESSES_H

#include <stdbool.h>

#include "tools/read/event.h"

struct tt_processes;

/* `root`: the pid of the recorded program; 0: every process counts. */
struct tt_processes *tt_processes_new(uint32_t root);
void tt_processes_free(struct tt_processes *processes);

/*
 * Whether the process of the event counts. A process is known as a descendant by its first event: the start of a
 * thread, with its parent's pid.
 */
bool tt_processes_count(struct tt_processes *processes, const struct tt_event *event);

#endif /* TT_READ_PROCESSES_H */
