/* SPDX-License-Identifier: MIT */
/*
 * Dumps: Babeltrace's messages of events of modules, read for those who put modules together.
 */
#ifndef TT_READ_DELIVERY_DUMPS_H
#define TT_READ_DELIVERY_DUMPS_H

#include <stdbool.h>

#include <babeltrace2/babeltrace.h>

#include "tools/read/delivery/modules.h"

struct tt_dumps;

/* Each event goes to `modules`, which stay the caller's. */
struct tt_dumps *tt_dumps_new(struct tt_modules *modules);
void tt_dumps_free(struct tt_dumps *dumps);

/* Takes the next message; those of other events say nothing. False if the reading ends. */
bool tt_dumps_take(struct tt_dumps *dumps, const bt_message *message);

#endif /* TT_READ_DELIVERY_DUMPS_H */
