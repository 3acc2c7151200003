/* SPDX-License-Identifier: MIT */
/*
 * The end of a thread, and who waits for it.
 */
#include "threads.h"

#include <dlfcn.h>

#include <math.h>
#include <semaphore.h>

static void join_errors(void **state)
{
	(void)state;
	tthr_thread *thread = made(NULL);

	assert_int_equal(tthr_thread_join(thread), EINVAL);
	assert_int_equal(tthr_thread_join_timeout(thread, NAN), EINVAL);
	assert_int_equal(tthr_thread_join(tthr_current()), EDEADLK);
	assert_int_equal(tthr_thread_join(tthr_main()), EDEADLK);
	tthr_thread_unref(thread);
}

static void join_with_a_timeout(void **state)
{
	(void)state;
	tthr_thread *thread = started(wait_at_gate, NULL);
	double begin = now();

	assert_int_equal(tthr_thread_join_timeout(thread, 0.05), ETIMEDOUT);
	assert_true(now() - begin >= 0.05);
	assert_int_equal(tthr_thread_join_timeout(thread, 0), ETIMEDOUT);
	assert_int_equal(tthr_thread_join_timeout(thread, -1), ETIMEDOUT);
	assert_true(tthr_thread_is_alive(thread));
	tthr_event_set(&gate);
	assert_int_equal(tthr_thread_join_timeout(thread, TTHR_FOREVER), 0);
	assert_int_equal(tthr_thread_join_timeout(thread, 0), 0);
	assert_int_equal(tthr_thread_join(thread), 0); /* as often as one likes */
	tthr_thread_unref(thread);
}

static unsigned joiners_done;

static void *join_it(void *arg)
{
	must(tthr_thread_join_timeout(arg, WAIT_SECONDS) == 0);
	must(!tthr_thread_is_alive(arg));
	count_up(&joiners_done);
	return NULL;
}

static void many_may_join(void **state)
{
	(void)state;
	struct crew crew;
	tthr_thread *thread = started(wait_at_gate, NULL);

	joiners_done = 0;
	crew_start(&crew, 8, join_it, thread);
	wait_until(sleepers_on(&thread->state) == 8);
	assert_int_equal(count_of(&joiners_done), 0);
	tthr_event_set(&gate);
	crew_join(&crew);
	assert_int_equal(count_of(&joiners_done), 8);
	tthr_thread_unref(thread);
}

/* The end of a thread: its thread-specific data is destroyed before join returns, and still belongs to it. */

static pthread_key_t key;
static unsigned destructors;

static void key_destructor(void *arg)
{
	if (count_up(&destructors) == 1) {
		must(tthr_current() == arg);
		must(tthr_thread_is_alive(arg));
		pthread_setspecific(key, arg); /* once more, in the next round */
	}
	nap();
}

static void *set_key(void *arg)
{
	pthread_setspecific(key, tthr_current());
	return arg;
}

static void join_waits_for_destructors(void **state)
{
	(void)state;
	must(pthread_key_create(&key, key_destructor) == 0);
	destructors = 0;
	tthr_thread *thread = made(&(struct tthr_thread_options){.target = set_key});
	must(tthr_thread_start(thread) == 0);
	assert_int_equal(tthr_thread_join_timeout(thread, WAIT_SECONDS), 0);
	assert_int_equal(destructors, 2);
	tthr_thread_unref(thread);
	pthread_key_delete(key);
}

/* A destructor that keeps the pthread when the library's own, in the third round, has run: until it is let go. */

static pthread_key_t slow_key;
static sem_t let_go;
static unsigned slow_rounds;

static void slow_destructor(void *arg)
{
	if (count_up(&slow_rounds) < 3) {
		pthread_setspecific(slow_key, arg);
		return;
	}
	while (sem_wait(&let_go))
		continue;
}

static void *end_slowly(void *arg)
{
	must(pthread_setspecific(slow_key, &slow_key) == 0);
	return arg;
}

static int make_slow_key(void **state)
{
	(void)state;
	slow_rounds = 0;
	return pthread_key_create(&slow_key, slow_destructor) || sem_init(&let_go, 0, 0);
}

static int delete_slow_key(void **state)
{
	(void)state;
	return pthread_key_delete(slow_key);
}

/* No call outlasts its limit while the destructor sleeps; that of one joiner is not that of another. */
static void a_slow_destructor_holds_up_nobody(void **state)
{
	(void)state;
	int x;
	void *value;
	enum tthr_end end;
	struct crew patient;
	tthr_thread *thread = started(end_slowly, &x);

	joiners_done = 0;
	wait_until(!tthr_thread_is_alive(thread) && count_of(&slow_rounds) == 3);
	assert_int_equal(tthr_thread_join_timeout(thread, 0.01), ETIMEDOUT);
	assert_int_equal(tthr_thread_join_timeout(thread, 0), ETIMEDOUT);
	assert_int_equal(tthr_thread_result(thread, &value, &end), 0);
	assert_ptr_equal(value, &x);
	assert_int_equal(end, TTHR_RETURNED);
	crew_start(&patient, 3, join_it, thread);
	wait_until(sleepers_on(&thread->state) == 2); /* the third is in pthread_join */
	assert_int_equal(tthr_thread_join_timeout(thread, 0.01), ETIMEDOUT);
	assert_int_equal(tthr_thread_join_timeout(thread, -1), ETIMEDOUT);
	assert_int_equal(tthr_thread_result(thread, &value, NULL), 0);
	assert_int_equal(count_of(&joiners_done), 0);
	sem_post(&let_go);
	crew_join(&patient);
	assert_int_equal(tthr_thread_join_timeout(thread, 0), 0);
	tthr_thread_unref(thread);
}

static void *join_shortly(void *arg)
{
	must(tthr_thread_join_timeout(arg, 0.05) == ETIMEDOUT);
	return NULL;
}

/* The one in pthread_join comes to its limit: another one takes its place. */
static void who_gives_up_makes_room(void **state)
{
	(void)state;
	struct crew hasty, patient;
	tthr_thread *thread = started(end_slowly, NULL);

	joiners_done = 0;
	wait_until(!tthr_thread_is_alive(thread) && count_of(&slow_rounds) == 3);
	crew_start(&hasty, 2, join_shortly, thread);
	crew_start(&patient, 2, join_it, thread);
	crew_join(&hasty);
	assert_int_equal(count_of(&joiners_done), 0);
	sem_post(&let_go);
	crew_join(&patient);
	tthr_thread_unref(thread);
}

static void *be_cancelled_slowly(void *arg)
{
	end_slowly(arg);
	pthread_cancel(pthread_self());
	pthread_testcancel();
	return arg;
}

/* How it ended pthread_join alone can tell for certain; so until then it is not known, but not waited for. */
static void the_result_of_one_cancelled_waits_for_nothing(void **state)
{
	(void)state;
	void *value;
	enum tthr_end end;
	tthr_thread *thread = started(be_cancelled_slowly, NULL);

	wait_until(!tthr_thread_is_alive(thread) && count_of(&slow_rounds) == 3);
	assert_int_equal(tthr_thread_result(thread, &value, &end), EBUSY);
	sem_post(&let_go);
	assert_int_equal(tthr_thread_join_timeout(thread, WAIT_SECONDS), 0);
	assert_int_equal(tthr_thread_result(thread, &value, &end), 0);
	assert_int_equal(end, TTHR_CANCELLED);
	tthr_thread_unref(thread);
}

static void *exit_with(void *arg)
{
	pthread_exit(arg);
}

static void pthread_exit_ends_it(void **state)
{
	(void)state;
	int x;
	void *value;
	enum tthr_end end;
	tthr_thread *thread = started(exit_with, &x);
	tthr_thread *like_cancelled = started(exit_with, PTHREAD_CANCELED);

	assert_int_equal(tthr_thread_join_timeout(thread, WAIT_SECONDS), 0);
	assert_int_equal(tthr_thread_result(thread, &value, &end), 0);
	assert_ptr_equal(value, &x);
	assert_int_equal(end, TTHR_EXITED);
	assert_int_equal(tthr_thread_join_timeout(like_cancelled, WAIT_SECONDS), 0);
	assert_int_equal(tthr_thread_result(like_cancelled, &value, &end), 0);
	assert_ptr_equal(value, PTHREAD_CANCELED);
	assert_int_equal(end, TTHR_EXITED);
	tthr_thread_unref(thread);
	tthr_thread_unref(like_cancelled);
}

/* By a call of libc's that the library does not see, as of a program that is linked otherwise. */
static void *exit_unseen(void *arg)
{
	union {
		void *address;
		void (*call)(void *value);
	} libcs = {.address = dlsym(RTLD_NEXT, "pthread_exit")};

	libcs.call(arg);
	return NULL;
}

static void an_exit_that_is_not_seen_is_known_when_joined(void **state)
{
	(void)state;
	int x;
	void *value;
	enum tthr_end end;
	tthr_thread *thread = started(exit_unseen, &x);

	assert_int_equal(tthr_thread_join_timeout(thread, WAIT_SECONDS), 0);
	assert_int_equal(tthr_thread_result(thread, &value, &end), 0);
	assert_ptr_equal(value, &x);
	assert_int_equal(end, TTHR_EXITED);
	tthr_thread_unref(thread);
}

static void clean_up(void *arg)
{
	count_up(arg);
}

static void *pause_for_good(void *arg)
{
	pthread_cleanup_push(clean_up, arg);
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancellation_ends_it(void **state)
{
	(void)state;
	static unsigned cleaned;
	void *value;
	enum tthr_end end;
	tthr_thread *thread = started(pause_for_good, &cleaned);

	assert_int_equal(pthread_cancel(tthr_thread_ident(thread)), 0);
	assert_int_equal(tthr_thread_join_timeout(thread, WAIT_SECONDS), 0);
	assert_int_equal(tthr_thread_result(thread, &value, &end), 0);
	assert_ptr_equal(value, PTHREAD_CANCELED);
	assert_int_equal(end, TTHR_CANCELLED);
	assert_int_equal(count_of(&cleaned), 1);
	tthr_thread_unref(thread);
}

static bool joined_in_spite;

static void *join_then_be_cancelled(void *arg)
{
	must(tthr_thread_join_timeout(arg, WAIT_SECONDS) == 0);
	joined_in_spite = true;
	pthread_testcancel();
	return NULL;
}

static void *wait_and_set_key(void *arg)
{
	wait_at_gate(arg);
	return set_key(arg);
}

/* Nor is the pthread_join inside it, which waits for the last destructors. */
static void join_is_no_cancellation_point(void **state)
{
	(void)state;
	enum tthr_end end;
	must(pthread_key_create(&key, key_destructor) == 0);
	destructors = 0;
	tthr_thread *thread = made(&(struct tthr_thread_options){.target = wait_and_set_key});
	must(tthr_thread_start(thread) == 0);
	tthr_thread *joiner = started(join_then_be_cancelled, thread);

	joined_in_spite = false;
	wait_until(sleepers_on(&thread->state) == 1);
	assert_int_equal(pthread_cancel(tthr_thread_ident(joiner)), 0);
	tthr_event_set(&gate);
	assert_int_equal(tthr_thread_join_timeout(joiner, WAIT_SECONDS), 0);
	assert_true(joined_in_spite);
	assert_int_equal(tthr_thread_result(joiner, NULL, &end), 0);
	assert_int_equal(end, TTHR_CANCELLED);
	assert_int_equal(destructors, 2);
	pthread_key_delete(key);
	tthr_thread_unref(thread);
	tthr_thread_unref(joiner);
}

static unsigned unreferenced_done;

static void *count_at_gate(void *arg)
{
	wait_at_gate(NULL);
	must(tthr_thread_is_alive(tthr_current()));
	count_up(arg);
	return NULL;
}

static void runs_on_without_references(void **state)
{
	(void)state;
	size_t before = tthr_active_count();

	for (int i = 0; i < 10; i++)
		tthr_thread_unref(started(count_at_gate, &unreferenced_done));
	assert_int_equal(tthr_active_count(), before + 10);
	tthr_event_set(&gate);
	wait_until(count_of(&unreferenced_done) == 10 && tthr_active_count() == before);
}

static void last_reference_after_its_end_without_a_join(void **state)
{
	(void)state;
	tthr_thread *thread = started(nothing, NULL);

	wait_until(!tthr_thread_is_alive(thread));
	tthr_thread_unref(thread);
	tthr_thread_unref(NULL);
}

static void *churn(void *arg)
{
	for (int i = 0; i < 200; i++) {
		tthr_thread **list;
		size_t n;
		char name[32];
		tthr_thread *thread = started(nothing, arg);

		must(tthr_enumerate(&list, &n) == 0);
		for (size_t k = 0; k < n; k++)
			must(tthr_thread_name(list[k])[0] != '\0');
		snprintf(name, sizeof name, "churn-%d", i);
		must(tthr_thread_set_name(thread, name) == 0);
		if (i % 3)
			must(tthr_thread_join_timeout(thread, WAIT_SECONDS) == 0);
		tthr_thread_unref(thread);
		tthr_thread_list_free(list, n);
	}
	return NULL;
}

static void stress(void **state)
{
	(void)state;
	size_t before = tthr_active_count();
	struct crew crew;

	crew_start(&crew, 4, churn, NULL);
	crew_join(&crew);
	wait_until(tthr_active_count() == before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(join_errors),
	    cmocka_unit_test_setup(join_with_a_timeout, close_gate),
	    cmocka_unit_test_setup(many_may_join, close_gate),
	    cmocka_unit_test(join_waits_for_destructors),
	    cmocka_unit_test_setup_teardown(a_slow_destructor_holds_up_nobody, make_slow_key, delete_slow_key),
	    cmocka_unit_test_setup_teardown(who_gives_up_makes_room, make_slow_key, delete_slow_key),
	    cmocka_unit_test_setup_teardown(the_result_of_one_cancelled_waits_for_nothing, make_slow_key,
	                                    delete_slow_key),
	    cmocka_unit_test(pthread_exit_ends_it),
	    cmocka_unit_test(an_exit_that_is_not_seen_is_known_when_joined),
	    cmocka_unit_test(cancellation_ends_it),
	    cmocka_unit_test_setup(join_is_no_cancellation_point, close_gate),
	    cmocka_unit_test_setup(runs_on_without_references, close_gate),
	    cmocka_unit_test(last_reference_after_its_end_without_a_join),
	    cmocka_unit_test(stress),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
