/* SPDX-License-Identifier: MIT */
/*
 * Modules: the events of LTTng's state dump that say what program files a process has in memory, put together. A file
 * and its build id come as two events, one after the other.
 */
#ifndef TT_READ_DELIVERY_MODULES_H
#define TT_READ_DELIVERY_MODULES_H

#include <stdbool.h>

#include "tools/read/trace.h"

/* What an event of modules has. */
struct tt_dump {
	uint64_t base, size;
	const char *path; /* NULL: none */
	uint8_t has_build_id;
	uint32_t pid; /* 0: unknown */
	int64_t time_ns;
};

/* A file whose build id is still to come, that build id, a file with its build id, one that is gone. */
enum tt_dump_kind { TT_DUMP_FILE, TT_DUMP_BUILD_ID, TT_DUMP_LOADED, TT_DUMP_UNLOADED };

/* The member that has the bytes of a build id, and how many are looked at. */
#define TT_DUMP_BYTES "build_id"
enum { TT_BUILD_ID_ROOM = 64 };

/* Whether it is the name of an event of modules; NULL is none. */
bool tt_dump_find(const char *event, enum tt_dump_kind *kind);

/* Its fields, in struct tt_dump, as a tt_field_map_find. */
const struct tt_field *tt_dump_field(const char *name, const void *unused);

struct tt_modules;

/* `tell` is told each module; false from it ends the reading. It may be NULL. */
struct tt_modules *tt_modules_new(bool (*tell)(const struct tt_module *module, void *data), void *data);
void tt_modules_free(struct tt_modules *modules);

/* Takes the next event; `build_id` is of `bytes`, 0 if it has none. False if the reading ends. */
bool tt_modules_take(struct tt_modules *modules, enum tt_dump_kind kind, const struct tt_dump *dump,
                     const uint8_t *build_id, size_t bytes);

/* Tells those whose second event is missing. */
bool tt_modules_finish(struct tt_modules *modules);

#endif /* TT_READ_DELIVERY_MODULES_H */
