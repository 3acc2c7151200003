/* SPDX-License-Identifier: MIT */
/*
 * Which processes count: the recorded program and its descendants, or all of them.
 */
#ifndef TT_READ_DELIVERY_PROCESS_FILTER_H
#define TT_READ_DELIVERY_PROCESS_FILTER_H

#include <stdbool.h>

#include "tools/read/event.h"

struct tt_process_filter;

/*
 * `root`: the pid of the recorded program; 0: every process counts. `recording`: the token that the recorder gave to it
 * and to all that it starts; NULL: none. It is copied.
 */
struct tt_process_filter *tt_process_filter_new(uint32_t root, const char *recording);
void tt_process_filter_free(struct tt_process_filter *processes);

/*
 * Whether the process of the event counts. It is known by the start of a thread, its first event, which has the token,
 * so also when what lies between it and the program was not recorded (a shell, a daemon's double fork), and the pid of
 * the parent, for one that cleared its environment.
 */
bool tt_process_filter_count(struct tt_process_filter *processes, const struct tt_event *event);

#endif /* TT_READ_DELIVERY_PROCESS_FILTER_H */
