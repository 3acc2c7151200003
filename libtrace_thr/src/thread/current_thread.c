/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/thread/current_thread.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "libtrace_thr/src/primitives/local.h"
#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/thread/process.h"
#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/thread/thread.h"
#include "libtrace_thr/src/trace/untold.h"

__thread uint64_t tt_current_thread_id;
__thread unsigned tt_reentrancy;

static __thread tthr_thread *self __attribute__((tls_model("initial-exec")));
static __thread bool ended __attribute__((tls_model("initial-exec")));
static __thread unsigned rounds __attribute__((tls_model("initial-exec")));

/* Cached: getpid is a system call, and every event has it. Relaxed: it changes where there is one thread, in a fork. */
static uint32_t pid;

/* Its destructor is the end of a thread. */
static pthread_key_t key;

/* What all threads share that could not be given an entry of their own. Each has an id of its own all the same. */
static tthr_thread nameless = {.name = "Dummy", .state = TT_LIFE_ALIVE, .refs = 1, .daemon = true, .foreign = true};

uint32_t tt_current_pid(void)
{
	return __atomic_load_n(&pid, __ATOMIC_RELAXED);
}

/*
 * ThreadSanitizer's and MemorySanitizer's runtimes end their part of a thread in the last rounds, by calls that look as
 * the program's where the runtime is within it. LTTng would end its part after them, and crash: so ours ends a round
 * earlier, and what comes then is nobody's to count.
 */
static unsigned last_round = PTHREAD_DESTRUCTOR_ITERATIONS - 1;

bool tt_self_is_watched(void)
{
	return last_round < PTHREAD_DESTRUCTOR_ITERATIONS - 1;
}

/*
 * Ends the thread, in the last round but one: in the others the program's own destructors, and those of C++ and of
 * LTTng, may call the library as the thread that they are in. The last is LTTng's, which remembers each thread that has
 * made an event: also the one that has told its end. Locals end in the second round, so that what their frees set is
 * destroyed as well, and those that are made after that in the next.
 */
static void at_thread_end(void *arg)
{
	rounds++;
	if (rounds < last_round && !pthread_setspecific(key, arg)) {
		if (rounds > 1)
			tt_local_end_thread(arg);
		return;
	}
	tt_thread_end(arg);
}

/* Whether the program has a runtime within it that stands before libc's threads, as gcc's -static-libtsan makes it. */
static bool program_makes_threads(void)
{
	Dl_info call, program;
	const void *found = dlsym(RTLD_DEFAULT, "pthread_create");

	return found && dladdr(found, &call) && dladdr((const void *)getauxval(AT_PHDR), &program) &&
	       call.dli_fbase == program.dli_fbase;
}

void tt_current_prepare(void)
{
	if (dlsym(RTLD_DEFAULT, "__tsan_init") || dlsym(RTLD_DEFAULT, "__msan_init") || program_makes_threads())
		last_round--;
	__atomic_store_n(&pid, (uint32_t)getpid(), __ATOMIC_RELAXED);
	nameless.object.name = nameless.name;
	nameless.object.id = tt_object_new_id();
	pthread_key_create(&key, at_thread_end);
}

bool tt_current_bind(tthr_thread *thread)
{
	if (pthread_setspecific(key, thread))
		return false;
	self = thread;
	tt_current_thread_id = thread->object.id;
	return true;
}

void tt_current_forget(void)
{
	self = NULL;
	ended = true;
	tt_current_thread_id = 0;
}

bool tt_current_has_ended(void)
{
	return ended;
}

tthr_thread *tt_current_thread(void)
{
	return self;
}

bool tt_current_is_placeholder(void)
{
	return self == &nameless;
}

/*
 * A thread that the library did not start calls it for the first time. One that calls it after its end is no other
 * thread, and could not end again.
 */
static void adopt(void)
{
	tthr_thread *thread = ended ? NULL : tt_thread_new_foreign();

	if (thread && tt_current_bind(thread)) {
		tt_registry_add(thread);
		tt_thread_begin(thread);
		return;
	}
	tthr_thread_unref(thread);
	self = &nameless;
	tt_current_thread_id = tt_object_new_id();
}

uint64_t tt_current_identify(void)
{
	tt_process_enter();
	tt_reentrancy += TT_INTERNAL; /* a handler that comes in does not make the thread known a second time */
	if (!self)
		adopt();
	tt_reentrancy -= TT_INTERNAL;
	return tt_current_thread_id;
}

struct tt_thread_ref tt_current_ref(void)
{
	uint64_t id = tt_current_id();
	return (struct tt_thread_ref){.name = tthr_thread_name(self), .id = id, .pid = tt_current_pid()};
}

struct tt_emit_guard tt_emit_guard_enter(void)
{
	struct tt_emit_guard calm = {.error = errno};

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &calm.cancel_state);
	return calm;
}

void tt_emit_guard_leave(struct tt_emit_guard calm)
{
	pthread_setcancelstate(calm.cancel_state, NULL);
	errno = calm.error;
}

tthr_thread *tthr_current(void)
{
	tt_current_id();
	return self;
}

void tt_misuse(const void *caller, enum tt_object_kind kind, const struct tt_object_ref *what, const char *call,
               enum tt_misuse why)
{
	TT_TRACE(misuse, caller, what, kind, call, why);
}

void tt_current_after_fork_in_child(void)
{
	__atomic_store_n(&pid, (uint32_t)getpid(), __ATOMIC_RELAXED);
}
