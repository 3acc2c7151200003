/* SPDX-License-Identifier: MIT */
/* Onces: run, nested, waited for, cancelled in their routine, done before one comes; last, one that comes back to
 * itself and hangs. */
#include "tests/preload/forced.h"

static pthread_once_t outer = PTHREAD_ONCE_INIT;
static pthread_once_t inner = PTHREAD_ONCE_INIT;
static pthread_once_t waited_for = PTHREAD_ONCE_INIT;
static pthread_once_t cancelled_in = PTHREAD_ONCE_INIT;
static pthread_once_t itself = PTHREAD_ONCE_INIT;

static void run_inner(void)
{
	SAY("inner runs");
}

static void run_outer(void)
{
	TELL(pthread_once(&inner, run_inner));
	SAY("outer runs");
}

static void run_slowly(void)
{
	reach(1);
	await_step(2);
	SAY("runs once");
}

static void *runner(void *arg)
{
	(void)arg;
	TELL(pthread_once(&waited_for, run_slowly));
	return NULL;
}

static void *waiter(void *arg)
{
	(void)arg;
	me();
	TELL(pthread_once(&waited_for, run_slowly));
	TELL(pthread_once(&waited_for, run_slowly));
	return NULL;
}

static void *latecomer(void *arg)
{
	(void)arg;
	TELL(pthread_once(&waited_for, run_slowly));
	TELL(pthread_once(&waited_for, run_slowly));
	return NULL;
}

static void come_late(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, latecomer, NULL);
	pthread_join(thread, NULL);
}

static void wait_for_a_run(void)
{
	pthread_t threads[2];

	pthread_create(&threads[0], NULL, runner, NULL);
	await_step(1);
	pthread_create(&threads[1], NULL, waiter, NULL);
	await_asleep(&waited_for, sizeof waited_for);
	reach(2);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
}

static void pause_for_ever(void)
{
	reach(3);
	for (;;)
		pause();
}

static void *cancelled(void *arg)
{
	(void)arg;
	pthread_once(&cancelled_in, pause_for_ever);
	return NULL;
}

static void run_in_turn(void)
{
	SAY("runs in turn");
}

/* Waits for the one that is cancelled, and then runs its own routine. */
static void *successor(void *arg)
{
	(void)arg;
	me();
	TELL(pthread_once(&cancelled_in, run_in_turn));
	return NULL;
}

static void cancel_a_run(void)
{
	pthread_t threads[2];
	void *value;

	pthread_create(&threads[0], NULL, cancelled, NULL);
	await_step(3);
	other_tid = 0;
	pthread_create(&threads[1], NULL, successor, NULL);
	await_asleep(&cancelled_in, sizeof cancelled_in);
	TELL(pthread_cancel(threads[0]));
	pthread_join(threads[0], &value);
	SAY("cancelled: %d", value == PTHREAD_CANCELED);
	pthread_join(threads[1], NULL);
}

/* Each time it is called there is another object at the address. */
static __attribute__((noinline)) void use_one_of_the_stack(void)
{
	pthread_once_t once = PTHREAD_ONCE_INIT;

	TELL(pthread_once(&once, run_in_turn)); // NOLINT(clang-analyzer-unix.API): that is the point
}

static union {
	pthread_mutex_t mutex;
	pthread_once_t once;
} memory;

/* In the memory of a mutex that nobody has destroyed. */
static void follow_a_mutex(void)
{
	TELL(pthread_mutex_lock(&memory.mutex));
	TELL(pthread_mutex_unlock(&memory.mutex));
	memset(&memory, 0, sizeof memory);
	TELL(pthread_once(&memory.once, run_in_turn));
}

static void come_back(void)
{
	pthread_once(&itself, come_back);
}

static void *hanging(void *arg)
{
	(void)arg;
	me();
	pthread_once(&itself, come_back);
	return NULL;
}

int main(void)
{
	pthread_t thread;

	TELL(pthread_once(&outer, run_outer));
	TELL(pthread_once(&outer, run_outer));
	wait_for_a_run();
	cancel_a_run();
	come_late();
	use_one_of_the_stack();
	use_one_of_the_stack();
	follow_a_mutex();
	other_tid = 0;
	pthread_create(&thread, NULL, hanging, NULL);
	await_asleep(&itself, sizeof itself);
	SAY("it hangs");
	return 0;
}
