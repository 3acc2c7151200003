/* SPDX-License-Identifier: MIT */
/*
 * The modules: which program files the process has in memory, and where. Told as module_loaded and module_unloaded, so
 * that the tools can name the function and line of an address, also in code from dlopen that is gone by the end.
 */
#ifndef TT_TRACE_MODULE_LIST_H
#define TT_TRACE_MODULE_LIST_H

/*
 * Tells what was loaded and unloaded since the last time; the first time in a session, all there is. Nothing, if no
 * session records it. With nothing new it costs a look at the loader's two counters, some 30 ns.
 *
 * Takes the lock that dl_iterate_phdr takes, so call it only where the calling thread has none of the program's locks,
 * or takes that one anyway, by dlopen or dlclose: else it could close a circle with a program that locks in such an
 * iteration.
 */
void tt_module_list_update(void);

/*
 * The same, but in a forked child, where that lock may be somebody's who is no more: there, the first time, what the
 * parent has told.
 */
void tt_module_list_look(void);

/* For fork: around it; and in the child, after that, before its first event. */
void tt_module_list_before_fork(void);
void tt_module_list_after_fork(void);
void tt_module_list_after_fork_in_child(void);

#endif /* TT_TRACE_MODULE_LIST_H */
