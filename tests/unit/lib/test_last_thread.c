/* SPDX-License-Identifier: MIT */
/*
 * The end of a program that has LTTng: its threads are known by their names, and waited for in their time, which is
 * counted here instead of slept.
 */
#include "threads.h"

#include <dlfcn.h>

#include "libtrace_thr/src/thread/last_thread.h"

/* How often has been slept for so long, by the one that waits for LTTng; another then goes its way. */
static __thread bool waits;
static unsigned n_sleeps, ends_after;
static long each_ns;
static pthread_barrier_t end;

int nanosleep(const struct timespec *time, struct timespec *left)
{
	union {
		void *address;
		int (*call)(const struct timespec *time, struct timespec *left);
	} next = {.address = dlsym(RTLD_NEXT, "nanosleep")};

	if (!waits)
		return next.call(time, left);
	each_ns = time->tv_nsec;
	if (++n_sleeps == ends_after)
		pthread_barrier_wait(&end);
	if (n_sleeps < ends_after)
		return 0;
	return next.call(&(struct timespec){.tv_nsec = 100000}, left);
}

static void *have_name(void *name)
{
	must(!pthread_setname_np(pthread_self(), name));
	pthread_barrier_wait(&end);
	pthread_barrier_wait(&end);
	return NULL;
}

/* Waits while there is a thread of that name, until so many sleeps. */
static void await(const char *name, unsigned until)
{
	struct crew crew;
	char copy[16];

	strcpy(copy, name);
	pthread_barrier_init(&end, NULL, 2);
	crew_start(&crew, 1, have_name, copy);
	pthread_barrier_wait(&end);
	n_sleeps = 0;
	ends_after = until;
	waits = true;
	tt_last_thread_await_tracer();
	waits = false;
	if (!until || n_sleeps < until)
		pthread_barrier_wait(&end);
	crew_join(&crew);
	pthread_barrier_destroy(&end);
}

static void lttngs_threads_are_waited_for(void **state)
{
	(void)state;
	static const char *const names[] = {"prog-ust", "-ust", "a b) S (c-ust", "fourteen_c-ust"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		await(names[i], 5);
		assert_in_range(n_sleeps, 5, 900); /* it takes its time to end */
		assert_int_equal(each_ns, 1000000);
	}
}

static void no_others_are(void **state)
{
	(void)state;
	static const char *const names[] = {"prog", "ust", "-us", "-ust-", ""};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		await(names[i], 0);
		assert_int_equal(n_sleeps, 0);
	}
}

static void but_not_for_ever(void **state)
{
	(void)state;
	await("prog-ust", 100000);
	assert_int_equal(n_sleeps, 1000);
}

/* As if LTTng were here. */
void *dlopen(const char *path, int flags)
{
	union {
		void *address;
		void *(*call)(const char *path, int flags);
	} next = {.address = dlvsym(RTLD_NEXT, "dlopen", "GLIBC_2.34")};

	return path && !strcmp(path, "liblttng-ust.so.1") ? &end : next.call(path, flags);
}

int dlclose(void *library)
{
	union {
		void *address;
		int (*call)(void *library);
	} next = {.address = dlvsym(RTLD_NEXT, "dlclose", "GLIBC_2.34")};

	return library == &end ? 0 : next.call(library);
}

static void *be_the_last(void *arg)
{
	count_up(arg);
	tt_last_thread_ends(); /* waits for all others, and then ends the program */
	return NULL;
}

static void be_the_last_in_a_child(void *arg)
{
	(void)arg;
	tt_last_thread_ends();
	must(!"come back");
}

/* One waits for the others; its child has one of its own. */
static void a_child_has_a_last_thread_as_well(void **state)
{
	(void)state;
	static unsigned n_last;
	pthread_t thread;

	must(!pthread_create(&thread, NULL, be_the_last, &n_last) && !pthread_detach(thread));
	wait_until(count_of(&n_last));
	for (int i = 0; i < 20; i++)
		nap(); /* it is there by now, most likely; else the child sees nothing of it */
	in_child(be_the_last_in_a_child, NULL);
	tt_last_thread_ends(); /* there is one already */
}

int main(void)
{
	if (!dlvsym(RTLD_NEXT, "dlopen", "GLIBC_2.34"))
		return 0; /* an older libc has it elsewhere */
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_child_has_a_last_thread_as_well), /* before LTTng leaves, as the others have it */
	    cmocka_unit_test(lttngs_threads_are_waited_for),
	    cmocka_unit_test(no_others_are),
	    cmocka_unit_test(but_not_for_ever),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
