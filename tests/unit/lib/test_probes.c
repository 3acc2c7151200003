/* SPDX-License-Identifier: MIT */
/*
 * Where the probes are looked for, and how a thread leaves the event that it is in as its process ends: what libdl
 * answers is made up here.
 */
#include "wait.h"

#include <dlfcn.h>
#include <limits.h>

#include "libtrace_thr/src/trace/probes.h"
#include "tracepoints/emit.h"

static const char provider[] = "libtrace_thr-tracepoints.so";

/* What was asked for since the last time; the answer is that it is there from the n-th time on. */
static char asked[4][PATH_MAX];
static int flags[4];
static unsigned n_asked, there_from;
static bool watched;

void *dlopen(const char *path, int how)
{
	union {
		void *address;
		void *(*call)(const char *path, int how);
	} next = {.address = dlvsym(RTLD_NEXT, "dlopen", "GLIBC_2.34")};

	if (!watched || !strstr(path, provider))
		return next.call(path, how);
	must(n_asked < 4);
	snprintf(asked[n_asked], sizeof asked[0], "%s", path);
	flags[n_asked++] = how;
	return n_asked >= there_from ? asked : NULL;
}

/* How many events the thread is in, by LTTng's count of its read locks. */
static int inside;

static int is_inside(void)
{
	return inside > 0;
}

static void leave_one(void)
{
	inside--;
}

static bool knows_inside;

void *dlsym(void *handle, const char *name)
{
	union {
		void *address;
		int (*call)(void);
	} ours = {.call = is_inside};
	union {
		void *address;
		void *(*call)(void *handle, const char *name);
	} next = {.address = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34")};

	if (watched && !strcmp(name, "lttng_ust_urcu_read_ongoing"))
		return knows_inside ? ours.address : NULL;
	return next.call(handle, name);
}

static void look(unsigned from)
{
	n_asked = 0;
	there_from = from;
	watched = true;
	tt_probes_load();
	watched = false;
}

static void they_are_looked_for_by_name_and_then_beside_the_library(void **state)
{
	(void)state;
	char beside[PATH_MAX];
	Dl_info info;

	look(1);
	assert_int_equal(n_asked, 1);
	assert_string_equal(asked[0], provider);
	assert_int_equal(flags[0], RTLD_NOW);

	look(2);
	assert_int_equal(n_asked, 2);
	must(dladdr(&provider, &info));
	snprintf(beside, sizeof beside, "%.*s/%s", (int)(strrchr(info.dli_fname, '/') - info.dli_fname), info.dli_fname,
	         provider);
	assert_string_equal(asked[1], beside);
	assert_int_equal(flags[1], RTLD_NOW);

	look(4); /* they are not there: so be it */
	assert_int_equal(n_asked, 2);
}

static void a_thread_leaves_all_events_that_it_is_in(void **state)
{
	(void)state;
	struct lttng_ust_tracepoint_dlopen before = lttng_ust_tracepoint_dlopen;
	static const struct {
		bool has_lttng, has_end, knows;
		int left;
	} cases[] = {{true, true, true, 0}, {false, true, true, 3}, {true, false, true, 3}, {true, true, false, 3}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		lttng_ust_tracepoint_dlopen.liblttngust_handle = cases[i].has_lttng ? asked : NULL;
		lttng_ust_tracepoint_dlopen.rcu_read_unlock_sym = cases[i].has_end ? leave_one : NULL;
		knows_inside = cases[i].knows;
		inside = 3;
		watched = true;
		tt_probes_leave_event();
		watched = false;
		assert_int_equal(inside, cases[i].left);
	}
	lttng_ust_tracepoint_dlopen = before;
}

int main(void)
{
	if (!dlvsym(RTLD_NEXT, "dlopen", "GLIBC_2.34"))
		return 0; /* an older libc has them elsewhere */
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(they_are_looked_for_by_name_and_then_beside_the_library),
	    cmocka_unit_test(a_thread_leaves_all_events_that_it_is_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
