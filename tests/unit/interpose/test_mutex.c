/*
 * Mutexes: what each call of a program is told as.
 */
#include "program.h"

CALL(lock, pthread_mutex_lock, (pthread_mutex_t * mutex), mutex)
CALL(trylock, pthread_mutex_trylock, (pthread_mutex_t * mutex), mutex)
CALL(unlock, pthread_mutex_unlock, (pthread_mutex_t * mutex), mutex)
CALL(destroy, pthread_mutex_destroy, (pthread_mutex_t * mutex), mutex)
CALL(init, pthread_mutex_init, (pthread_mutex_t * mutex, const pthread_mutexattr_t *attributes), mutex, attributes)

static void one_that_is_free(void **state)
{
	(void)state;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	call_it(&mutex, "m");
	recorder_begin();
	assert_int_equal(lock(&mutex), 0);
	assert_int_equal(trylock(&mutex), EBUSY);
	assert_int_equal(unlock(&mutex), 0);
	assert_int_equal(destroy(&mutex), 0);
	expect("MainThread", "lock_init m mutex", "lock_acquired m mutex depth=1", "lock_failed m mutex busy",
	       "lock_released m mutex depth=0", "lock_destroy m mutex", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_that_is_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
