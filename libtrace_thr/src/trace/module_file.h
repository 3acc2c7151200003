/* SPDX-License-Identifier: MIT */
/*
 * A module's file, as it lies in memory: where, how large, which file, and the build id in it.
 */
#ifndef TT_TRACE_MODULE_FILE_H
#define TT_TRACE_MODULE_FILE_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

struct tt_module_file {
	uintptr_t base, size;
	const char *path; /* as the loader has it: empty for the program */
	const uint8_t *build_id;
	uint8_t build_id_size; /* 0: it has none */
	uint64_t hash;         /* of path and build id */
};

/* Describes what the loader tells of, in whose memory the strings stay. False for what is no file: the kernel's vdso.
 */
bool tt_module_file(const struct dl_phdr_info *info, struct tt_module_file *file);

/* The file's path from the root; `room`, of PATH_MAX, may be used for it. */
const char *tt_module_path(const char *path, char *room);

#endif /* TT_TRACE_MODULE_FILE_H */
