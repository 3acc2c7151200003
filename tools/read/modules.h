/*
 * Modules: the events of LTTng's state dump that say what program files a process has in memory, put together. A file
 * and its build id come as two events, one after the other.
 */
#ifndef TT_READ_MODULES_H
#define TT_READ_MODULES_H

#include <stdbool.h>

#include <babeltrace2/babeltrace.h>

#include "tools/read/trace.h"

struct tt_modules;

/* `tell` is told each module; false from it ends the reading. It may be NULL. */
struct tt_modules *tt_modules_new(bool (*tell)(const struct tt_module *module, void *data), void *data);
void tt_modules_free(struct tt_modules *modules);

/* Takes the next message; those of other events say nothing. False if the reading ends. */
bool tt_modules_take(struct tt_modules *modules, const bt_message *message);

/* Tells those whose second event is missing. */
bool tt_modules_finish(struct tt_modules *modules);

#endif /* TT_READ_MODULES_H */
