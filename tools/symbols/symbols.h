/*
 * Symbols: from an address in a recorded process to the function, file and line that it is in, through libdwfl and the
 * load addresses that the trace has (struct tt_module), so also after ASLR and in shared libraries.
 */
#ifndef TT_SYMBOLS_H
#define TT_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/read/trace.h"

struct tt_symbols;

/* A place in the program. Strings live as long as the symbols; NULL is unknown. */
struct tt_site {
	const char *function;
	const char *file; /* as the compiler was told, relative to the working folder where it lies below it */
	int line;         /* 0 unknown */
	const char *module;
	uint64_t offset; /* of the address in the module; the address itself if that is unknown */
};

struct tt_symbols *tt_symbols_new(void);
void tt_symbols_free(struct tt_symbols *symbols);

/* Tells it what lies where. A later module at the same place of the same process takes it over. */
void tt_symbols_add(struct tt_symbols *symbols, const struct tt_module *module);

/*
 * The site of the call that returns to `address` in process `pid`: the call itself, which is before it. NULL for 0.
 * Kept: asking again is cheap.
 */
const struct tt_site *tt_symbols_call_site(struct tt_symbols *symbols, uint32_t pid, uint64_t address);

/* The function that begins at `address`, for the target of a thread. NULL if unknown. */
const struct tt_site *tt_symbols_function(struct tt_symbols *symbols, uint32_t pid, uint64_t address);

/*
 * Paths of the files, of those asked for so far, that are not what was recorded: another build lies there now, so
 * nothing in it has a name. Ends with NULL; lives until the symbols are asked again.
 */
const char *const *tt_symbols_changed(const struct tt_symbols *symbols);

/*
 * `worker examples/lock.c:12`, or what is known of it: `worker libfoo.so+0x12`, `app+0x12`, `?+0x7f12` for an address
 * in no known module, `?` for NULL. The caller's to free.
 */
char *tt_site_text(const struct tt_site *site);

#endif /* TT_SYMBOLS_H */
