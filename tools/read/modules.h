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
struct tt_modules_reader;

/* `tell` is told each module; false from it ends the reading. It may be NULL. */
struct tt_modules *tt_modules_new(bool (*tell)(const struct tt_module *module, void *data), void *data);
void tt_modules_free(struct tt_modules *modules);

/* A reader for a class of events; NULL if its events say nothing of modules. */
struct tt_modules_reader *tt_modules_reader_new(const bt_event_class *class);
void tt_modules_reader_free(struct tt_modules_reader *reader);

/* Takes an event of the reader's class, of that time. False if the reading ends. */
bool tt_modules_feed(struct tt_modules *modules, struct tt_modules_reader *reader, const bt_event *event,
                     int64_t time_ns);

/* Tells those whose second event is missing. */
bool tt_modules_finish(struct tt_modules *modules);

#endif /* TT_READ_MODULES_H */
