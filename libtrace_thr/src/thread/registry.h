/* SPDX-License-Identifier: MIT */
/*
 * The threads that are alive, in the order of their start, and which of them is the main one.
 */
#ifndef TT_THREAD_REGISTRY_H
#define TT_THREAD_REGISTRY_H

#include <trace_thr/thread.h>

/* Protects the list and the names of threads. A thread in the list has not ended: its pthread_t is good. */
void tt_registry_lock(void);
void tt_registry_unlock(void);

/* Adds the thread at the end. */
void tt_registry_add(tthr_thread *thread);

/* Takes it out. True if it was the last. */
bool tt_registry_remove(tthr_thread *thread);

/* Whether it is in the list. The lock is held. */
bool tt_registry_has(const tthr_thread *thread);

/* The first thread alive for which `wanted` is true, with a reference for the caller; or NULL. */
tthr_thread *tt_registry_find(bool (*wanted)(const tthr_thread *thread));

/* The first thread alive. The lock is held; the next ones follow by `next`. */
tthr_thread *tt_registry_first(void);

/* The main thread. */
tthr_thread *tt_registry_main(void);
void tt_registry_set_main(tthr_thread *thread);

/* In a forked child, the lock held: leaves no thread in the list. Returns the first of those that were. */
tthr_thread *tt_registry_clear(void);

#endif /* TT_THREAD_REGISTRY_H */
