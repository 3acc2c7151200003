/* SPDX-License-Identifier: MIT */
/*
 * A program file or shared library on disk, and the symbols in it, through libdwfl. Addresses are offsets from where
 * the file begins in memory, so a binary serves every process that has it.
 */
#ifndef TT_SYMBOLS_BINARY_H
#define TT_SYMBOLS_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

struct tt_binary;

/* What is known of a place in a binary. Strings are the binary's; NULL and 0 are unknown. */
struct tt_access {
	const char *function;
	const char *file;   /* as the compiler was told */
	const char *folder; /* where it ran */
	int line;
};

/* Nothing is opened yet. Without a build id any file at the path is taken for it. */
struct tt_binary *tt_binary_new(const char *path, const uint8_t *build_id, size_t build_id_size);
void tt_binary_free(struct tt_binary *binary);

const char *tt_binary_path(const struct tt_binary *binary);

/* Its build id as recorded, in hexadecimal digits; NULL if it has none. The caller's to free. */
char *tt_binary_build_id(const struct tt_binary *binary);

/* Whether it is the file at the path with that build id. */
bool tt_binary_is(const struct tt_binary *binary, const char *path, const uint8_t *build_id, size_t build_id_size);

/* Whether it was looked into and the file was another build than the one recorded. */
bool tt_binary_changed(const struct tt_binary *binary);

/*
 * Appends to `places`, of struct tt_access, what is at the offset: the functions inlined there, innermost first, and
 * the one that they are in. Nothing, if the file is gone, changed, or has no symbols.
 */
void tt_binary_places(struct tt_binary *binary, uint64_t offset, GArray *places);

/* The variable that has the offset, as it is written in the source, and how far into it that is. NULL if unknown. */
const char *tt_binary_variable(struct tt_binary *binary, uint64_t offset, uint64_t *within);

/* The source file that the variable there is local to, as tt_variables_file says it. */
const char *tt_binary_variable_file(struct tt_binary *binary, uint64_t offset);

#endif /* TT_SYMBOLS_BINARY_H */
