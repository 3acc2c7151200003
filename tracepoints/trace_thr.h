/* SPDX-License-Identifier: MIT */
/*
 * The LTTng-UST provider `trace_thr`: the fields of each shape of event.
 *
 * Which events exist, of which shape and at which log level, is the table in vocabulary.h. Every event begins with
 * who acts (pid, thread, thread_id, caller) and, but for log lines, modules and what is untold, what is acted on (name,
 * id), so each event can be read alone. LTTng includes this file many times: it holds nothing but the provider.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER trace_thr

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "tracepoints/trace_thr.h"

#if !defined(TT_TRACE_THR_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define TT_TRACE_THR_H

#include <stdint.h>

#include <lttng/tracepoint.h>

#include "tracepoints/vocabulary.h"

/* What every event begins with. caller is the return address in the program: the site of the call. */
#define TT_FIELDS_WHO                                                                                                  \
	lttng_ust_field_integer(uint32_t, pid, who->pid) lttng_ust_field_string(thread, who->name)                     \
	    lttng_ust_field_integer(uint64_t, thread_id, who->id)                                                      \
		lttng_ust_field_integer_hex(uint64_t, caller, (uint64_t)(uintptr_t)caller)
#define TT_FIELDS_WHAT                                                                                                 \
	TT_FIELDS_WHO lttng_ust_field_string(name, what->name) lttng_ust_field_integer(uint64_t, id, what->id)

#ifndef TT_ARGS_object
#define TT_ARGS_WHO const struct tt_thread_ref *, who, const void *, caller
#define TT_ARGS_WHAT TT_ARGS_WHO, const struct tt_object_ref *, what

/* One line a shape: what an emitter passes. */
#define TT_ARGS_object LTTNG_UST_TP_ARGS(TT_ARGS_WHAT)
#define TT_ARGS_STACK const struct tt_stack *, stack
#define TT_ARGS_wait LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, int64_t, timeout_ns, TT_ARGS_STACK)
#define TT_ARGS_woken LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, result, uint64_t, waker)
#define TT_ARGS_failed LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, why)
#define TT_ARGS_thread_create LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, daemon)
#define TT_ARGS_thread_start                                                                                           \
	LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, daemon, uint32_t, native_id, uint32_t, ppid, const void *, target,    \
	                  const char *, recording)
#define TT_ARGS_thread_rename LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, const char *, old)
#define TT_ARGS_thread_join_done LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, result, TT_ARGS_STACK)
#define TT_ARGS_thread_exit LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, how)
#define TT_ARGS_lock LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, kind)
#define TT_ARGS_lock_wait                                                                                              \
	LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, kind, uint8_t, mode, int64_t, timeout_ns, uint64_t, holder,           \
	                  TT_ARGS_STACK)
#define TT_ARGS_lock_hold                                                                                              \
	LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, kind, uint8_t, mode, uint32_t, depth, uint8_t, limit, TT_ARGS_STACK)
#define TT_ARGS_lock_failed LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, kind, uint8_t, mode, uint8_t, why)
#define TT_ARGS_cond_init LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint64_t, lock)
#define TT_ARGS_cond_wait LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint64_t, lock, int64_t, timeout_ns, TT_ARGS_STACK)
#define TT_ARGS_cond_notify LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, int64_t, asked, uint32_t, woken)
#define TT_ARGS_event_set LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint32_t, woken)
#define TT_ARGS_sem_init LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint64_t, value, uint64_t, bound)
#define TT_ARGS_sem_acquired                                                                                           \
	LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint64_t, value, uint64_t, waker, uint8_t, limit, TT_ARGS_STACK)
#define TT_ARGS_sem_released LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint64_t, n, uint64_t, value)
#define TT_ARGS_sem_value LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint64_t, value)
#define TT_ARGS_barrier_init LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint32_t, parties, int64_t, timeout_ns)
#define TT_ARGS_barrier_wait                                                                                           \
	LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint32_t, index, uint32_t, n_waiting, uint32_t, parties, int64_t, timeout_ns,  \
	                  TT_ARGS_STACK)
#define TT_ARGS_barrier_passed LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint32_t, index, uint64_t, waker)
#define TT_ARGS_barrier_broken LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, why, uint64_t, waker)
#define TT_ARGS_futex_wait LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, shared, int64_t, timeout_ns, TT_ARGS_STACK)
#define TT_ARGS_futex_wake LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, int64_t, asked, uint32_t, woken)
#define TT_ARGS_timer_start LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, int64_t, interval_ns)
#define TT_ARGS_object_shared LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, object)
#define TT_ARGS_log_message LTTNG_UST_TP_ARGS(TT_ARGS_WHO, uint8_t, level, const char *, text)
#define TT_ARGS_module_loaded                                                                                          \
	LTTNG_UST_TP_ARGS(TT_ARGS_WHO, const void *, base, uint64_t, size, const char *, path, const uint8_t *,        \
	                  build_id, uint8_t, build_id_size)
#define TT_ARGS_module_unloaded LTTNG_UST_TP_ARGS(TT_ARGS_WHO, const void *, base, uint64_t, size)
#define TT_ARGS_misuse LTTNG_UST_TP_ARGS(TT_ARGS_WHAT, uint8_t, object, const char *, call, uint8_t, why)
#define TT_ARGS_untold LTTNG_UST_TP_ARGS(TT_ARGS_WHO, uint64_t, n)

#define TT_CTF_VALUE(word, name, value) lttng_ust_field_enum_value(word, value)
#endif

LTTNG_UST_TRACEPOINT_ENUM(trace_thr, lock_kind, LTTNG_UST_TP_ENUM_VALUES(TT_LOCK_KINDS(TT_CTF_VALUE)))
LTTNG_UST_TRACEPOINT_ENUM(trace_thr, mode, LTTNG_UST_TP_ENUM_VALUES(TT_MODES(TT_CTF_VALUE)))
LTTNG_UST_TRACEPOINT_ENUM(trace_thr, limit, LTTNG_UST_TP_ENUM_VALUES(TT_LIMITS(TT_CTF_VALUE)))
LTTNG_UST_TRACEPOINT_ENUM(trace_thr, failure, LTTNG_UST_TP_ENUM_VALUES(TT_FAILURES(TT_CTF_VALUE)))
LTTNG_UST_TRACEPOINT_ENUM(trace_thr, wake, LTTNG_UST_TP_ENUM_VALUES(TT_WAKES(TT_CTF_VALUE)))
LTTNG_UST_TRACEPOINT_ENUM(trace_thr, end, LTTNG_UST_TP_ENUM_VALUES(TT_ENDS(TT_CTF_VALUE)))
LTTNG_UST_TRACEPOINT_ENUM(trace_thr, break_reason, LTTNG_UST_TP_ENUM_VALUES(TT_BREAKS(TT_CTF_VALUE)))
LTTNG_UST_TRACEPOINT_ENUM(trace_thr, log_level, LTTNG_UST_TP_ENUM_VALUES(TT_LOG_LEVELS(TT_CTF_VALUE)))
LTTNG_UST_TRACEPOINT_ENUM(trace_thr, object_kind, LTTNG_UST_TP_ENUM_VALUES(TT_OBJECT_KINDS(TT_CTF_VALUE)))
LTTNG_UST_TRACEPOINT_ENUM(trace_thr, misuse, LTTNG_UST_TP_ENUM_VALUES(TT_MISUSES(TT_CTF_VALUE)))

/* The fields of each shape, after those of TT_ARGS_shape; a field bears the name of its argument. */
// clang-format off
#ifndef TT_INT
#define TT_INT(type, name) lttng_ust_field_integer(type, name, name)
#define TT_ADDRESS(name) lttng_ust_field_integer_hex(uint64_t, name, (uint64_t)(uintptr_t)name)
#define TT_TEXT(name) lttng_ust_field_string(name, name)
#define TT_STACK_FIELD lttng_ust_field_sequence_hex(uint64_t, stack, stack->frames, uint8_t, stack->n)
#define TT_BYTES(name) lttng_ust_field_sequence_hex(uint8_t, name, name, uint8_t, name##_size)
#define TT_ENUM(list, name) lttng_ust_field_enum(trace_thr, list, uint8_t, name, name)
#endif
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, object, TT_ARGS_object,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, wait, TT_ARGS_wait,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(int64_t, timeout_ns) TT_STACK_FIELD))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, woken, TT_ARGS_woken,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_ENUM(wake, result) TT_INT(uint64_t, waker)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, failed, TT_ARGS_failed,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_ENUM(failure, why)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, thread_create, TT_ARGS_thread_create,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint8_t, daemon)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, thread_start, TT_ARGS_thread_start,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint8_t, daemon) TT_INT(uint32_t, native_id) TT_INT(uint32_t, ppid) TT_ADDRESS(target) TT_TEXT(recording)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, thread_rename, TT_ARGS_thread_rename,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_TEXT(old)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, thread_join_done, TT_ARGS_thread_join_done,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_ENUM(wake, result) TT_STACK_FIELD))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, thread_exit, TT_ARGS_thread_exit,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_ENUM(end, how)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, lock, TT_ARGS_lock,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_ENUM(lock_kind, kind)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, lock_wait, TT_ARGS_lock_wait,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_ENUM(lock_kind, kind) TT_ENUM(mode, mode) TT_INT(int64_t, timeout_ns) TT_INT(uint64_t, holder) TT_STACK_FIELD))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, lock_hold, TT_ARGS_lock_hold,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_ENUM(lock_kind, kind) TT_ENUM(mode, mode) TT_INT(uint32_t, depth) TT_ENUM(limit, limit) TT_STACK_FIELD))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, lock_failed, TT_ARGS_lock_failed,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_ENUM(lock_kind, kind) TT_ENUM(mode, mode) TT_ENUM(failure, why)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, cond_init, TT_ARGS_cond_init,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint64_t, lock)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, cond_wait, TT_ARGS_cond_wait,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint64_t, lock) TT_INT(int64_t, timeout_ns) TT_STACK_FIELD))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, cond_notify, TT_ARGS_cond_notify,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(int64_t, asked) TT_INT(uint32_t, woken)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, event_set, TT_ARGS_event_set,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint32_t, woken)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, sem_init, TT_ARGS_sem_init,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint64_t, value) TT_INT(uint64_t, bound)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, sem_acquired, TT_ARGS_sem_acquired,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint64_t, value) TT_INT(uint64_t, waker) TT_ENUM(limit, limit) TT_STACK_FIELD))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, sem_released, TT_ARGS_sem_released,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint64_t, n) TT_INT(uint64_t, value)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, sem_value, TT_ARGS_sem_value,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint64_t, value)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, barrier_init, TT_ARGS_barrier_init,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint32_t, parties) TT_INT(int64_t, timeout_ns)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, barrier_wait, TT_ARGS_barrier_wait,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint32_t, index) TT_INT(uint32_t, n_waiting) TT_INT(uint32_t, parties) TT_INT(int64_t, timeout_ns) TT_STACK_FIELD))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, barrier_passed, TT_ARGS_barrier_passed,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint32_t, index) TT_INT(uint64_t, waker)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, barrier_broken, TT_ARGS_barrier_broken,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_ENUM(break_reason, why) TT_INT(uint64_t, waker)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, futex_wait, TT_ARGS_futex_wait,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(uint8_t, shared) TT_INT(int64_t, timeout_ns) TT_STACK_FIELD))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, futex_wake, TT_ARGS_futex_wake,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(int64_t, asked) TT_INT(uint32_t, woken)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, timer_start, TT_ARGS_timer_start,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_INT(int64_t, interval_ns)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, object_shared, TT_ARGS_object_shared,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_ENUM(object_kind, object)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, log_message, TT_ARGS_log_message,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHO TT_ENUM(log_level, level) TT_TEXT(text)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, module_loaded, TT_ARGS_module_loaded,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHO TT_ADDRESS(base) TT_INT(uint64_t, size) TT_TEXT(path) TT_BYTES(build_id)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, module_unloaded, TT_ARGS_module_unloaded,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHO TT_ADDRESS(base) TT_INT(uint64_t, size)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, misuse, TT_ARGS_misuse,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHAT TT_ENUM(object_kind, object) TT_TEXT(call) TT_ENUM(misuse, why)))
LTTNG_UST_TRACEPOINT_EVENT_CLASS(trace_thr, untold, TT_ARGS_untold,
	LTTNG_UST_TP_FIELDS(TT_FIELDS_WHO TT_INT(uint64_t, n)))
// clang-format on

#define TT_INSTANCE(event, shape, level)                                                                               \
	LTTNG_UST_TRACEPOINT_EVENT_INSTANCE(trace_thr, shape, trace_thr, event, TT_ARGS_##shape)                       \
	LTTNG_UST_TRACEPOINT_LOGLEVEL(trace_thr, event, LTTNG_UST_TRACEPOINT_LOGLEVEL_##level)

TT_VOCABULARY(TT_INSTANCE)

#endif /* TT_TRACE_THR_H */

#include <lttng/tracepoint-event.h>
