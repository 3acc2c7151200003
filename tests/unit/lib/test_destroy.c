/* SPDX-License-Identifier: MIT */
/*
 * Destroy of an object in use, for every class: EBUSY while a thread waits for it or will, and no use of its memory
 * after a 0. Objects lie on the heap, so that AddressSanitizer sees one.
 */
#include "threads.h"

#include <sched.h>

/* A class of lock, for what they have in common. */
struct lock_class {
	const char *name;
	size_t size;
	int (*init)(void *lock, const char *name);
	int (*destroy)(void *lock);
	int (*acquire)(void *lock);
	int (*acquire_timeout)(void *lock, double seconds);
	int (*release)(void *lock);
	int (*init_condition)(tthr_condition *cond, const char *name, void *lock);
};

#define LOCK_CLASS(class, init_condition_of)                                                                           \
	{                                                                                                              \
#class, sizeof(tthr_##class), (int (*)(void *, const char *))tthr_##class##_init,                      \
		    (int (*)(void *))tthr_##class##_destroy, (int (*)(void *))tthr_##class##_acquire,                  \
		    (int (*)(void *, double))tthr_##class##_acquire_timeout, (int (*)(void *))tthr_##class##_release,  \
		    init_condition_of                                                                                  \
	}

static const struct lock_class classes[] = {
    LOCK_CLASS(lock, (int (*)(tthr_condition *, const char *, void *))tthr_condition_init_lock),
    LOCK_CLASS(rlock, (int (*)(tthr_condition *, const char *, void *))tthr_condition_init_rlock),
    LOCK_CLASS(condition, NULL),
};

enum { N_CLASSES = sizeof classes / sizeof *classes };

/* An object of a class and the thread that uses it. */
struct use {
	const struct lock_class *class;
	void *object;
	tthr_condition cond;
	unsigned step;
};

static void *acquire_and_release(void *arg)
{
	struct use *use = arg;

	must(use->class->acquire(use->object) == 0);
	must(use->class->release(use->object) == 0);
	return NULL;
}

/* The word that threads sleep on. */
static const uint32_t *word_of(const struct use *use)
{
	if (use->class == &classes[2])
		return &((tthr_condition *)use->object)->own.lock.word;
	return &((tthr_lock *)use->object)->word; /* first member of an rlock */
}

static void destroyed_at_last(struct use *use)
{
	wait_until(use->class->destroy(use->object) == 0);
	free(use->object);
}

static void make(struct use *use, const struct lock_class *class)
{
	*use = (struct use){.class = class, .object = malloc(class->size)};
	must(use->object && class->init(use->object, "mine") == 0);
}

/* Free for the moment, but waited for: until the waiter has had it. */
static void a_lock_that_is_waited_for(void **state)
{
	(void)state;
	for (int i = 0; i < N_CLASSES; i++) {
		for (int round = 0; round < 100; round++) {
			struct use use;
			make(&use, &classes[i]);
			use.class->acquire(use.object);
			tthr_thread *thread = started(acquire_and_release, &use);
			wait_until(sleepers_on(word_of(&use)) == 1);
			use.class->release(use.object);
			destroyed_at_last(&use);
			joined(thread);
		}
	}
}

/* What a waiter is until it runs: the word is free, and it is counted. */
static void the_waiter_that_has_yet_to_run(void **state)
{
	(void)state;
	tthr_lock lock;

	tthr_lock_init(&lock, "mine");
	lock.waiting++; /* as one that sleeps on the word */
	assert_false(tthr_lock_locked(&lock));
	assert_int_equal(tthr_lock_destroy(&lock), EBUSY);
	assert_string_equal(tthr_lock_name(&lock), "mine");
	assert_int_equal(tthr_lock_acquire(&lock), 0);
	lock.waiting--;
	assert_int_equal(tthr_lock_destroy(&lock), EBUSY);
	assert_int_equal(tthr_lock_release(&lock), 0);
	assert_int_equal(tthr_lock_destroy(&lock), 0);
}

static void *give_up_soon(void *arg)
{
	struct use *use = arg;

	must(use->class->acquire_timeout(use->object, 0.001) == ETIMEDOUT);
	return NULL;
}

/* A waiter that gives up counts until it does. */
static void a_waiter_that_gives_up(void **state)
{
	(void)state;
	for (int i = 0; i < N_CLASSES; i++) {
		struct use use;
		make(&use, &classes[i]);
		use.class->acquire(use.object);
		joined(started(give_up_soon, &use));
		use.class->release(use.object);
		assert_int_equal(use.class->destroy(use.object), 0);
		free(use.object);
	}
}

static void *wait_for_condition(void *arg)
{
	struct use *use = arg;

	must(tthr_condition_acquire(&use->cond) == 0);
	count_up(&use->step);
	must(tthr_condition_wait(&use->cond) == 0);
	must(tthr_condition_release(&use->cond) == 0);
	return NULL;
}

/* A lock whose holder waits for a condition of it, and will take it back. */
static void the_lock_of_a_condition(void **state)
{
	(void)state;
	for (int i = 0; i < N_CLASSES; i++) {
		struct use use;
		if (!classes[i].init_condition)
			continue;
		make(&use, &classes[i]);
		must(use.class->init_condition(&use.cond, "cond", use.object) == 0);
		tthr_thread *thread = started(wait_for_condition, &use);
		wait_until(count_of(&use.step) == 1);
		tthr_condition_acquire(&use.cond); /* it waits, and has given the lock up */
		tthr_condition_release(&use.cond);
		assert_int_equal(use.class->destroy(use.object), EBUSY);
		tthr_condition_acquire(&use.cond);
		tthr_condition_notify_all(&use.cond);
		tthr_condition_release(&use.cond);
		wait_until(tthr_condition_destroy(&use.cond) == 0);
		destroyed_at_last(&use);
		joined(thread);
	}
}

static unsigned waits;

static void *wait_once(void *arg)
{
	tthr_condition *cond = arg;

	must(tthr_condition_acquire(cond) == 0);
	count_up(&waits);
	must(tthr_condition_wait(cond) == 0);
	must(tthr_condition_release(cond) == 0);
	return NULL;
}

/* With its own lock a condition is in use until who was woken has let that lock go. */
static void a_condition_whose_waiter_was_woken(void **state)
{
	(void)state;
	for (int i = 0; i < 500; i++) {
		tthr_condition *cond = malloc(sizeof *cond);
		must(cond && tthr_condition_init(cond, "mine") == 0);
		waits = 0;
		tthr_thread *thread = started(wait_once, cond);
		wait_until(count_of(&waits) == 1);
		tthr_condition_acquire(cond);
		tthr_condition_notify_all(cond);
		assert_int_equal(tthr_condition_destroy(cond), EBUSY);
		assert_string_equal(tthr_condition_name(cond), "mine");
		tthr_condition_release(cond);
		while (tthr_condition_destroy(cond))
			sched_yield();
		free(cond);
		joined(thread);
	}
}

static void no_waiter_in_the_child(void *arg)
{
	struct use *use = arg;

	must(use->class->destroy(use->object) == EBUSY); /* its holder is here */
	must(use->class->release(use->object) == 0);
	must(use->class->destroy(use->object) == 0); /* its waiter is not */
}

static void waiters_are_left_behind_by_fork(void **state)
{
	(void)state;
	for (int i = 0; i < N_CLASSES; i++) {
		struct use use;
		make(&use, &classes[i]);
		use.class->acquire(use.object);
		tthr_thread *thread = started(acquire_and_release, &use);
		wait_until(sleepers_on(word_of(&use)) == 1);
		in_child(no_waiter_in_the_child, &use);
		use.class->release(use.object);
		destroyed_at_last(&use);
		joined(thread);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_lock_that_is_waited_for),
	    cmocka_unit_test(the_waiter_that_has_yet_to_run),
	    cmocka_unit_test(a_waiter_that_gives_up),
	    cmocka_unit_test(the_lock_of_a_condition),
	    cmocka_unit_test(a_condition_whose_waiter_was_woken),
	    cmocka_unit_test(waiters_are_left_behind_by_fork),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
