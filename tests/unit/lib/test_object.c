/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include <errno.h>

#include "libtrace_thr/src/trace/object.h"

static void names_are_copied(void **state)
{
	(void)state;
	struct tthr_object object = TTHR_OBJECT_INIT(NULL);
	char name[] = "queue";

	assert_int_equal(tt_object_init(&object, "Lock", name), 0);
	name[0] = 'Q';
	assert_string_equal(object.name, "queue");
	assert_true(tt_object_known(&object));
	tt_object_destroy(&object);
	assert_false(tt_object_known(&object));
}

static void default_names_count_by_kind(void **state)
{
	(void)state;
	struct tthr_object a = {0}, b = {0}, c = {0}, d = {0};

	assert_int_equal(tt_object_init(&a, "Local", NULL), 0);
	assert_true(tt_object_identify(&b, "Local"));
	assert_int_equal(tt_object_init(&c, "Local", "third"), 0);
	assert_true(tt_object_identify(&d, "Barrier"));
	assert_string_equal(a.name, "Local-1");
	assert_string_equal(b.name, "Local-2");
	assert_string_equal(c.name, "third");
	assert_string_equal(d.name, "Barrier-1");
	tt_object_destroy(&a);
	tt_object_destroy(&b);
	tt_object_destroy(&c);
	tt_object_destroy(&d);
}

static void static_names_are_kept(void **state)
{
	(void)state;
	static const char name[] = "static";
	struct tthr_object object = TTHR_OBJECT_INIT(name);

	assert_false(tt_object_known(&object));
	assert_true(tt_object_identify(&object, "Event"));
	assert_false(tt_object_identify(&object, "Event"));
	assert_ptr_equal(tt_object_ref_of(&object).name, name);
	tt_object_destroy(&object);
}

static void ids_are_never_reused(void **state)
{
	(void)state;
	struct tthr_object object = TTHR_OBJECT_INIT("again");

	tt_object_identify(&object, "Event");
	uint64_t first = object.id;
	tt_object_destroy(&object);
	assert_int_equal(tt_object_init(&object, "Event", "again"), 0);
	assert_true(object.id > first);
	tt_object_destroy(&object);
}

static struct tthr_object shared;
static unsigned winners;
static pthread_barrier_t together;

static void *identify_at_once(void *arg)
{
	(void)arg;
	pthread_barrier_wait(&together);
	if (tt_object_identify(&shared, "Condition"))
		count_up(&winners);
	must(!strncmp(tt_object_ref_of(&shared).name, "Condition-", 10));
	must(tt_object_ref_of(&shared).id);
	return NULL;
}

static void one_thread_makes_it_known(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct crew crew;
		winners = 0;
		pthread_barrier_init(&together, NULL, 4);
		crew_start(&crew, 4, identify_at_once, NULL);
		crew_join(&crew);
		pthread_barrier_destroy(&together);
		assert_int_equal(winners, 1);
		tt_object_destroy(&shared);
	}
}

static void errno_is_left_alone(void **state)
{
	(void)state;
	struct tthr_object object = {0};

	errno = 77;
	tt_object_identify(&object, "Lock");
	tt_object_destroy(&object);
	assert_int_equal(errno, 77);
}

static void child_names_objects(void *arg)
{
	struct tthr_object object = {0};

	(void)arg;
	must(tt_object_identify(&object, "Event"));
	must(object.id);
	tt_object_destroy(&object);
}

static bool stop;

static void *identify_all_the_time(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		struct tthr_object object = {0};
		tt_object_identify(&object, "Event");
		tt_object_destroy(&object);
	}
	return NULL;
}

static void fork_finds_the_names_consistent(void **state)
{
	(void)state;
	struct crew crew;

	crew_start(&crew, 2, identify_all_the_time, NULL);
	for (int i = 0; i < 50; i++)
		in_child(child_names_objects, NULL);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	crew_join(&crew);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_copied),
	    cmocka_unit_test(default_names_count_by_kind),
	    cmocka_unit_test(static_names_are_kept),
	    cmocka_unit_test(ids_are_never_reused),
	    cmocka_unit_test(one_thread_makes_it_known),
	    cmocka_unit_test(errno_is_left_alone),
	    cmocka_unit_test(fork_finds_the_names_consistent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
