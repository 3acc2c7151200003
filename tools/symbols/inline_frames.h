/* SPDX-License-Identifier: MIT */
/* Scopes: what the debug information says of the functions that an address is in, one inlined into the other. */
#ifndef TT_SYMBOLS_INLINE_FRAMES_H
#define TT_SYMBOLS_INLINE_FRAMES_H

#include <elfutils/libdwfl.h>
#include <glib.h>

/* Appends a struct tt_access for each function, innermost first; at least one. Names that are made go to `names`. */
void tt_inline_frames_at(Dwfl_Module *module, Dwarf_Addr address, GStringChunk *names, GArray *places);

#endif /* TT_SYMBOLS_INLINE_FRAMES_H */
