/* SPDX-License-Identifier: MIT */
#include "threads.h"

/* What free was called with, in order. */
static struct {
	unsigned n;
	const void *values[32];
	pthread_t in;
} freed;

static void note_free(void *value)
{
	freed.values[freed.n++] = value;
	freed.in = pthread_self();
}

static int reset(void **state)
{
	(void)state;
	freed.n = 0;
	return close_gate(state);
}

static void *make_int(void *arg)
{
	int *made = malloc(sizeof *made);

	must(made);
	*made = *(int *)arg;
	return made;
}

static void absent_until_set(void **state)
{
	(void)state;
	int x;
	void *value = &x;
	tthr_local local = TTHR_LOCAL_INIT("l");

	assert_int_equal(tthr_local_get(&local, &value), ENOENT);
	assert_null(value);
	assert_int_equal(tthr_local_delete(&local), ENOENT);
	assert_int_equal(tthr_local_set(&local, &x), 0);
	assert_int_equal(tthr_local_get(&local, &value), 0);
	assert_ptr_equal(value, &x);
	assert_int_equal(tthr_local_set(&local, NULL), 0); /* NULL is a value */
	assert_int_equal(tthr_local_get(&local, &value), 0);
	assert_null(value);
	assert_int_equal(tthr_local_delete(&local), 0);
	assert_int_equal(tthr_local_get(&local, &value), ENOENT);
	assert_int_equal(tthr_local_delete(&local), ENOENT);
	assert_int_equal(tthr_local_destroy(&local), 0);
}

static void names(void **state)
{
	(void)state;
	tthr_local named, unnamed, fixed = TTHR_LOCAL_INIT("fixed");

	assert_int_equal(tthr_local_init(&named, &(struct tthr_local_options){.name = "request"}), 0);
	assert_int_equal(tthr_local_init(&unnamed, NULL), 0);
	assert_string_equal(tthr_local_name(&named), "request");
	assert_int_equal(strncmp(tthr_local_name(&unnamed), "Local-", 6), 0);
	assert_string_equal(tthr_local_name(&fixed), "fixed");
	assert_true(tthr_local_id(&named) && tthr_local_id(&fixed) && tthr_local_id(&named) != tthr_local_id(&fixed));
	assert_int_equal(tthr_local_destroy(&named), 0);
	assert_int_equal(tthr_local_destroy(&unnamed), 0);
	assert_int_equal(tthr_local_destroy(&fixed), 0);
}

static tthr_local shared = TTHR_LOCAL_INIT("shared");

static void *see_none_then_set(void *arg)
{
	void *value;

	must(tthr_local_get(&shared, &value) == ENOENT);
	must(tthr_local_set(&shared, arg) == 0);
	wait_at_gate(NULL);
	must(tthr_local_get(&shared, &value) == 0 && value == arg);
	return NULL;
}

static void each_thread_has_its_own(void **state)
{
	(void)state;
	int mine, others[4];
	void *value;
	tthr_thread *threads[4];

	tthr_local_set(&shared, &mine);
	for (int i = 0; i < 4; i++)
		threads[i] = started(see_none_then_set, &others[i]);
	tthr_event_set(&gate);
	for (int i = 0; i < 4; i++)
		joined(threads[i]);
	assert_int_equal(tthr_local_get(&shared, &value), 0);
	assert_ptr_equal(value, &mine);
	tthr_local_destroy(&shared);
}

static void init_makes_the_first_value_once(void **state)
{
	(void)state;
	int start = 42;
	void *value, *again;
	tthr_local local;

	must(!tthr_local_init(&local, &(struct tthr_local_options){.init = make_int, .arg = &start, .free = free}));
	assert_int_equal(tthr_local_get(&local, &value), 0);
	assert_int_equal(*(int *)value, 42);
	start = 43;
	assert_int_equal(tthr_local_get(&local, &again), 0);
	assert_ptr_equal(value, again);
	assert_int_equal(tthr_local_delete(&local), 0);
	assert_int_equal(tthr_local_get(&local, &value), ENOENT); /* init is not called again */
	tthr_local_destroy(&local);
}

static void *look_at_itself(void *arg)
{
	void *value;

	must(tthr_local_get(arg, &value) == ENOENT); /* not made yet */
	must(tthr_local_set(arg, &shared) == 0);     /* as Python's __init__ may; what it returns comes after */
	return NULL;
}

static void init_may_use_the_local(void **state)
{
	(void)state;
	void *value = &value;
	tthr_local local;

	must(!tthr_local_init(&local,
	                      &(struct tthr_local_options){.init = look_at_itself, .arg = &local, .free = note_free}));
	assert_int_equal(tthr_local_get(&local, &value), 0);
	assert_null(value);
	assert_int_equal(freed.n, 1);
	assert_ptr_equal(freed.values[0], &shared);
	tthr_local_destroy(&local);
}

static void owned_values_are_freed_when_replaced_or_deleted(void **state)
{
	(void)state;
	int a, b;
	tthr_local local;

	must(!tthr_local_init(&local, &(struct tthr_local_options){.free = note_free}));
	tthr_local_set(&local, &a);
	tthr_local_set(&local, &a); /* the same again: still in use */
	assert_int_equal(freed.n, 0);
	tthr_local_set(&local, &b);
	assert_int_equal(freed.n, 1);
	assert_ptr_equal(freed.values[0], &a);
	tthr_local_delete(&local);
	assert_int_equal(freed.n, 2);
	assert_ptr_equal(freed.values[1], &b);
	tthr_local_destroy(&local);
	assert_int_equal(freed.n, 2);
}

static tthr_local first, second, third;

static void *set_three(void *arg)
{
	static int values[4];

	(void)arg;
	tthr_local_set(&first, &values[0]);
	tthr_local_set(&second, &values[1]);
	tthr_local_set(&third, &values[2]);
	tthr_local_set(&first, &values[3]); /* the order is that of the first setting */
	must(freed.n == 1 && freed.values[0] == &values[0]);
	freed.n = 0;
	return values;
}

static void *set_three_and_exit(void *arg)
{
	pthread_exit(set_three(arg));
}

static void *set_three_and_be_cancelled(void *arg)
{
	set_three(arg);
	pthread_cancel(pthread_self());
	pthread_testcancel();
	return NULL;
}

static void init_three(void)
{
	static const struct tthr_local_options options = {.free = note_free};

	must(!tthr_local_init(&first, &options) && !tthr_local_init(&second, &options) &&
	     !tthr_local_init(&third, &options));
}

static void destroy_three(void)
{
	must(!tthr_local_destroy(&first) && !tthr_local_destroy(&second) && !tthr_local_destroy(&third));
}

static void end_of_a_thread_frees_last_set_first(void **state)
{
	(void)state;
	static void *(*const targets[])(void *) = {set_three, set_three_and_exit, set_three_and_be_cancelled};

	init_three();
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		freed.n = 0;
		joined(started(targets[i], NULL));
		const char *values = freed.values[2]; /* values[3], of `first` */
		assert_int_equal(freed.n, 3);
		assert_ptr_equal(freed.values[1], values - 2 * sizeof(int));
		assert_ptr_equal(freed.values[0], values - sizeof(int));
		assert_false(pthread_equal(freed.in, pthread_self()));
	}
	destroy_three();
	assert_int_equal(freed.n, 3);
}

static void end_of_a_foreign_thread_frees_too(void **state)
{
	(void)state;
	struct crew crew;

	init_three();
	crew_start(&crew, 1, set_three, NULL);
	crew_join(&crew);
	assert_int_equal(freed.n, 3);
	destroy_three();
}

static tthr_local owned;
static unsigned set_by;

static void *set_and_wait(void *arg)
{
	must(tthr_local_set(&owned, arg) == 0);
	count_up(&set_by);
	wait_at_gate(NULL);
	/* It was destroyed, and another is in its place. */
	void *value;
	must(tthr_local_get(&owned, &value) == ENOENT);
	must(tthr_local_set(&owned, arg) == 0);
	return NULL;
}

static void destroy_frees_the_values_of_all_threads(void **state)
{
	(void)state;
	static const struct tthr_local_options options = {.free = note_free};
	int values[3], mine;
	tthr_thread *threads[3];

	set_by = 0;
	must(!tthr_local_init(&owned, &options));
	tthr_local_set(&owned, &mine);
	for (int i = 0; i < 3; i++)
		threads[i] = started(set_and_wait, &values[i]);
	wait_until(count_of(&set_by) == 3);
	assert_int_equal(tthr_local_destroy(&owned), 0);
	assert_int_equal(freed.n, 4);
	assert_true(pthread_equal(freed.in, pthread_self()));

	must(!tthr_local_init(&owned, &(struct tthr_local_options){.name = "another"}));
	tthr_event_set(&gate);
	for (int i = 0; i < 3; i++)
		joined(threads[i]);
	assert_int_equal(freed.n, 4);
	tthr_local_destroy(&owned);
}

static tthr_local phoenix;
static unsigned rebirths;

static void set_again(void *value)
{
	rebirths++;
	must(rebirths < 100);
	must(tthr_local_set(&phoenix, value) == 0);
}

static void *set_phoenix(void *arg)
{
	return tthr_local_set(&phoenix, arg) ? NULL : arg;
}

static void free_that_sets_a_value_does_not_last_for_ever(void **state)
{
	(void)state;
	int x;

	rebirths = 0;
	must(!tthr_local_init(&phoenix, &(struct tthr_local_options){.free = set_again}));
	joined(started(set_phoenix, &x));
	assert_int_equal(rebirths, PTHREAD_DESTRUCTOR_ITERATIONS);
	must(!tthr_local_destroy(&phoenix));
	assert_int_equal(rebirths, PTHREAD_DESTRUCTOR_ITERATIONS);
}

static void lock_and_log(void *value)
{
	static tthr_lock lock = TTHR_LOCK_INIT("in free");

	must(tthr_thread_is_alive(tthr_current()));
	TTHR_WITH (&lock)
		note_free(value);
	must(tthr_local_delete(&second) == 0); /* that of another local, which comes later */
}

static void *set_two(void *arg)
{
	must(!tthr_local_set(&second, arg) && !tthr_local_set(&first, arg));
	return NULL;
}

static void free_may_use_the_library(void **state)
{
	(void)state;
	int x;

	must(!tthr_local_init(&first, &(struct tthr_local_options){.free = lock_and_log}));
	must(!tthr_local_init(&second, &(struct tthr_local_options){.free = note_free}));
	joined(started(set_two, &x));
	assert_int_equal(freed.n, 2);
	must(!tthr_local_destroy(&first) && !tthr_local_destroy(&second));
}

static void *churn(void *arg)
{
	for (int i = 0; i < 300; i++) {
		tthr_local own;
		void *value;
		must(!tthr_local_init(&own, &(struct tthr_local_options){.init = make_int, .arg = &i, .free = free}));
		must(!tthr_local_get(&own, &value) && *(int *)value == i);
		must(!tthr_local_get(arg, &value));
		++*(int *)value;
		must(!tthr_local_destroy(&own));
	}
	return NULL;
}

static void stress(void **state)
{
	(void)state;
	struct crew crew;
	int zero = 0;
	tthr_local local;

	must(!tthr_local_init(&local, &(struct tthr_local_options){.init = make_int, .arg = &zero, .free = free}));
	for (int i = 0; i < 5; i++) {
		crew_start(&crew, 8, churn, &local);
		crew_join(&crew);
	}
	must(!tthr_local_destroy(&local));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(absent_until_set),
	    cmocka_unit_test(names),
	    cmocka_unit_test_setup(each_thread_has_its_own, reset),
	    cmocka_unit_test(init_makes_the_first_value_once),
	    cmocka_unit_test_setup(init_may_use_the_local, reset),
	    cmocka_unit_test_setup(owned_values_are_freed_when_replaced_or_deleted, reset),
	    cmocka_unit_test_setup(end_of_a_thread_frees_last_set_first, reset),
	    cmocka_unit_test_setup(end_of_a_foreign_thread_frees_too, reset),
	    cmocka_unit_test_setup(destroy_frees_the_values_of_all_threads, reset),
	    cmocka_unit_test(free_that_sets_a_value_does_not_last_for_ever),
	    cmocka_unit_test_setup(free_may_use_the_library, reset),
	    cmocka_unit_test(stress),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
