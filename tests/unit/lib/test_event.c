/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include <errno.h>
#include <math.h>

#include <trace_thr/event.h>

#include "libtrace_thr/src/sync/wait_queue.h"

static unsigned waiting(tthr_event *event)
{
	return __atomic_load_n(&event->waiters.inside, __ATOMIC_SEQ_CST);
}

static void names_and_destroy(void **state)
{
	(void)state;
	tthr_event named, unnamed;

	assert_int_equal(tthr_event_init(&named, "loaded"), 0);
	assert_int_equal(tthr_event_init(&unnamed, NULL), 0);
	assert_string_equal(tthr_event_name(&named), "loaded");
	assert_int_equal(strncmp(tthr_event_name(&unnamed), "Event-", 6), 0);
	assert_int_not_equal(tthr_event_id(&named), tthr_event_id(&unnamed));
	assert_int_equal(tthr_event_destroy(&named), 0);
	assert_int_equal(tthr_event_destroy(&unnamed), 0);
}

static void is_set(void **state)
{
	(void)state;
	tthr_event event = TTHR_EVENT_INIT(NULL);

	assert_false(tthr_event_is_set(&event));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tthr_event_set(&event), 0);
		assert_true(tthr_event_is_set(&event));
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tthr_event_clear(&event), 0);
		assert_false(tthr_event_is_set(&event));
	}
	tthr_event_destroy(&event);
}

static struct {
	tthr_event event;
	unsigned first, second;
} notified = {.event = TTHR_EVENT_INIT("notified")};

static void *wait_twice(void *arg)
{
	(void)arg;
	must(tthr_event_wait(&notified.event) == 0);
	count_up(&notified.first);
	must(tthr_event_wait_timeout(&notified.event, 0) == 0);
	must(tthr_event_wait(&notified.event) == 0);
	count_up(&notified.second);
	return NULL;
}

static void set_wakes_all_and_stays(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) { /* the second time after a clear */
		struct crew crew;
		notified.first = notified.second = 0;
		crew_start(&crew, 5, wait_twice, NULL);
		wait_until(waiting(&notified.event) == 5);
		assert_int_equal(count_of(&notified.first), 0);
		tthr_event_set(&notified.event);
		crew_join(&crew);
		assert_int_equal(notified.first, 5);
		assert_int_equal(notified.second, 5);
		tthr_event_clear(&notified.event);
	}
}

static void *time_out(void *arg)
{
	tthr_event *event = arg;

	must(tthr_event_wait_timeout(event, 0) == ETIMEDOUT);
	must(tthr_event_wait_timeout(event, -1) == ETIMEDOUT);
	must(tthr_event_wait_timeout(event, -INFINITY) == ETIMEDOUT);
	must(tthr_event_wait_timeout(event, NAN) == EINVAL);
	double begin = now();
	must(tthr_event_wait_timeout(event, 0.05) == ETIMEDOUT);
	must(now() - begin >= 0.05);
	return NULL;
}

static void *find_it_set(void *arg)
{
	tthr_event *event = arg;

	must(tthr_event_wait_timeout(event, 0) == 0);
	must(tthr_event_wait_timeout(event, -1) == 0);
	must(tthr_event_wait_timeout(event, WAIT_SECONDS) == 0);
	must(tthr_event_wait_timeout(event, NAN) == EINVAL);
	return NULL;
}

static void timeouts(void **state)
{
	(void)state;
	static tthr_event event = TTHR_EVENT_INIT(NULL);
	struct crew crew;

	crew_start(&crew, 5, time_out, &event);
	crew_join(&crew);
	tthr_event_set(&event);
	crew_start(&crew, 5, find_it_set, &event);
	crew_join(&crew);
	tthr_event_destroy(&event);
}

static void *wait_once(void *arg)
{
	must(tthr_event_wait_timeout(arg, WAIT_SECONDS) == 0);
	return NULL;
}

/* Who waited when the flag was set goes on, even if it is cleared before it runs. */
static void set_and_clear_at_once(void **state)
{
	(void)state;
	static tthr_event event = TTHR_EVENT_INIT(NULL);
	struct crew crew;

	for (int i = 0; i < 50; i++) {
		crew_start(&crew, 5, wait_once, &event);
		wait_until(waiting(&event) == 5);
		tthr_event_set(&event);
		tthr_event_clear(&event);
		crew_join(&crew);
	}
	assert_false(tthr_event_is_set(&event));
	tthr_event_destroy(&event);
}

static void destroy_with_a_waiter_is_refused(void **state)
{
	(void)state;
	static tthr_event event = TTHR_EVENT_INIT("awaited");
	struct crew crew;

	crew_start(&crew, 1, wait_once, &event);
	wait_until(waiting(&event) == 1);
	assert_int_equal(tthr_event_destroy(&event), EBUSY);
	tthr_event_set(&event);
	/* Not refused any more, though the waiter may be on its way out. */
	assert_int_equal(tthr_event_destroy(&event), 0);
	crew_join(&crew);
}

/* The waiter destroys the event as soon as it is woken, while the setter may still be in its call. */
static void *set_it(void *arg)
{
	must(tthr_event_set(arg) == 0);
	return NULL;
}

static void the_woken_may_destroy(void **state)
{
	(void)state;
	for (int i = 0; i < 500; i++) {
		tthr_event *event = malloc(sizeof *event);
		struct crew crew;
		assert_int_equal(tthr_event_init(event, NULL), 0);
		crew_start(&crew, 1, set_it, event);
		assert_int_equal(tthr_event_wait(event), 0);
		assert_int_equal(tthr_event_destroy(event), 0);
		free(event);
		crew_join(&crew);
	}
}

/* What was written before set is seen after wait: the message is no atomic, ThreadSanitizer would tell. */
static tthr_event question = TTHR_EVENT_INIT("question"), answer = TTHR_EVENT_INIT("answer");
static int message;

static void *reply(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2000; i++) {
		must(tthr_event_wait(&question) == 0);
		tthr_event_clear(&question);
		must(message == 2 * i + 1);
		message++;
		tthr_event_set(&answer);
	}
	return NULL;
}

static void set_passes_on_what_was_written(void **state)
{
	(void)state;
	struct crew crew;

	crew_start(&crew, 1, reply, NULL);
	for (int i = 0; i < 2000; i++) {
		message++;
		tthr_event_set(&question);
		while (!tthr_event_is_set(&answer) && i % 2)
			;
		tthr_event_wait(&answer);
		tthr_event_clear(&answer);
		assert_int_equal(message, 2 * i + 2);
	}
	crew_join(&crew);
}

static void *wait_while_cancelled(void *arg)
{
	must(tthr_event_wait(arg) == 0);
	tthr_event_clear(arg);
	pthread_testcancel();
	must(!"cancelled");
	return NULL;
}

static void waiting_is_no_cancellation_point(void **state)
{
	(void)state;
	static tthr_event event = TTHR_EVENT_INIT(NULL);
	struct crew crew;

	crew_start(&crew, 1, wait_while_cancelled, &event);
	wait_until(waiting(&event) == 1);
	pthread_cancel(crew.threads[0]);
	tthr_event_set(&event);
	crew_join(&crew);
	assert_false(tthr_event_is_set(&event));
}

static void errno_is_left_alone(void **state)
{
	(void)state;
	tthr_event event = TTHR_EVENT_INIT(NULL);

	errno = 77;
	tthr_event_wait_timeout(&event, 0.001);
	tthr_event_wait_timeout(&event, NAN);
	tthr_event_set(&event);
	tthr_event_destroy(&event);
	assert_int_equal(errno, 77);
}

static void child_has_no_waiters(void *arg)
{
	tthr_event *event = arg;

	must(!tthr_event_is_set(event));
	must(tthr_event_set(event) == 0);
	must(tthr_event_wait(event) == 0);
	must(tthr_event_destroy(event) == 0);
}

static void fork_leaves_the_waiters_behind(void **state)
{
	(void)state;
	static tthr_event event = TTHR_EVENT_INIT(NULL);
	struct crew crew;

	crew_start(&crew, 3, wait_once, &event);
	wait_until(waiting(&event) == 3);
	in_child(child_has_no_waiters, &event);
	assert_false(tthr_event_is_set(&event));
	tthr_event_set(&event);
	crew_join(&crew);
}

static void *wait_until_set(void *event)
{
	must(tthr_event_wait_timeout(event, WAIT_SECONDS) == 0);
	return NULL;
}

/* It comes to be set while a thread is about to wait: after it has looked, and before it is among those who wait. */
static void set_in_between(void **state)
{
	(void)state;
	tthr_event event = TTHR_EVENT_INIT("event");
	struct crew crew;

	tt_wait_queue_lock(&event.waiters);
	crew_start(&crew, 1, wait_until_set, &event);
	wait_until(sleepers_on(&event.waiters.guard) == 1);
	__atomic_store_n(&event.flag, 1, __ATOMIC_SEQ_CST);
	tt_wait_queue_unlock(&event.waiters);
	crew_join(&crew);
	assert_int_equal(waiting(&event), 0);
	assert_int_equal(tthr_event_clear(&event), 0); /* nobody has kept it from others */
	assert_int_equal(tthr_event_destroy(&event), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(set_in_between),
	    cmocka_unit_test(names_and_destroy),
	    cmocka_unit_test(is_set),
	    cmocka_unit_test(set_wakes_all_and_stays),
	    cmocka_unit_test(timeouts),
	    cmocka_unit_test(set_and_clear_at_once),
	    cmocka_unit_test(destroy_with_a_waiter_is_refused),
	    cmocka_unit_test(the_woken_may_destroy),
	    cmocka_unit_test(set_passes_on_what_was_written),
	    cmocka_unit_test(waiting_is_no_cancellation_point),
	    cmocka_unit_test(errno_is_left_alone),
	    cmocka_unit_test(fork_leaves_the_waiters_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
