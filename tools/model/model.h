/* SPDX-License-Identifier: MIT */
/*
 * The model: who exists, who holds what and who waits for what, at the moment of the last event it was fed.
 *
 * Checks, timelines and counts are its observers: the model turns events into transitions (a wait begins, a hold
 * ends) and tells them, so that none of them reads events of the primitives itself. Memory grows with threads and
 * objects, not with events. Nothing here is freed before the model, so pointers may be kept; only a hold goes when it
 * ends.
 */
#ifndef TT_MODEL_H
#define TT_MODEL_H

#include <stdbool.h>

#include <glib.h>

#include "tools/read/event.h"

struct tt_thread;
struct tt_object;

struct tt_recent;

/* A program in a process: after exec, its pid belongs to another of these. */
struct tt_process {
	uint32_t pid;
	uint32_t ppid;             /* 0 unknown */
	struct tt_process *before; /* of the program that it ran until it executed this one; NULL: the first seen */
	GPtrArray *threads;        /* struct tt_thread, in the order in which they were first seen */
	GPtrArray *objects;        /* struct tt_object, likewise */
	GHashTable *by_thread;     /* id → struct tt_thread */
	GHashTable *by_object;     /* id → struct tt_object */
	struct tt_recent *recent;  /* private: the model's */
	int64_t first_ns, last_ns;
};

/* What an object is. A thread can be waited for as well: each struct tt_thread has an object. */
enum tt_family {
	TT_FAMILY_LOCK,
	TT_FAMILY_CONDITION,
	TT_FAMILY_EVENT,
	TT_FAMILY_SEMAPHORE,
	TT_FAMILY_BARRIER,
	TT_FAMILY_THREAD,
	TT_FAMILY_LOCAL,
	TT_FAMILY_FUTEX, /* a word of memory that threads sleep on by futex(2); all that ever was at its address */
};

/*
 * A thread has an object, from its acquire to its release. Also a place of a semaphore, of which a thread can have
 * many, until one who has none releases it: then it counts signals, not places, and nobody holds it. A thread that has
 * an rwlock in shared mode several times has one hold of that depth.
 */
struct tt_hold {
	struct tt_thread *thread;
	struct tt_object *object;
	enum tt_mode mode;
	uint32_t depth;
	int64_t since_ns;
	uint64_t caller;              /* the acquire site; 0: from before the trace */
	const struct tt_stack *stack; /* the call chain beyond it, the model's, with n frames only; NULL: unknown */
	enum tt_limit limit;          /* how long the call that got it would have waited */
};

/* A thread waits for an object. */
struct tt_wait {
	struct tt_object *object; /* NULL: it does not wait */
	enum tt_mode mode;
	int64_t since_ns;
	uint64_t caller;
	const struct tt_stack *stack; /* as that of a hold */
	int64_t timeout_ns;           /* TT_NO_TIMEOUT: for good */
	struct tt_object *lock;       /* of a condition wait: the lock it gave up */
	uint64_t holder;  /* of a lock wait: the thread that held it then, as the program saw it; 0 unknown */
	bool woken;       /* another thread has let it go on: all it needs is to run */
	bool maybe_woken; /* one of those, of whom a notify let some go on, nobody can say which */
	bool destroys;    /* it is about to destroy the object, and waits until those who wait for it have left */
	struct tt_thread *waker; /* of a futex: whose wake may have let it go on; NULL nobody's */
};

enum tt_thread_state {
	TT_THREAD_NEW, /* created, not yet started */
	TT_THREAD_ALIVE,
	TT_THREAD_EXITED,
	TT_THREAD_ABANDONED, /* a daemon, when its process ended */
};

struct tt_thread {
	struct tt_process *process;
	struct tt_object *object; /* itself, as something to join */
	uint64_t id;
	guint number;     /* its place among those of its process */
	const char *name; /* its latest, interned */
	enum tt_thread_state state;
	enum tt_end end;
	bool daemon;
	bool timer;
	bool left_behind; /* of the parent process: not in this one, but holds what was held over the fork */
	uint32_t native_id;
	uint64_t target; /* the address of its function; 0 unknown */
	struct tt_thread *creator;
	bool joined_twice;           /* by pthreads: several threads wait for its end, of which one is told */
	struct tt_thread *joined_by; /* whose join of it has returned; NULL nobody's */
	int64_t created_ns, started_ns, ended_ns; /* 0 not seen */
	struct tt_wait wait;
	const struct tt_stack *join_stack; /* of its latest join that is over; as that of a hold */
	GPtrArray *holds;                  /* struct tt_hold, in the order of acquiring */
};

struct tt_object {
	struct tt_process *process;
	enum tt_family family;
	uint64_t id;
	guint number;     /* its place among those of its process */
	const char *name; /* interned */
	uint8_t kind;     /* enum tt_lock_kind, of a lock */
	bool whole;       /* its init was seen: what is known of it is all there is to know */
	bool destroyed;
	bool shared;              /* between processes: one that is not in the trace may act on it */
	bool robust;              /* of a lock: it passes from a holder that has exited to the next */
	struct tt_thread *thread; /* of TT_FAMILY_THREAD */
	GPtrArray *holds;         /* struct tt_hold: its holders */
	GPtrArray *waiters;       /* struct tt_thread; not who is about to destroy it */
	bool left_waiters;        /* threads of the parent process waited for it when it was first seen in this one */
	struct tt_object *lock;   /* of a condition */
	guint loose;              /* of a condition or futex: how many of those that may have been woken have been */
	uint64_t value, bound;    /* of a semaphore; bound UINT64_MAX: none */
	uint64_t places;          /* of a semaphore: its value when it was made; 0 also if that was not seen */
	bool signals;             /* of a lock or semaphore: released by one who did not have it */
	uint32_t parties;         /* of a barrier */
	bool set;                 /* of an event */
	struct tt_thread *last;   /* who released, set, notified or posted it last: its probable waker */
	int64_t last_ns;
};

/* A once is a lock that is held while its routine runs. */
static inline bool tt_is_once(const struct tt_object *object)
{
	return object->family == TT_FAMILY_LOCK && object->kind == TT_KIND_ONCE;
}

/* Why a wait ended. */
enum tt_outcome { TT_OUTCOME_GOT, TT_OUTCOME_TIMEOUT, TT_OUTCOME_ERROR };

/*
 * What observers are told; each may be NULL. `event` is the event that it follows from, `data` the observer's own. A
 * thread's wait, and the holds, are as they were just before an `_ended` and just after a `_began`.
 */
struct tt_observer {
	void (*thread_began)(struct tt_thread *thread, const struct tt_event *event, void *data);
	void (*thread_ended)(struct tt_thread *thread, const struct tt_event *event, void *data);
	void (*wait_began)(struct tt_thread *thread, const struct tt_event *event, void *data);
	/* waker: the thread that let it go on, NULL unknown or none */
	void (*wait_ended)(struct tt_thread *thread, enum tt_outcome outcome, struct tt_thread *waker,
	                   const struct tt_event *event, void *data);
	void (*hold_began)(struct tt_hold *hold, const struct tt_event *event, void *data);
	void (*hold_ended)(struct tt_hold *hold, const struct tt_event *event, void *data);
	/* every event, after the transitions that follow from it */
	void (*event)(struct tt_thread *thread, struct tt_object *object, const struct tt_event *event, void *data);
};

struct tt_model {
	GPtrArray *processes;     /* struct tt_process, in the order in which they were first seen */
	GHashTable *by_pid;       /* private: pid → the latest struct tt_process of it */
	struct tt_recent *recent; /* private: what was asked for last */
	GArray *observers;        /* private */
	GHashTable *stacks;       /* private: every call chain, once */
	int64_t now_ns;           /* of the last event */
};

struct tt_model *tt_model_new(void);
void tt_model_free(struct tt_model *model);

/* Adds an observer, which and whose data stay the caller's. Observers are told in the order of adding. */
void tt_model_observe(struct tt_model *model, const struct tt_observer *observer, void *data);

/* Takes the next event. Unknown threads and objects are made as they appear: a trace may begin in the middle. */
void tt_model_feed(struct tt_model *model, const struct tt_event *event);

/* What is called `before` has another name now: an object, or a thread, of the program that runs in the process. */
void tt_model_rename(struct tt_model *model, uint32_t pid, uint64_t id, const char *before, const char *name);

/* A thread or object of a process by its id; NULL if none was seen. */
struct tt_thread *tt_model_thread(struct tt_process *process, uint64_t id);
struct tt_object *tt_model_object(struct tt_process *process, uint64_t id);

/* The latest hold of the object that the thread has; NULL: none. */
struct tt_hold *tt_model_hold_of(const struct tt_thread *thread, const struct tt_object *object);

/* Whether events of the type tell that an object is made: of all kinds but threads. */
bool tt_makes_object(enum tt_event_type type);

/* Whether a condition wakes its waiters in the order in which they came; else any of them may be the one. */
bool tt_wakes_in_order(const struct tt_object *condition);

#endif /* TT_MODEL_H */
