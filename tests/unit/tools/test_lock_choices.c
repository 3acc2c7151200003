/* SPDX-License-Identifier: MIT */
#include "net.h"

/* Who can be where in a cycle: classes of cycles, who is kept apart, readers and writers; and the parts of a graph. */

/* With a time limit: looked for if there is any; who could not give up is found first. */
static void test_timed(void **state)
{
	for (int timed = 0; timed < 2; timed++) {
		struct net *net = net_new();
		struct tt_cycle_limits limits = plenty;

		limits.timed = timed;
		asks(net, 0, 0, 1)->wanted.timed = true;
		asks(net, 1, 1, 0);
		ring(net, 4, 4, 3);
		search(net, limits);
		assert_int_equal(net->found->cycles->len, 1 + timed);
		assert_int_equal(cycle(net, 0)->class, TT_CYCLE_UNTIMED);
		assert_int_equal(cycle(net, 0)->dependencies->len, 3);
		if (timed)
			assert_int_equal(cycle(net, 1)->class, TT_CYCLE_TIMED);
		assert_int_equal(net->asked, 1);
		net_free(net);
	}
	(void)state;
}

/* A thread that is joined by one who has a lock, and asks for that with a time limit, ends. */
static void test_joined_and_timed(void **state)
{
	for (int timed = 0; timed < 2; timed++) {
		struct net *net = net_new();

		net->locks[1].family = TT_FAMILY_THREAD;
		asks(net, 0, 0, 1);
		asks(net, 1, 1, 0)->wanted.timed = timed;
		search(net, plenty);
		assert_int_equal(net->found->cycles->len, !timed);
		net_free(net);
	}
	(void)state;
}

/* What is kept apart is a cycle of the last class only, and is not tried. */
static void test_excluded(void **state)
{
	for (int all = 0; all < 2; all++) {
		for (int hidden = 0; hidden < 2; hidden++) {
			struct net *net = net_new();
			struct tt_cycle_limits limits = plenty;

			limits.last = all ? TT_CYCLE_EXCLUDED : TT_CYCLE_TIMED;
			ring(net, 0, 0, 2);
			if (hidden) {
				net->dependencies[1].hidden = true;
			} else {
				net->kept_apart[0] = &net->threads[0];
				net->kept_apart[1] = &net->threads[1];
			}
			search(net, limits);
			assert_int_equal(net->found->cycles->len, all);
			if (all)
				assert_int_equal(cycle(net, 0)->class, TT_CYCLE_EXCLUDED);
			assert_int_equal(net->asked, 0);
			net_free(net);
		}
	}
	(void)state;
}

/* One of three is kept from the first only: others are chosen, where there are some. */
static void test_kept_from_the_first(void **state)
{
	for (int other = 0; other < 2; other++) {
		struct net *net = net_new();

		ring(net, 0, 0, 3);
		net->kept_apart[0] = &net->threads[0];
		net->kept_apart[1] = &net->threads[2];
		if (other)
			asks(net, 7, 2, 0);
		search(net, plenty);
		assert_int_equal(net->found->cycles->len, other);
		net_free(net);
	}
	(void)state;
}

/* An answer that is dear, since each stands for many, is asked for once, and is as good the next time. */
static void test_dear_answers(void **state)
{
	for (guint requests = 2; requests <= 4; requests += 2) {
		struct net *net = net_new();
		guint most = 0;

		mesh(net, 0, 6);
		net->kept_apart[0] = &net->threads[20];
		net->kept_apart[1] = &net->threads[21];
		for (guint i = 0; i < net->n; i++)
			g_ptr_array_set_size(net->dependencies[i].requests, (gint)requests);
		search(net, plenty);
		for (guint i = 0; i < net->n; i++)
			for (guint j = 0; j < net->n; j++)
				most = MAX(most, net->compared[i][j]);
		assert_true(requests == 4 ? most == 1 : most > 1);
		/* All sets of locks but those that have both of these. */
		assert_int_equal(net->found->cycles->len, 57 - 16);
		net_free(net);
	}
	(void)state;
}

/* For one path it is given up after a while: that is said. */
static void test_path_of_too_many(void **state)
{
	for (guint takers = 20; takers <= 60; takers += 40) {
		struct net *net = net_new();

		for (guint i = 0; i < takers; i++) {
			asks(net, i, 0, 1);
			asks(net, i, 1, 2);
		}
		asks(net, 62, 2, 0);
		net->lonely = &net->threads[62];
		for (guint i = 0; i < net->n; i++)
			g_ptr_array_set_size(net->dependencies[i].requests, 2);
		search(net, plenty);
		assert_int_equal(net->found->cycles->len, 0);
		assert_int_equal(net->found->complete, takers == 20 ? G_MAXUINT : 2);
		net_free(net);
	}
	(void)state;
}

/* Those who read wait for each other if somebody writes in between, who is neither of them, nor kept from them. */
static void test_readers(void **state)
{
	enum { NOBODY_WRITES, ANOTHER, ONE_OF_THEM, KEPT_APART, N_CASES };

	for (int how = 0; how < N_CASES; how++) {
		struct net *net = net_new();
		struct tt_lock_dependency writer = {
		    .thread = &net->threads[how == ONE_OF_THEM ? 0 : 9], .requests = g_ptr_array_new(), .number = 100};

		ring(net, 0, 0, 2);
		net->dependencies[0].wanted.mode = TT_MODE_SHARED;
		net->dependencies[1].held.mode = TT_MODE_SHARED;
		if (how != NOBODY_WRITES) {
			net->writers = g_ptr_array_new();
			g_ptr_array_add(net->writers, &writer);
		}
		if (how == KEPT_APART) {
			net->kept_apart[0] = &net->threads[9];
			net->kept_apart[1] = &net->threads[1];
		}
		search(net, plenty);
		assert_int_equal(net->found->cycles->len, how == ANOTHER);
		if (net->writers)
			g_ptr_array_free(net->writers, TRUE);
		g_ptr_array_free(writer.requests, TRUE);
		net_free(net);
	}
	(void)state;
}

/* One alone: it reads again what it reads, and somebody writes. */
static void test_one_alone(void **state)
{
	for (int how = 0; how < 3; how++) {
		struct net *net = net_new();
		struct tt_lock_dependency writer = {
		    .thread = &net->threads[9], .requests = g_ptr_array_new(), .number = 100};
		struct tt_lock_dependency *again = asks(net, 0, 0, 0);

		again->held.mode = again->wanted.mode = how == 1 ? TT_MODE_EXCLUSIVE : TT_MODE_SHARED;
		net->writers = g_ptr_array_new();
		if (how != 2)
			g_ptr_array_add(net->writers, &writer);
		search(net, plenty);
		assert_int_equal(net->found->cycles->len, how == 0);
		g_ptr_array_free(net->writers, TRUE);
		g_ptr_array_free(writer.requests, TRUE);
		net_free(net);
	}
	(void)state;
}

/* Parts: those with cycles only, in the order in which they were first seen. */
static void test_parts(void **state)
{
	struct net *net = net_new();

	asks(net, 0, 0, 1);
	asks(net, 0, 1, 2);
	asks(net, 0, 2, 1);
	asks(net, 0, 2, 3);
	asks(net, 0, 3, 3);
	asks(net, 0, 4, 5);
	asks(net, 0, 5, 6);
	asks(net, 0, 6, 4);
	asks(net, 0, 6, 1);
	net->locks[7].signals = true;
	asks(net, 0, 7, 8);
	asks(net, 0, 8, 7);
	net->parts = tt_sccs_new(net->arcs);
	assert_int_equal(net->parts->nodes->len, 7);
	assert_int_equal(net->parts->parts->len, 3);
	static const guint sizes[] = {2, 1, 3}, firsts[] = {1, 3, 4};
	for (guint i = 0; i < 3; i++) {
		const GPtrArray *part = net->parts->parts->pdata[i];
		assert_int_equal(part->len, sizes[i]);
		for (guint j = 0; j < part->len; j++) {
			const struct tt_scc_node *node = part->pdata[j];
			assert_int_equal(node->rank, j);
			assert_ptr_equal(node->lock, &net->locks[firsts[i] + j]);
			assert_int_equal(node->out->len, 1);
			assert_int_equal(node->in->len, 1);
		}
	}
	net_free(net);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_timed),        cmocka_unit_test(test_joined_and_timed),
	    cmocka_unit_test(test_excluded),     cmocka_unit_test(test_kept_from_the_first),
	    cmocka_unit_test(test_dear_answers), cmocka_unit_test(test_path_of_too_many),
	    cmocka_unit_test(test_readers),      cmocka_unit_test(test_one_alone),
	    cmocka_unit_test(test_parts),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
