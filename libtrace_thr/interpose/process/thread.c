/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/interpose/process/thread.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/thread/pthread_exit.h"
#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/src/thread/thread.h"
#include "libtrace_thr/src/sync/futex_lock.h"
#include "libtrace_thr/interpose/process/fork.h"
#include "libtrace_thr/interpose/core/object_table.h"

enum { NAME_SIZE = 40 };

/* A thread that the program has made. */
struct plain {
	tthr_thread thread; /* first: it is what the library gives back */
	void *(*start)(void *);
	int (*c11_start)(void *); /* that of thrd_create, in place of start */
	void *arg;
	pthread_t handle;
	unsigned joiners;   /* how many threads wait for its end */
	struct plain *next; /* of those to join, or of those free */
	/* Of those that have yet to begin. */
	struct plain *later, **before;
	const pthread_t *place; /* where libc puts the handle for the program, until its maker has noted it */
	char name[NAME_SIZE];
};

/* Those that can be joined, each with a reference; and memory to use again. Under the lock. */
static struct plain *joinable;
static struct plain *unused;
static struct plain *starting; /* made, and yet to begin */

static void lock_threads(void)
{
	tt_reentrancy_enter();
	if (!tt_futex_lock_try(&tt_internal_locks.threads))
		tt_futex_lock_acquire(&tt_internal_locks.threads, &tt_never);
}

static void unlock_threads(void)
{
	tt_futex_lock_release(&tt_internal_locks.threads);
	tt_reentrancy_leave();
}

static void give_back(tthr_thread *thread)
{
	struct plain *plain = (struct plain *)thread;

	lock_threads();
	plain->next = unused;
	unused = plain;
	unlock_threads();
}

/* Not from malloc: a program's own may make threads, and may hold its locks then. */
static struct plain *take(void)
{
	struct plain *plain;

	lock_threads();
	plain = unused;
	if (plain)
		unused = plain->next;
	unlock_threads();
	return plain ? plain : tt_object_entry_memory(sizeof *plain);
}

/* A new thread, which has a reference of itself. NULL without memory. */
static struct plain *make(const void *start, const void *caller)
{
	static unsigned count;
	struct plain *plain = take();

	if (!plain)
		return NULL;
	memset(plain, 0, sizeof *plain);
	/* Relaxed: only the numbers must differ. */
	snprintf(plain->name, NAME_SIZE, "Thread-%u (0x%lx)", __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED),
	         (unsigned long)(uintptr_t)start);
	plain->thread = (tthr_thread){
	    .object = {.id = tt_object_new_id(), .name = plain->name},
	    .name = plain->name,
	    .state = TT_LIFE_NEW,
	    .refs = 1,
	    .pid = tt_current_pid(),
	    .foreign = true,
	    .starter = caller,
	    .options = {.free = give_back, .target = (void *(*)(void *))(uintptr_t)start},
	};
	return plain;
}

/* In the thread: it is known from here on. */
static bool begin(struct plain *plain)
{
	if (!tt_current_bind(&plain->thread))
		return false;
	tt_registry_add(&plain->thread);
	tt_thread_begin(&plain->thread);
	return true;
}

static void add_starting(struct plain *plain, const pthread_t *place)
{
	lock_threads();
	plain->place = place;
	plain->later = starting;
	plain->before = &starting;
	if (starting)
		starting->before = &plain->later;
	starting = plain;
	unlock_threads();
}

/* The lock is held. */
static void remove_starting(struct plain *plain)
{
	if (!plain->before)
		return;
	*plain->before = plain->later;
	if (plain->later)
		plain->later->before = plain->before;
	plain->before = NULL;
}

/* What the calling thread was made as, if it has yet to begin. */
static struct plain *find_starting(void)
{
	pthread_t self = pthread_self();
	struct plain *found;

	lock_threads();
	for (found = starting; found; found = found->later)
		if (pthread_equal(found->place ? *found->place : found->handle, self))
			break;
	unlock_threads();
	return found;
}

/* The thread begins, at its start or in a handler that comes before it. False without memory. */
static bool begin_made(struct plain *plain)
{
	/* It can have been cancelled already, and is to end where the program's calls let it, not here. */
	struct tt_emit_guard calm = tt_emit_guard_enter();

	lock_threads();
	remove_starting(plain);
	plain->handle = pthread_self();
	unlock_threads();
	bool known = begin(plain);
	tt_emit_guard_leave(calm);
	return known;
}

/* A thread that was made by nobody we know. */
static void begin_unmade(void)
{
	struct plain *plain = make(NULL, NULL);

	if (plain)
		plain->thread.prng = tt_shake_child();
	if (plain && pthread_getname_np(pthread_self(), plain->name, NAME_SIZE))
		strcpy(plain->name, "Thread");
	if (plain && !begin(plain))
		give_back(&plain->thread);
}

/* A handler can have made the thread known, before no other comes in; and can come before the thread's own start. */
bool tt_thread_adopt(void)
{
	struct plain *made;

	if (tt_current_has_ended())
		return false;
	tt_reentrancy_enter();
	if (!tt_current_thread_id) {
		made = find_starting();
		if (made)
			begin_made(made);
		else
			begin_unmade();
	}
	tt_reentrancy_leave();
	return tt_current_thread_id;
}

/* The way out of a thread that does not return. */
static void unwinds(void *arg)
{
	tthr_thread *thread = arg;

	thread->end = TT_END_CANCELLED;
	thread->result = PTHREAD_CANCELED;
}

/*
 * For the maker. Libc puts the handle at the program's place before the thread runs. Only until the thread has noted it
 * itself may it be looked at there: after that, code of the program may have freed the place.
 */
static void note_handle_at(struct plain *plain, const pthread_t *place)
{
	lock_threads();
	if (!plain->handle)
		plain->handle = *place;
	plain->place = NULL;
	unlock_threads();
}

/* What the program's thread begins with; its end is that of tt_current_bind. */
static void *run(void *arg)
{
	struct plain *plain = arg;
	void *(*start)(void *) = plain->start;
	int (*c11_start)(void *) = plain->c11_start;
	void *start_arg = plain->arg;
	void *result;

	tt_reentrancy_enter();
	bool known = tt_current_thread_id ? tt_current_thread() == &plain->thread : begin_made(plain);
	tt_reentrancy_leave();
	if (!known)
		return start ? start(start_arg) : (void *)(uintptr_t)c11_start(start_arg);
	pthread_cleanup_push(unwinds, plain);
	result = start ? start(start_arg) : (void *)(uintptr_t)c11_start(start_arg);
	pthread_cleanup_pop(0);
	return result;
}

/* A thread of the tracer's own: nothing in it is the program's. */
struct silent {
	void *(*start)(void *);
	void *arg;
};

static void *run_silently(void *arg)
{
	struct silent silent = *(struct silent *)arg;

	tt_reentrancy_enter();
	return silent.start(silent.arg);
}

/* It may come before our constructor, so where the tracer's code lies is looked up here. */
static bool is_of_tracer(const void *caller)
{
	if (!tt_tracer.n)
		tt_tracer_find();
	return tt_is_tracer(caller);
}

static int make_silently(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
	struct silent *silent = tt_object_entry_memory(sizeof *silent);

	if (!silent)
		return TT_LIBC(pthread_create)(thread, attributes, start, arg);
	*silent = (struct silent){start, arg};
	return TT_LIBC(pthread_create)(thread, attributes, run_silently, silent);
}

static bool is_to_be_joined(const pthread_attr_t *attributes)
{
	int state = PTHREAD_CREATE_JOINABLE;

	if (attributes)
		pthread_attr_getdetachstate(attributes, &state);
	return state == PTHREAD_CREATE_JOINABLE;
}

static void add_joinable(struct plain *plain)
{
	tthr_thread_ref(&plain->thread);
	lock_threads();
	plain->next = joinable;
	joinable = plain;
	unlock_threads();
}

/* Takes the one with the handle, or that one itself, out of the list, with its reference. */
static struct plain *remove_joinable(const struct plain *wanted, pthread_t handle)
{
	struct plain *found;

	lock_threads();
	struct plain **at = &joinable;
	while (*at && (wanted ? *at != wanted : !pthread_equal((*at)->handle, handle)))
		at = &(*at)->next;
	found = *at;
	if (found)
		*at = found->next;
	unlock_threads();
	return found;
}

static void forget(struct plain *plain)
{
	if (plain)
		tthr_thread_unref(&plain->thread);
}

/* The one with the handle, also after its end, as long as it can be joined. */
static struct plain *find_joinable(pthread_t handle)
{
	struct plain *found;

	lock_threads();
	for (found = joinable; found && !pthread_equal(found->handle, handle);)
		found = found->next;
	unlock_threads();
	return found;
}

/* The thread that a join of the handle waits for; `plain` if that is not NULL. */
static const tthr_thread *thread_of(const struct plain *plain, pthread_t handle)
{
	const tthr_thread *main = tt_registry_main();

	if (plain)
		return &plain->thread;
	return main && pthread_equal(tthr_thread_ident(main), handle) ? main : NULL;
}

/*
 * What an event needs of a stack, with its call chain, and what LTTng keeps for a thread. A size that the program gives
 * is what it needs itself, so this comes on top; where it gives the memory, nothing can.
 */
enum { EVENT_STACK = 16 * 1024, LARGE_STACK = 1024 * 1024 };

/* The attributes to make a thread by: those given, or `room` with a larger stack. */
static const pthread_attr_t *attributes_for(const pthread_attr_t *given, pthread_attr_t *room)
{
	void *memory;
	size_t size;

	/* The size is 0 where none was given, and then the address is that of no memory as well. */
	if (!given || pthread_attr_getstack(given, &memory, &size) || (uintptr_t)memory + size || !size ||
	    size >= LARGE_STACK)
		return given;
	*room = *given; /* glibc keeps what lies outside of it until the given one is destroyed */
	return pthread_attr_setstacksize(room, size + EVENT_STACK) ? given : room;
}

int tt_thread_create_traced(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                            int (*c11_start)(void *), void *arg, const void *caller)
{
	const void *address = start ? (const void *)(uintptr_t)start : (const void *)(uintptr_t)c11_start;
	bool to_join = is_to_be_joined(attributes);
	struct plain *plain = make(address, caller);

	if (!plain)
		return EAGAIN;
	plain->start = start;
	plain->c11_start = c11_start;
	plain->arg = arg;
	plain->thread.prng = tt_shake_child();
	if (TT_TRACED(thread_create) && tt_should_trace(caller)) {
		tt_shake();
		TT_EMIT(thread_create, caller, TT_OBJECT_REF(tt_thread_ref_of(&plain->thread)), plain->thread.daemon);
	}
	if (to_join)
		add_joinable(plain);
	tthr_thread_ref(&plain->thread); /* it may be joined or detached, and end, before this call does */
	pthread_attr_t room;
	add_starting(plain, thread);
	int error = TT_LIBC(pthread_create)(thread, attributes_for(attributes, &room), run, plain);
	if (!error) {
		note_handle_at(plain, thread);
	} else {
		lock_threads();
		remove_starting(plain);
		unlock_threads();
		if (to_join)
			forget(remove_joinable(plain, 0));
		tthr_thread_unref(&plain->thread);
	}
	forget(plain);
	return error;
}

/*
 * A join that is about to wait. libc lets several threads do so, but the kernel tells one of them of the end, and the
 * others wait for good; POSIX does not say what becomes of them.
 */
struct joining {
	struct plain *plain; /* NULL: not counted */
	int error;
};

static void begin_joining(struct joining *joining, const void *caller)
{
	lock_threads();
	bool second = joining->plain->joiners++ > 0;
	unlock_threads();
	if (second)
		TT_EMIT(misuse, caller, TT_OBJECT_REF(tt_thread_ref_of(&joining->plain->thread)), TT_OBJECT_THREAD,
		        "pthread_join", TT_MISUSE_JOINED_TWICE);
}

/* One that came to nothing, by a time limit, an error or a cancellation. The thread may be joined by another. */
static void end_joining(struct joining *joining)
{
	const struct plain *plain;

	if (!joining->plain || !joining->error)
		return;
	lock_threads();
	for (plain = joinable; plain && plain != joining->plain;)
		plain = plain->next;
	if (plain)
		joining->plain->joiners--;
	unlock_threads();
}

static void tell_join_end(const tthr_thread *joined, bool itself, int error, const void *caller)
{
	if (itself)
		TT_EMIT(misuse, caller, TT_OBJECT_REF(tt_thread_ref_of(joined)), TT_OBJECT_THREAD, "pthread_join",
		        TT_MISUSE_JOINS_ITSELF);
	TT_EMIT(thread_join_done, caller, TT_OBJECT_REF(tt_thread_ref_of(joined)),
	        error ? TT_WAKE_TIMEOUT : TT_WAKE_JOINED, TT_STACK(caller));
}

int tt_thread_join_traced(pthread_t thread, void **value, clockid_t clock, const struct timespec *until, tt_join *join,
                          const void *caller)
{
	bool told = TT_TRACED(thread_join_done) && tt_should_trace(caller);
	if (told)
		tt_shake();
	/* Found before: once it is joined another thread may have its handle. */
	struct plain *plain = find_joinable(thread);
	const tthr_thread *joined = told ? thread_of(plain, thread) : NULL;
	int64_t timeout_ns = until ? tt_until_ns(clock, until) : TT_NO_TIMEOUT;

	bool itself = pthread_equal(thread, pthread_self()); /* which libc refuses */
	bool waits = joined && !itself && timeout_ns != 0 && tt_thread_state(joined) < TT_LIFE_ENDED;
	__attribute__((cleanup(end_joining))) struct joining joining = {waits ? plain : NULL, ECANCELED};
	if (joining.plain)
		begin_joining(&joining, caller);
	if (waits)
		TT_EMIT(thread_join_wait, caller, TT_OBJECT_REF(tt_thread_ref_of(joined)), timeout_ns,
		        TT_STACK(caller));
	int error = joining.error = join(thread, value, clock, until);
	if (joined)
		tell_join_end(joined, itself, error, caller);
	if (!error && plain)
		forget(remove_joinable(plain, thread));
	return error;
}

int tt_thread_detach(pthread_t thread, const void *caller)
{
	struct plain *plain = remove_joinable(NULL, thread);
	int error = TT_LIBC(pthread_detach)(thread);

	if (plain && TT_TRACED(thread_detach) && tt_should_trace(caller))
		TT_EMIT(thread_detach, caller, TT_OBJECT_REF(tt_thread_ref_of(&plain->thread)));
	forget(plain);
	return error;
}

void tt_threads_after_fork_in_child(void)
{
	joinable = NULL;
	starting = NULL;
	unused = NULL; /* the list may have been in change */
}

/* What programs call. */

TT_INTERPOSED int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
	/* A thread of the library: it makes itself known. */
	if (tt_is_ours(TT_CALLER))
		return TT_LIBC(pthread_create)(thread, attributes, start, arg);
	if (is_of_tracer(TT_CALLER))
		return make_silently(thread, attributes, start, arg);
	if (!tt_is_ready)
		return TT_LIBC(pthread_create)(thread, attributes, start, arg);
	return tt_thread_create_traced(thread, attributes, start, NULL, arg, TT_CALLER);
}

static int join(pthread_t thread, void **value, clockid_t clock, const struct timespec *until)
{
	(void)clock;
	(void)until;
	return TT_LIBC(pthread_join)(thread, value);
}

static int tryjoin(pthread_t thread, void **value, clockid_t clock, const struct timespec *until)
{
	(void)clock;
	(void)until;
	return TT_LIBC(pthread_tryjoin_np)(thread, value);
}

static int timedjoin(pthread_t thread, void **value, clockid_t clock, const struct timespec *until)
{
	(void)clock;
	return TT_LIBC(pthread_timedjoin_np)(thread, value, until);
}

TT_INTERPOSED int pthread_join(pthread_t thread, void **value)
{
	return tt_thread_join_traced(thread, value, CLOCK_REALTIME, NULL, join, TT_CALLER);
}

TT_INTERPOSED int pthread_tryjoin_np(pthread_t thread, void **value)
{
	return tt_thread_join_traced(thread, value, CLOCK_REALTIME, &(struct timespec){0}, tryjoin, TT_CALLER);
}

TT_INTERPOSED int pthread_timedjoin_np(pthread_t thread, void **value, const struct timespec *until)
{
	return tt_thread_join_traced(thread, value, CLOCK_REALTIME, until, timedjoin, TT_CALLER);
}

TT_INTERPOSED int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock, const struct timespec *until)
{
	return tt_thread_join_traced(thread, value, clock, until, TT_LIBC(pthread_clockjoin_np), TT_CALLER);
}

TT_INTERPOSED int pthread_detach(pthread_t thread)
{
	return tt_thread_detach(thread, TT_CALLER);
}
