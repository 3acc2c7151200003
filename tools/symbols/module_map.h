/* SPDX-License-Identifier: MIT */
/*
 * Mappings: what lay where in each process, and when. One process can run several programs, one after the other, and
 * a library can take the place of another that was unloaded.
 */
#ifndef TT_SYMBOLS_MODULE_MAP_H
#define TT_SYMBOLS_MODULE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/symbols/binary.h"

struct tt_module_map;

struct tt_module_mapping {
	uint64_t base, size;
	int64_t time_ns; /* told then; it lies there since the program began, or was loaded then */
	bool exact;      /* by the library; else by LTTng's state dump, which comes late */
	int64_t end_ns;  /* gone since then; INT64_MAX: it was there to the end */
	struct tt_binary *binary;
};

struct tt_module_map *tt_module_map_new(void);
void tt_module_map_free(struct tt_module_map *mappings);

void tt_module_map_add(struct tt_module_map *mappings, uint32_t pid, const struct tt_module_mapping *mapping);

/* What lies at `base` now is gone from that time on. */
void tt_mappings_end(struct tt_module_map *mappings, uint32_t pid, uint64_t base, int64_t time_ns);

/* A program begins in the process. */
void tt_module_map_begin(struct tt_module_map *mappings, uint32_t pid, int64_t time_ns);

/*
 * What has the address at that time; if nothing has then, what came next there (it is told somewhat late), else what
 * was there last. NULL if nothing ever has. Lent until a mapping is added.
 */
const struct tt_module_mapping *tt_module_map_at(struct tt_module_map *mappings, uint32_t pid, uint64_t address,
                                                 int64_t time_ns);

/*
 * The first that the library told after the last program began in the process: the program itself, for that is the
 * loader's order. NULL if the library told none. Lent.
 */
const struct tt_module_mapping *tt_mappings_first(struct tt_module_map *mappings, uint32_t pid, int64_t time_ns);

/* The latest that was there at that time, or the first, of a binary that `is` is true for; NULL if there is none. Lent.
 */
const struct tt_module_mapping *tt_module_map_find(struct tt_module_map *mappings, uint32_t pid,
                                                   bool (*is)(const struct tt_binary *binary), int64_t time_ns);

#endif /* TT_SYMBOLS_MODULE_MAP_H */
