/* SPDX-License-Identifier: MIT */
/*
 * Who there is: the calling thread, the main thread, foreign ones, and all that are alive.
 */
#include "threads.h"

#include "libtrace_thr/src/thread/registry.h"

static void main_thread(void **state)
{
	(void)state;
	assert_ptr_equal(tthr_current(), tthr_main());
	assert_string_equal(tthr_thread_name(tthr_main()), "MainThread");
	assert_int_equal(tthr_thread_id(tthr_main()), 1);
	assert_int_equal(tthr_thread_native_id(tthr_main()), getpid());
	assert_int_equal(tthr_thread_ident(tthr_main()), pthread_self());
	assert_true(tthr_thread_is_alive(tthr_main()));
	assert_int_equal(tthr_thread_start(tthr_main()), EALREADY);
	assert_int_equal(tthr_thread_result(tthr_main(), NULL, NULL), EBUSY);
}

static void main_threads_kernel_name_changes_only_when_asked_for(void **state)
{
	(void)state;
	char before[16], seen[16];

	pthread_getname_np(pthread_self(), before, sizeof before);
	assert_string_equal(before, "test_registry");
	assert_int_equal(tthr_thread_set_name(tthr_main(), "boss"), 0);
	pthread_getname_np(pthread_self(), seen, sizeof seen);
	assert_string_equal(seen, "boss");
	assert_int_equal(tthr_thread_set_name(tthr_main(), "MainThread"), 0);
	pthread_setname_np(pthread_self(), before);
}

static void *check_current(void *arg)
{
	must(tthr_current() == *(tthr_thread **)arg);
	must(tthr_main() != tthr_current());
	must(tthr_thread_native_id(tthr_current()) == gettid());
	must(tthr_thread_ident(tthr_current()) == pthread_self());
	return NULL;
}

static void current_thread(void **state)
{
	(void)state;
	static tthr_thread *thread;

	thread = made(&(struct tthr_thread_options){.target = check_current, .arg = &thread});
	must(tthr_thread_start(thread) == 0);
	joined(thread);
}

static void *be_foreign(void *arg)
{
	tthr_thread **entry = arg;

	*entry = tthr_thread_ref(tthr_current());
	must(tthr_current() == *entry);
	must(!strncmp(tthr_thread_name(*entry), "Dummy-", 6));
	must(tthr_thread_daemon(*entry));
	must(tthr_thread_is_alive(*entry));
	must(tthr_thread_native_id(*entry) == gettid());
	must(tthr_thread_join(*entry) == EDEADLK);
	return NULL;
}

static void foreign_thread_has_an_entry_until_it_ends(void **state)
{
	(void)state;
	size_t before = tthr_active_count();
	tthr_thread *entry = NULL;
	pthread_t thread;

	must(pthread_create(&thread, NULL, be_foreign, &entry) == 0);
	join_within(thread);
	assert_non_null(entry);
	assert_false(tthr_thread_is_alive(entry));
	assert_int_equal(tthr_thread_join(entry), ENOTSUP);
	assert_int_equal(tthr_thread_start(entry), EALREADY);
	assert_int_equal(tthr_active_count(), before);
	tthr_thread_unref(entry);
}

static void enumerate_lists_in_the_order_of_start(void **state)
{
	(void)state;
	enum { N = 5 };
	tthr_thread *threads[N], **list;
	size_t n, at = 0;
	tthr_thread *new = made(NULL);

	for (int i = 0; i < N; i++)
		threads[i] = started(wait_at_gate, NULL);
	assert_int_equal(tthr_enumerate(&list, &n), 0);
	assert_int_equal(n, tthr_active_count());
	assert_ptr_equal(list[0], tthr_main());
	for (size_t i = 0; i < n; i++) {
		assert_ptr_not_equal(list[i], new);
		if (at < N && list[i] == threads[at])
			at++;
	}
	assert_int_equal(at, N);
	tthr_event_set(&gate);
	for (int i = 0; i < N; i++)
		joined(threads[i]);
	assert_string_equal(tthr_thread_name(list[0]), "MainThread"); /* the list holds references */
	tthr_thread_list_free(list, n);
	tthr_thread_unref(new);
}

/* It is the last one that ends the program. */
static void the_last_is_known(void **state)
{
	(void)state;
	tthr_thread threads[2] = {{.refs = 1}, {.refs = 1}};

	for (int i = 0; i < 2; i++) {
		assert_false(tt_registry_has(&threads[i]));
		tt_registry_add(&threads[i]);
		assert_true(tt_registry_has(&threads[i]));
	}
	assert_int_equal(tthr_active_count(), 3);
	assert_ptr_equal(tt_registry_first(), tthr_main());
	assert_false(tt_registry_remove(&threads[0]));
	assert_false(tt_registry_has(&threads[0]));
	assert_false(tt_registry_remove(tthr_main()));
	assert_ptr_equal(tt_registry_first(), &threads[1]);
	assert_true(tt_registry_has(&threads[1]));
	assert_true(tt_registry_remove(&threads[1]));
	assert_null(tt_registry_first());
	tt_registry_add(tthr_main());
	assert_int_equal(tthr_active_count(), 1);
}

static unsigned n_freed;

static void count_free(tthr_thread *thread)
{
	(void)thread;
	n_freed++;
}

static void a_list_gives_its_references_back(void **state)
{
	(void)state;
	tthr_thread threads[2], *both[] = {&threads[0], &threads[1]};
	tthr_thread **list = malloc(sizeof both);

	must(list);
	for (int i = 0; i < 2; i++) {
		must(!tthr_thread_init(&threads[i], &(struct tthr_thread_options){.free = count_free}));
		list[i] = tthr_thread_ref(&threads[i]);
	}
	tthr_thread_list_free(list, 2);
	assert_int_equal(n_freed, 0);
	for (int i = 0; i < 2; i++)
		tthr_thread_unref(both[i]);
	assert_int_equal(n_freed, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(main_thread),
	    cmocka_unit_test(main_threads_kernel_name_changes_only_when_asked_for),
	    cmocka_unit_test(current_thread),
	    cmocka_unit_test(foreign_thread_has_an_entry_until_it_ends),
	    cmocka_unit_test(the_last_is_known),
	    cmocka_unit_test(a_list_gives_its_references_back),
	    cmocka_unit_test_setup(enumerate_lists_in_the_order_of_start, close_gate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
