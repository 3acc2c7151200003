/* SPDX-License-Identifier: MIT */
/*
 * What was loaded: a reading of nothing but the modules. LTTng writes down what a program has in memory while it runs
 * already, so the first events have addresses in modules that a reading in order of time would tell only later.
 */
#ifndef TT_READ_DELIVERY_MODULE_LIST_H
#define TT_READ_DELIVERY_MODULE_LIST_H

#include <stdbool.h>

#include <glib.h>

#include "tools/read/trace.h"

/*
 * Tells every module of the traces at or below `path` that have events of the provider, in order of time. False from
 * `tell` ends it. Reads the streams that have modules only: `trace-thr record` gives them a channel of their own. False
 * with *error.
 */
bool tt_module_list_read(const char *path, const char *provider,
                         bool (*tell)(const struct tt_module *module, void *data), void *data, GError **error);

#endif /* TT_READ_DELIVERY_MODULE_LIST_H */
