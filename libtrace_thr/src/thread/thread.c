/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/thread/thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/explore/shake.h"

/* A name that the thread was given after its first. */
struct tthr_thread_name {
	struct tthr_thread_name *next;
	char text[];
};

static void free_own(tthr_thread *thread)
{
	free(thread);
}

static bool inherited(enum tthr_daemon daemon)
{
	return daemon == TTHR_DAEMON_INHERIT ? tthr_current()->daemon : daemon == TTHR_DAEMON_YES;
}

/* Makes *thread new, with one reference. */
static int prepare(tthr_thread *thread, const struct tthr_thread_options *options, const char *kind)
{
	memset(thread, 0, sizeof *thread);
	int error = tt_object_init(&thread->object, kind, options->name);
	if (error)
		return error;
	thread->name = thread->object.name;
	thread->refs = 1;
	thread->options = *options;
	thread->options.name = NULL; /* lent for the call only */
	return 0;
}

int tt_thread_init(tthr_thread *thread, const struct tthr_thread_options *options, const void *caller)
{
	static const struct tthr_thread_options none;

	if (!options)
		options = &none;
	int error = prepare(thread, options, "Thread");
	if (error)
		return error;
	thread->daemon = inherited(options->daemon);
	struct tt_object_ref what = tt_thread_ref_of(thread);
	TT_TRACE(thread_create, caller, &what, thread->daemon);
	return 0;
}

int tthr_thread_init(tthr_thread *thread, const struct tthr_thread_options *options)
{
	return tt_thread_init(thread, options, TT_CALLER);
}

int tthr_thread_new(tthr_thread **thread, const struct tthr_thread_options *options)
{
	tthr_thread *made = malloc(sizeof *made);

	if (!made)
		return ENOMEM;
	int error = tt_thread_init(made, options, TT_CALLER);
	if (error) {
		free(made);
		return error;
	}
	made->options.free = free_own;
	*thread = made;
	return 0;
}

tthr_thread *tt_thread_new_foreign(void)
{
	static const struct tthr_thread_options options = {.free = free_own};
	tthr_thread *thread = malloc(sizeof *thread);

	if (thread && prepare(thread, &options, "Dummy")) {
		free(thread);
		return NULL;
	}
	if (thread) {
		thread->daemon = true;
		thread->foreign = true;
		thread->prng = tt_shake_child();
	}
	return thread;
}

tthr_thread *tthr_thread_ref(tthr_thread *thread)
{
	/* Relaxed: who adds a reference has one, so the count does not decide anything here. */
	__atomic_add_fetch(&thread->refs, 1, __ATOMIC_RELAXED);
	return thread;
}

/* What the thread has of its own, when nobody refers to it any more. */
static void finish(tthr_thread *thread)
{
	struct tthr_thread_name *names = thread->names;
	char *first_name = thread->object.copy;

	if (tt_thread_state(thread) == TT_LIFE_ENDED && tt_thread_is_of_this_process(thread))
		pthread_detach(thread->ident);
	/* Before the names: in the thread's own end, what free calls emits events as this thread. */
	if (thread->options.free)
		thread->options.free(thread);
	while (names) {
		struct tthr_thread_name *name = names;
		names = name->next;
		free(name);
	}
	free(first_name);
}

void tthr_thread_unref(tthr_thread *thread)
{
	/* Release and acquire: what others did with their references comes before the end. */
	if (thread && __atomic_sub_fetch(&thread->refs, 1, __ATOMIC_ACQ_REL) == 0)
		finish(thread);
}

void tt_thread_mark_gone_after_fork(tthr_thread *thread)
{
	thread->end = TT_END_CANCELLED;
	thread->result = PTHREAD_CANCELED;
	tt_thread_set_state(thread, TT_LIFE_GONE);
	/* Its reference of itself. Was it the last, the memory is left: code of the program must not run in a fork. */
	if (thread->options.free == free_own || __atomic_load_n(&thread->refs, __ATOMIC_RELAXED) > 1)
		tthr_thread_unref(thread);
}

const char *tthr_thread_name(const tthr_thread *thread)
{
	/* Acquire: pairs with the release in set_name, so the text is seen. */
	return __atomic_load_n(&thread->name, __ATOMIC_ACQUIRE);
}

/* The thread's own copy of the name, which it keeps, so that who has just read a name can go on using it. */
static const char *keep_name(tthr_thread *thread, const char *name)
{
	if (!strcmp(thread->object.name, name))
		return thread->object.name;
	for (struct tthr_thread_name *had = thread->names; had; had = had->next)
		if (!strcmp(had->text, name))
			return had->text;

	size_t size = strlen(name) + 1;
	struct tthr_thread_name *made = malloc(sizeof *made + size);
	if (!made)
		return NULL;
	memcpy(made->text, name, size);
	made->next = thread->names;
	thread->names = made;
	return made->text;
}

void tt_thread_set_kernel_name(const tthr_thread *thread)
{
	enum { KERNEL_MAX = 15 };
	char name[KERNEL_MAX + 1];
	size_t n = strnlen(thread->name, KERNEL_MAX);

	while (n && ((unsigned char)thread->name[n] & 0xc0) == 0x80)
		n--; /* a byte that continues a character: cut before the character */
	memcpy(name, thread->name, n);
	name[n] = '\0';
	pthread_setname_np(thread->ident, name);
}

int tt_thread_rename(tthr_thread *thread, const char *name, const void *caller)
{
	const char *old = thread->name;
	const char *kept = keep_name(thread, name);

	if (!kept)
		return ENOMEM;
	/* Release: pairs with the acquire in tthr_thread_name. */
	__atomic_store_n(&thread->name, kept, __ATOMIC_RELEASE);
	struct tt_object_ref what = tt_thread_ref_of(thread);
	TT_TRACE(thread_rename, caller, &what, old);
	return 0;
}

int tthr_thread_set_name(tthr_thread *thread, const char *name)
{
	if (!name) {
		struct tt_object_ref what = tt_thread_ref_of(thread);
		tt_misuse(TT_CALLER, TT_OBJECT_THREAD, &what, "tthr_thread_set_name", TT_MISUSE_BAD_ARGUMENT);
		return EINVAL;
	}
	tt_current_id();
	tt_registry_lock();
	int error = tt_thread_rename(thread, name, TT_CALLER);
	if (!error && tt_registry_has(thread) && thread->ident)
		tt_thread_set_kernel_name(thread);
	tt_registry_unlock();
	return error;
}

bool tthr_thread_daemon(const tthr_thread *thread)
{
	return thread->daemon;
}

int tthr_thread_set_daemon(tthr_thread *thread, bool daemon)
{
	if (tt_thread_state(thread) != TT_LIFE_NEW)
		return EBUSY;
	thread->daemon = daemon;
	return 0;
}

bool tthr_thread_is_alive(const tthr_thread *thread)
{
	uint32_t state = tt_thread_state(thread);

	return state == TT_LIFE_STARTING || state == TT_LIFE_ALIVE;
}

unsigned long tthr_thread_ident(const tthr_thread *thread)
{
	return __atomic_load_n(&thread->ident, __ATOMIC_RELAXED);
}

pid_t tthr_thread_native_id(const tthr_thread *thread)
{
	return __atomic_load_n(&thread->native_id, __ATOMIC_RELAXED);
}

uint64_t tthr_thread_id(const tthr_thread *thread)
{
	return thread->object.id;
}
