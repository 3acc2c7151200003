/* SPDX-License-Identifier: MIT */
/*
 * What all headers of libtrace_thr share: errors, times, and the identity of an object.
 *
 * Errors. A function that can fail returns 0 or a positive errno value, as pthreads does; it never sets errno and
 * never ends the program. Each header says which values its functions return and when. A call that the library
 * refuses because the program is wrong (release of a free lock, join of oneself) also emits a `trace_thr:misuse`
 * event, so `trace-thr check` can show its site.
 *
 * Times are seconds in a double, on the monotonic clock: setting the wall clock moves no deadline. A wait ends no
 * earlier than its timeout, and a call with one takes no longer than the library's own few instructions beyond it,
 * except where its header says so. TTHR_FOREVER waits without end; NaN is EINVAL in every call, and nothing is done
 * then. Negative timeouts are Python's: for the acquire of a lock, an rlock and a condition -1 waits for ever and
 * another one is EINVAL; a barrier's default timeout must not be negative; everywhere else (the waits for a condition,
 * an event, a semaphore and a barrier, the join of a thread, the delay of a timer) one below 0 is as 0.
 *
 * Options. A struct of options may be NULL where its defaults make sense (thread, local, log), else that is EINVAL.
 *
 * Names are UTF-8 and copied by `_init`; a static initializer keeps the pointer, so give it a string literal. NULL
 * means a default: `Lock-1`, `Event-2`, … numbered by kind, in the order in which the objects are first looked at.
 *
 * Objects may be moved only before their first use. Those of static storage need no destroy; others need it before
 * their memory goes: it refuses while the object is in use, and else waits for the few instructions that threads which
 * were woken may still be inside the object's functions. So who waited for an event, and was woken, may destroy it. All
 * functions may be called from any thread, also from one that the library did not start (it then goes by a name like
 * `Dummy-1`, as in Python).
 *
 * Cancellation. No function here is a cancellation point: pthread_cancel takes effect at the next one that the
 * program itself calls, so no object is left half changed. One exception: acquire and release of a lock, while LTTng
 * waits for room in a blocking channel; the lock is held then. Asynchronous cancellation is not supported.
 *
 * Signals. Only these may be called from a signal handler, on objects made by `_init` and from a thread the library
 * knows (it started it, or the thread called the library before): tthr_lock_try_acquire, tthr_lock_release,
 * tthr_lock_locked, tthr_event_is_set, tthr_current, tthr_thread_name.
 *
 * fork. The child has the thread that called fork and no other: it becomes the main thread, the others are gone from
 * tthr_enumerate and count as cancelled. Nobody waits for any object in the child. A lock that another thread held
 * stays held, as in Python and POSIX; the library's own state is consistent. Events of the child carry its own pid.
 */
#ifndef TRACE_THR_TYPES_H
#define TRACE_THR_TYPES_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks a function of the public interface. */
#define TTHR_API __attribute__((visibility("default")))

#define TTHR_VERSION "0.1.0"

/* The version of the library that runs, which can differ from TTHR_VERSION of the one compiled with. */
TTHR_API const char *tthr_version(void);

/* A timeout that never ends. */
#define TTHR_FOREVER __builtin_inf()

/*
 * The identity of an object, the first member of each. Private: read it through the object's `_name` and `_id`.
 */
struct tthr_object {
	uint64_t id;      /* unique in the process, never reused, unlike an address; 0 until first looked at */
	const char *name; /* NULL until then, if a default name is wanted */
	char *copy;       /* the name, if the object owns it */
};

#define TTHR_OBJECT_INIT(name)                                                                                         \
	{                                                                                                              \
		0, (name), NULL                                                                                        \
	}

/* A list of threads that wait for an object. Private. */
struct tthr_wait_queue {
	uint32_t guard;      /* protects the object's state, for a few instructions at a time */
	uint32_t generation; /* which process, counted by forks, the list is of */
	uint32_t inside;     /* how many wait, or have waited and are on the way out */
	struct tthr_wait_entry *first;
	struct tthr_wait_entry *last;
};

#define TTHR_WAIT_QUEUE_INIT                                                                                           \
	{                                                                                                              \
		0, 0, 0, NULL, NULL                                                                                    \
	}

#ifdef __cplusplus
}
#endif

#endif /* TRACE_THR_TYPES_H */
