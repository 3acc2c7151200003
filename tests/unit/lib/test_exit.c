/* SPDX-License-Identifier: MIT */
/*
 * The end of a process. Each scenario is a run of this program of its own, with the scenario's name as its argument:
 * what it prints and its exit status are compared. A thread that must not go on before the exit has begun waits until
 * the main thread counts as ended.
 */
#include "threads.h"

#include <dlfcn.h>

#include "life_events.h"
#include "libtrace_thr/src/thread/thread.h"

static void print(const char *text)
{
	must(write(STDOUT_FILENO, text, strlen(text)) == (ssize_t)strlen(text));
}

static void wait_for_exit(void)
{
	wait_until(!tthr_thread_is_alive(tthr_main()));
}

static void *print_at_exit(void *arg)
{
	wait_for_exit();
	print(arg);
	return NULL;
}

static void *block_for_good(void *arg)
{
	static tthr_event never = TTHR_EVENT_INIT("never");

	(void)arg;
	tthr_event_wait(&never);
	return NULL;
}

/* Starts a thread and forgets it. */
static void start(const char *name, void *(*target)(void *arg), const char *arg, enum tthr_daemon daemon)
{
	tthr_thread *thread;

	must(!tthr_thread_new(&thread,
	                      &(struct tthr_thread_options){
				  .name = name, .target = target, .arg = (void *)(uintptr_t)arg, .daemon = daemon}));
	must(!tthr_thread_start(thread));
	tthr_thread_unref(thread);
}

static int waits_for_threads(void)
{
	start("a", print_at_exit, "a\n", TTHR_DAEMON_NO);
	return 5;
}

static void print_free(tthr_thread *thread)
{
	(void)thread;
	print("freed\n");
}

static int frees_what_it_joins(void)
{
	static char text[] = "a\n";
	static tthr_thread thread;

	must(!tthr_thread_init(
	    &thread, &(struct tthr_thread_options){.target = print_at_exit, .arg = text, .free = print_free}));
	must(!tthr_thread_start(&thread));
	tthr_thread_unref(&thread);
	return 0;
}

static int abandons_daemons(void)
{
	start("d", block_for_good, NULL, TTHR_DAEMON_YES);
	return 0;
}

static void *start_another(void *arg)
{
	wait_for_exit();
	start("nested", print_at_exit, arg, TTHR_DAEMON_NO);
	return NULL;
}

static int waits_for_threads_started_meanwhile(void)
{
	start("a", start_another, "nested\n", TTHR_DAEMON_NO);
	return 0;
}

static void *sleep_and_print(void *arg)
{
	/* Long enough for the others, and for an exit that does not wait, to come to their end. */
	nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
	print(arg);
	return NULL;
}

static void print_early(void)
{
	print("registered before the first start\n");
	start("late", sleep_and_print, "started by an exit function\n", TTHR_DAEMON_NO);
}

static void print_late(void)
{
	print("registered after it\n");
	must(tthr_current() == tthr_main());
	must(tthr_thread_is_alive(tthr_main()));
}

static int joins_in_the_place_of_the_first_start(void)
{
	atexit(print_early);
	start("a", print_at_exit, "joined\n", TTHR_DAEMON_NO);
	atexit(print_late);
	return 0;
}

static void *exit_3(void *arg)
{
	(void)arg;
	wait_until(tthr_active_count() == 4);
	exit(3);
}

static tthr_thread *exiting;

static void *join_exiting(void *arg)
{
	must(!tthr_thread_join_timeout(exiting, WAIT_SECONDS));
	print(arg);
	return NULL;
}

/* The main thread joins the one that exits, and must not go on; another does the same, and must. */
static int exit_in_a_thread(void)
{
	must(!tthr_thread_new(&exiting, &(struct tthr_thread_options){.target = exit_3}));
	must(!tthr_thread_start(exiting));
	start("joiner", join_exiting, "joined the exiting one\n", TTHR_DAEMON_NO);
	start("d", block_for_good, NULL, TTHR_DAEMON_YES);
	tthr_thread_join(exiting);
	print("not reached\n");
	return 0;
}

static void *exit_4(void *arg)
{
	(void)arg;
	exit(4);
}

static int exit_in_a_foreign_thread(void)
{
	pthread_t thread;

	start("d", block_for_good, NULL, TTHR_DAEMON_YES);
	must(!pthread_create(&thread, NULL, exit_4, NULL));
	pause();
	return 0;
}

static void *join_main(void *arg)
{
	must(!tthr_thread_join_timeout(tthr_main(), WAIT_SECONDS));
	must(!tthr_thread_is_alive(tthr_main()));
	must(tthr_thread_result(tthr_main(), NULL, NULL) == EBUSY || tt_thread_state(tthr_main()) > TT_LIFE_EXITING);
	print(arg);
	return NULL;
}

static int threads_may_join_the_main_one(void)
{
	start("a", join_main, "joined main\n", TTHR_DAEMON_NO);
	return 0;
}

__attribute__((unused)) static int pthread_exit_in_main(void)
{
	start("a", join_main, "goes on\n", TTHR_DAEMON_NO);
	pthread_exit(NULL);
}

/* LTTng has threads of its own that never end. One of the program's does not call the library. */
__attribute__((unused)) static int pthread_exit_in_main_with_lttng(void)
{
	static char text[] = "unknown thread goes on\n";
	pthread_t thread;

	if (!dlopen("liblttng-ust.so.1", RTLD_NOW))
		return 0;
	start("a", join_main, "goes on\n", TTHR_DAEMON_NO);
	must(!pthread_create(&thread, NULL, sleep_and_print, text));
	pthread_exit(NULL);
}

static int underscore_exit_joins_nobody(void)
{
	start("a", block_for_good, NULL, TTHR_DAEMON_NO);
	_exit(7);
}

static void tick(void *arg)
{
	wait_for_exit();
	print(arg);
}

static int waits_for_timers(void)
{
	static char text[] = "tick\n";
	tthr_timer *timer;

	must(!tthr_timer_new(&timer, &(struct tthr_timer_options){.interval = 0.01, .function = tick, .arg = text}));
	must(!tthr_timer_start(timer));
	tthr_timer_unref(timer);
	return 0;
}

static int events_without_a_thread(void)
{
	life_events_to(STDOUT_FILENO);
	return 0;
}

static void *return_at_exit(void *arg)
{
	wait_for_exit();
	wait_until(tthr_active_count() == 3);
	/* The main thread joins this one, and nothing else is to be told meanwhile. */
	wait_until(sleepers_on(&tthr_current()->state) == 1);
	return arg;
}

static int events_of_the_end(void)
{
	start("d", block_for_good, NULL, TTHR_DAEMON_YES);
	start("a", return_at_exit, NULL, TTHR_DAEMON_NO);
	life_events_to(STDOUT_FILENO);
	return 0;
}

static int events_of_an_exit_in_a_thread(void)
{
	life_events_to(STDOUT_FILENO);
	start("e", exit_4, NULL, TTHR_DAEMON_NO);
	pause();
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
	int status;
	const char *output;
} scenarios[] = {
    {"waits_for_threads", waits_for_threads, 5, "a\n"},
    {"frees_what_it_joins", frees_what_it_joins, 0, "a\nfreed\n"},
    {"abandons_daemons", abandons_daemons, 0, ""},
    {"waits_for_threads_started_meanwhile", waits_for_threads_started_meanwhile, 0, "nested\n"},
    {"joins_in_the_place_of_the_first_start", joins_in_the_place_of_the_first_start, 0,
     "registered after it\njoined\nregistered before the first start\nstarted by an exit function\n"},
    {"exit_in_a_thread", exit_in_a_thread, 3, "joined the exiting one\n"},
    {"exit_in_a_foreign_thread", exit_in_a_foreign_thread, 4, ""},
    {"threads_may_join_the_main_one", threads_may_join_the_main_one, 0, "joined main\n"},
#ifndef __SANITIZE_THREAD__ /* it has a thread of its own, without which no process ends */
    {"pthread_exit_in_main", pthread_exit_in_main, 0, "goes on\n"},
    {"pthread_exit_in_main_with_lttng", pthread_exit_in_main_with_lttng, 0, "goes on\nunknown thread goes on\n"},
#endif
    {"underscore_exit_joins_nobody", underscore_exit_joins_nobody, 7, ""},
    {"waits_for_timers", waits_for_timers, 0, "tick\n"},
    {"events_without_a_thread", events_without_a_thread, 0, "MainThread: thread_exit MainThread returned\n"},
    {"events_of_the_end", events_of_the_end, 0,
     "MainThread: thread_join_wait a timeout=-1\n"
     "a: thread_exit a returned\n"
     "MainThread: thread_join_done a joined\n"
     "MainThread: thread_abandoned d\n"
     "MainThread: thread_exit MainThread returned\n"},
    {"events_of_an_exit_in_a_thread", events_of_an_exit_in_a_thread, 4,
     "MainThread: thread_create e daemon=0\n"
     "e: thread_start e daemon=0 target\n"
     "e: thread_abandoned MainThread\n"
     "e: thread_exit e exited\n"},
};

/* All that can be read until the end, as a string. */
static void read_all(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t n;

	while ((n = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)n;
	text[length] = '\0';
}

static void run_scenario(void **state)
{
	const char *name = *state;
	char output[1024];
	int out[2], status;
	size_t i = 0;

	while (strcmp(scenarios[i].name, name) != 0)
		i++;
	must(pipe(out) == 0);
	pid_t child = fork();
	must(child >= 0);
	if (child == 0) {
		alarm(WAIT_SECONDS);
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execl("/proc/self/exe", "test_exit", name, NULL);
		_exit(127);
	}
	close(out[1]);
	read_all(out[0], output, sizeof output);
	close(out[0]);
	must(waitpid(child, &status, 0) == child);
	assert_string_equal(output, scenarios[i].output);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), scenarios[i].status);
}

int main(int argc, char **argv)
{
	enum { N = sizeof scenarios / sizeof scenarios[0] };
	struct CMUnitTest tests[N];

	for (int i = 0; i < N; i++) {
		if (argc > 1 && !strcmp(argv[1], scenarios[i].name))
			return scenarios[i].run();
		tests[i] = (struct CMUnitTest){.name = scenarios[i].name,
		                               .test_func = run_scenario,
		                               .initial_state = (void *)(uintptr_t)scenarios[i].name};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
