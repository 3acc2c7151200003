/* SPDX-License-Identifier: MIT */
/*
 * Names: a program that was not built with libtrace_thr names nothing, so its recording calls a mutex `mutex 0x55d0…`
 * by its address and a thread `Thread-3 (0x55d0…)` by the function it begins with. This puts in their place what the
 * symbols know: the variable, `queue_lock` or `pool+0x28`; else where it was made, or first seen, `conn.c:120`;
 * the function, `Thread-3 (worker)`. What has a name of its own keeps it.
 *
 * The names of two objects of a process that are alive at once differ: the second is called `conn.c:120#2`. A
 * name once given stays; the same object of a forked child bears that of the parent. What lies in a module that is not
 * known yet, as of a program that still runs, has its name when the module comes.
 */
#ifndef TT_SYMBOLS_NAMES_OBJECT_NAMES_H
#define TT_SYMBOLS_NAMES_OBJECT_NAMES_H

#include "tools/read/event.h"
#include "tools/symbols/symbols.h"

struct tt_symbol_names;

/* `symbols` learn the time of each event, and when programs begin. */
struct tt_symbol_names *tt_symbol_names_new(struct tt_symbols *symbols);
void tt_symbol_names_free(struct tt_symbol_names *names);

/*
 * The event with the names to show: itself, or `*room` filled in. To be called for each event of a trace, in order.
 * The names live as long as `names`.
 */
const struct tt_event *tt_symbol_names_apply(struct tt_symbol_names *names, const struct tt_event *event,
                                             struct tt_event *room);

/* What is called `name` from now on; its events so far called it `before`. */
typedef void tt_symbol_named(uint32_t pid, uint64_t id, const char *before, const char *name, void *data);

/*
 * Tells the symbols of a module. `named` gets all that have their name by it, after events of theirs: none, if
 * the modules come before the events.
 */
void tt_symbol_names_add(struct tt_symbol_names *names, const struct tt_module *module, tt_symbol_named *named,
                         void *data);

/* Whether the object or thread may have another name when more modules are known. */
bool tt_symbol_names_lacks(const struct tt_symbol_names *names, uint32_t pid, uint64_t id);

/* The address by which the events call an object that has no name of its own; 0 of one that has. */
uint64_t tt_symbol_names_address(const struct tt_symbol_names *names, uint32_t pid, uint64_t id);

#endif /* TT_SYMBOLS_NAMES_OBJECT_NAMES_H */
