/* SPDX-License-Identifier: MIT */
/*
 * fork: without LTTng's help the events of a child would be recorded as its parent's.
 *
 * LTTng has that help in a library of its own, liblttng-ust-fork.so, to be preloaded. With it, this one keeps out.
 */
#include <dlfcn.h>
#include <lttng/ust-fork.h>
#include <pthread.h>
#include <signal.h>

#include "environment.h"

/* The signals that the forking thread had blocked: LTTng blocks them all meanwhile. */
static __thread sigset_t signals;

/* LTTng has taken its leave of this process, and of its children. */
static int has_left;

/* The interposer finds it by its name. */
__attribute__((visibility("default"))) void tt_provider_leave(void);

void tt_provider_leave(void)
{
	has_left = 1;
}

static void before(void)
{
	if (!has_left)
		lttng_ust_before_fork(&signals);
}

static void after_in_parent(void)
{
	if (!has_left)
		lttng_ust_after_fork_parent(&signals);
}

static void after_in_child(void)
{
	if (has_left)
		return;
	tt_environment_swap();
	lttng_ust_after_fork_child(&signals);
	tt_environment_swap();
}

__attribute__((constructor)) static void handle_forks(void)
{
	tt_environment_note();

	void *helper = dlopen("liblttng-ust-fork.so.1", RTLD_LAZY | RTLD_NOLOAD);

	if (helper)
		dlclose(helper);
	else
		pthread_atfork(before, after_in_parent, after_in_child);
}
