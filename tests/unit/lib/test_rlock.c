/* SPDX-License-Identifier: MIT */
#include "lock_like.h"

#include <trace_thr/rlock.h>

LOCK_LIKE_FUNCTIONS(rlock)

static void init_names_it(void **state)
{
	(void)state;
	tthr_rlock named, unnamed;

	assert_int_equal(tthr_rlock_init(&named, "account"), 0);
	assert_int_equal(tthr_rlock_init(&unnamed, NULL), 0);
	assert_string_equal(tthr_rlock_name(&named), "account");
	assert_int_equal(strncmp(tthr_rlock_name(&unnamed), "RLock-", 6), 0);
	assert_int_not_equal(tthr_rlock_id(&named), tthr_rlock_id(&unnamed));
	assert_int_equal(tthr_rlock_destroy(&named), 0);
	assert_int_equal(tthr_rlock_destroy(&unnamed), 0);
}

static void destroy_in_use_is_refused(void **state)
{
	(void)state;
	tthr_rlock lock;

	tthr_rlock_init(&lock, NULL);
	tthr_rlock_acquire(&lock);
	assert_int_equal(tthr_rlock_destroy(&lock), EBUSY);
	assert_int_equal(tthr_rlock_release(&lock), 0);
	assert_int_equal(tthr_rlock_destroy(&lock), 0);
}

static void it_counts_how_deep(void **state)
{
	(void)state;
	tthr_rlock lock = TTHR_RLOCK_INIT(NULL);

	assert_int_equal(tthr_rlock_depth(&lock), 0);
	assert_int_equal(tthr_rlock_acquire(&lock), 0);
	assert_int_equal(tthr_rlock_depth(&lock), 1);
	assert_int_equal(tthr_rlock_try_acquire(&lock), 0);
	assert_int_equal(tthr_rlock_acquire_timeout(&lock, 0), 0);
	assert_int_equal(tthr_rlock_acquire_timeout(&lock, -1), 0);
	assert_int_equal(tthr_rlock_depth(&lock), 4);
	for (uint32_t left = 4; left-- > 0;) {
		assert_true(tthr_rlock_locked(&lock));
		assert_int_equal(tthr_rlock_release(&lock), 0);
		assert_int_equal(tthr_rlock_depth(&lock), left);
	}
	assert_false(tthr_rlock_locked(&lock));
	assert_int_equal(tthr_rlock_release(&lock), EPERM);
	tthr_rlock_destroy(&lock);
}

static void *look_at_another_threads_lock(void *arg)
{
	must(tthr_rlock_depth(arg) == 0);
	must(tthr_rlock_locked(arg));
	must(tthr_rlock_release(arg) == EPERM);
	must(tthr_rlock_try_acquire(arg) == EBUSY);
	return NULL;
}

static void only_the_holder_releases(void **state)
{
	(void)state;
	static tthr_rlock lock = TTHR_RLOCK_INIT("mine");
	struct crew crew;

	tthr_rlock_acquire(&lock);
	tthr_rlock_acquire(&lock);
	crew_start(&crew, 2, look_at_another_threads_lock, &lock);
	crew_join(&crew);
	assert_int_equal(tthr_rlock_depth(&lock), 2);
	assert_int_equal(tthr_rlock_release(&lock), 0);
	crew_start(&crew, 1, look_at_another_threads_lock, &lock);
	crew_join(&crew);
	assert_int_equal(tthr_rlock_release(&lock), 0);
}

static void the_deepest_is_an_error(void **state)
{
	(void)state;
	tthr_rlock lock = TTHR_RLOCK_INIT(NULL);

	tthr_rlock_acquire(&lock);
	lock.depth = UINT32_MAX; /* that many acquires would last a minute */
	assert_int_equal(tthr_rlock_acquire(&lock), EAGAIN);
	assert_int_equal(tthr_rlock_try_acquire(&lock), EAGAIN);
	assert_int_equal(tthr_rlock_acquire_timeout(&lock, 1), EAGAIN);
	assert_int_equal(tthr_rlock_depth(&lock), UINT32_MAX);
	assert_int_equal(tthr_rlock_release(&lock), 0);
	assert_int_equal(tthr_rlock_acquire(&lock), 0);
	lock.depth = 1;
	assert_int_equal(tthr_rlock_release(&lock), 0);
	tthr_rlock_destroy(&lock);
}

int main(void)
{
	static tthr_rlock lock = TTHR_RLOCK_INIT("rlock");
	static struct lock_like kind = LOCK_LIKE(rlock, &lock, &lock.lock.word, 3);
	const struct CMUnitTest tests[] = {
	    LOCK_LIKE_TESTS(&kind),
	    cmocka_unit_test(init_names_it),
	    cmocka_unit_test(destroy_in_use_is_refused),
	    cmocka_unit_test(it_counts_how_deep),
	    cmocka_unit_test(only_the_holder_releases),
	    cmocka_unit_test(the_deepest_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
