/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include "libtrace_thr/src/thread/current_thread.h"

static void target_gets_its_argument_and_its_value_is_kept(void **state)
{
	(void)state;
	int x;
	void *value;
	enum tthr_end end = TTHR_CANCELLED;
	tthr_thread *thread = started(nothing, &x);

	assert_int_equal(tthr_thread_join(thread), 0);
	assert_int_equal(tthr_thread_result(thread, &value, &end), 0);
	assert_ptr_equal(value, &x);
	assert_int_equal(end, TTHR_RETURNED);
	assert_int_equal(tthr_thread_result(thread, NULL, NULL), 0);
	tthr_thread_unref(thread);
}

static void no_options_and_no_target(void **state)
{
	(void)state;
	tthr_thread *thread = made(NULL);

	assert_int_equal(tthr_thread_start(thread), 0);
	joined(thread);
}

/* The number at the end of a default name. */
static int number_of(const tthr_thread *thread, const char *prefix)
{
	const char *name = tthr_thread_name(thread);
	must(!strncmp(name, prefix, strlen(prefix)));
	return atoi(name + strlen(prefix));
}

static void names(void **state)
{
	(void)state;
	char name[] = "given";
	tthr_thread *first = made(&(struct tthr_thread_options){.target = nothing});
	tthr_thread *given = made(&(struct tthr_thread_options){.name = name});
	tthr_thread *second = made(&(struct tthr_thread_options){.target = nothing});

	name[0] = 'G'; /* it was copied */
	assert_string_equal(tthr_thread_name(given), "given");
	assert_int_equal(number_of(second, "Thread-"), number_of(first, "Thread-") + 1);
	assert_true(tthr_thread_id(first) != tthr_thread_id(second));
	tthr_thread_unref(first);
	tthr_thread_unref(given);
	tthr_thread_unref(second);
}

static void rename_keeps_earlier_names(void **state)
{
	(void)state;
	tthr_thread *thread = made(&(struct tthr_thread_options){.name = "a"});
	const char *a = tthr_thread_name(thread);

	assert_int_equal(tthr_thread_set_name(thread, "b"), 0);
	const char *b = tthr_thread_name(thread);
	assert_int_equal(tthr_thread_set_name(thread, "c"), 0);
	assert_string_equal(tthr_thread_name(thread), "c");
	assert_string_equal(a, "a");
	assert_string_equal(b, "b");
	/* A name it has had before takes no more memory. */
	assert_int_equal(tthr_thread_set_name(thread, "b"), 0);
	assert_ptr_equal(tthr_thread_name(thread), b);
	assert_int_equal(tthr_thread_set_name(thread, "a"), 0);
	assert_ptr_equal(tthr_thread_name(thread), a);
	assert_int_equal(tthr_thread_set_name(thread, NULL), EINVAL);
	assert_string_equal(tthr_thread_name(thread), "a");
	tthr_thread_unref(thread);
}

static void *kernel_name(void *arg)
{
	must(pthread_getname_np(pthread_self(), arg, 16) == 0);
	return NULL;
}

static void kernel_has_the_name_cut_at_a_character(void **state)
{
	(void)state;
	static const struct {
		const char *name, *cut;
	} cases[] = {
	    {"short", "short"},
	    {"exactly-15-byte", "exactly-15-byte"},
	    {"more-than-fifteen-bytes", "more-than-fifte"},
	    {"twelve-byte-\u00e9\u00e9", "twelve-byte-\u00e9"},
	    {"thirteen-byt\u20ac\u20ac", "thirteen-byt\u20ac"},
	    {"fourteen-byte-\u20ac", "fourteen-byte-"},
	    {"", ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char seen[16] = "?";
		tthr_thread *thread =
		    made(&(struct tthr_thread_options){.name = cases[i].name, .target = kernel_name, .arg = seen});
		must(tthr_thread_start(thread) == 0);
		joined(thread);
		assert_string_equal(seen, cases[i].cut);
	}
}

static void rename_of_another_thread_that_runs(void **state)
{
	(void)state;
	char seen[16];
	tthr_thread *thread = started(wait_at_gate, NULL);

	assert_int_equal(tthr_thread_set_name(thread, "renamed"), 0);
	assert_int_equal(pthread_getname_np(tthr_thread_ident(thread), seen, sizeof seen), 0);
	assert_string_equal(seen, "renamed");
	tthr_event_set(&gate);
	joined(thread);
}

static void start_makes_it_alive(void **state)
{
	(void)state;
	tthr_thread *thread = made(&(struct tthr_thread_options){.target = wait_at_gate});

	assert_false(tthr_thread_is_alive(thread));
	assert_int_equal(tthr_thread_native_id(thread), 0);
	assert_int_equal(tthr_thread_ident(thread), 0);
	assert_int_equal(tthr_thread_result(thread, NULL, NULL), EBUSY);
	assert_int_equal(tthr_thread_start(thread), 0);
	assert_true(tthr_thread_is_alive(thread));
	assert_true(tthr_thread_native_id(thread) > 0 && tthr_thread_native_id(thread) != getpid());
	assert_true(tthr_thread_ident(thread) != 0 && tthr_thread_ident(thread) != pthread_self());
	assert_int_equal(tthr_thread_result(thread, NULL, NULL), EBUSY);
	tthr_event_set(&gate);
	assert_int_equal(tthr_thread_join_timeout(thread, WAIT_SECONDS), 0);
	assert_false(tthr_thread_is_alive(thread));
	tthr_thread_unref(thread);
}

static void start_twice_is_refused(void **state)
{
	(void)state;
	tthr_thread *thread = started(wait_at_gate, NULL);

	assert_int_equal(tthr_thread_start(thread), EALREADY);
	tthr_event_set(&gate);
	assert_int_equal(tthr_thread_join_timeout(thread, WAIT_SECONDS), 0);
	assert_int_equal(tthr_thread_start(thread), EALREADY);
	tthr_thread_unref(thread);
}

static void start_that_fails_leaves_it_new(void **state)
{
	(void)state;
	size_t before = tthr_active_count();
	tthr_thread *thread = made(&(struct tthr_thread_options){.target = nothing, .stack_size = 1});

	assert_int_equal(tthr_thread_start(thread), EINVAL);
	assert_int_equal(tthr_thread_start(thread), EINVAL); /* it can be tried again */
	assert_false(tthr_thread_is_alive(thread));
	assert_int_equal(tthr_thread_join(thread), EINVAL);
	assert_int_equal(tthr_active_count(), before);
	tthr_thread_unref(thread);
}

static void *big_frame(void *arg)
{
	volatile char room[1 << 20];

	room[0] = room[sizeof room - 1] = 1;
	return arg;
}

static void stack_size(void **state)
{
	(void)state;
	tthr_thread *small = made(&(struct tthr_thread_options){.target = nothing, .stack_size = 256 << 10});
	tthr_thread *large = made(&(struct tthr_thread_options){.target = big_frame, .stack_size = 16 << 20});

	assert_int_equal(tthr_thread_start(small), 0);
	assert_int_equal(tthr_thread_start(large), 0);
	joined(small);
	joined(large);
}

static void daemon_is_inherited(void **state)
{
	(void)state;
	tthr_thread *thread = made(NULL);
	tthr_thread *yes = made(&(struct tthr_thread_options){.daemon = TTHR_DAEMON_YES});
	tthr_thread *no = made(&(struct tthr_thread_options){.daemon = TTHR_DAEMON_NO});

	assert_false(tthr_thread_daemon(tthr_main()));
	assert_false(tthr_thread_daemon(thread));
	assert_true(tthr_thread_daemon(yes));
	assert_false(tthr_thread_daemon(no));
	tthr_thread_unref(thread);
	tthr_thread_unref(yes);
	tthr_thread_unref(no);
}

static void *look_at_daemons(void *arg)
{
	(void)arg;
	tthr_thread *heir = made(NULL);
	tthr_thread *not = made(&(struct tthr_thread_options){.daemon = TTHR_DAEMON_NO});

	must(tthr_thread_daemon(heir));
	must(!tthr_thread_daemon(not ));
	tthr_thread_unref(heir);
	tthr_thread_unref(not );
	return NULL;
}

static void daemon_begets_daemons(void **state)
{
	(void)state;
	tthr_thread *thread = made(&(struct tthr_thread_options){.target = look_at_daemons, .daemon = TTHR_DAEMON_YES});

	must(tthr_thread_start(thread) == 0);
	joined(thread);
}

static void daemon_can_be_set_before_the_start(void **state)
{
	(void)state;
	tthr_thread *thread = made(&(struct tthr_thread_options){.target = wait_at_gate});

	assert_int_equal(tthr_thread_set_daemon(thread, true), 0);
	assert_true(tthr_thread_daemon(thread));
	must(tthr_thread_start(thread) == 0);
	assert_int_equal(tthr_thread_set_daemon(thread, false), EBUSY);
	assert_true(tthr_thread_daemon(thread));
	tthr_event_set(&gate);
	joined(thread);
	assert_int_equal(tthr_thread_set_daemon(tthr_main(), true), EBUSY);
}

/* Subclass: a struct that begins with a thread. */

struct sum {
	tthr_thread thread;
	int a, b, sum;
	bool freed;
};

static void *add(tthr_thread *self)
{
	struct sum *sum = (struct sum *)self;

	must(tthr_current() == self);
	sum->sum = sum->a + sum->b;
	return &sum->sum;
}

static void mark_freed(tthr_thread *self)
{
	((struct sum *)self)->freed = true;
}

static void subclass_in_memory_of_the_callers(void **state)
{
	(void)state;
	struct sum sum = {.a = 2, .b = 3};
	void *value;

	assert_int_equal(tthr_thread_init(&sum.thread, &(struct tthr_thread_options){.run = add}), 0);
	assert_int_equal(tthr_thread_start(&sum.thread), 0);
	assert_int_equal(tthr_thread_join_timeout(&sum.thread, WAIT_SECONDS), 0);
	assert_int_equal(tthr_thread_result(&sum.thread, &value, NULL), 0);
	assert_ptr_equal(value, &sum.sum);
	assert_int_equal(sum.sum, 5);
	tthr_thread_unref(&sum.thread);
}

static void subclass_is_freed_with_its_last_reference(void **state)
{
	(void)state;
	struct sum sum = {.a = 2, .b = 3};

	tthr_thread_init(&sum.thread, &(struct tthr_thread_options){.run = add, .free = mark_freed});
	tthr_thread_ref(&sum.thread);
	tthr_thread_unref(&sum.thread);
	assert_false(sum.freed);
	must(tthr_thread_start(&sum.thread) == 0);
	must(tthr_thread_join_timeout(&sum.thread, WAIT_SECONDS) == 0);
	assert_false(sum.freed);
	tthr_thread_unref(&sum.thread);
	assert_true(sum.freed);
}

static pthread_key_t again_key;
static unsigned rounds;

static void come_again(void *thread)
{
	must(tthr_current() == thread && tthr_thread_is_alive(thread));
	if (++rounds < (tt_self_is_watched() ? 1 : 2))
		pthread_setspecific(again_key, thread);
}

static void *set_own(void *arg)
{
	must(!pthread_setspecific(again_key, tthr_current()));
	return arg;
}

/* Destructors of the program's own, which come in several rounds, run in the thread that they are of. */
static void it_is_itself_in_its_destructors(void **state)
{
	(void)state;
	must(!pthread_key_create(&again_key, come_again));
	joined(started(set_own, NULL));
	assert_int_equal(rounds, tt_self_is_watched() ? 1 : 2);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_false(tt_self_is_watched());
#endif
	pthread_key_delete(again_key);
}

/* It has ended for us before anybody joins it. */
static void a_result_without_a_join(void **state)
{
	(void)state;
	int it;
	void *value;
	enum tthr_end end;
	tthr_thread *thread = started(nothing, &it);

	wait_until(!tthr_thread_is_alive(thread));
	assert_int_equal(tthr_thread_result(thread, &value, &end), 0);
	assert_true(value == &it && end == TTHR_RETURNED);
	joined(thread);
}

static void the_version(void **state)
{
	(void)state;
	assert_string_equal(tthr_version(), TTHR_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_itself_in_its_destructors),
	    cmocka_unit_test(the_version),
	    cmocka_unit_test(a_result_without_a_join),
	    cmocka_unit_test(target_gets_its_argument_and_its_value_is_kept),
	    cmocka_unit_test(no_options_and_no_target),
	    cmocka_unit_test(names),
	    cmocka_unit_test(rename_keeps_earlier_names),
	    cmocka_unit_test(kernel_has_the_name_cut_at_a_character),
	    cmocka_unit_test_setup(rename_of_another_thread_that_runs, close_gate),
	    cmocka_unit_test_setup(start_makes_it_alive, close_gate),
	    cmocka_unit_test_setup(start_twice_is_refused, close_gate),
	    cmocka_unit_test(start_that_fails_leaves_it_new),
	    cmocka_unit_test(stack_size),
	    cmocka_unit_test(daemon_is_inherited),
	    cmocka_unit_test(daemon_begets_daemons),
	    cmocka_unit_test_setup(daemon_can_be_set_before_the_start, close_gate),
	    cmocka_unit_test(subclass_in_memory_of_the_callers),
	    cmocka_unit_test(subclass_is_freed_with_its_last_reference),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
