/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/interpose/calls/lock_events.h"

void tt_emit_lock_init(struct tt_object_entry *record, bool shared, const void *caller)
{
	TT_EMIT(lock_init, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), (uint8_t)record->kind);
	if (shared)
		TT_EMIT(object_shared, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), TT_OBJECT_LOCK);
}

void tt_emit_lock_wait(struct tt_object_entry *record, enum tt_mode mode, int64_t timeout_ns, const void *caller)
{
	TT_EMIT(lock_wait, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), (uint8_t)record->kind, (uint8_t)mode,
	        timeout_ns, __atomic_load_n(&record->holder, __ATOMIC_RELAXED), TT_STACK(caller));
}

void tt_emit_lock_failed(struct tt_object_entry *record, enum tt_mode mode, int error, const void *caller)
{
	TT_EMIT(lock_failed, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), (uint8_t)record->kind, (uint8_t)mode,
	        (uint8_t)tt_failure_of(error));
}

void tt_emit_lock_misuse(const struct tt_object_entry *record, enum tt_misuse why, const char *call, const void *caller)
{
	TT_EMIT(misuse, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), TT_OBJECT_LOCK, call, (uint8_t)why);
}

void tt_emit_lock_destroyed(const struct tt_object_entry *record, bool in_use, const char *call, const void *caller)
{
	if (!record)
		return;
	if (in_use && TT_TRACED(misuse) && tt_should_trace(caller)) {
		tt_emit_lock_misuse(record, TT_MISUSE_IN_USE, call, caller);
		return;
	}
	if (TT_TRACED(lock_destroy) && tt_should_trace(caller))
		TT_EMIT(lock_destroy, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), (uint8_t)record->kind);
	tt_object_entry_end((const void *)record->address);
}

/* What looks at the call chain may take locks, which are not the program's. */

__attribute__((cold)) void tt_lock_steer_request(const void *lock, const void *caller)
{
	tt_reentrancy_enter();
	struct tt_steer_site_match place = tt_steer_site_match(caller);
	tt_reentrancy_leave();
	tt_steer_pause(lock, place);
}

__attribute__((cold)) void tt_lock_steer_acquired(const void *lock, const void *caller)
{
	tt_reentrancy_enter();
	tt_steer_acquired(lock, caller);
	tt_reentrancy_leave();
}
