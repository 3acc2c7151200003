/* SPDX-License-Identifier: MIT */
#include "lock_like.h"

#include <trace_thr/condition.h>

LOCK_LIKE_FUNCTIONS(condition)

static unsigned waiting(tthr_condition *cond)
{
	return __atomic_load_n(&cond->waiters.inside, __ATOMIC_SEQ_CST);
}

/* One condition of each kind; the tests' state is one of them. */
static tthr_lock given_lock = TTHR_LOCK_INIT("given lock");
static tthr_rlock given_rlock = TTHR_RLOCK_INIT("given rlock");
static tthr_condition own = TTHR_CONDITION_INIT("own"), with_lock, with_rlock;

static int make(void **state)
{
	(void)state;
	return tthr_condition_init_lock(&with_lock, "with lock", &given_lock) ||
	       tthr_condition_init_rlock(&with_rlock, "with rlock", &given_rlock);
}

static int unmake(void **state)
{
	(void)state;
	return tthr_condition_destroy(&with_lock) || tthr_condition_destroy(&with_rlock) ||
	       tthr_condition_destroy(&own) || tthr_lock_destroy(&given_lock) || tthr_rlock_destroy(&given_rlock);
}

static void names_and_destroy(void **state)
{
	(void)state;
	tthr_condition named, unnamed;

	assert_int_equal(tthr_condition_init(&named, "ready"), 0);
	assert_int_equal(tthr_condition_init(&unnamed, NULL), 0);
	assert_string_equal(tthr_condition_name(&named), "ready");
	assert_string_equal(tthr_rlock_name(&named.own), "ready");
	assert_int_equal(strncmp(tthr_condition_name(&unnamed), "Condition-", 10), 0);
	assert_int_not_equal(tthr_condition_id(&named), tthr_condition_id(&unnamed));
	assert_int_equal(tthr_condition_acquire(&named), 0);
	assert_int_equal(tthr_condition_destroy(&named), EBUSY);
	assert_string_equal(tthr_condition_name(&named), "ready"); /* left as it was */
	assert_int_equal(tthr_condition_release(&named), 0);
	assert_int_equal(tthr_condition_destroy(&named), 0);
	assert_int_equal(tthr_condition_destroy(&unnamed), 0);
	assert_int_equal(tthr_condition_init_lock(&named, NULL, NULL), EINVAL);
	assert_int_equal(tthr_condition_init_rlock(&named, NULL, NULL), EINVAL);
}

static void its_own_lock_is_an_rlock(void **state)
{
	(void)state;
	tthr_condition_acquire(&own);
	tthr_condition_acquire(&own);
	assert_int_equal(tthr_rlock_depth(&own.own), 2);
	tthr_condition_release(&own);
	tthr_condition_release(&own);
	assert_int_equal(tthr_condition_release(&own), EPERM);
}

static void the_given_lock_is_the_condition_s(void **state)
{
	(void)state;
	assert_int_equal(tthr_condition_acquire(&with_lock), 0);
	assert_int_equal(tthr_lock_try_acquire(&given_lock), EBUSY);
	assert_int_equal(tthr_condition_release(&with_lock), 0);
	assert_int_equal(tthr_lock_try_acquire(&given_lock), 0);
	assert_int_equal(tthr_condition_try_acquire(&with_lock), EBUSY);
	assert_int_equal(tthr_lock_release(&given_lock), 0);
	assert_int_equal(tthr_rlock_acquire(&given_rlock), 0);
	assert_int_equal(tthr_condition_acquire(&with_rlock), 0);
	assert_int_equal(tthr_rlock_depth(&given_rlock), 2);
	assert_int_equal(tthr_condition_release(&with_rlock), 0);
	assert_int_equal(tthr_rlock_release(&given_rlock), 0);
}

static bool always(void *arg)
{
	(void)arg;
	return true;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void *use_without_the_lock(void *arg)
{
	tthr_condition *cond = arg;

	must(tthr_condition_wait(cond) == EPERM);
	must(tthr_condition_wait_timeout(cond, 0.1) == EPERM);
	must(tthr_condition_wait_for(cond, always, NULL, 0.1) == EPERM);
	must(tthr_condition_notify(cond, 1) == EPERM);
	must(tthr_condition_notify_all(cond) == EPERM);
	return NULL;
}

static void without_the_lock_is_refused(void **state)
{
	tthr_condition *cond = *state;
	struct crew crew;

	use_without_the_lock(cond);
	if (cond->lock)
		return; /* a plain lock has no owner: held by anyone is enough */
	tthr_condition_acquire(cond);
	crew_start(&crew, 1, use_without_the_lock, cond);
	crew_join(&crew);
	tthr_condition_release(cond);
}

/* Five threads, two waits each, notified three, five and all: _check_notify of lock_tests.py. */
static struct {
	tthr_condition *cond;
	unsigned ready, phase, first[4], second[4];
} check;

static void *wait_twice(void *arg)
{
	tthr_condition *cond = arg;

	tthr_condition_acquire(cond);
	count_up(&check.ready);
	must(tthr_condition_wait(cond) == 0);
	count_up(&check.first[check.phase]);
	count_up(&check.ready);
	must(tthr_condition_wait(cond) == 0);
	count_up(&check.second[check.phase]);
	tthr_condition_release(cond);
	return NULL;
}

static void notify_in_phase(tthr_condition *cond, unsigned phase, int n)
{
	tthr_condition_acquire(cond);
	assert_int_equal(n < 0 ? tthr_condition_notify_all(cond) : tthr_condition_notify(cond, (unsigned)n), 0);
	check.phase = phase;
	tthr_condition_release(cond);
}

static void notify_wakes_as_many(void **state)
{
	tthr_condition *cond = *state;

	for (int round = 0; round < 2; round++) {
		struct crew crew;
		memset(&check, 0, sizeof check);
		crew_start(&crew, 5, wait_twice, cond);
		wait_until(waiting(cond) == 5);
		notify_in_phase(cond, 1, 3);
		wait_until(count_of(&check.ready) == 8 && waiting(cond) == 5);
		assert_int_equal(check.first[1], 3);
		notify_in_phase(cond, 2, 5);
		wait_until(count_of(&check.first[2]) == 2 && count_of(&check.second[2]) == 3 && waiting(cond) == 2);
		notify_in_phase(cond, 3, -1);
		crew_join(&crew);
		assert_int_equal(check.second[3], 2);
	}
}

static void notify_of_nobody_is_not_remembered(void **state)
{
	tthr_condition *cond = *state;

	tthr_condition_acquire(cond);
	assert_int_equal(tthr_condition_notify(cond, 0), 0);
	assert_int_equal(tthr_condition_notify(cond, 1), 0);
	assert_int_equal(tthr_condition_notify_all(cond), 0);
	assert_int_equal(tthr_condition_wait_timeout(cond, 0), ETIMEDOUT);
	assert_int_equal(tthr_condition_wait_timeout(cond, -1), ETIMEDOUT);
	assert_int_equal(tthr_condition_wait_timeout(cond, NAN), EINVAL);
	assert_int_equal(tthr_condition_wait_for(cond, always, NULL, NAN), EINVAL);
	double begin = now();
	assert_int_equal(tthr_condition_wait_timeout(cond, 0.05), ETIMEDOUT);
	assert_true(now() - begin >= 0.05);
	assert_int_equal(tthr_condition_release(cond), 0);
}

/* Woken in the order in which they began to wait. */
static struct {
	unsigned arrivals, n;
	unsigned order[8];
} line;

static void *wait_in_line(void *arg)
{
	tthr_condition *cond = arg;

	tthr_condition_acquire(cond);
	unsigned place = line.arrivals++;
	must(tthr_condition_wait(cond) == 0);
	line.order[line.n] = place;
	count_up(&line.n);
	tthr_condition_release(cond);
	return NULL;
}

static void first_come_first_woken(void **state)
{
	tthr_condition *cond = *state;
	struct crew crew;

	memset(&line, 0, sizeof line);
	crew_start(&crew, 8, wait_in_line, cond);
	wait_until(waiting(cond) == 8);
	for (unsigned i = 0; i < 8; i++) {
		tthr_condition_acquire(cond);
		tthr_condition_notify(cond, 1);
		tthr_condition_release(cond);
		wait_until(count_of(&line.n) == i + 1);
		assert_int_equal(line.order[i], i);
	}
	crew_join(&crew);
}

/* An rlock held several times is given up whole, also for a wait that times out, and is as deep afterwards. */
static unsigned step;

static void *wait_deep(void *arg)
{
	tthr_condition *cond = arg;

	for (int i = 0; i < 3; i++)
		tthr_condition_acquire(cond);
	count_up(&step);
	must(tthr_condition_wait(cond) == 0);
	must(tthr_condition_wait_timeout(cond, 0.001) == ETIMEDOUT);
	count_up(&step);
	for (int i = 0; i < 3; i++)
		must(tthr_condition_release(cond) == 0);
	must(tthr_condition_release(cond) == EPERM);
	return NULL;
}

static void a_deep_lock_is_given_up_whole(void **state)
{
	tthr_condition *cond = *state;
	struct crew crew;

	step = 0;
	crew_start(&crew, 1, wait_deep, cond);
	wait_until(count_of(&step) == 1);
	tthr_condition_acquire(cond); /* is free only when given up whole */
	tthr_condition_acquire(cond);
	tthr_condition_notify(cond, 1);
	assert_int_equal(count_of(&step), 1);
	tthr_condition_release(cond);
	tthr_condition_release(cond);
	crew_join(&crew);
	assert_int_equal(step, 2);
}

static struct {
	int value;
	int wanted;
	double seconds;
	int result;
	double lasted;
	unsigned ended;
} goal;

static bool is_reached(void *arg)
{
	(void)arg;
	return goal.value == goal.wanted;
}

static void *wait_for_it(void *arg)
{
	tthr_condition *cond = arg;

	tthr_condition_acquire(cond);
	double begin = now();
	goal.result = tthr_condition_wait_for(cond, is_reached, NULL, goal.seconds);
	goal.lasted = now() - begin;
	must(goal.result || goal.value == goal.wanted);
	count_up(&goal.ended);
	tthr_condition_release(cond);
	return NULL;
}

static void count_to(tthr_condition *cond, int n)
{
	for (int i = 0; i < n; i++) {
		wait_until(waiting(cond) == 1 || count_of(&goal.ended)); /* if this thread was held up */
		tthr_condition_acquire(cond);
		goal.value++;
		tthr_condition_notify(cond, 1);
		tthr_condition_release(cond);
	}
}

static void wait_for_reaches_its_goal(void **state)
{
	struct crew crew;

	memset(&goal, 0, sizeof goal);
	goal.wanted = 4;
	goal.seconds = TTHR_FOREVER;
	crew_start(&crew, 1, wait_for_it, *state);
	count_to(*state, 4);
	crew_join(&crew);
	assert_int_equal(goal.result, 0);
}

static void wait_for_gives_up(void **state)
{
	struct crew crew;

	memset(&goal, 0, sizeof goal);
	goal.wanted = 4;
	goal.seconds = 0.2;
	crew_start(&crew, 1, wait_for_it, *state);
	count_to(*state, 1);
	crew_join(&crew);
	assert_int_equal(goal.result, ETIMEDOUT);
	assert_true(goal.lasted >= 0.2);
}

static unsigned asked;

static bool count_and_refuse(void *arg)
{
	(void)arg;
	asked++;
	return false;
}

static void wait_for_without_time(void **state)
{
	tthr_condition *cond = *state;

	tthr_condition_acquire(cond);
	assert_int_equal(tthr_condition_wait_for(cond, always, NULL, 0), 0);
	assert_int_equal(tthr_condition_wait_for(cond, always, NULL, -5), 0);
	assert_int_equal(tthr_condition_wait_for(cond, never, NULL, -5), ETIMEDOUT);
	asked = 0;
	assert_int_equal(tthr_condition_wait_for(cond, count_and_refuse, NULL, 0), ETIMEDOUT);
	assert_int_equal(asked, 2); /* before and after it has let others in */
	tthr_condition_release(cond);
}

static void destroy_with_a_waiter_is_refused(void **state)
{
	(void)state;
	static tthr_condition cond = TTHR_CONDITION_INIT("awaited");
	struct crew crew;

	memset(&line, 0, sizeof line);
	crew_start(&crew, 1, wait_in_line, &cond);
	wait_until(waiting(&cond) == 1);
	assert_int_equal(tthr_condition_destroy(&cond), EBUSY);
	tthr_condition_acquire(&cond);
	tthr_condition_notify_all(&cond);
	tthr_condition_release(&cond);
	crew_join(&crew);
	assert_int_equal(tthr_condition_destroy(&cond), 0);
}

/* With a lock that outlives it, a condition may go as soon as all are notified. */
static void *wait_and_forget(void *arg)
{
	tthr_condition *cond = arg;

	tthr_lock_acquire(&given_lock);
	count_up(&step);
	must(tthr_condition_wait(cond) == 0);
	tthr_lock_release(&given_lock);
	return NULL;
}

static void the_notifier_may_destroy(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		tthr_condition *cond = malloc(sizeof *cond);
		struct crew crew;
		step = 0;
		tthr_condition_init_lock(cond, NULL, &given_lock);
		crew_start(&crew, 3, wait_and_forget, cond);
		wait_until(waiting(cond) == 3);
		tthr_lock_acquire(&given_lock);
		tthr_condition_notify_all(cond);
		assert_int_equal(tthr_condition_destroy(cond), 0);
		free(cond);
		tthr_lock_release(&given_lock);
		crew_join(&crew);
	}
}

/* A bounded queue with two conditions on one lock: what goes in comes out, once. */
enum { ROOM = 4, ITEMS = 3000 };

static struct {
	tthr_lock lock;
	tthr_condition filled, emptied;
	unsigned items[ROOM], head, n, taken;
	unsigned long sum;
} queue = {.lock = TTHR_LOCK_INIT("queue")};

static bool has_room(void *arg)
{
	(void)arg;
	return queue.n < ROOM;
}

static void *produce(void *arg)
{
	(void)arg;
	for (unsigned i = 1; i <= ITEMS; i++) {
		tthr_lock_acquire(&queue.lock);
		must(tthr_condition_wait_for(&queue.emptied, has_room, NULL, TTHR_FOREVER) == 0);
		queue.items[(queue.head + queue.n++) % ROOM] = i;
		tthr_condition_notify(&queue.filled, 1);
		tthr_lock_release(&queue.lock);
	}
	return NULL;
}

static void *consume(void *arg)
{
	(void)arg;
	for (unsigned i = 1; i <= ITEMS; i++) {
		tthr_lock_acquire(&queue.lock);
		while (queue.n == 0)
			tthr_condition_wait_timeout(&queue.filled, i % 2 ? 0.0001 : TTHR_FOREVER);
		queue.sum += queue.items[queue.head];
		queue.head = (queue.head + 1) % ROOM;
		queue.n--;
		queue.taken++;
		tthr_condition_notify(&queue.emptied, 1);
		tthr_lock_release(&queue.lock);
	}
	return NULL;
}

static void a_queue_loses_nothing(void **state)
{
	(void)state;
	struct crew producers, consumers;

	tthr_condition_init_lock(&queue.filled, "filled", &queue.lock);
	tthr_condition_init_lock(&queue.emptied, "emptied", &queue.lock);
	crew_start(&producers, 3, produce, NULL);
	crew_start(&consumers, 3, consume, NULL);
	crew_join(&producers);
	crew_join(&consumers);
	assert_int_equal(queue.taken, 3 * ITEMS);
	assert_int_equal(queue.sum, 3ul * ITEMS * (ITEMS + 1) / 2);
	assert_int_equal(tthr_condition_destroy(&queue.filled), 0);
	assert_int_equal(tthr_condition_destroy(&queue.emptied), 0);
}

static void *wait_while_cancelled(void *arg)
{
	tthr_condition *cond = arg;

	tthr_condition_acquire(cond);
	must(tthr_condition_wait(cond) == 0);
	must(tthr_condition_release(cond) == 0);
	pthread_testcancel();
	must(!"cancelled");
	return NULL;
}

static void wait_is_no_cancellation_point(void **state)
{
	tthr_condition *cond = *state;
	struct crew crew;

	crew_start(&crew, 1, wait_while_cancelled, cond);
	wait_until(waiting(cond) == 1);
	pthread_cancel(crew.threads[0]);
	tthr_condition_acquire(cond);
	tthr_condition_notify(cond, 1);
	tthr_condition_release(cond);
	crew_join(&crew);
	assert_int_equal(tthr_condition_try_acquire(cond), 0);
	tthr_condition_release(cond);
}

static void child_has_no_waiters(void *arg)
{
	tthr_condition *cond = arg;

	must(tthr_condition_notify_all(cond) == 0);
	must(tthr_condition_wait_timeout(cond, 0.01) == ETIMEDOUT);
	must(tthr_condition_release(cond) == 0);
	must(tthr_condition_destroy(cond) == 0);
}

static void fork_leaves_the_waiters_behind(void **state)
{
	tthr_condition *cond = *state;
	struct crew crew;

	memset(&line, 0, sizeof line);
	crew_start(&crew, 3, wait_in_line, cond);
	wait_until(waiting(cond) == 3);
	tthr_condition_acquire(cond);
	in_child(child_has_no_waiters, cond);
	tthr_condition_notify_all(cond);
	tthr_condition_release(cond);
	crew_join(&crew);
}

static void errno_is_left_alone_by_conditions(void **state)
{
	tthr_condition *cond = *state;

	errno = 77;
	tthr_condition_acquire(cond);
	tthr_condition_wait_timeout(cond, 0.001);
	tthr_condition_wait_for(cond, never, NULL, 0.001);
	tthr_condition_notify_all(cond);
	tthr_condition_release(cond);
	tthr_condition_notify(cond, 1);
	assert_int_equal(errno, 77);
}

#define FOR_EACH_KIND(test)                                                                                            \
	{"own: " #test, test, NULL, NULL, &own}, {"lock: " #test, test, NULL, NULL, &with_lock},                       \
	{                                                                                                              \
		"rlock: " #test, test, NULL, NULL, &with_rlock                                                         \
	}

int main(void)
{
	static struct lock_like of_own = LOCK_LIKE(condition, &own, &own.own.lock.word, 2);
	static struct lock_like of_lock = LOCK_LIKE(condition, &with_lock, &given_lock.word, 1);
	static struct lock_like of_rlock = LOCK_LIKE(condition, &with_rlock, &given_rlock.lock.word, 2);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_and_destroy),
	    LOCK_LIKE_TESTS(&of_own),
	    LOCK_LIKE_TESTS(&of_lock),
	    LOCK_LIKE_TESTS(&of_rlock),
	    cmocka_unit_test(its_own_lock_is_an_rlock),
	    cmocka_unit_test(the_given_lock_is_the_condition_s),
	    FOR_EACH_KIND(without_the_lock_is_refused),
	    FOR_EACH_KIND(notify_wakes_as_many),
	    FOR_EACH_KIND(notify_of_nobody_is_not_remembered),
	    FOR_EACH_KIND(first_come_first_woken),
	    {"own: a_deep_lock_is_given_up_whole", a_deep_lock_is_given_up_whole, NULL, NULL, &own},
	    {"rlock: a_deep_lock_is_given_up_whole", a_deep_lock_is_given_up_whole, NULL, NULL, &with_rlock},
	    FOR_EACH_KIND(wait_for_reaches_its_goal),
	    FOR_EACH_KIND(wait_for_gives_up),
	    FOR_EACH_KIND(wait_for_without_time),
	    cmocka_unit_test(destroy_with_a_waiter_is_refused),
	    cmocka_unit_test(the_notifier_may_destroy),
	    cmocka_unit_test(a_queue_loses_nothing),
	    FOR_EACH_KIND(wait_is_no_cancellation_point),
	    FOR_EACH_KIND(fork_leaves_the_waiters_behind),
	    FOR_EACH_KIND(errno_is_left_alone_by_conditions),
	};
	return cmocka_run_group_tests(tests, make, unmake);
}
