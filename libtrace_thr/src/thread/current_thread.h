/* SPDX-License-Identifier: MIT */
/*
 * The calling thread, as primitives see it: an id to hold locks by and a name to emit events with. See
 * current_thread.c.
 */
#ifndef TT_THREAD_CURRENT_THREAD_H
#define TT_THREAD_CURRENT_THREAD_H

#include <trace_thr/types.h>

#include "libtrace_thr/src/trace/call_chain.h"
#include "tracepoints/emit.h"

struct tthr_thread;

/* Where the program called the library: to be asked for in the public function itself. */
#define TT_CALLER __builtin_return_address(0)

/* The id of the calling thread, 0 until the library knows it. */
extern __thread uint64_t tt_current_thread_id __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Makes the calling thread known and returns its id. */
uint64_t tt_current_identify(void);

/* The id of the calling thread. */
static inline uint64_t tt_current_id(void)
{
	return __builtin_expect(tt_current_thread_id != 0, 1) ? tt_current_thread_id : tt_current_identify();
}

/* The calling thread, as events name it. The name is valid until the thread is renamed and ends. */
struct tt_thread_ref tt_current_ref(void);

/* Once, before anything else here. */
void tt_current_prepare(void);

/* Whether a sanitizer's runtime ends threads as well, after us. */
bool tt_self_is_watched(void);

/* Binds the calling thread to its entry, until it ends. False without memory for that. */
bool tt_current_bind(struct tthr_thread *thread);

/* Undoes that: at the end of the thread. */
void tt_current_forget(void);

/* Whether the calling thread has come to its end, so that only destructors run in it. */
bool tt_current_has_ended(void);

/* The entry of the calling thread, NULL if the library does not know it. */
struct tthr_thread *tt_current_thread(void);

/* Whether the calling thread shares the entry that it has with others, for want of memory. */
bool tt_current_is_placeholder(void);

/* The process, as getpid tells it. */
uint32_t tt_current_pid(void);

/* For fork, in the child: the process is another one. */
void tt_current_after_fork_in_child(void);

/* What an emission must leave alone: LTTng sleeps in poll(2), a cancellation point, while a blocking channel is full.
 */
struct tt_emit_guard {
	int error;
	int cancel_state;
};
struct tt_emit_guard tt_emit_guard_enter(void);
void tt_emit_guard_leave(struct tt_emit_guard calm);

/*
 * Above 0 while the thread is in the tracer: an emission counts 1. What is called there (by LTTng; by a library that
 * stands before what LTTng calls) is not the program's doing: the interposer does not tell it. See
 * interpose/core/reentrancy.h.
 */
extern __thread unsigned tt_reentrancy __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* What tt_reentrancy counts for anything but an emission: while our own state is in change. */
enum { TT_INTERNAL = 0x100 };

/*
 * Emits an event of the calling thread, if a session records it. tt_reentrancy is restored, not counted down: what
 * handlers have noted in it of their own emissions within this one ends with it.
 */
#define TT_TRACE(event, caller, ...)                                                                                   \
	do {                                                                                                           \
		if (tt_enabled(event)) {                                                                               \
			struct tt_emit_guard calm_ = tt_emit_guard_enter();                                            \
			unsigned inside_ = tt_reentrancy;                                                              \
			tt_reentrancy = inside_ + 1;                                                                   \
			struct tt_thread_ref who_ = tt_current_ref();                                                  \
			tt_emit(event, &who_, caller, __VA_ARGS__);                                                    \
			tt_reentrancy = inside_;                                                                       \
			tt_emit_guard_leave(calm_);                                                                    \
		}                                                                                                      \
	} while (0)

/*
 * The same for the hot events, lock_acquired and lock_released, where holding off cancellation (20 ns) would be a fifth
 * of the cost. So in these two, and only while LTTng sleeps, a thread can be cancelled; the lock is held then.
 */
#define TT_TRACE_HOT(event, caller, ...)                                                                               \
	do {                                                                                                           \
		if (tt_enabled(event)) {                                                                               \
			int error_ = errno;                                                                            \
			unsigned inside_ = tt_reentrancy;                                                              \
			tt_reentrancy = inside_ + 1;                                                                   \
			struct tt_thread_ref who_ = tt_current_ref();                                                  \
			tt_emit(event, &who_, caller, __VA_ARGS__);                                                    \
			tt_reentrancy = inside_;                                                                       \
			errno = error_;                                                                                \
		}                                                                                                      \
	} while (0)

/* Emits the misuse event: `call` was refused for `why`. */
void tt_misuse(const void *caller, enum tt_object_kind kind, const struct tt_object_ref *what, const char *call,
               enum tt_misuse why);

#endif /* TT_THREAD_CURRENT_THREAD_H */
