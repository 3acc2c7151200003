/* SPDX-License-Identifier: MIT */
/*
 * A thread: its states, and what thread.c (its identity), run.c (its life) and current_thread.c (who calls) do for each
 * other.
 */
#ifndef TT_THREAD_THREAD_H
#define TT_THREAD_THREAD_H

#include <trace_thr/thread.h>

#include "libtrace_thr/src/thread/current_thread.h"

/* The states, in a word that joiners sleep on. */
enum tt_life {
	TT_LIFE_NEW,      /* not started */
	TT_LIFE_STARTING, /* tthr_thread_start is at work */
	TT_LIFE_FAILED,   /* the same, but in vain */
	TT_LIFE_ALIVE,
	TT_LIFE_EXITING, /* alive, and in exit(): it joins the others, so they need not wait for it */
	TT_LIFE_ENDED,   /* nothing of the program runs in it any more; its pthread is not yet joined */
	TT_LIFE_REAPING, /* a joiner is in pthread_join */
	TT_LIFE_GONE,    /* for good */
};

static inline uint32_t tt_thread_state(const tthr_thread *thread)
{
	/* Acquire: pairs with the release in tt_thread_set_state, so what led to the state is seen. */
	return __atomic_load_n(&thread->state, __ATOMIC_ACQUIRE);
}

/*
 * Whether its pthread is of this process: after a fork, in the child, there is nothing of it to join or detach, and
 * nobody is at that either.
 */
static inline bool tt_thread_is_of_this_process(const tthr_thread *thread)
{
	return thread->pid == tt_current_pid();
}

/* Changes the state and wakes who waits for that. */
void tt_thread_set_state(tthr_thread *thread, enum tt_life state);

/* The thread as events name it, by the name that it has now. */
static inline struct tt_object_ref tt_thread_ref_of(const tthr_thread *thread)
{
	return (struct tt_object_ref){.name = tthr_thread_name(thread), .id = thread->object.id};
}

/* Makes a new thread and emits its event, as tthr_thread_init. For subclasses of the library. */
int tt_thread_init(tthr_thread *thread, const struct tthr_thread_options *options, const void *caller);

/* Makes the entry of the calling thread, which the library did not start. NULL without memory. */
tthr_thread *tt_thread_new_foreign(void);

/* In a forked child: the thread is not there any more. It counts as cancelled. */
void tt_thread_mark_gone_after_fork(tthr_thread *thread);

/* Gives it a name, and tells so; the kernel is not told. The registry's lock is held. ENOMEM. */
int tt_thread_rename(tthr_thread *thread, const char *name, const void *caller);

/* Gives the kernel the name that the thread has now. The registry's lock is held and the thread is in its list. */
void tt_thread_set_kernel_name(const tthr_thread *thread);

/* What tthr_thread_start and tthr_thread_join do, for a call at `caller`. */
int tt_thread_start(tthr_thread *thread, const void *caller);
int tt_thread_join(tthr_thread *thread, double seconds, const void *caller);

/* In the thread itself, first: what the library and the kernel have to know of it. */
void tt_thread_begin(tthr_thread *thread);

/* In the thread itself, at last: destroys its locals, tells the trace, lets joiners go. */
void tt_thread_end(tthr_thread *thread);

#endif /* TT_THREAD_THREAD_H */
