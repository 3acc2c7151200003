/* SPDX-License-Identifier: MIT */
/*
 * Where memory is short: calls of libc that the library makes are made to fail.
 */
#include "threads.h"

#include <dlfcn.h>

/* Whether pthread_setspecific fails, in this thread or in those started from now on. */
static __thread bool no_keys_here;
static bool no_keys;

int pthread_setspecific(pthread_key_t key, const void *value)
{
	union {
		void *address;
		int (*call)(pthread_key_t key, const void *value);
	} next = {.address = dlsym(RTLD_NEXT, "pthread_setspecific")};

	if (no_keys_here || __atomic_load_n(&no_keys, __ATOMIC_SEQ_CST))
		return ENOMEM;
	return next.call(key, value);
}

static void thread_that_cannot_be_bound_does_not_start(void **state)
{
	(void)state;
	tthr_thread *thread;

	must(!tthr_thread_new(&thread, &(struct tthr_thread_options){.target = nothing}));
	__atomic_store_n(&no_keys, true, __ATOMIC_SEQ_CST);
	assert_int_equal(tthr_thread_start(thread), ENOMEM);
	__atomic_store_n(&no_keys, false, __ATOMIC_SEQ_CST);
	assert_false(tthr_thread_is_alive(thread));
	assert_int_equal(tthr_active_count(), 1);
	assert_int_equal(tthr_thread_start(thread), 0); /* it can be tried again */
	joined(thread);
}

/* One that shares its entry, and yet owns its locks alone. */
static void *be_nameless(void *arg)
{
	tthr_rlock *lock = arg;
	static tthr_local local = TTHR_LOCAL_INIT("local");
	void *value;

	no_keys_here = true;
	must(!strcmp(tthr_thread_name(tthr_current()), "Dummy"));
	must(tthr_thread_id(tthr_current()) != 0);
	must(tthr_thread_is_alive(tthr_current()));
	must(tthr_thread_daemon(tthr_current()));
	must(!tthr_thread_set_name(tthr_current(), "Dummy")); /* which it has already */
	must(tthr_rlock_try_acquire(lock) == EBUSY);
	must(tthr_rlock_release(lock) == EPERM);
	must(tthr_local_set(&local, arg) == ENOMEM);
	must(tthr_local_get(&local, &value) == ENOENT);
	must(tthr_thread_join(tthr_current()) == EDEADLK);
	return NULL;
}

static void *hold_and_let_another_try(void *arg)
{
	struct crew crew;

	no_keys_here = true;
	must(tthr_rlock_acquire(arg) == 0);
	crew_start(&crew, 1, be_nameless, arg);
	crew_join(&crew);
	must(tthr_rlock_release(arg) == 0);
	return NULL;
}

static void foreign_threads_without_an_entry(void **state)
{
	(void)state;
	struct crew crew;
	tthr_rlock lock = TTHR_RLOCK_INIT("r");

	crew_start(&crew, 1, hold_and_let_another_try, &lock);
	crew_join(&crew);
	assert_int_equal(tthr_active_count(), 1);
	assert_int_equal(tthr_rlock_destroy(&lock), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(thread_that_cannot_be_bound_does_not_start),
	    cmocka_unit_test(foreign_threads_without_an_entry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
