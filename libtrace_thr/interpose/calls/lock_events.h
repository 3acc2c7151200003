/* SPDX-License-Identifier: MIT */
/*
 * What the families of locks have in common: mutexes, rwlocks and spinlocks are known and told in one way.
 *
 * The functions tell a call at `caller`; where a record is asked for it is that of the lock.
 */
#ifndef TT_INTERPOSE_CALLS_LOCK_EVENTS_H
#define TT_INTERPOSE_CALLS_LOCK_EVENTS_H

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/src/explore/steer.h"
#include "libtrace_thr/interpose/core/object_table.h"
#include "libtrace_thr/interpose/core/gate.h"

/* The init event of a new record, and that it is shared between processes. */
void tt_emit_lock_init(struct tt_object_entry *record, bool shared, const void *caller);

/* About to block. */
void tt_emit_lock_wait(struct tt_object_entry *record, enum tt_mode mode, int64_t timeout_ns, const void *caller);

/* Not got, for an error that is not 0. */
void tt_emit_lock_failed(struct tt_object_entry *record, enum tt_mode mode, int error, const void *caller);

void tt_emit_lock_misuse(const struct tt_object_entry *record, enum tt_misuse why, const char *call,
                         const void *caller);

/*
 * About to be destroyed by `call`: its object ends, unless it is in use, which is a misuse. libc refuses that of some
 * kinds, and lets the others work on, so they are told on. The record may be NULL.
 */
void tt_emit_lock_destroyed(const struct tt_object_entry *record, bool in_use, const char *call, const void *caller);

/* While the run is steered: tt_steer_request and tt_steer_acquired. The lock is its record, or its address. */
void tt_lock_steer_request(const void *lock, const void *caller);
void tt_lock_steer_acquired(const void *lock, const void *caller);

/* About to ask for it, in a call that may have to wait. */
static inline void tt_before_lock(const void *lock, const void *caller)
{
	tt_shake();
	if (tt_is_steering())
		tt_lock_steer_request(lock, caller);
}

/* Taken. */
static inline void tt_emit_lock_acquired(struct tt_object_entry *record, enum tt_mode mode, uint32_t depth,
                                         enum tt_limit limit, const void *caller)
{
	/* Relaxed: a hint for the events of waiters. */
	if (mode == TT_MODE_EXCLUSIVE)
		__atomic_store_n(&record->holder, tt_current_thread_id, __ATOMIC_RELAXED);
	if (tt_is_steering() && depth == 1)
		tt_lock_steer_acquired(record, caller);
	TT_EMIT_HOT(lock_acquired, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), (uint8_t)record->kind,
	            (uint8_t)mode, depth, (uint8_t)limit, TT_STACK(caller));
}

/* About to be given back; `depth` is what is left. */
static inline void tt_emit_lock_released(struct tt_object_entry *record, enum tt_mode mode, uint32_t depth,
                                         const void *caller)
{
	if (mode == TT_MODE_EXCLUSIVE && depth == 0)
		__atomic_store_n(&record->holder, 0, __ATOMIC_RELAXED);
	if (depth == 0)
		tt_steer_released(record);
	TT_EMIT_HOT(lock_released, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), (uint8_t)record->kind,
	            (uint8_t)mode, depth, TT_LIMIT_NONE, &tt_stack_none);
}

#endif /* TT_INTERPOSE_CALLS_LOCK_EVENTS_H */
