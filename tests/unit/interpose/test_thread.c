/* SPDX-License-Identifier: MIT */
/*
 * Threads that a program makes: their beginning, joins of all kinds, and what is done to them.
 */
#include "program.h"

#include <limits.h>

#include "libtrace_thr/interpose/process/thread.h"
#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/thread/thread.h"

SITE static pthread_t create(const pthread_attr_t *attributes, void *(*start)(void *), void *arg)
{
	pthread_t made;
	int error = pthread_create(&made, attributes, start, arg);

	must(!error);
	return made;
}

CALL(join, pthread_join, (pthread_t thread, void **value), thread, value)
CALL(tryjoin, pthread_tryjoin_np, (pthread_t thread, void **value), thread, value)
CALL(timedjoin, pthread_timedjoin_np, (pthread_t thread, void **value, const struct timespec *until), thread, value,
     until)
CALL(clockjoin, pthread_clockjoin_np, (pthread_t thread, void **value, clockid_t clock, const struct timespec *until),
     thread, value, clock, until)
CALL(detach, pthread_detach, (pthread_t thread), thread)
CALL(cancel, pthread_cancel, (pthread_t thread), thread)

static int gate_open;

static void *wait_for_gate(void *arg)
{
	wait_until(__atomic_load_n(&gate_open, __ATOMIC_SEQ_CST));
	return arg;
}

static void open_gate(void)
{
	__atomic_store_n(&gate_open, 1, __ATOMIC_SEQ_CST);
}

static int close_gate_of_threads(void **state)
{
	(void)state;
	gate_open = 0;
	return 0;
}

/* The lines bear names like `Thread-3 (0x…)`, which is where it starts: here it is called after that. */
#define AS(start, name) call_it((const void *)(uintptr_t)(start), name)

static void must_be_lines(const char *const *lines, unsigned n)
{
	bool same = recorded() == n;

	for (unsigned i = 0; same && i < n; i++)
		same = !strcmp(recorder.lines[i].text, lines[i]);
	if (!same) {
		print_record();
		fail();
	}
}

#define MUST_BE_LINES(...)                                                                                             \
	must_be_lines((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* Looked up by its handle, also after its end. */
static void joins(void **state)
{
	(void)state;
	struct timespec past = {0}, far = after_ms(CLOCK_REALTIME, 1000000), near = after_ms(CLOCK_MONOTONIC, 1000000);
	void *value = NULL;
	int it;

	AS(wait_for_gate, "t");
	program_begin();
	pthread_t thread = create(NULL, wait_for_gate, &it);
	assert_int_equal(tryjoin(thread, &value), EBUSY);
	assert_int_equal(timedjoin(thread, &value, &past), ETIMEDOUT);
	assert_int_equal(clockjoin(thread, &value, CLOCK_MONOTONIC, &past), ETIMEDOUT);
	open_gate();
	assert_int_equal(timedjoin(thread, &value, &far), 0);
	assert_ptr_equal(value, &it);
	assert_true(recorded() >= 5);
	assert_string_equal(recorder.lines[0].text, "thread_create t daemon=0");
	for (unsigned i = 1; i < 4; i++)
		assert_string_equal(recorder.lines[i].text, "thread_join_done t timeout");
	assert_string_equal(recorder.lines[recorded() - 1].text, "thread_join_done t joined");
	for (int i = 0; i < 3; i++) {
		program_begin();
		thread = create(NULL, wait_for_gate, &value);
		wait_until(tt_registry_first()->next == NULL); /* it has ended */
		if (i == 0)
			assert_int_equal(join(thread, &value), 0);
		else if (i == 1)
			wait_until(tryjoin(thread, &value) == 0);
		else
			assert_int_equal(clockjoin(thread, &value, CLOCK_MONOTONIC, &near), 0);
		assert_ptr_equal(value, &value);
		assert_string_equal(recorder.lines[recorded() - 1].text, "thread_join_done t joined");
		assert_true(tt_registry_first() == tt_registry_main());
	}
}

static void *join_the_main_thread(void *arg)
{
	struct timespec past = {0};

	be("other");
	must(timedjoin(*(pthread_t *)arg, NULL, &past) == ETIMEDOUT);
	return NULL;
}

static void joins_that_are_wrong(void **state)
{
	(void)state;
	pthread_t self = pthread_self();

	AS(join_the_main_thread, "t");
	program_begin();
	assert_int_equal(join(self, NULL), EDEADLK);
	MUST_BE_LINES("misuse MainThread pthread_join: joins itself", "thread_join_done MainThread timeout");
	program_begin();
	pthread_t thread = create(NULL, join_the_main_thread, &self);
	must(!join(thread, NULL));
	expect("other", "thread_join_done MainThread timeout", NULL);
}

static void *join_it(void *arg)
{
	be("joiner");
	must(!join(*(pthread_t *)arg, NULL));
	return NULL;
}

static unsigned lines_like(const char *begin)
{
	unsigned n = 0;

	for (unsigned i = 0; i < recorded(); i++)
		n += !strncmp(recorder.lines[i].text, begin, strlen(begin));
	return n;
}

static void a_join_that_waits(void **state)
{
	(void)state;
	pthread_t joiner;

	AS(wait_for_gate, "t");
	AS(join_it, "j");
	program_begin();
	pthread_t thread = create(NULL, wait_for_gate, NULL);
	must(!pthread_create(&joiner, NULL, join_it, &thread));
	wait_until(recorded() == 2);
	for (int i = 0; i < 20 && lines_like("misuse") < 2; i++) { /* on a slow machine a limit may be past at once */
		struct timespec soon = after_ms(CLOCK_REALTIME, 20);
		assert_int_equal(timedjoin(thread, NULL, &soon), ETIMEDOUT); /* while another waits */
	}
	open_gate();
	join_within(joiner);
	expect("joiner", "thread_join_wait t timeout=-1", "thread_join_done t joined", NULL);
	assert_int_equal(lines_like("misuse t pthread_join: joined twice"), 2);
	assert_int_equal(lines_like("thread_join_wait t timeout="), 3);
}

/* One that came to nothing does not count. */
static void a_join_after_another(void **state)
{
	(void)state;
	struct timespec soon = after_ms(CLOCK_REALTIME, 5);

	AS(wait_for_gate, "t");
	program_begin();
	pthread_t thread = create(NULL, wait_for_gate, NULL);
	assert_int_equal(timedjoin(thread, NULL, &soon), ETIMEDOUT);
	soon = after_ms(CLOCK_REALTIME, 5);
	assert_int_equal(timedjoin(thread, NULL, &soon), ETIMEDOUT);
	open_gate();
	must(!join(thread, NULL));
	assert_int_equal(lines_like("misuse"), 0);
}

static void those_that_nobody_joins(void **state)
{
	(void)state;
	pthread_attr_t attributes;

	AS(wait_for_gate, "t");
	program_begin();
	pthread_t thread = create(NULL, wait_for_gate, NULL);
	must(!detach(thread));
	must(!pthread_attr_init(&attributes) && !pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));
	thread = create(&attributes, wait_for_gate, NULL);
	assert_int_equal(detach(thread), EINVAL);
	MUST_BE_LINES("thread_create t daemon=0", "thread_detach t", "thread_create t daemon=0");
	wait_until(tthr_active_count() == 3); /* they have begun */
	open_gate();
	wait_until(tt_registry_first() == tt_registry_main() && !tt_registry_first()->next);
}

static void *wait_to_be_cancelled(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void what_is_done_to_threads(void **state)
{
	(void)state;
	char name[32];
	void *value;

	AS(wait_to_be_cancelled, "t");
	AS(wait_for_gate, "u");
	program_begin();
	pthread_t other = create(NULL, wait_for_gate, NULL);
	pthread_t thread = create(NULL, wait_to_be_cancelled, NULL);
	wait_until(tt_registry_first()->next && tt_registry_first()->next->next);
	must(!cancel(thread));
	must(!join(thread, &value) && value == PTHREAD_CANCELED);
	must(recorded() >= 4);
	assert_string_equal(recorder.lines[2].text, "thread_cancel t");
	program_begin();
	must(!pthread_setname_np(other, "renamed") && !pthread_getname_np(other, name, sizeof name));
	assert_string_equal(name, "renamed");
	assert_int_equal(pthread_setname_np(other, "longer than fifteen"), ERANGE);
	const tthr_thread *found = tt_registry_first();
	while (found && !pthread_equal(tthr_thread_ident(found), other))
		found = found->next;
	must(found);
	assert_string_equal(tthr_thread_name(found), "renamed");
	open_gate();
	must(!join(other, NULL));
	assert_string_equal(recorder.lines[recorded() - 1].text, "thread_join_done renamed joined");
}

/* Many at once, joined in another order than they came. */
static void many_are_joined(void **state)
{
	(void)state;
	enum { N = 20 };
	pthread_t threads[N];
	int values[N];
	void *value;

	program_begin();
	for (uintptr_t i = 0; i < N; i++)
		must(!pthread_create(&threads[i], NULL, wait_for_gate, &values[i]));
	open_gate();
	for (int i = 0; i < N; i++) {
		int which = i * 7 % N;
		must(!join(threads[which], &value) && value == &values[which]);
	}
	assert_int_equal(lines_like("misuse"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(joins, close_gate_of_threads),
	    cmocka_unit_test_setup(joins_that_are_wrong, close_gate_of_threads),
	    cmocka_unit_test_setup(a_join_that_waits, close_gate_of_threads),
	    cmocka_unit_test_setup(a_join_after_another, close_gate_of_threads),
	    cmocka_unit_test_setup(those_that_nobody_joins, close_gate_of_threads),
	    cmocka_unit_test_setup(what_is_done_to_threads, close_gate_of_threads),
	    cmocka_unit_test_setup(many_are_joined, close_gate_of_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
