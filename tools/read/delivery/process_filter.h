/*
 * Which processes count: the recorded program and its descendants, or all of them.
 */
#ifndef TT_READ_DELIVERY_PROCESS_FILTER_H
#define TT_READ_DELIVERY_PROCESS_FILTER_H

#include <stdbool.h>

#include "tools/read/event.h"

struct tt_processes;

/*
 * `root`: the pid of the recorded program; 0: every process counts. `recording`: the token that the recorder gave to it
 * and to all that it starts; NULL: none. It is copied.
 */
struct tt_processes *tt_processes_new(uint32_t root, const char *recording);
void tt_processes_free(struct tt_processes *processes);

/*
 * Whether the process of the event counts. It is known by the start of a thread, its first event, which has the token,
 * so also when what lies between it and the program was not recorded (a shell, a daemon's double fork), and the pid of
 * the parent, for one that cleared its environment.
 */
bool tt_processes_count(struct tt_processes *processes, const struct tt_event *event);

#endif /* TT_READ_DELIVERY_PROCESS_FILTER_H */
