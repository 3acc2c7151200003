/* SPDX-License-Identifier: MIT */
/*
 * Where malloc fails: each call that makes something is made with memory for none, one, two blocks and so on, until
 * it has enough. It says so, and has given back what it had.
 */
#include "blocks.h"
#include "threads.h"

#include <fcntl.h>

#include "libtrace_thr/src/primitives/log_format.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static long blocks_left; /* there is no shortage */
#endif

/* Makes something: 0, or an error, and there is nothing then. What was made is destroyed by the other. */
struct maker {
	int (*make)(void);
	void (*destroy)(void);
	long needs; /* as many blocks, at least */
};

static tthr_lock lock = TTHR_LOCK_INIT("lock"), made_lock;
static tthr_rlock rlock = TTHR_RLOCK_INIT("rlock"), made_rlock;
static tthr_condition condition;
static tthr_event event;
static tthr_semaphore semaphore;
static tthr_barrier barrier;
static tthr_local local, made_local;
static tthr_thread *thread;
static tthr_timer *timer;
static tthr_thread **list;
static size_t n_list;
static struct tt_log_format *format;
static int nowhere;

#define MAKER(name, object, ...)                                                                                       \
	static int make_##name(void)                                                                                   \
	{                                                                                                              \
		return tthr_##name##_init(&object, ##__VA_ARGS__);                                                     \
	}                                                                                                              \
	static void destroy_##name(void)                                                                               \
	{                                                                                                              \
		must(!tthr_##name##_destroy(&object));                                                                 \
	}

MAKER(lock, made_lock, "name")
MAKER(rlock, made_rlock, NULL)
MAKER(condition, condition, "name")
MAKER(event, event, "name")
MAKER(semaphore, semaphore, "name", 1)
MAKER(barrier, barrier, &(struct tthr_barrier_options){.parties = 2})
MAKER(local, made_local, NULL)

static int make_condition_of_lock(void)
{
	return tthr_condition_init_lock(&condition, NULL, &lock);
}

static int make_condition_of_rlock(void)
{
	return tthr_condition_init_rlock(&condition, NULL, &rlock);
}

static int make_thread(void)
{
	return tthr_thread_new(&thread, &(struct tthr_thread_options){.name = "t"});
}

static void destroy_thread(void)
{
	tthr_thread_unref(thread);
}

static void tick(void *arg)
{
	(void)arg;
}

static int make_timer(void)
{
	return tthr_timer_new(&timer, &(struct tthr_timer_options){.interval = 1, .function = tick});
}

static void destroy_timer(void)
{
	tthr_timer_unref(timer);
}

static int make_list(void)
{
	return tthr_enumerate(&list, &n_list);
}

static void destroy_list(void)
{
	tthr_thread_list_free(list, n_list);
}

static int make_value(void)
{
	return tthr_local_set(&local, &local);
}

/* With the cell, which else is kept until it is needed again. */
static void destroy_value(void)
{
	void *value;

	must(!tthr_local_destroy(&local));
	must(!tthr_local_init(&local, NULL));
	must(tthr_local_get(&local, &value) == ENOENT);
}

static void *value_of(void *arg)
{
	return arg;
}

static int make_first_value(void)
{
	void *value = &local;

	local.init = value_of;
	local.arg = &local;
	int error = tthr_local_get(&local, &value);
	local.init = NULL;
	must(value == (error ? NULL : &local));
	return error;
}

static int make_name(void)
{
	return tthr_thread_set_name(thread, "another");
}

static int make_thread_and_name(void)
{
	int error = make_thread();

	if (error)
		return error;
	error = make_name();
	if (error)
		destroy_thread();
	return error;
}

static int make_format(void)
{
	return tt_log_format_parse("%(message)s", &format);
}

static void destroy_format(void)
{
	tt_log_format_free(format);
}

static int make_config(void)
{
	return tthr_log_config(&(struct tthr_log_options){.format = "%(message)s", .fd = nowhere});
}

static int make_line(void)
{
	return tthr_log(TTHR_LOG_CRITICAL, "%s", "");
}

static void keep(void)
{
}

static void makers_say_so_and_give_back(void **state)
{
	static const struct maker makers[] = {
	    {make_lock, destroy_lock, 1},
	    {make_rlock, destroy_rlock, 1},
	    {make_condition, destroy_condition, 2},
	    {make_condition_of_lock, destroy_condition, 1},
	    {make_condition_of_rlock, destroy_condition, 1},
	    {make_event, destroy_event, 1},
	    {make_semaphore, destroy_semaphore, 1},
	    {make_barrier, destroy_barrier, 1},
	    {make_local, destroy_local, 1},
	    {make_thread, destroy_thread, 2},
	    {make_timer, destroy_timer, 3},
	    {make_list, destroy_list, 1},
	    {make_value, destroy_value, 1},
	    {make_first_value, destroy_value, 1},
	    {make_thread_and_name, destroy_thread, 3},
	    {make_format, destroy_format, 2},
	    {make_config, keep, 3},
	    {make_line, keep, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
		must(!makers[i].make()); /* names of its kind, and what is kept */
		makers[i].destroy();
		long before = blocks_in_use(), failures = 0;
		int error = 0;
		do {
			blocks_left = failures;
			error = makers[i].make();
			blocks_left = -1;
			if (!error)
				break;
			assert_int_equal(error, ENOMEM);
			assert_int_equal(blocks_in_use(), before);
		} while (++failures < 100);
		assert_int_equal(error, 0);
		makers[i].destroy();
		assert_int_equal(blocks_in_use(), before);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		assert_true(failures >= makers[i].needs);
#endif
	}
}

static void names_that_need_none_are_the_kind_s(void **state)
{
	(void)state;
	static tthr_event unnamed = TTHR_EVENT_INIT(NULL);

	blocks_left = 0;
	const char *name = tthr_event_name(&unnamed);
	blocks_left = -1;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_string_equal(name, "Event");
#endif
	assert_non_null(name);
	assert_int_equal(tthr_event_destroy(&unnamed), 0);
}

/* One that shares its entry. */
static void *call_in(void *arg)
{
	blocks_left = 0;
	*(bool *)arg = !strcmp(tthr_thread_name(tthr_current()), "Dummy");
	blocks_left = -1;
	return NULL;
}

static void foreign_threads_have_no_entry(void **state)
{
	(void)state;
	struct crew crew;
	bool is_nameless = false;

	crew_start(&crew, 1, call_in, &is_nameless);
	crew_join(&crew);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_true(is_nameless);
#endif
	assert_int_equal(tthr_active_count(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(makers_say_so_and_give_back),
	    cmocka_unit_test(names_that_need_none_are_the_kind_s),
	    cmocka_unit_test(foreign_threads_have_no_entry),
	};

	must((nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)) > 0);
	must(!tthr_local_init(&local, NULL));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
