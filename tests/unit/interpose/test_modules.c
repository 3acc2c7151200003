/* SPDX-License-Identifier: MIT */
/*
 * What a program loads and unloads: told at its next call that is told, or when it goes; and a process that forks, or
 * gives up system calls.
 */
#include "program.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "libtrace_thr/interpose/process/fork.h"
#include "libtrace_thr/src/trace/module_list.h"
#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/thread/thread.h"

static const char small_library[] = "libutil.so.1";
static char folder[] = "/tmp/test-modules-XXXXXX";
static char path[PATH_MAX];

/* What was told of the small library since the last look; and how much of all. */
static unsigned n_loaded, n_unloaded, n_all;
static const void *base;

static void on_loaded(void *data, const struct tt_thread_ref *who, const void *caller, const void *at, uint64_t size,
                      const char *file, const uint8_t *build_id, uint8_t build_id_size)
{
	(void)data, (void)who, (void)caller, (void)size, (void)build_id, (void)build_id_size;
	n_all++;
	if (!strcmp(file, path)) {
		n_loaded++;
		base = at;
	}
}

static void on_unloaded(void *data, const struct tt_thread_ref *who, const void *caller, const void *at, uint64_t size)
{
	(void)data, (void)who, (void)caller, (void)size;
	n_unloaded += at == base;
}

static void look_at_modules(bool on)
{
	static struct lttng_ust_tracepoint_probe loaded[] = {{.func = (void (*)(void))on_loaded}, {.func = NULL}};
	static struct lttng_ust_tracepoint_probe unloaded[] = {{.func = (void (*)(void))on_unloaded}, {.func = NULL}};

	lttng_ust_tracepoint_trace_thr___module_loaded.probes = loaded;
	lttng_ust_tracepoint_trace_thr___module_loaded.state = on;
	lttng_ust_tracepoint_trace_thr___module_unloaded.probes = unloaded;
	lttng_ust_tracepoint_trace_thr___module_unloaded.state = on;
	n_loaded = n_unloaded = n_all = 0;
}

CALL(lock, pthread_mutex_lock, (pthread_mutex_t * mutex), mutex)

/* A call that is told. */
static void call_something(void)
{
	static pthread_mutex_t *mutex;

	if (!mutex)
		must((mutex = calloc(1, sizeof(pthread_mutex_t))));
	must(!lock(mutex) && !pthread_mutex_unlock(mutex));
}

/* Its frame lies below those of the calls that come later, as in a program which has returned from it by then. */
static __attribute__((noinline)) void *open_below(const char *file)
{
	char room[16384];

	__asm__ volatile("" : : "r"(room) : "memory");
	void *library = dlopen(file, RTLD_NOW);
	__asm__ volatile("" : : "r"(room) : "memory");
	return library;
}

static int begin(void **state)
{
	(void)state;
	look_at_modules(false);
	tt_module_list_update(); /* forgets what was told */
	look_at_modules(true);
	program_begin();
	tt_module_list_update();
	n_loaded = n_unloaded = n_all = 0;
	return 0;
}

static void copy_library(const char *copy)
{
	static char bytes[1 << 20];
	const struct link_map *map = dlopen(small_library, RTLD_NOW);

	must(map);
	FILE *in = fopen(map->l_name, "re");
	size_t size = fread(bytes, 1, sizeof bytes, in);
	fclose(in);
	FILE *out = fopen(copy, "we");
	must(out && fwrite(bytes, 1, size, out) == size && !fclose(out));
}

static void told_at_the_next_call(void **state)
{
	(void)state;
	void *library = open_below(path);

	assert_int_equal(n_loaded, 0);
	call_something();
	assert_int_equal(n_loaded, 1);
	assert_null(tt_loading);
	call_something();
	assert_int_equal(n_all, 1);
	assert_int_equal(dlclose(library), 0);
	assert_int_equal(n_unloaded, 1);
	assert_int_equal(n_all, 1);
}

static void told_when_it_goes(void **state)
{
	(void)state;
	void *library = open_below(path), *again = open_below(path);

	assert_int_equal(dlclose(library), 0);
	assert_int_equal(n_loaded, 1);
	assert_int_equal(n_unloaded, 0); /* it is still in use */
	assert_int_equal(dlclose(again), 0);
	assert_int_equal(n_unloaded, 1);
	library = dlmopen(LM_ID_BASE, path, RTLD_NOW);
	assert_non_null(library);
	call_something();
	assert_int_equal(n_loaded, 2);
	assert_int_equal(dlclose(library), 0);
	assert_int_equal(n_unloaded, 2);
	assert_null(open_below("/not/there.so"));
	call_something();
	assert_int_equal(n_all, 2);
}

/* The first call within a dlopen, as a constructor makes it, and no other before that has returned. */
static void told_once_in_a_constructor(void **state)
{
	(void)state;
	void *library = open_below(path);

	tt_loading = (const char *)UINTPTR_MAX; /* the frame of a dlopen that is above all of ours */
	call_something();
	assert_int_equal(n_loaded, 1);
	assert_non_null(tt_loading);
	dlclose(library);
	library = open_below(path);
	tt_loading = (const char *)UINTPTR_MAX;
	call_something();
	assert_int_equal(n_loaded, 1);
	tt_loading = (const char *)1; /* it has returned */
	call_something();
	assert_int_equal(n_loaded, 2);
	assert_null(tt_loading);
	tt_loading = (const char *)UINTPTR_MAX; /* in the next */
	dlclose(library);
	n_loaded = 0;
	library = open_below(path);
	tt_loading = (const char *)UINTPTR_MAX;
	call_something();
	assert_int_equal(n_loaded, 1);
	tt_loading = NULL;
	dlclose(library);
}

static void nothing_without_a_session(void **state)
{
	(void)state;
	look_at_modules(false);
	void *library = open_below(path);
	assert_null(tt_loading);
	call_something();
	assert_int_equal(dlclose(library), 0);
	assert_int_equal(n_loaded + n_unloaded, 0);
}

static void look_in_child(void *tid)
{
	must(n_loaded == 2); /* told at the fork by the parent, and by the child for itself */
	must(tt_tid_before_fork == *(pid_t *)tid && tt_tid_before_fork != gettid());
	must(!tt_reentrancy && !tt_internal_locks.records && !tt_internal_locks.threads && !tt_internal_locks.barriers);
	/* A lock of ours that another thread had is free, and threads can be made. */
	pthread_t thread;
	must(!pthread_create(&thread, NULL, (void *(*)(void *))(void (*)(void))pthread_self, NULL));
	must(!pthread_join(thread, NULL));
}

static void a_child_is_as_its_parent(void **state)
{
	(void)state;
	pid_t tid = gettid();
	void *library = open_below(path);

	assert_int_equal(tt_tid_before_fork, 0);
	in_child(look_in_child, &tid);
	assert_int_equal(tt_reentrancy, 0);
	assert_int_equal(tt_tid_before_fork, 0);
	assert_int_equal(n_loaded, 1);
	dlclose(library);
}

/* The process leaves its recording, before it must do without system calls: what runs is told as abandoned. */
static void give_up_calls(void *arg)
{
	const int *how = arg;
	long filter = -1; /* none that the kernel takes */

	must(!prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) && prctl(PR_GET_DUMPABLE) == 1 && tt_is_ready);
	must(!prctl(PR_SET_NAME, "renamed"));
	prctl(PR_GET_SECCOMP);
	prctl(PR_SET_SECCOMP, 99, 0, 0, 0);
	syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &filter);
	must(tt_is_ready);
	if (*how == 0)
		must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0, 0) == -1);
	else
		must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter) == -1);
	must(!tt_is_ready && !tt_reentrancy);
	if (*how == 0)
		must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0, 0) == -1); /* once */
	program_begin();
	call_something();
	must(recorded() == 0);
}

static void what_gives_up_calls_leaves(void **state)
{
	(void)state;
	for (int how = 0; how < 2; how++)
		in_child(give_up_calls, &how);
	assert_true(tt_is_ready);
}

/* The ends that a library of LTTng's has for the loader to call: here they are of the test's own. */
enum { ENDS = 3, PAGE = 4096 };
static void (*ends[2][PAGE / sizeof(void *)])(void) __attribute__((aligned(4096)));
static char order[16];

static void end_of(char which)
{
	order[strlen(order)] = which;
}

#define END(n, c)                                                                                                      \
	static void end_##n(void)                                                                                      \
	{                                                                                                              \
		end_of(c);                                                                                             \
	}
END(0, 'a')
END(1, 'b')
END(2, 'c')
END(3, 'd')
END(4, 'e')
END(5, 'f')

static void load_with_ends(const char *name, void (**functions)(void))
{
	char renamed[PATH_MAX];

	snprintf(renamed, sizeof renamed, "%s/%s", folder, name);
	copy_library(renamed);
	const struct link_map *map = dlopen(renamed, RTLD_NOW);
	unlink(renamed);
	must(map);
	ElfW(Dyn) *entry = (ElfW(Dyn) *)map->l_ld;
	uintptr_t page = (uintptr_t)entry & ~(uintptr_t)(PAGE - 1);
	must(!mprotect((void *)page, 2 * PAGE, PROT_READ | PROT_WRITE));
	for (; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_FINI_ARRAY)
			entry->d_un.d_ptr = (uintptr_t)functions - map->l_addr;
		else if (entry->d_tag == DT_FINI_ARRAYSZ)
			entry->d_un.d_val = ENDS * sizeof *functions;
	}
}

static void leave_with_libraries(void *arg)
{
	static void (*const functions[2][ENDS + 1])(void) = {{end_0, end_1, end_2, end_0},
	                                                     {end_3, end_4, end_5, end_0}};

	(void)arg;
	for (int i = 0; i < 2; i++)
		memcpy(ends[i], functions[i], sizeof functions[i]);
	load_with_ends("libtrace_thr-tracepoints.so.test", ends[0]);
	load_with_ends("liblttng-ust.so.test", ends[1]);
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, -1L, 0, 0) == -1);
	must(!strcmp(order, "cbafed")); /* as the loader would call them */
	for (int i = 0; i < 2; i++) {
		for (int j = 0; j < ENDS; j++) { /* which it will not any more */
			must(ends[i][j] != functions[i][j] && ends[i][j]);
			ends[i][j]();
		}
		must(ends[i][ENDS] == end_0);
	}
	must(!strcmp(order, "cbafed"));
}

static void libraries_of_lttng_end_then(void **state)
{
	(void)state;
	in_child(leave_with_libraries, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(told_at_the_next_call, begin),
	    cmocka_unit_test_setup(told_when_it_goes, begin),
	    cmocka_unit_test_setup(told_once_in_a_constructor, begin),
	    cmocka_unit_test_setup(nothing_without_a_session, begin),
	    cmocka_unit_test_setup(a_child_is_as_its_parent, begin),
	    cmocka_unit_test_setup(what_gives_up_calls_leaves, begin),
	    cmocka_unit_test(libraries_of_lttng_end_then),
	};

	must(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/x.so", folder);
	copy_library(path);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	rmdir(folder);
	return failed;
}
