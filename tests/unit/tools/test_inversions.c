/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "runs.h"
#include "tools/check/across/inversions.h"

/*
 * Inversions across runs in random files, compared with a search that tries all there is by the words of docs/db.md:
 * what is told is one of these, and each of them is told.
 */

enum { CLASSES = 4, RUNS = 4, THREADS = 2, ORDERS = 12, TAKEN = 40, ROUNDS = 150 };

/* A thread of a run took an order. */
struct taken {
	const struct tt_order *order;
	guint run, thread;
};

struct world {
	struct tt_class classes[CLASSES];
	struct tt_db_run runs[RUNS];
	struct tt_order orders[ORDERS];
	struct taken taken[TAKEN];
};

static enum tt_mode random_mode(GRand *random)
{
	return g_rand_int_range(random, 0, 4) ? TT_MODE_EXCLUSIVE : TT_MODE_SHARED;
}

static void make_order(struct world *world, struct tt_order *order, GRand *random)
{
	int held = g_rand_int_range(random, 0, CLASSES);
	int wanted = (held + g_rand_int_range(random, 1, CLASSES)) % CLASSES;

	*order = (struct tt_order){.held = &world->classes[held],
	                           .wanted = &world->classes[wanted],
	                           .held_mode = random_mode(random),
	                           .wanted_mode = random_mode(random),
	                           .timed = g_rand_int_range(random, 0, 6) == 0,
	                           .held_site = "f",
	                           .wanted_site = "g",
	                           .gates = g_array_new(FALSE, FALSE, sizeof(struct tt_gate))};
	for (int i = 0; i < CLASSES; i++) {
		struct tt_gate gate = {&world->classes[i], random_mode(random)};
		if (i != held && i != wanted && g_rand_int_range(random, 0, 3) == 0)
			g_array_append_val(order->gates, gate);
	}
	tt_order_identify(order);
}

static void make_world(struct world *world, guint32 seed)
{
	static const char *const names[CLASSES] = {"A", "B", "C", "D"};
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);

	for (guint i = 0; i < CLASSES; i++) {
		world->classes[i] =
		    (struct tt_class){.lock = "rwlock", .name = names[i], .module = "libq.so", .file = ""};
		tt_class_identify(&world->classes[i]);
	}
	for (guint i = 0; i < RUNS; i++) {
		world->runs[i] = (struct tt_db_run){.program = "test", .pid = i};
		tt_run_identify(&world->runs[i], NULL);
	}
	for (guint i = 0; i < ORDERS; i++)
		make_order(world, &world->orders[i], random);
	for (guint i = 0; i < TAKEN; i++)
		world->taken[i] = (struct taken){&world->orders[g_rand_int_range(random, 0, ORDERS)],
		                                 (guint)g_rand_int_range(random, 0, RUNS),
		                                 (guint)g_rand_int_range(random, 0, THREADS)};
}

static void put_world(struct tt_db *db, const struct world *world)
{
	tt_db_begin(db);
	for (guint i = 0; i < CLASSES; i++)
		tt_db_put_class(db, &world->classes[i]);
	for (guint i = 0; i < RUNS; i++)
		tt_db_put_run(db, &world->runs[i]);
	for (guint i = 0; i < TAKEN; i++) {
		const struct taken *taken = &world->taken[i];
		tt_db_put_order(db, taken->order);
		tt_db_put_seen(
		    db, taken->order,
		    &(struct tt_occurrence){.run = &world->runs[taken->run], .thread = taken->thread, .role = "T"});
	}
	assert_true(tt_db_commit(db, NULL));
}

/* The search that tries all. */

/* How an order has a class; -1: not. */
static int mode_in(const struct tt_order *order, const struct tt_class *class)
{
	if (order->held == class)
		return (int)order->held_mode;
	for (guint i = 0; i < order->gates->len; i++) {
		const struct tt_gate *gate = &g_array_index(order->gates, struct tt_gate, i);
		if (tt_id_equal(&gate->class->id, &class->id))
			return (int)gate->mode;
	}
	return -1;
}

static bool are_apart(const struct world *world, const struct tt_order *a, const struct tt_order *b)
{
	for (guint i = 0; i < CLASSES; i++) {
		int x = mode_in(a, &world->classes[i]), y = mode_in(b, &world->classes[i]);
		if (x >= 0 && y >= 0 && (x == TT_MODE_EXCLUSIVE || y == TT_MODE_EXCLUSIVE))
			return true;
	}
	return false;
}

/* Whether who took `a` can stand wherever who took `b` does. */
static bool covers(const struct world *world, const struct tt_order *a, const struct tt_order *b)
{
	if (a->held != b->held || a->wanted != b->wanted || a->wanted_mode > b->wanted_mode || a->timed > b->timed)
		return false;
	if (a->held_mode > b->held_mode)
		return false;
	for (guint i = 0; i < CLASSES; i++) {
		int x = mode_in(a, &world->classes[i]), y = mode_in(b, &world->classes[i]);
		if (&world->classes[i] != a->held && x >= 0 && (y < 0 || y > x))
			return false;
	}
	return true;
}

static bool has(const struct world *world, guint run, const struct tt_order *order)
{
	for (guint i = 0; i < TAKEN; i++) {
		if (world->taken[i].run == run && covers(world, world->taken[i].order, order))
			return true;
	}
	return false;
}

static bool one_has_all(const struct world *world, const struct taken *const *circle, guint n)
{
	for (guint run = 0; run < RUNS; run++) {
		guint i = 0;
		while (i < n && has(world, run, circle[i]->order))
			i++;
		if (i == n)
			return true;
	}
	return false;
}

/* Whether the thread can be there together with the others, of which the last one waits for it. */
static bool fits(const struct world *world, const struct taken *const *circle, guint n, const struct taken *next)
{
	const struct tt_order *order = next->order;

	if (n > 0 && circle[n - 1]->order->wanted != order->held)
		return false;
	if (n > 0 && circle[n - 1]->order->wanted_mode == TT_MODE_SHARED && order->held_mode == TT_MODE_SHARED)
		return false;
	for (guint i = 0; i < n; i++) {
		if ((circle[i]->run == next->run && circle[i]->thread == next->thread) ||
		    circle[i]->order->held == order->held || are_apart(world, circle[i]->order, order))
			return false;
	}
	return true;
}

/* Sets of classes, by bit, that a circle with run 0 has. */
struct sets {
	bool firm[1 << CLASSES];
	bool all[1 << CLASSES]; /* those as well with a request that has a time limit */
};

static guint bit_of(const struct world *world, const struct tt_class *class)
{
	for (guint i = 0; i < CLASSES; i++) {
		if (tt_id_equal(&world->classes[i].id, &class->id))
			return 1U << i;
	}
	fail_msg("no such class");
	return 0;
}

static void judge(const struct world *world, const struct taken *const *circle, guint n, struct sets *sets)
{
	const struct tt_order *first = circle[0]->order, *last = circle[n - 1]->order;
	bool mine = false, timed = false;
	guint set = 0;

	if (n < 2 || last->wanted != first->held ||
	    (last->wanted_mode == TT_MODE_SHARED && first->held_mode == TT_MODE_SHARED))
		return;
	for (guint i = 0; i < n; i++) {
		mine |= circle[i]->run == 0;
		timed |= circle[i]->order->timed;
		set |= bit_of(world, circle[i]->order->held);
	}
	if (!mine || one_has_all(world, circle, n))
		return;
	sets->all[set] = true;
	sets->firm[set] |= !timed;
}

static void try_all(const struct world *world, const struct taken **circle, guint n, struct sets *sets)
{
	if (n > 0)
		judge(world, circle, n, sets);
	for (guint i = 0; i < TAKEN && n < CLASSES; i++) {
		if (!fits(world, circle, n, &world->taken[i]))
			continue;
		circle[n] = &world->taken[i];
		try_all(world, circle, n + 1, sets);
	}
}

/* What is found for run 0. Returns whether all of it was looked at. */
static bool find(struct tt_db *db, const struct world *world, struct sets *told)
{
	g_autoptr(GArray) mine = g_array_new(FALSE, FALSE, sizeof(struct tt_own_order));
	struct tt_inversions *found;
	bool whole;

	for (guint i = 0; i < TAKEN; i++) {
		struct tt_own_order one = {world->taken[i].order, &world->runs[0]};
		if (world->taken[i].run == 0)
			g_array_append_val(mine, one);
	}
	found = tt_inversions_find(db, mine, false, NULL);
	assert_non_null(found);
	for (guint i = 0; i < found->all->len; i++) {
		const struct tt_inversion *inversion = found->all->pdata[i];
		guint set = 0;
		for (guint j = 0; j < inversion->parts->len; j++)
			set |= bit_of(world, g_array_index(inversion->parts, struct tt_inversion_part, j).order->held);
		told->all[set] = true;
		told->firm[set] |= !inversion->timed;
	}
	whole = found->complete == G_MAXUINT && found->n_untried == 0;
	tt_inversions_free(found);
	return whole;
}

static void test_as_by_trying_all(void **state)
{
	guint n_told = 0, n_whole = 0;

	for (guint32 round = 0; round < ROUNDS; round++) {
		struct runs runs = runs_begin();
		struct world world;
		const struct taken *circle[CLASSES];
		struct sets there = {0}, told = {0};
		make_world(&world, round);
		put_world(runs.db, &world);
		bool whole = find(runs.db, &world, &told);
		try_all(&world, circle, 0, &there);
		for (guint set = 0; set < 1 << CLASSES; set++) {
			if (told.all[set] && !there.all[set])
				fail_msg("round %u: classes %x are told, and are none", round, set);
			if (whole && there.firm[set] && !told.firm[set])
				fail_msg("round %u: classes %x are not told", round, set);
			n_told += told.all[set];
		}
		n_whole += whole;
		for (guint i = 0; i < ORDERS; i++)
			g_array_free(world.orders[i].gates, TRUE);
		runs_end(&runs);
	}
	/* It was worth it. */
	assert_true(n_told > ROUNDS / 4);
	assert_true(n_whole > ROUNDS / 2);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_as_by_trying_all),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
