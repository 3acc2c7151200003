/* SPDX-License-Identifier: MIT */
/*
 * Which colour an object has, and which act of a waker woke whom.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/tools/story.h"
#include "tools/timeline/wakes.h"
#include "tools/timeline/palette.h"

enum { OBJECTS = 9, GREY = TT_COLOURS - 1 };

/* A lane of these bars, each of an object and so many nanoseconds. */
struct painted {
	struct tt_object objects[OBJECTS];
	struct tt_lane lane;
	struct tt_lanes lanes;
	GHashTable *palette;
};

static void begin(struct painted *p)
{
	*p = (struct painted){0};
	p->lane.bars = g_array_new(FALSE, FALSE, sizeof(struct tt_bar));
	p->lane.spans = g_array_new(FALSE, FALSE, sizeof(struct tt_span));
	p->lanes.lanes = g_ptr_array_new();
	g_ptr_array_add(p->lanes.lanes, &p->lane);
	for (unsigned i = 0; i < OBJECTS; i++)
		p->objects[i].family = TT_FAMILY_LOCK;
}

static void hold(struct painted *p, unsigned object, int64_t ns)
{
	struct tt_bar bar = {.object = &p->objects[object], .begin_ns = 100, .end_ns = 100 + ns};

	g_array_append_val(p->lane.bars, bar);
}

static void wait_for(struct painted *p, unsigned object, int64_t ns)
{
	struct tt_span span = {.object = &p->objects[object], .begin_ns = 100, .end_ns = 100 + ns};

	g_array_append_val(p->lane.spans, span);
}

static unsigned colour(struct painted *p, unsigned object)
{
	if (!p->palette)
		p->palette = tt_palette_new(&p->lanes);
	return tt_palette_colour(p->palette, &p->objects[object]);
}

static void end(struct painted *p)
{
	g_array_free(p->lane.bars, TRUE);
	g_array_free(p->lane.spans, TRUE);
	g_ptr_array_free(p->lanes.lanes, TRUE);
	g_hash_table_destroy(p->palette);
}

/* While there are colours for all: in the order that they come. */
static void test_in_order(void **state)
{
	struct painted p;

	begin(&p);
	for (unsigned i = 0; i < 6; i++)
		hold(&p, i, i);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(colour(&p, i), i);
		assert_ptr_equal(tt_palette_object(p.palette, i), &p.objects[i]);
	}
	assert_int_equal(colour(&p, 6), GREY);
	assert_int_equal(tt_palette_colour(p.palette, NULL), GREY);
	assert_null(tt_palette_object(p.palette, GREY));
	end(&p);
	(void)state;
}

/* More than colours: those that are held and waited for longest have one. */
static void test_the_longest(void **state)
{
	struct painted p;

	begin(&p);
	for (unsigned i = 0; i < 8; i++)
		hold(&p, i, 100 + i);
	wait_for(&p, 0, 1000);
	hold(&p, 1, 500);
	for (unsigned i = 0; i < 8; i++) /* 0, 1, 7, 6, 5, 4 */
		assert_int_equal(colour(&p, i), i < 2 ? i : i < 4 ? GREY : 9 - i);
	end(&p);
	(void)state;
}

/* Threads have none; a condition and the lock that it has made for itself share one. */
static void test_of_conditions(void **state)
{
	static const char name[] = "cond";
	struct painted p;

	begin(&p);
	p.objects[0].family = TT_FAMILY_THREAD;
	p.objects[1].family = p.objects[3].family = TT_FAMILY_CONDITION;
	p.objects[1].name = p.objects[2].name = name;
	p.objects[1].lock = &p.objects[2];
	p.objects[3].name = "other";
	p.objects[3].lock = &p.objects[4];
	p.objects[4].name = "lock";
	for (unsigned i = 0; i < 5; i++)
		wait_for(&p, i, 10);
	assert_int_equal(colour(&p, 0), GREY);
	assert_int_equal(colour(&p, 1), 0);
	assert_int_equal(colour(&p, 2), 0);
	assert_int_equal(colour(&p, 3), 1);
	assert_int_equal(colour(&p, 4), 2);
	assert_ptr_equal(tt_palette_object(p.palette, 0), &p.objects[1]);
	assert_ptr_equal(tt_palette_object(p.palette, 2), &p.objects[4]);
	end(&p);
	(void)state;
}

static void act(GHashTable *acts, struct tt_thread *thread, struct tt_object *object, enum tt_event_type type,
                int64_t time_ns, uint32_t woken)
{
	tt_wakes_add(acts, thread, object, &(struct tt_event){.type = type, .time_ns = time_ns, .woken = woken});
}

/* A notify wakes as many as it said, in order. */
static void test_counted_acts(void **state)
{
	GHashTable *acts = tt_wakes_new();
	struct tt_thread thread = {0}, other = {0};
	struct tt_object object = {0}, none = {0};

	act(acts, &thread, &object, TT_EVENT_cond_notify, 10, 2);
	act(acts, &thread, &object, TT_EVENT_cond_notify, 20, 0); /* nobody */
	act(acts, &thread, &object, TT_EVENT_cond_notify, 30, 1);
	assert_int_equal(tt_wakes_take(acts, &none, &thread, 0), 0);
	assert_int_equal(tt_wakes_take(acts, &object, &other, 0), 0);
	assert_int_equal(tt_wakes_take(acts, &object, &thread, 0), 10);
	assert_int_equal(tt_wakes_take(acts, &object, &thread, 10), 10);
	assert_int_equal(tt_wakes_take(acts, &object, &thread, 0), 30);
	assert_int_equal(tt_wakes_take(acts, &object, &thread, 0), 0);
	act(acts, &thread, &object, TT_EVENT_cond_notify, 40, 1);
	act(acts, &thread, &object, TT_EVENT_event_set, 50, 1);
	assert_int_equal(tt_wakes_take(acts, &object, &thread, 41), 50); /* who waits since then was not woken before */
	act(acts, &thread, &object, TT_EVENT_cond_notify, 60, 1);
	assert_int_equal(tt_wakes_take(acts, &object, &thread, 61), 60); /* the last is better than none */
	g_hash_table_destroy(acts);
	(void)state;
}

/* Of others the latest counts, for any number. */
static void test_other_acts(void **state)
{
	static const enum tt_event_type types[] = {
	    TT_EVENT_thread_exit,    TT_EVENT_lock_released, TT_EVENT_sem_released,  TT_EVENT_barrier_passed,
	    TT_EVENT_barrier_broken, TT_EVENT_barrier_abort, TT_EVENT_barrier_reset, TT_EVENT_futex_wake};

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		GHashTable *acts = tt_wakes_new();
		struct tt_thread thread = {0};
		struct tt_object object = {0};

		act(acts, &thread, &object, types[i], 10, 1);
		act(acts, &thread, &object, types[i], 20, 1);
		act(acts, &thread, &object, TT_EVENT_lock_acquired, 30, 1); /* wakes nobody */
		for (int n = 0; n < 3; n++)
			assert_int_equal(tt_wakes_take(acts, &object, &thread, 0), 20);
		g_hash_table_destroy(acts);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_in_order),      cmocka_unit_test(test_the_longest),
	    cmocka_unit_test(test_of_conditions), cmocka_unit_test(test_counted_acts),
	    cmocka_unit_test(test_other_acts),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
