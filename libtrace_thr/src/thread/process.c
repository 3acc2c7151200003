/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/thread/process.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "libtrace_thr/src/admission/admission.h"
#include "libtrace_thr/src/thread/fork.h"
#include "libtrace_thr/src/trace/module_list.h"
#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/trace/probes.h"
#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/src/explore/steer.h"
#include "libtrace_thr/src/thread/thread.h"
#include "libtrace_thr/src/trace/untold.h"

/* One reference of itself while it is alive, one of the registry's. */
static tthr_thread main_thread = {
    .object = {0, "MainThread", 0}, .name = "MainThread", .state = TT_LIFE_NEW, .refs = 2, .foreign = true};

/* Whether exit will call join_all. Under the registry's lock. */
static bool registered;

/* Copied: the program may change its environment. */
static char recording[32];

const char *tt_process_recording(void)
{
	return recording;
}

static void note_recording(void)
{
	const char *token = getenv("TRACE_THR_RECORDING");

	if (token)
		snprintf(recording, sizeof recording, "%s", token);
}

static void prepare(void)
{
	note_recording();
	tt_stack_prepare();
	tt_shake_prepare(&main_thread.prng);
	tt_steer_prepare();
	main_thread.object.id = tt_object_new_id(); /* the first: 1 */
	tt_registry_set_main(&main_thread);
	tt_registry_add(&main_thread);
	tt_current_prepare();
	tt_admission_prepare();
	/* The probes first: in a forked child LTTng's handler then runs before ours, which emits events. */
	if (tt_admission_ask(recording, sizeof recording))
		tt_probes_load();
	tt_fork_prepare();
}

void tt_process_enter(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, prepare);
	if (tt_thread_state(&main_thread) == TT_LIFE_NEW && gettid() == getpid() && tt_current_bind(&main_thread))
		tt_thread_begin(&main_thread);
}

/* Defined in the interposer, which has a copy of this library in itself. */
extern const char tthr_preloaded __attribute__((weak, visibility("hidden")));

/* Whether the interposer is here as well: the program calls its copy then, and this one must not say a word. */
static bool is_idle(void)
{
	return !&tthr_preloaded && dlsym(RTLD_DEFAULT, "tthr_preload_version");
}

__attribute__((constructor)) static void load(void)
{
	if (is_idle())
		return;
	tt_process_enter();
}

void tt_process_after_fork_in_child(void)
{
	tthr_thread *self = tt_current_thread();

	tt_admission_ask(recording, sizeof recording);
	if (!self && tt_current_bind(&main_thread)) { /* the library did not know it */
		self = tthr_thread_ref(&main_thread);
		self->end = TT_END_RETURNED;
		self->result = NULL;
		self->locals = NULL;
	}
	if (!self)
		return;
	if (self->foreign) {
		self->name = main_thread.object.name;
		self->daemon = false;
	}
	if (self != tt_registry_main())
		tt_registry_set_main(tthr_thread_ref(self));
	tt_registry_add(self);
	tt_thread_begin(self);
}

static bool is_to_be_joined(const tthr_thread *thread)
{
	return !thread->daemon && !thread->foreign && thread != tt_current_thread() && thread != tt_registry_main() &&
	       tt_thread_state(thread) != TT_LIFE_EXITING;
}

/*
 * The exit of the process waits for all threads that are not daemons, also those that are started meanwhile. The
 * thread that exits counts as ended from here on: one that it waits for can join it and go on.
 */
static void join_all(void)
{
	tthr_thread *self = tt_current_thread();
	tthr_thread *thread;

	if (self)
		tt_thread_set_state(self, TT_LIFE_EXITING);
	while ((thread = tt_registry_find(is_to_be_joined))) {
		tt_thread_join(thread, TTHR_FOREVER, NULL);
		tthr_thread_unref(thread);
	}
	tt_registry_lock();
	registered = false; /* what runs after this may start threads again */
	tt_registry_unlock();
}

int tt_process_join_at_exit(void)
{
	tt_registry_lock();
	if (!registered)
		registered = !atexit(join_all);
	int error = registered ? 0 : ENOMEM;
	tt_registry_unlock();
	return error;
}

void tt_process_leave(void)
{
	tthr_thread *self = tt_current_thread();

	tt_module_list_look();
	if (self && tt_emit_deferred_posts)
		tt_emit_deferred_posts();
	tt_untold_tell();
	if (tt_registry_first() && tt_enabled(thread_abandoned)) {
		self = tthr_current();
		tt_registry_lock();
		for (tthr_thread *thread = tt_registry_first(); thread; thread = thread->next) {
			struct tt_object_ref what = tt_thread_ref_of(thread);
			if (thread != self)
				TT_TRACE(thread_abandoned, NULL, &what);
		}
		tt_registry_unlock();
	}
	if (self) {
		struct tt_object_ref what = tt_thread_ref_of(self);
		TT_TRACE(thread_exit, NULL, &what, self == tt_registry_main() ? TT_END_RETURNED : TT_END_EXITED);
	}
}

/* After all functions that were registered with atexit, and before LTTng takes its leave. */
__attribute__((destructor)) static void unload(void)
{
	if (is_idle())
		return;
	tt_probes_leave_event();
	tt_process_leave();
}
