/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/thread/last_thread.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint32_t watched;

/* LTTng has taken its leave. */
static bool has_left;

static bool is_lttng_here(void)
{
	void *lttng = dlopen("liblttng-ust.so.1", RTLD_LAZY | RTLD_NOLOAD);

	if (lttng)
		dlclose(lttng);
	return lttng;
}

enum whose { PROGRAM, TRACER };

/* Whether the task is theirs, and runs. LTTng names its threads for the program, with `-ust` at the end. */
static bool is_running(const char *task, enum whose whose)
{
	char path[64];
	char line[128] = "";

	snprintf(path, sizeof path, "/proc/self/task/%.20s/stat", task);
	FILE *stat = fopen(path, "re");
	if (!stat)
		return false; /* it has just ended */
	fgets(line, sizeof line, stat);
	fclose(stat);
	const char *state = strrchr(line, ')'); /* "123 (name) S …" */
	if (!state)
		return whose == PROGRAM;
	bool is_tracer = strstr(line, "-ust) ");
	return state[2] != 'Z' && state[2] != 'X' && is_tracer == (whose == TRACER);
}

/* Whether a thread of theirs runs, other than the caller. Assumes it of the program's if it cannot tell. */
static bool others_run(enum whose whose)
{
	DIR *tasks = opendir("/proc/self/task");
	bool found = false;
	struct dirent *task;

	if (!tasks)
		return whose == PROGRAM;
	while (!found && (task = readdir(tasks))) {
		int id = atoi(task->d_name); /* 0 of the two that are no task */
		found = id && id != gettid() && is_running(task->d_name, whose);
	}
	closedir(tasks);
	return found;
}

void tt_last_thread_ends(void)
{
	if (__atomic_load_n(&has_left, __ATOMIC_RELAXED) || !is_lttng_here())
		return; /* libc sees to it */
	/* Relaxed: it only chooses one of those that come. */
	if (__atomic_exchange_n(&watched, 1, __ATOMIC_RELAXED))
		return;
	/* There may be threads that never called the library, and some that have ended for us are on their way out. */
	while (others_run(PROGRAM))
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	exit(EXIT_SUCCESS);
}

void tt_last_thread_await_tracer(void)
{
	__atomic_store_n(&has_left, true, __ATOMIC_RELAXED);
	for (int tries = 0; others_run(TRACER) && tries < 1000; tries++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

void tt_last_thread_after_fork_in_child(void)
{
	watched = 0;
}
