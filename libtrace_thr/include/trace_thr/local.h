/* SPDX-License-Identifier: MIT */
/*
 * Local: a variable of which each thread has its own.
 *
 *     static tthr_local request = TTHR_LOCAL_INIT("request");
 *
 *     void *value;
 *     if (tthr_local_get(&request, &value) == ENOENT)
 *             tthr_local_set(&request, new_request());
 *
 * A thread has no value until it sets one, or, if the local was given an `init` function, until it first asks: init
 * then makes the thread's value, so that every thread starts from the same defaults.
 *
 * Ownership. A value is the caller's pointer. If the local was given a `free` function, the local owns the value: free
 * is called with it when the thread ends (in that thread), when it is replaced or deleted, and for the values of all
 * threads when the local is destroyed (in the caller's). Values of a thread are freed in the opposite order of their
 * first setting. free may use the library, this local as well. The exit of the process frees no values, as with POSIX's
 * thread-specific data.
 *
 * Source of the rules: Python's documentation of threading.local. Differences: one value instead of attributes; an
 * absent value is ENOENT instead of AttributeError; init is the place of a subclass's __init__.
 */
#ifndef TRACE_THR_LOCAL_H
#define TRACE_THR_LOCAL_H

#include <trace_thr/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tthr_local {
	struct tthr_object object; /* private, as all that follows */
	void *(*init)(void *arg);
	void *arg;
	void (*free)(void *value);
	struct tthr_local_value *values;
} tthr_local;

/* A local without init and free; `name` is a string literal, or NULL for a default name. */
#define TTHR_LOCAL_INIT(name)                                                                                          \
	{                                                                                                              \
		TTHR_OBJECT_INIT(name), NULL, NULL, NULL, NULL                                                         \
	}

struct tthr_local_options {
	const char *name;          /* copied; NULL for a default name */
	void *(*init)(void *arg);  /* makes a thread's first value; NULL leaves it absent */
	void *arg;                 /* of init */
	void (*free)(void *value); /* ends a value; NULL does nothing */
};

/* Makes *local a local without values; options may be NULL. ENOMEM. */
TTHR_API int tthr_local_init(tthr_local *local, const struct tthr_local_options *options);

/* Frees the values of all threads and ends the local's life. No other thread may be using it. Returns 0. */
TTHR_API int tthr_local_destroy(tthr_local *local);

/* Stores the calling thread's value in *value. ENOENT if it has none; ENOMEM. *value is NULL then. */
TTHR_API int tthr_local_get(tthr_local *local, void **value);

/* Sets the calling thread's value, NULL being one as well. An owned value that it replaces is freed. ENOMEM. */
TTHR_API int tthr_local_set(tthr_local *local, void *value);

/* Makes the calling thread's value absent. ENOENT if it is. init is not called again for this thread. */
TTHR_API int tthr_local_delete(tthr_local *local);

/* The local's name, valid until tthr_local_destroy. */
TTHR_API const char *tthr_local_name(tthr_local *local);

/* The local's id in the trace, unique in the process and never reused. */
TTHR_API uint64_t tthr_local_id(tthr_local *local);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_THR_LOCAL_H */
