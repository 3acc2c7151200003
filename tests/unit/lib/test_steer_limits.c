/* SPDX-License-Identifier: MIT */
/*
 * Steering at its limits: more locks than a thread's record has room for, as many threads as there are records, who is
 * let go when all have come, and what is never steered: a try.
 */
#include "recorder.h"
#include "steer_case.h"

/* As steer.c has them; a lock more, or a thread more, is not looked at. */
enum { MOST_HELD = 8, MOST_PARTICIPANTS = 64 };

enum { HELD_3 = 0x50 };

/* A plan in which threads meet before they get their locks: `n` edges in a ring, at sites 0x10, 0x20 and so on. */
static void steer_meeting(unsigned n)
{
	char text[sizeof plan_text], *name = strstr(plan(0, 0), "held ") + 5;
	int length;

	*strchr(name, '+') = '\0';
	length = snprintf(text, sizeof text, "meet\npause 1000000\nbudget 1000000\nring %u\n", n);
	for (unsigned i = 0; i < n; i++)
		length += snprintf(text + length, sizeof text - (size_t)length, "edge\nheld %s+0x%x\nwanted %s+0x%x\n",
		                   name, 0x20 * i + 0x10, name, 0x20 * i + 0x20);
	steer_by(text);
}

static void more_locks_than_are_kept_do_no_harm(void **state)
{
	(void)state;
	static const char many[2 * MOST_HELD];
	struct walk first = {&a, &b, HELD_1, WANTED_1, 0, 0}, second = {&b, &a, HELD_2, WANTED_2, 0, 0};

	steer(1000 * 1000, 1000 * 1000);
	for (size_t i = 0; i < sizeof many; i++)
		tt_steer_acquired(&many[i], site(HELD_1));
	for (size_t i = 0; i < MOST_HELD; i++)
		tt_steer_released(&many[i]);
	tt_steer_request(&b, site(WANTED_1)); /* the others were not kept: it holds nothing, and is not paused */
	for (size_t i = MOST_HELD; i < sizeof many; i++)
		tt_steer_released(&many[i]);
	tthr_thread *thread = started(walk, &first);
	walk(&second);
	joined(thread);
	assert_true(is_done(&first));
	assert_false(tt_steering);
}

static unsigned n_holding;

/* A thread that has its lock, and holds it until the gate opens. */
static void *hold_at_gate(void *lock)
{
	tt_steer_acquired(lock, site(HELD_1));
	count_up(&n_holding);
	wait_at_gate(NULL);
	tt_steer_released(lock);
	return NULL;
}

/* All records but the last are those of threads that have the first lock; whoever comes next has the last record. */
static void fill_records(tthr_thread *threads[MOST_PARTICIPANTS - 1])
{
	static const char locks[MOST_PARTICIPANTS];

	n_holding = 0;
	for (unsigned i = 0; i < MOST_PARTICIPANTS - 1; i++)
		threads[i] = started(hold_at_gate, (void *)(uintptr_t)&locks[i]);
	wait_until(count_of(&n_holding) == MOST_PARTICIPANTS - 1);
}

static void empty_records(tthr_thread *threads[MOST_PARTICIPANTS - 1])
{
	tthr_event_set(&gate);
	for (unsigned i = 0; i < MOST_PARTICIPANTS - 1; i++)
		joined(threads[i]);
}

static void who_comes_last_has_the_last_record(void **state)
{
	(void)state;
	struct walk comes = {&b, &a, HELD_2, OTHER, 0, 0};
	tthr_thread *threads[MOST_PARTICIPANTS - 1];

	steer_meeting(2);
	fill_records(threads);
	walk(&comes); /* would be paused for 1000 s, were the last record not looked at */
	assert_true(is_done(&comes));
	empty_records(threads);
}

static void the_last_record_is_let_go(void **state)
{
	(void)state;
	struct walk second = {&b, &a, HELD_2, OTHER, 0, 0}, third = {&c, &a, HELD_3, OTHER, 0, 0};
	tthr_thread *threads[MOST_PARTICIPANTS - 1];

	steer_meeting(3);
	fill_records(threads);
	tthr_thread *last = started(walk, &second);
	nap();
	assert_false(is_done(&second));
	tt_steer_acquired(&a, site(HELD_1)); /* there is no record left: nothing is kept */
	empty_records(threads);
	tt_steer_acquired(&a, site(HELD_1)); /* now there is */
	joined(started(walk, &third));
	joined(last);
	assert_true(is_done(&second) && is_done(&third));
	tt_steer_released(&a);
}

/* As walk, but without having come to its first site with the others. */
static void *walk_unmet(void *arg)
{
	struct walk *walk = arg;

	tt_steer_acquired(walk->has, site(walk->held));
	__atomic_store_n(&walk->got, 1, __ATOMIC_RELEASE);
	tt_steer_request(walk->wants, site(walk->wanted));
	__atomic_store_n(&walk->done, 1, __ATOMIC_RELEASE);
	tt_steer_released(walk->has);
	return NULL;
}

/* Who is at its second site stays paused when the others have come to their first one. */
static void only_those_who_come_are_let_go(void **state)
{
	(void)state;
	struct walk first = {&a, &b, HELD_1, WANTED_1, 0, 0};

	steer_meeting(2);
	tthr_thread *thread = started(walk_unmet, &first);
	wait_until(__atomic_load_n(&first.got, __ATOMIC_ACQUIRE));
	nap();
	tt_steer_request(&b, site(HELD_2));
	nap();
	assert_false(is_done(&first));
	tt_steer_acquired(&b, site(HELD_2));
	tt_steer_request(&a, site(WANTED_2));
	joined(thread);
	assert_true(is_done(&first));
	tt_steer_released(&b);
}

/* One thread that has two locks of a ring of three, and one that comes: the third is missing. */
static void fewer_threads_than_edges_do_not_meet(void **state)
{
	(void)state;
	struct walk third = {&c, &a, HELD_3, OTHER, 0, 0}, another = {"", &a, HELD_1, OTHER, 0, 0};

	steer_meeting(3);
	tt_steer_acquired(&a, site(HELD_1));
	tt_steer_acquired(&b, site(HELD_2));
	tthr_thread *thread = started(walk, &third);
	nap();
	assert_false(is_done(&third));
	joined(started(walk, &another));
	joined(thread);
	assert_true(is_done(&third));
	tt_steer_released(&a);
	tt_steer_released(&b);
}

static const void *call_site;

static int learn(void *object, double seconds)
{
	(void)object, (void)seconds;
	call_site = __builtin_return_address(0);
	return 0;
}

/* One call site for whatever is called. */
SITE static int call(int (*function)(void *object, double seconds), void *object, double seconds)
{
	int result = function(object, seconds);

	__asm__ volatile("" : "+r"(result)); /* no tail call: that would have another caller */
	return result;
}

/* As functions of one type; each passes its own caller on. */
#define AS_CALL(function) ((int (*)(void *, double))(void (*)(void))(function))

/* A try does not wait, so it must not be paused either: the pause would be longer than any test. */
static void a_try_is_not_paused(void **state)
{
	(void)state;
	tthr_lock lock = TTHR_LOCK_INIT("lock");
	tthr_semaphore semaphore = TTHR_SEMAPHORE_INIT("semaphore", 1);
	char text[sizeof plan_text], *name = strstr(plan(0, 0), "held ") + 5;

	*strchr(name, '+') = '\0';
	call(learn, NULL, 0);
	snprintf(text, sizeof text,
	         "pause 1000000\nbudget 1000000\nring 2\nedge\nheld %s+0x%x\nwanted %s+0x%tx\nedge\nheld %s+0x%x\n"
	         "wanted %s+0x%x\n",
	         name, HELD_1, name, (const char *)call_site - (const char *)site(0), name, HELD_2, name, WANTED_2);
	steer_by(text);
	recorder_begin();
	tt_steer_acquired(&a, site(HELD_1));
	assert_int_equal(call(AS_CALL(tthr_lock_acquire_timeout), &lock, 0), 0);
	assert_int_equal(call(AS_CALL(tthr_semaphore_acquire_timeout), &semaphore, 0), 0);
	assert_true(tt_steering);
	tt_steer_released(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(more_locks_than_are_kept_do_no_harm),
	    cmocka_unit_test_setup(who_comes_last_has_the_last_record, close_gate),
	    cmocka_unit_test_setup(the_last_record_is_let_go, close_gate),
	    cmocka_unit_test(only_those_who_come_are_let_go),
	    cmocka_unit_test(fewer_threads_than_edges_do_not_meet),
	    cmocka_unit_test(a_try_is_not_paused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
