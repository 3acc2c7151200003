/* SPDX-License-Identifier: MIT */
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

/* A place in the program. Strings live as long as the symbols, and may be shown; NULL is unknown. */
struct tt_site {
	const char *function; /* of C++ and Rust as they are written, without parameters: `Pool::run` */
	const char *file;     /* as the compiler was told, relative to the working folder where it lies below it */
	const char *path;     /* the same file, whole */
	int line;             /* 0 unknown */
	const char *module;
	const char *module_file; /* the same as it is on the disk: not to be shown */
	const char *build_id;    /* of the module, in hexadecimal digits */
	uint64_t offset;         /* of the address in the module; the address itself if that is unknown */
	bool own;                /* of the program, not of what stands between it and a lock: tt_symbols_site */
};

struct tt_symbols *tt_symbols_new(void);
void tt_symbols_free(struct tt_symbols *symbols);

/*
 * Tells it what lies where, and from when on, or what is gone. A later module at the same place of the same process
 * takes it over.
 */
void tt_symbols_add(struct tt_symbols *symbols, const struct tt_module *module);

/*
 * The site of the call that returns to `address` in process `pid`: the call itself, which is before it. The innermost,
 * if functions are inlined there. NULL for 0. Kept: asking again is cheap.
 */
const struct tt_site *tt_symbols_call_site(struct tt_symbols *symbols, uint32_t pid, uint64_t address);

/*
 * The frames of the call chain of an event, innermost first: those of the call that returns to `caller`, then of each
 * in `stack` (NULL: none); of each address the functions inlined there, then the one that they are in. The elements
 * are const struct tt_site *, each with its own function, file and line; NULL for a caller 0. Looking up
 * an address again is cheap. The caller's to unref.
 */
GPtrArray *tt_symbols_frames(struct tt_symbols *symbols, uint32_t pid, uint64_t caller, const struct tt_stack *stack);

/*
 * The one to show: the first of those frames that is the program's own. What stands between it and the lock is left
 * out: std::mutex::lock and the like (files of the system's headers), libstdc++, libc, the interposer. If all are of
 * that kind, the innermost. NULL for a caller 0.
 */
const struct tt_site *tt_symbols_site(struct tt_symbols *symbols, uint32_t pid, uint64_t caller,
                                      const struct tt_stack *stack);

/* The same, but NULL if all are of that kind. */
const struct tt_site *tt_symbols_own_site(struct tt_symbols *symbols, uint32_t pid, uint64_t caller,
                                          const struct tt_stack *stack);

/* The address of the chain that has it: of that one alone it is the site again. `caller` if none has it. */
uint64_t tt_symbols_own_call(struct tt_symbols *symbols, uint32_t pid, uint64_t caller, const struct tt_stack *stack);

/* The function that begins at `address`, for the target of a thread. NULL if unknown. */
const struct tt_site *tt_symbols_function(struct tt_symbols *symbols, uint32_t pid, uint64_t address);

/*
 * The variable that has the address: `queue_lock`, `pool+0x28`; without its symbol the place in the file,
 * `libfoo.so+0x4040`. NULL for what lies in no file: heap and stack. Lives as long as the symbols.
 */
const char *tt_symbols_object(struct tt_symbols *symbols, uint32_t pid, uint64_t address);

/* The same, but NULL where there is no symbol either. */
const char *tt_symbols_variable(struct tt_symbols *symbols, uint32_t pid, uint64_t address);

/*
 * The source file, without its folder, that the variable is local to; "" of one that is not. NULL if there is no such
 * variable, or more than one of that name and file.
 */
const char *tt_symbols_variable_file(struct tt_symbols *symbols, uint32_t pid, uint64_t address);

/* The file that has the address, without its folder; NULL for heap and stack. */
const char *tt_symbols_module(struct tt_symbols *symbols, uint32_t pid, uint64_t address);

/*
 * The file of the program that the process runs, without its folder; NULL if the trace does not say. Asked of a moment
 * when the program was running for a while, best of its last: what lies where is told somewhat late.
 */
const char *tt_symbols_program(struct tt_symbols *symbols, uint32_t pid);

/*
 * A process can run one program after the other (exec), and its number can be given to another process: what is asked
 * from here on is asked of this moment. Matters only where two modules lay at the same place, one after the other.
 * The last moment, until it is said.
 */
void tt_symbols_at(struct tt_symbols *symbols, int64_t time_ns);

/* A program begins in the process, by exec or as a new process. */
void tt_symbols_begin(struct tt_symbols *symbols, uint32_t pid, int64_t time_ns);

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
