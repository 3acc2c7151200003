/* SPDX-License-Identifier: MIT */
/*
 * The event vocabulary: every event and every enumeration, once.
 *
 * Three readers expand these lists: the LTTng-UST provider (trace_thr.h), the library's emitters (emit.h) and the
 * tools' decoder (tools/read/). So an event or a word is added here and nowhere else, but for the fields of a new
 * shape, which trace_thr.h spells out. docs/events.md is the text for people; a test compares it with the provider.
 *
 * Additive: a row is never renamed, renumbered or removed once released.
 */
#ifndef TT_VOCABULARY_H
#define TT_VOCABULARY_H

#include <stdint.h>

/*
 * X(event, shape, level): an event `trace_thr:EVENT`, with the fields of SHAPE (see trace_thr.h), at the LTTng log
 * level LEVEL. State changes are INFO, waits are DEBUG, misuse and what is untold are WARNING; modules have
 * DEBUG_MODULE alone, by which a session tells them from all others.
 */
#define TT_VOCABULARY(X)                                                                                               \
	X(thread_create, thread_create, INFO)                                                                          \
	X(thread_start, thread_start, INFO)                                                                            \
	X(thread_rename, thread_rename, INFO)                                                                          \
	X(thread_join_wait, wait, DEBUG)                                                                               \
	X(thread_join_done, thread_join_done, INFO)                                                                    \
	X(thread_exit, thread_exit, INFO)                                                                              \
	X(thread_detach, object, INFO)                                                                                 \
	X(thread_cancel, object, INFO)                                                                                 \
	X(thread_abandoned, object, INFO)                                                                              \
	X(lock_init, lock, INFO)                                                                                       \
	X(lock_wait, lock_wait, DEBUG)                                                                                 \
	X(lock_acquired, lock_hold, INFO)                                                                              \
	X(lock_failed, lock_failed, INFO)                                                                              \
	X(lock_released, lock_hold, INFO)                                                                              \
	X(lock_inconsistent, lock, WARNING)                                                                            \
	X(lock_consistent, lock, INFO)                                                                                 \
	X(lock_destroy, lock, INFO)                                                                                    \
	X(cond_init, cond_init, INFO)                                                                                  \
	X(cond_wait, cond_wait, DEBUG)                                                                                 \
	X(cond_woken, woken, INFO)                                                                                     \
	X(cond_notify, cond_notify, INFO)                                                                              \
	X(cond_destroy_wait, wait, DEBUG)                                                                              \
	X(cond_destroy, object, INFO)                                                                                  \
	X(event_init, object, INFO)                                                                                    \
	X(event_wait, wait, DEBUG)                                                                                     \
	X(event_woken, woken, INFO)                                                                                    \
	X(event_set, event_set, INFO)                                                                                  \
	X(event_clear, object, INFO)                                                                                   \
	X(event_destroy, object, INFO)                                                                                 \
	X(sem_init, sem_init, INFO)                                                                                    \
	X(sem_wait, wait, DEBUG)                                                                                       \
	X(sem_acquired, sem_acquired, INFO)                                                                            \
	X(sem_failed, failed, INFO)                                                                                    \
	X(sem_released, sem_released, INFO)                                                                            \
	X(sem_value, sem_value, DEBUG)                                                                                 \
	X(sem_destroy, object, INFO)                                                                                   \
	X(barrier_init, barrier_init, INFO)                                                                            \
	X(barrier_wait, barrier_wait, DEBUG)                                                                           \
	X(barrier_passed, barrier_passed, INFO)                                                                        \
	X(barrier_broken, barrier_broken, INFO)                                                                        \
	X(barrier_abort, object, INFO)                                                                                 \
	X(barrier_reset, object, INFO)                                                                                 \
	X(barrier_destroy_wait, wait, DEBUG)                                                                           \
	X(barrier_destroy, object, INFO)                                                                               \
	X(futex_wait, futex_wait, DEBUG)                                                                               \
	X(futex_woken, woken, INFO)                                                                                    \
	X(futex_wake, futex_wake, INFO)                                                                                \
	X(timer_start, timer_start, INFO)                                                                              \
	X(timer_fired, object, INFO)                                                                                   \
	X(timer_cancelled, object, INFO)                                                                               \
	X(timer_done, object, INFO)                                                                                    \
	X(local_init, object, INFO)                                                                                    \
	X(local_destroy, object, INFO)                                                                                 \
	X(object_shared, object_shared, INFO)                                                                          \
	X(module_loaded, module_loaded, DEBUG_MODULE)                                                                  \
	X(module_unloaded, module_unloaded, DEBUG_MODULE)                                                              \
	X(log_message, log_message, INFO)                                                                              \
	X(misuse, misuse, WARNING)                                                                                     \
	X(untold, untold, WARNING)

/*
 * The enumerations. X(word, NAME, value): the trace says WORD, C says TT_<LIST>_NAME.
 * The values of `result` and `failure` are stored as uint8_t.
 */

/* What kind of lock an event of the lock family is about. */
#define TT_LOCK_KINDS(X)                                                                                               \
	X("lock", LOCK, 0)                                                                                             \
	X("rlock", RLOCK, 1)                                                                                           \
	X("mutex", MUTEX, 2)                                                                                           \
	X("recursive", RECURSIVE, 3)                                                                                   \
	X("errorcheck", ERRORCHECK, 4)                                                                                 \
	X("rwlock", RWLOCK, 5)                                                                                         \
	X("spin", SPIN, 6)                                                                                             \
	X("once", ONCE, 7)                   /* held while its routine runs */                                         \
	X("rwlock_writer", RWLOCK_WRITER, 8) /* one that lets no reader pass a waiting writer */

/* How a lock is asked for or held. */
#define TT_MODES(X)                                                                                                    \
	X("exclusive", EXCLUSIVE, 0)                                                                                   \
	X("shared", SHARED, 1)

/* How long an acquire that succeeded would have waited. */
#define TT_LIMITS(X)                                                                                                   \
	X("none", NONE, 0)                                                                                             \
	X("timed", TIMED, 1)                                                                                           \
	X("try", TRY, 2)

/* Why an acquire ended without the object. */
#define TT_FAILURES(X)                                                                                                 \
	X("busy", BUSY, 0)                                                                                             \
	X("timeout", TIMEOUT, 1)                                                                                       \
	X("error", ERROR, 2)

/* Why a wait ended; the last three: of a futex, whose word had another value, by a signal, refused by the kernel. */
#define TT_WAKES(X)                                                                                                    \
	X("timeout", TIMEOUT, 0)                                                                                       \
	X("notified", NOTIFIED, 1)                                                                                     \
	X("set", SET, 2)                                                                                               \
	X("joined", JOINED, 3)                                                                                         \
	X("cancelled", CANCELLED, 4)                                                                                   \
	X("changed", CHANGED, 5)                                                                                       \
	X("interrupted", INTERRUPTED, 6)                                                                               \
	X("refused", REFUSED, 7)

/* How a thread ended: returned from its target, called pthread_exit, or was cancelled. */
#define TT_ENDS(X)                                                                                                     \
	X("returned", RETURNED, 0)                                                                                     \
	X("exited", EXITED, 1)                                                                                         \
	X("cancelled", CANCELLED, 2)

/* Why a waiter of a barrier got an error. */
#define TT_BREAKS(X)                                                                                                   \
	X("abort", ABORT, 0)                                                                                           \
	X("timeout", TIMEOUT, 1)                                                                                       \
	X("action", ACTION, 2)                                                                                         \
	X("reset", RESET, 3)

/* Severity of a log line, as in Python's logging. */
#define TT_LOG_LEVELS(X)                                                                                               \
	X("DEBUG", DEBUG, 10)                                                                                          \
	X("INFO", INFO, 20)                                                                                            \
	X("WARNING", WARNING, 30)                                                                                      \
	X("ERROR", ERROR, 40)                                                                                          \
	X("CRITICAL", CRITICAL, 50)

/* What a misused object is. */
#define TT_OBJECT_KINDS(X)                                                                                             \
	X("thread", THREAD, 0)                                                                                         \
	X("lock", LOCK, 1)                                                                                             \
	X("condition", CONDITION, 2)                                                                                   \
	X("event", EVENT, 3)                                                                                           \
	X("semaphore", SEMAPHORE, 4)                                                                                   \
	X("barrier", BARRIER, 5)                                                                                       \
	X("timer", TIMER, 6)                                                                                           \
	X("local", LOCAL, 7)

/* Why the library refused a call. */
#define TT_MISUSES(X)                                                                                                  \
	X("not held", NOT_HELD, 0)           /* release or wait without the lock */                                    \
	X("not owner", NOT_OWNER, 1)         /* the lock is held, by another thread */                                 \
	X("over bound", OVER_BOUND, 2)       /* a bounded semaphore released too often */                              \
	X("not started", NOT_STARTED, 3)     /* join of a thread that was never started */                             \
	X("started twice", STARTED_TWICE, 4) /* a thread or timer runs once */                                         \
	X("joins itself", JOINS_ITSELF, 5)   /* would wait for ever */                                                 \
	X("destroyed in use", IN_USE, 6)     /* destroy while held or waited for */                                    \
	X("bad argument", BAD_ARGUMENT, 7)   /* a value that the call does not take */                                 \
	X("joined twice", JOINED_TWICE, 8)   /* while another thread waits for its end: one of the two may for ever */

#define TT_ENUM_CONSTANT(list, name, value) TT_##list##_##name = value,
#define TT_LOCK_KIND_(word, name, value) TT_ENUM_CONSTANT(KIND, name, value)
#define TT_MODE_(word, name, value) TT_ENUM_CONSTANT(MODE, name, value)
#define TT_LIMIT_(word, name, value) TT_ENUM_CONSTANT(LIMIT, name, value)
#define TT_FAILURE_(word, name, value) TT_ENUM_CONSTANT(FAILURE, name, value)
#define TT_WAKE_(word, name, value) TT_ENUM_CONSTANT(WAKE, name, value)
#define TT_END_(word, name, value) TT_ENUM_CONSTANT(END, name, value)
#define TT_BREAK_(word, name, value) TT_ENUM_CONSTANT(BREAK, name, value)
#define TT_LOG_(word, name, value) TT_ENUM_CONSTANT(LOG, name, value)
#define TT_OBJECT_(word, name, value) TT_ENUM_CONSTANT(OBJECT, name, value)
#define TT_MISUSE_(word, name, value) TT_ENUM_CONSTANT(MISUSE, name, value)

enum tt_lock_kind { TT_LOCK_KINDS(TT_LOCK_KIND_) };
enum tt_mode { TT_MODES(TT_MODE_) };
enum tt_limit { TT_LIMITS(TT_LIMIT_) };
enum tt_failure { TT_FAILURES(TT_FAILURE_) };
enum tt_wake { TT_WAKES(TT_WAKE_) };
enum tt_end { TT_ENDS(TT_END_) };
enum tt_break { TT_BREAKS(TT_BREAK_) };
enum tt_log_level { TT_LOG_LEVELS(TT_LOG_) };
enum tt_object_kind { TT_OBJECT_KINDS(TT_OBJECT_) };
enum tt_misuse { TT_MISUSES(TT_MISUSE_) };

/* A wait without a time limit, in the field timeout_ns. */
#define TT_NO_TIMEOUT (-1)

/* The thread that an event is about to be told by. */
struct tt_thread_ref {
	const char *name; /* NUL-terminated UTF-8 */
	uint64_t id;      /* of the library, unique in the process, never reused */
	uint32_t pid;     /* of this process, also after fork */
};

/*
 * The call chain beyond `caller`, innermost first: return addresses. Empty where the recording was not asked for more
 * than the caller.
 */
enum { TT_STACK_MAX = 64 };
struct tt_stack {
	uint8_t n;
	uint64_t frames[TT_STACK_MAX];
};

/* The object that an event is about. */
struct tt_object_ref {
	const char *name;
	uint64_t id;
};

#endif /* TT_VOCABULARY_H */
