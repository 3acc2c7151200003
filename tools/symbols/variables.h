/* SPDX-License-Identifier: MIT */
/* Variables: the data symbols of a program file, by address. */
#ifndef TT_SYMBOLS_VARIABLES_H
#define TT_SYMBOLS_VARIABLES_H

#include <stdint.h>

#include <elfutils/libdwfl.h>

struct tt_variables;

/* Reads the symbol table. `start` is where libdwfl has put the module. */
struct tt_variables *tt_variables_new(Dwfl_Module *module, Dwarf_Addr start);
void tt_variables_free(struct tt_variables *variables);

/* The symbol that has the offset, and how far into it that is; NULL if none has. Lives as long as the module. */
const char *tt_variables_at(const struct tt_variables *variables, uint64_t offset, uint64_t *within);

/*
 * The source file, without its folder, that the variable there is local to; "" of one that all can see. NULL if there
 * is none, or if another local one has the same name and file.
 */
const char *tt_variables_file(const struct tt_variables *variables, uint64_t offset);

#endif /* TT_SYMBOLS_VARIABLES_H */
