/* SPDX-License-Identifier: MIT */
/*
 * Thread: a function that runs beside the others, with a name.
 *
 *     static void *worker(void *arg)
 *     {
 *             printf("%s got %s\n", tthr_thread_name(tthr_current()), (const char *)arg);
 *             return NULL;
 *     }
 *
 *     tthr_thread *t;
 *     tthr_thread_new(&t, &(struct tthr_thread_options){.name = "worker", .target = worker, .arg = "work"});
 *     tthr_thread_start(t);
 *     tthr_thread_join(t);
 *     tthr_thread_unref(t);
 *
 * States. A thread is *new*, then *alive* from start until its target ends, then *ended* for good; it runs once.
 *
 * Ownership. A tthr_thread is counted by references. tthr_thread_new and tthr_thread_init give the caller one,
 * tthr_enumerate one for each thread in the list; a thread holds one of itself while it is alive. Who has no more use
 * for a reference gives it to tthr_thread_unref, at any time: the thread runs on. tthr_current and tthr_main lend
 * theirs.
 *
 * Exit. When main returns, or any thread calls exit, the library first joins all threads that are not daemons. Daemons
 * are abandoned: they stop wherever they are. The joining happens among the functions registered with atexit, as if it
 * had been registered by the first start of a thread. The thread that exits counts as ended from then on, so one that
 * it waits for may join it; only the main thread goes on waiting for another one that exits. When the main thread calls
 * pthread_exit, the process ends with its last thread. quick_exit, _exit and abort join nobody. Since threads outlive
 * main in this way, what they share with it is static or allocated, not a variable of main's.
 *
 * How a thread ends (in the place of Python's excepthook). Its target returns, calls pthread_exit, or is cancelled:
 * each ends the thread in good order, its locals are destroyed and joiners are released. tthr_thread_result tells which
 * it was and the value. Locks that it holds stay held. A thread that must not die unseen is joined and asked.
 *
 * Subclass. A struct with a tthr_thread as its first member is a thread with state of its own:
 *
 *     struct download { tthr_thread thread; const char *url; };
 *
 *     static void *download_run(tthr_thread *self)
 *     {
 *             fetch(((struct download *)self)->url);
 *             return NULL;
 *     }
 *
 *     struct download d = {.url = "…"};
 *     tthr_thread_init(&d.thread, &(struct tthr_thread_options){.run = download_run});
 *
 * Source of the rules: Python's documentation of threading.Thread; for the ends of a thread POSIX. Differences: join
 * with a timeout says whether it timed out; a target returns a value, which is kept.
 */
#ifndef TRACE_THR_THREAD_H
#define TRACE_THR_THREAD_H

#include <sys/types.h>

#include <trace_thr/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tthr_thread tthr_thread;

/* Whether the process, at its exit, waits for the thread. */
enum tthr_daemon {
	TTHR_DAEMON_INHERIT = 0, /* as the thread that makes it; the main thread is no daemon */
	TTHR_DAEMON_YES = 1,     /* no, it is abandoned */
	TTHR_DAEMON_NO = -1,     /* yes */
};

/* How a thread ended. */
enum tthr_end {
	TTHR_RETURNED = 0,  /* from its target */
	TTHR_EXITED = 1,    /* by pthread_exit */
	TTHR_CANCELLED = 2, /* by pthread_cancel */
};

struct tthr_thread_options {
	const char *name;                /* copied; NULL for Thread-1, Thread-2, … */
	void *(*target)(void *arg);      /* what it runs; NULL runs nothing */
	void *arg;                       /* of the target */
	enum tthr_daemon daemon;         /* inherited by default */
	size_t stack_size;               /* in bytes; 0 for the system's default */
	void *(*run)(tthr_thread *self); /* of a subclass: runs in place of target */
	void (*free)(tthr_thread *self); /* of a subclass: its memory, when the last reference goes; NULL if the caller
	                                    sees to that, after joining it */
};

/* What decides on a thread's delays, where TRACE_THR_SHAKE asks for them. Private. */
struct tthr_prng {
	uint64_t points, n_points;
	uint64_t threads, n_threads;
};

struct tthr_thread {
	struct tthr_object object; /* private, as all that follows */
	const char *name;          /* the one it has now; its first is the object's */
	struct tthr_thread_name *names;
	uint32_t state;
	uint32_t refs;
	unsigned long ident;
	pid_t native_id;
	uint32_t pid;
	bool daemon;
	bool foreign;
	uint8_t end;
	void *result;
	struct tthr_thread_options options;
	const void *starter;
	struct tthr_local_value *locals;
	tthr_thread *next;
	tthr_thread *prev;
	struct tthr_prng prng;
};

/* Makes a new thread, in memory of the library's. *thread is the caller's reference; options may be NULL. ENOMEM. */
TTHR_API int tthr_thread_new(tthr_thread **thread, const struct tthr_thread_options *options);

/*
 * Makes *thread a new thread, in memory of the caller's: that of a subclass. It must stay until options->free is
 * called or, without that, until the thread has been joined (or was never started) and each reference given back.
 * ENOMEM.
 */
TTHR_API int tthr_thread_init(tthr_thread *thread, const struct tthr_thread_options *options);

/* One more reference; returns its argument. */
TTHR_API tthr_thread *tthr_thread_ref(tthr_thread *thread);

/* One reference less; NULL does nothing. The last one frees the thread's memory. */
TTHR_API void tthr_thread_unref(tthr_thread *thread);

/* Starts it. EALREADY if it was started before; EAGAIN, EINVAL or ENOMEM from pthread_create: it can be tried again. */
TTHR_API int tthr_thread_start(tthr_thread *thread);

/*
 * Waits until the thread has ended: until its target has returned, its locals and thread-specific data are destroyed
 * and its stack is given back. Any number of threads may join, any number of times. EDEADLK for oneself; EINVAL for a
 * thread that was not started; ENOTSUP for one that the library did not start, other than the main thread. In a child
 * forked by another thread, the former main thread has ended.
 */
TTHR_API int tthr_thread_join(tthr_thread *thread);

/*
 * The same for `seconds` at most; then ETIMEDOUT, also while destructors of the program's data keep an ended thread. 0
 * looks once.
 */
TTHR_API int tthr_thread_join_timeout(tthr_thread *thread, double seconds);

/* Whether it has been started and has not yet ended. */
TTHR_API bool tthr_thread_is_alive(const tthr_thread *thread);

/*
 * The value that the thread ended with (PTHREAD_CANCELED if cancelled) and how. Either pointer may be NULL. EBUSY while
 * it is new or alive; and, since it never waits, of a cancelled thread also until the join of it would not wait.
 */
TTHR_API int tthr_thread_result(const tthr_thread *thread, void **value, enum tthr_end *end);

/* The thread's name. Valid as long as the thread, also after it is renamed. */
TTHR_API const char *tthr_thread_name(const tthr_thread *thread);

/*
 * Renames it, at any time and from any thread. Earlier names stay in memory as long as the thread; a name it has had
 * before takes no more. The kernel's name for the thread is set as well, cut to 15 bytes, but the main thread's only
 * when asked for: it is the process's. EINVAL for NULL; ENOMEM.
 */
TTHR_API int tthr_thread_set_name(tthr_thread *thread, const char *name);

/* Whether it is a daemon. */
TTHR_API bool tthr_thread_daemon(const tthr_thread *thread);

/* Makes it a daemon or not. EBUSY once it has been started. */
TTHR_API int tthr_thread_set_daemon(tthr_thread *thread, bool daemon);

/* Its pthread_t, for pthread_cancel and the like, while it is alive; 0 before. */
TTHR_API unsigned long tthr_thread_ident(const tthr_thread *thread);

/* The kernel's id of it, as gettid returns; 0 before it starts. */
TTHR_API pid_t tthr_thread_native_id(const tthr_thread *thread);

/* The thread's id in the trace, unique in the process and never reused. */
TTHR_API uint64_t tthr_thread_id(const tthr_thread *thread);

/*
 * The calling thread. One that the library did not start gets an entry, called Dummy-1, Dummy-2, … and a daemon, which
 * lasts until it ends. Lent: valid while the calling thread lives. Without memory for the entry: a shared one, with the
 * name Dummy.
 */
TTHR_API tthr_thread *tthr_current(void);

/* The main thread, MainThread: the one that main runs in; in a forked child, the one that called fork. Lent. */
TTHR_API tthr_thread *tthr_main(void);

/*
 * All threads that are alive, daemons, dummies and the main thread among them, in the order of their start. *threads
 * becomes an array of *n references; tthr_thread_list_free gives both back. ENOMEM.
 */
TTHR_API int tthr_enumerate(tthr_thread ***threads, size_t *n);
TTHR_API void tthr_thread_list_free(tthr_thread **threads, size_t n);

/* How many threads tthr_enumerate would list. */
TTHR_API size_t tthr_active_count(void);

#ifdef __cplusplus
}
#endif

#endif /* TRACE_THR_THREAD_H */
