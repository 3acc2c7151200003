#include "libtrace_thr/interpose/calls/lock_events.h"

void tt_lock_tell_init(struct tt_record *record, bool shared, const void *caller)
{
	TT_REPORT(lock_init, caller, TT_WHAT(tt_record_what(record)), (uint8_t)record->kind);
	if (shared)
		TT_REPORT(object_shared, caller, TT_WHAT(tt_record_what(record)), TT_OBJECT_LOCK);
}

void tt_lock_tell_wait(struct tt_record *record, enum tt_mode mode, int64_t timeout_ns, const void *caller)
{
	TT_REPORT(lock_wait, caller, TT_WHAT(tt_record_what(record)), (uint8_t)record->kind, (uint8_t)mode, timeout_ns,
	          __atomic_load_n(&record->holder, __ATOMIC_RELAXED), TT_STACK(caller));
}

void tt_lock_tell_failed(struct tt_record *record, enum tt_mode mode, int error, const void *caller)
{
	TT_REPORT(lock_failed, caller, TT_WHAT(tt_record_what(record)), (uint8_t)record->kind, (uint8_t)mode,
	          (uint8_t)tt_failure_of(error));
}

void tt_lock_tell_misuse(const struct tt_record *record, enum tt_misuse why, const char *call, const void *caller)
{
	TT_REPORT(misuse, caller, TT_WHAT(tt_record_what(record)), TT_OBJECT_LOCK, call, (uint8_t)why);
}

void tt_lock_destroyed(const struct tt_record *record, bool in_use, const char *call, const void *caller)
{
	if (!record)
		return;
	if (in_use && TT_WATCHED(misuse) && tt_is_told(caller)) {
		tt_lock_tell_misuse(record, TT_MISUSE_IN_USE, call, caller);
		return;
	}
	if (TT_WATCHED(lock_destroy) && tt_is_told(caller))
		TT_REPORT(lock_destroy, caller, TT_WHAT(tt_record_what(record)), (uint8_t)record->kind);
	tt_record_end((const void *)record->address);
}

/* What looks at the call chain may take locks, which are not the program's. */

__attribute__((cold)) void tt_lock_steer_request(const void *lock, const void *caller)
{
	tt_enter();
	struct tt_steer_place place = tt_steer_place(caller);
	tt_leave();
	tt_steer_pause(lock, place);
}

__attribute__((cold)) void tt_lock_steer_acquired(const void *lock, const void *caller)
{
	tt_enter();
	tt_steer_acquired(lock, caller);
	tt_leave();
}
