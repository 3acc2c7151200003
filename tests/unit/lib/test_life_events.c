/* SPDX-License-Identifier: MIT */
/*
 * Which events threads, timers and locals emit, in which order and with what in them. Those of the end of a process are
 * in test_exit.c, those of a fork in test_fork.c.
 */
#include "threads.h"

#include <fcntl.h>
#include <math.h>

#include "life_events.h"

static int out[2];

static int begin(void **state)
{
	must(pipe2(out, O_NONBLOCK) == 0);
	life_events_to(out[1]);
	return close_gate(state);
}

static int end(void **state)
{
	(void)state;
	close(out[0]);
	close(out[1]);
	return 0;
}

static const char *events(void)
{
	static char text[2048];
	ssize_t n = read(out[0], text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static tthr_thread *named(const char *name, void *(*target)(void *arg))
{
	tthr_thread *thread;

	must(!tthr_thread_new(&thread, &(struct tthr_thread_options){.name = name, .target = target}));
	return thread;
}

static void life_of_a_thread(void **state)
{
	(void)state;
	tthr_thread *thread = named("t", wait_at_gate);

	assert_string_equal(events(), "MainThread: thread_create t daemon=0\n");
	must(!tthr_thread_start(thread));
	assert_string_equal(events(), "t: thread_start t daemon=0 target\n"); /* before start returns */
	must(tthr_thread_join_timeout(thread, 0.001) == ETIMEDOUT);
	assert_string_equal(events(), "MainThread: thread_join_wait t timeout=1000000\n"
	                              "MainThread: thread_join_done t timeout\n");
	must(tthr_thread_join_timeout(thread, 0) == ETIMEDOUT); /* does not block */
	assert_string_equal(events(), "MainThread: thread_join_done t timeout\n");
	must(!tthr_thread_set_name(thread, "u"));
	assert_string_equal(events(), "MainThread: thread_rename u was t\n");
	tthr_event_set(&gate);
	wait_until(!tthr_thread_is_alive(thread));
	assert_string_equal(events(), "u: thread_exit u returned\n");
	must(!tthr_thread_join(thread)); /* nothing to wait for */
	assert_string_equal(events(), "MainThread: thread_join_done u joined\n");
	tthr_thread_unref(thread);
	assert_string_equal(events(), "");
}

static void *open_gate_when_joined(void *arg)
{
	wait_until(sleepers_on(&tthr_current()->state) == 1);
	return arg;
}

static void join_that_waits(void **state)
{
	(void)state;
	tthr_thread *thread = named("t", open_gate_when_joined);

	must(!tthr_thread_start(thread));
	events();
	must(!tthr_thread_join(thread));
	assert_string_equal(events(), "MainThread: thread_join_wait t timeout=-1\n"
	                              "t: thread_exit t returned\n"
	                              "MainThread: thread_join_done t joined\n");
	tthr_thread_unref(thread);
}

static void *exit_now(void *arg)
{
	pthread_exit(arg);
}

static void clean(void *arg)
{
	(void)arg;
}

/* A cleanup handler stands between the call and the library's own: it must not hide who unwinds. */
static void *exit_through_a_handler(void *arg)
{
	pthread_cleanup_push(clean, arg);
	pthread_exit(arg);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *be_cancelled_through_a_handler(void *arg)
{
	pthread_cleanup_push(clean, arg);
	wait_at_gate(arg);
	pthread_testcancel();
	pthread_cleanup_pop(0);
	return NULL;
}

static void how_a_thread_ended(void **state)
{
	(void)state;
	static void *(*const exits[])(void *) = {exit_now, exit_through_a_handler};
	tthr_thread *thread;

	for (size_t i = 0; i < 2; i++) {
		thread = named("x", exits[i]);
		must(!tthr_thread_start(thread));
		wait_until(!tthr_thread_is_alive(thread));
		tthr_thread_unref(thread);
		assert_string_equal(events(),
		                    "MainThread: thread_create x daemon=0\nx: thread_start x daemon=0 target\n"
		                    "x: thread_exit x exited\n");
	}
	thread = named("c", be_cancelled_through_a_handler);
	must(!tthr_thread_start(thread));
	events();
	must(!pthread_cancel(tthr_thread_ident(thread)));
	tthr_event_set(&gate);
	wait_until(!tthr_thread_is_alive(thread));
	tthr_thread_unref(thread);
	assert_string_equal(events(), "c: thread_exit c cancelled\n");
}

static void *call_in(void *arg)
{
	must(!tthr_thread_set_name(tthr_current(), "f"));
	return arg;
}

static void foreign_thread(void **state)
{
	(void)state;
	struct crew crew;
	char line[64], number[16] = "";

	crew_start(&crew, 1, call_in, NULL);
	crew_join(&crew);
	const char *text = events();
	assert_int_equal(sscanf(text, "Dummy-%15[0-9]: thread_start", number), 1);
	snprintf(line, sizeof line, "Dummy-%s: thread_start Dummy-%s daemon=1\n", number, number);
	assert_int_equal(strncmp(text, line, strlen(line)), 0);
	text += strlen(line);
	snprintf(line, sizeof line, "f: thread_rename f was Dummy-%s\n", number);
	assert_int_equal(strncmp(text, line, strlen(line)), 0);
	assert_string_equal(text + strlen(line), "f: thread_exit f returned\n");
}

static void misuses(void **state)
{
	(void)state;
	tthr_thread *thread = named("t", NULL);

	events();
	must(tthr_thread_join(thread) == EINVAL);
	must(tthr_thread_join_timeout(thread, NAN) == EINVAL);
	must(tthr_thread_join(tthr_current()) == EDEADLK);
	must(tthr_thread_set_name(thread, NULL) == EINVAL);
	assert_string_equal(events(), "MainThread: misuse t tthr_thread_join: not started\n"
	                              "MainThread: misuse t tthr_thread_join: bad argument\n"
	                              "MainThread: misuse MainThread tthr_thread_join: joins itself\n"
	                              "MainThread: misuse t tthr_thread_set_name: bad argument\n");
	must(!tthr_thread_start(thread));
	must(!tthr_thread_join(thread));
	events();
	must(tthr_thread_start(thread) == EALREADY);
	assert_string_equal(events(), "MainThread: misuse t tthr_thread_start: started twice\n");
	tthr_thread_unref(thread);
}

static void do_nothing(void *arg)
{
	(void)arg;
}

static void timer(void **state)
{
	(void)state;
	struct tthr_timer_options options = {.name = "fires", .interval = 1e-3, .function = do_nothing};
	tthr_timer *fires, *cancelled;

	must(!tthr_timer_new(&fires, &options));
	assert_string_equal(events(), "MainThread: thread_create fires daemon=0\n");
	must(!tthr_timer_start(fires));
	wait_until(!tthr_thread_is_alive(tthr_timer_thread(fires)));
	tthr_timer_cancel(fires); /* too late */
	tthr_timer_unref(fires);
	assert_string_equal(events(), "fires: thread_start fires daemon=0 target\n"
	                              "fires: timer_start fires interval=1000000\n"
	                              "fires: timer_fired fires\n"
	                              "fires: timer_done fires\n"
	                              "fires: thread_exit fires returned\n");

	options.name = "cancelled";
	must(!tthr_timer_new(&cancelled, &options));
	tthr_timer_cancel(cancelled);
	tthr_timer_cancel(cancelled);
	must(!tthr_timer_start(cancelled));
	wait_until(!tthr_thread_is_alive(tthr_timer_thread(cancelled)));
	tthr_timer_unref(cancelled);
	assert_string_equal(events(), "MainThread: thread_create cancelled daemon=0\n"
	                              "MainThread: timer_cancelled cancelled\n"
	                              "cancelled: thread_start cancelled daemon=0 target\n"
	                              "cancelled: timer_start cancelled interval=1000000\n"
	                              "cancelled: thread_exit cancelled returned\n");
}

static void local(void **state)
{
	(void)state;
	tthr_local made, unseen = TTHR_LOCAL_INIT("unseen"), seen = TTHR_LOCAL_INIT("seen");

	must(!tthr_local_init(&made, &(struct tthr_local_options){.name = "made"}));
	tthr_local_id(&seen);
	tthr_local_name(&seen);
	tthr_local_destroy(&made);
	tthr_local_destroy(&unseen);
	tthr_local_destroy(&seen);
	assert_string_equal(events(), "MainThread: local_init made\n"
	                              "MainThread: local_init seen\n"
	                              "MainThread: local_destroy made\n"
	                              "MainThread: local_destroy seen\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(life_of_a_thread, begin, end),
	    cmocka_unit_test_setup_teardown(join_that_waits, begin, end),
	    cmocka_unit_test_setup_teardown(how_a_thread_ended, begin, end),
	    cmocka_unit_test_setup_teardown(foreign_thread, begin, end),
	    cmocka_unit_test_setup_teardown(misuses, begin, end),
	    cmocka_unit_test_setup_teardown(timer, begin, end),
	    cmocka_unit_test_setup_teardown(local, begin, end),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	_exit(failed); /* not through exit: its events have nowhere to go */
}
