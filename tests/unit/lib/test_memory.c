/* SPDX-License-Identifier: MIT */
/*
 * What is made and destroyed leaves nothing behind. Each life is lived twice before the blocks are counted: what is
 * kept for good, the first ones have made.
 */
#include "blocks.h"
#include "threads.h"

#include <fcntl.h>

/* Lives it so often; the last two must leave nothing. */
static void live(void (*life)(const char *name))
{
	static const char *const names[] = {NULL, "name"};

	for (size_t i = 0; i < 2; i++) {
		life(names[i]);
		life(names[i]);
		long before = blocks_in_use();
		life(names[i]);
		life(names[i]);
		assert_int_equal(blocks_in_use(), before);
	}
}

static void life_of_locks(const char *name)
{
	tthr_lock lock, implicit = TTHR_LOCK_INIT(NULL);
	tthr_rlock rlock;
	tthr_condition own, of_lock, of_rlock;

	must(!tthr_lock_init(&lock, name) && !tthr_rlock_init(&rlock, name) && tthr_lock_id(&implicit));
	must(!tthr_condition_init(&own, name));
	must(!tthr_condition_init_lock(&of_lock, name, &lock) && !tthr_condition_init_rlock(&of_rlock, name, &rlock));
	must(!tthr_condition_destroy(&own) && !tthr_condition_destroy(&of_lock) && !tthr_condition_destroy(&of_rlock));
	must(!tthr_lock_destroy(&lock) && !tthr_rlock_destroy(&rlock) && !tthr_lock_destroy(&implicit));
}

static void life_of_others(const char *name)
{
	tthr_event event;
	tthr_semaphore semaphore, bounded;
	tthr_barrier barrier;

	must(!tthr_event_init(&event, name) && !tthr_event_destroy(&event));
	must(!tthr_semaphore_init(&semaphore, name, 1) && !tthr_semaphore_destroy(&semaphore));
	must(!tthr_bounded_semaphore_init(&bounded, name, 1) && !tthr_semaphore_destroy(&bounded));
	must(!tthr_barrier_init(&barrier, &(struct tthr_barrier_options){.name = name, .parties = 2}));
	must(!tthr_barrier_destroy(&barrier));
}

/* The memory is as that of an object which is yet to be used: so nobody has its guard. */
static void nobody_has_what_is_destroyed(void **state)
{
	(void)state;
	tthr_condition condition;
	tthr_event event;
	tthr_semaphore semaphore;
	tthr_barrier barrier;

	must(!tthr_condition_init(&condition, NULL) && !tthr_condition_destroy(&condition));
	assert_int_equal(condition.waiters.guard, 0);
	must(!tthr_event_init(&event, NULL) && !tthr_event_destroy(&event));
	assert_int_equal(event.waiters.guard, 0);
	must(!tthr_semaphore_init(&semaphore, NULL, 1) && !tthr_semaphore_destroy(&semaphore));
	assert_int_equal(semaphore.waiters.guard, 0);
	must(!tthr_barrier_init(&barrier, &(struct tthr_barrier_options){.parties = 2}));
	must(!tthr_barrier_destroy(&barrier));
	assert_int_equal(barrier.waiters.guard, 0);
	assert_null(condition.object.name);
	assert_null(event.object.name);
	assert_null(semaphore.object.name);
	assert_null(barrier.object.name);
}

static void objects(void **state)
{
	(void)state;
	live(life_of_locks);
	live(life_of_others);
}

static void life_of_a_thread(const char *name)
{
	tthr_thread *thread = made(&(struct tthr_thread_options){.name = name, .target = nothing});

	must(!tthr_thread_set_name(thread, "second") && !tthr_thread_set_name(thread, "third"));
	must(!tthr_thread_set_name(thread, "second"));
	must(!tthr_thread_start(thread));
	joined(thread);
	tthr_thread_unref(made(&(struct tthr_thread_options){.name = name})); /* never started */
}

static void *call_in(void *arg)
{
	must(tthr_current());
	return arg;
}

static void life_of_a_foreign_thread(const char *name)
{
	struct crew crew;
	tthr_thread **list;
	size_t n;

	(void)name;
	crew_start(&crew, 1, call_in, NULL);
	crew_join(&crew);
	must(!tthr_enumerate(&list, &n));
	tthr_thread_list_free(list, n);
}

static void threads(void **state)
{
	(void)state;
	live(life_of_a_thread);
	live(life_of_a_foreign_thread);
}

static void tick(void *arg)
{
	(void)arg;
}

static void life_of_a_timer(const char *name)
{
	static const double intervals[] = {0, 1000};

	for (size_t i = 0; i < 2; i++) {
		tthr_timer *timer;
		must(!tthr_timer_new(
		    &timer, &(struct tthr_timer_options){.name = name, .interval = intervals[i], .function = tick}));
		must(!tthr_timer_start(timer));
		if (intervals[i] > 0)
			must(!tthr_timer_cancel(timer));
		must(!tthr_thread_join_timeout(tthr_timer_thread(timer), WAIT_SECONDS));
		tthr_timer_unref(timer);
	}
}

static void timers(void **state)
{
	(void)state;
	live(life_of_a_timer);
}

static tthr_local shared;

static void *set_and_wait(void *arg)
{
	must(!tthr_local_set(&shared, malloc(1)));
	count_up(arg);
	return wait_at_gate(arg);
}

static void life_of_a_local(const char *name)
{
	unsigned set = 0;
	void *value;
	tthr_local another;

	close_gate(NULL);
	must(!tthr_local_init(&shared, &(struct tthr_local_options){.name = name, .free = free}));
	must(!tthr_local_init(&another, &(struct tthr_local_options){.name = name, .free = free}));
	must(!tthr_local_set(&another, malloc(1)) && !tthr_local_set(&another, malloc(2)));
	tthr_thread *stays = started(set_and_wait, &set), *goes = started(set_and_wait, &set);
	wait_until(count_of(&set) == 2);
	must(!tthr_local_set(&shared, malloc(1)) && !tthr_local_get(&shared, &value));
	must(!tthr_local_destroy(&shared)); /* with values of three threads */
	tthr_event_set(&gate);
	joined(stays);
	joined(goes);
	must(!tthr_local_delete(&another) && !tthr_local_destroy(&another));
	must(!tthr_local_init(&shared, NULL));
	must(tthr_local_get(&shared, &value) == ENOENT); /* frees what is empty on its way */
	must(!tthr_local_destroy(&shared));
}

static void locals(void **state)
{
	(void)state;
	live(life_of_a_local);
}

static void life_of_a_line(const char *name)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	must(fd != -1);
	must(!tthr_log_config(&(struct tthr_log_options){.fd = fd, .format = name ? "%(message)s" : NULL}));
	must(tthr_log_config(&(struct tthr_log_options){.fd = fd, .format = "%("}) == EINVAL);
	must(!tthr_log(TTHR_LOG_ERROR, "%s", "a line"));
	must(!tthr_log(TTHR_LOG_DEBUG, "%s", "none"));
	close(fd);
}

static void logs(void **state)
{
	(void)state;
	live(life_of_a_line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nobody_has_what_is_destroyed),
	    cmocka_unit_test(objects),
	    cmocka_unit_test(threads),
	    cmocka_unit_test(timers),
	    cmocka_unit_test(locals),
	    cmocka_unit_test(logs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
