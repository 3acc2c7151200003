/*
 * Threads that a program makes: their beginning, joins of all kinds, and what is done to them.
 */
#include "program.h"

#include <limits.h>
#include <semaphore.h>
#include <threads.h>

#include "libtrace_thr/interpose/thread.h"
#include "libtrace_thr/src/registry.h"
#include "libtrace_thr/src/thread.h"

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

static void a_join_that_waits(void **state)
{
	(void)state;
	struct timespec soon = after_ms(CLOCK_REALTIME, 20);
	pthread_t joiner;

	AS(wait_for_gate, "t");
	AS(join_it, "j");
	program_begin();
	pthread_t thread = create(NULL, wait_for_gate, NULL);
	must(!pthread_create(&joiner, NULL, join_it, &thread));
	wait_until(recorded() == 2);
	assert_int_equal(timedjoin(thread, NULL, &soon), ETIMEDOUT); /* while another waits */
	soon = after_ms(CLOCK_REALTIME, 20);
	assert_int_equal(timedjoin(thread, NULL, &soon), ETIMEDOUT);
	open_gate();
	join_within(joiner);
	expect("joiner", "thread_join_wait t timeout=-1", "thread_join_done t joined", NULL);
	unsigned twice = 0, waits = 0;
	for (unsigned i = 0; i < recorded(); i++) {
		twice += !strcmp(recorder.lines[i].text, "misuse t pthread_join: joined twice");
		waits += !strncmp(recorder.lines[i].text, "thread_join_wait t timeout=", 27);
	}
	assert_int_equal(twice, 2);
	assert_int_equal(waits, 3);
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
	for (unsigned i = 0; i < recorded(); i++)
		assert_true(strncmp(recorder.lines[i].text, "misuse", 6) != 0);
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

/* A stack of the program's own measure gets room for our events on top; one that it gives itself does not. */
static size_t seen_size;

static void *see_size(void *arg)
{
	pthread_attr_t attributes;

	must(!pthread_getattr_np(pthread_self(), &attributes));
	must(!pthread_attr_getstacksize(&attributes, &seen_size));
	pthread_attr_destroy(&attributes);
	return arg;
}

static size_t size_with(const pthread_attr_t *attributes)
{
	pthread_t thread;

	must(!pthread_create(&thread, attributes, see_size, NULL) && !pthread_join(thread, NULL));
	return seen_size;
}

static void stacks(void **state)
{
	(void)state;
	enum { SMALL = 64 * 1024, MORE = 16 * 1024, LARGE = 1024 * 1024 };
	pthread_attr_t attributes;
	size_t usual;
	void *memory = aligned_alloc(4096, SMALL);

	must(memory && !pthread_attr_init(&attributes));
	usual = size_with(NULL);
	assert_int_equal(size_with(&attributes), usual);
	must(!pthread_attr_setstacksize(&attributes, SMALL));
	assert_true(size_with(&attributes) >= SMALL + MORE);
	must(!pthread_attr_getstacksize(&attributes, &usual));
	assert_int_equal(usual, SMALL); /* what it has given is as it was */
	must(!pthread_attr_setstacksize(&attributes, LARGE));
	assert_true(size_with(&attributes) < LARGE + MORE);
	must(!pthread_attr_setstack(&attributes, memory, SMALL));
	assert_true(size_with(&attributes) <= SMALL);
	free(memory);
}

static void *refuse_to_start(void *arg)
{
	return arg;
}

/* What could not be made is not there, and the next can be. */
static void one_that_is_not_made(void **state)
{
	(void)state;
	pthread_attr_t attributes;
	pthread_t thread;

	must(!pthread_attr_init(&attributes) && !pthread_attr_setstacksize(&attributes, (size_t)1 << 46));
	program_begin();
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&thread, &attributes, refuse_to_start, NULL), EAGAIN);
	assert_true(tt_registry_first() == tt_registry_main() && !tt_registry_first()->next);
	thread = create(NULL, refuse_to_start, NULL);
	must(!join(thread, NULL));
}

static unsigned n_of_c11;

static int start_of_c11(void *arg)
{
	count_up(&n_of_c11);
	return *(int *)arg;
}

static void threads_of_c11(void **state)
{
	(void)state;
	thrd_t thread;
	static int number = 4711;
	int result = 0;

	program_begin();
	must(thrd_create(&thread, start_of_c11, &number) == thrd_success);
	must(thrd_join(thread, &result) == thrd_success);
	assert_int_equal(result, 4711);
	must(thrd_create(&thread, start_of_c11, &number) == thrd_success);
	must(thrd_detach(thread) == thrd_success);
	wait_until(count_of(&n_of_c11) == 2 && tthr_active_count() == 1);
}

static sem_t posted;

CALL(post, sem_post, (sem_t * sem), sem)

static void post_in_handler(int signal)
{
	(void)signal;
	post(&posted);
}

static void *take_post(void *arg)
{
	must(!sem_wait(&posted));
	return arg;
}

/* A signal that is pending comes as a thread begins, before its own first step: it is that thread already. */
static void a_handler_before_the_start(void **state)
{
	(void)state;
	pthread_attr_t attributes;
	sigset_t none, set;
	pthread_t waiting;

	must(!sem_init(&posted, 0, 0) && !sigemptyset(&none) && !sigemptyset(&set) && !sigaddset(&set, SIGUSR1));
	must(!sigaction(SIGUSR1, &(struct sigaction){.sa_handler = post_in_handler}, NULL));
	must(!pthread_attr_init(&attributes) && !pthread_attr_setsigmask_np(&attributes, &none));
	program_begin();
	must(!pthread_sigmask(SIG_BLOCK, &set, NULL));
	must(!pthread_create(&waiting, NULL, wait_for_gate, NULL)); /* another, which may have yet to begin */
	for (int i = 0; i < 3; i++) {
		program_begin();
		must(!kill(getpid(), SIGUSR1));
		pthread_t thread = create(&attributes, take_post, NULL);
		must(!join(thread, NULL));
		must(recorded() >= 3);
		const char *made = strchr(recorder.lines[0].text, ' ') + 1;
		unsigned at = 0;
		while (at < recorded() && strncmp(recorder.lines[at].text, "sem_released", 12) != 0)
			at++;
		must(at < recorded());
		assert_true(!strncmp(recorder.lines[at].thread, made, strlen("Thread-1 (")));
		wait_until(tthr_active_count() == 2);
	}
	must(!pthread_sigmask(SIG_UNBLOCK, &set, NULL));
	open_gate();
	must(!pthread_join(waiting, NULL));
}

/* A thread that was made by nobody we know, as libc's own for a timer. */
static void by_timer(union sigval value)
{
	(void)value;
	be("timer");
	post(&posted);
}

static void a_thread_of_libcs(void **state)
{
	(void)state;
	timer_t timer;
	struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = by_timer};
	const struct itimerspec soon = {.it_value = {.tv_nsec = 1000000}};

	must(!sem_init(&posted, 0, 0));
	call_it(&posted, "s");
	program_begin();
	must(!timer_create(CLOCK_MONOTONIC, &event, &timer) && !timer_settime(timer, 0, &soon, NULL));
	must(!sem_wait(&posted));
	wait_until(recorded() >= 1);
	must(!timer_delete(timer));
	assert_string_equal(recorder.lines[0].text, "sem_released s n=1 value=1");
	assert_string_not_equal(recorder.lines[0].thread, "MainThread");
	wait_until(tthr_active_count() == 1);
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
	for (unsigned i = 0; i < recorded(); i++)
		assert_true(strncmp(recorder.lines[i].text, "misuse", 6) != 0);
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
	    cmocka_unit_test(stacks),
	    cmocka_unit_test(one_that_is_not_made),
	    cmocka_unit_test(threads_of_c11),
	    cmocka_unit_test_setup(a_handler_before_the_start, close_gate_of_threads),
	    cmocka_unit_test(a_thread_of_libcs),
	    cmocka_unit_test_setup(many_are_joined, close_gate_of_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
