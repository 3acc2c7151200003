/* SPDX-License-Identifier: MIT */
#include "net.h"

/* The search for cycles: how many it finds, in which order, what it says it has not looked at, and how much it tries.
 */

static void test_rings(void **state)
{
	for (guint n = 2; n < 8; n++) {
		struct net *net = net_new();

		ring(net, 0, 0, n);
		asks(net, 10, 0, 9); /* leads nowhere */
		asks(net, 11, 10, 0);
		search(net, plenty);
		assert_int_equal(net->found->cycles->len, 1);
		assert_int_equal(net->found->complete, G_MAXUINT);
		assert_int_equal(net->found->untried, 0);
		assert_int_equal(cycle(net, 0)->class, TT_CYCLE_UNTIMED);
		assert_int_equal(cycle(net, 0)->dependencies->len, n);
		assert_int_equal(cycle(net, 0)->tries, 1);
		assert_false(cycle(net, 0)->reached || cycle(net, 0)->stopped);
		for (guint i = 0; i < n; i++) {
			const struct tt_lock_dependency *one = cycle(net, 0)->dependencies->pdata[i];
			const struct tt_lock_dependency *next = cycle(net, 0)->dependencies->pdata[(i + 1) % n];
			assert_ptr_equal(one->wanted.object, next->held.object);
		}
		net_free(net);
	}
	(void)state;
}

/* Every cycle of all nodes with all others: the shortest first. */
static void test_all_cycles(void **state)
{
	struct net *net = net_new();
	guint counts[6] = {0}, last = 0;

	for (guint i = 0; i < 5; i++)
		for (guint j = 0; j < 5; j++)
			if (i != j)
				asks(net, i * 5 + j, i, j);
	search(net, plenty);
	assert_int_equal(net->found->complete, G_MAXUINT);
	for (guint i = 0; i < net->found->cycles->len; i++) {
		guint n = cycle(net, i)->dependencies->len;
		assert_true(n >= last && n < G_N_ELEMENTS(counts));
		counts[last = n]++;
	}
	/* A set of locks counts once, however it is gone round. */
	assert_int_equal(counts[2], 10);
	assert_int_equal(counts[3], 10);
	assert_int_equal(counts[4], 5);
	assert_int_equal(counts[5], 1);
	net_free(net);
	(void)state;
}

/* A thread can be at one place only, and there are as many places as threads. */
static void test_one_thread_each(void **state)
{
	struct net *net = net_new(), *other = net_new();

	for (guint i = 0; i < 3; i++)
		asks(net, i % 2, i, (i + 1) % 3);
	search(net, plenty);
	assert_int_equal(net->found->cycles->len, 0);
	/* Another one has to be chosen for the first place than was at first. */
	asks(other, 0, 0, 1);
	asks(other, 1, 0, 1);
	asks(other, 0, 1, 2);
	asks(other, 2, 2, 0);
	search(other, plenty);
	assert_int_equal(other->found->cycles->len, 1);
	assert_ptr_equal(((struct tt_lock_dependency *)cycle(other, 0)->dependencies->pdata[0])->thread,
	                 &other->threads[1]);
	net_free(net);
	net_free(other);
	(void)state;
}

/* Only so many cycles, and up to which length they are all there. */
static void test_so_many(void **state)
{
	for (guint most = 1; most <= 4; most++) {
		struct net *net = net_new();
		struct tt_cycle_limits limits = plenty;

		limits.most = most;
		ring(net, 0, 0, 3);
		ring(net, 4, 4, 2);
		ring(net, 8, 8, 4);
		search(net, limits);
		assert_int_equal(net->found->cycles->len, MIN(most, 3));
		if (most == 4)
			assert_int_equal(net->found->complete, G_MAXUINT);
		else
			assert_true(net->found->complete < 4);
		net_free(net);
	}
	(void)state;
}

/* A part that is hard uses up half of what there is: of the next one enough is left. */
static void test_shares(void **state)
{
	struct net *net = net_new();
	struct tt_cycle_limits limits = plenty;

	limits.steps = 2000;
	mesh(net, 0, 8);
	ring(net, 0, 10, 2);
	search(net, limits);
	bool last = false;
	for (guint i = 0; i < net->found->cycles->len; i++)
		last |= ((struct tt_lock_dependency *)cycle(net, i)->dependencies->pdata[0])->held.object ==
		            &net->locks[10] ||
		        ((struct tt_lock_dependency *)cycle(net, i)->dependencies->pdata[0])->held.object ==
		            &net->locks[11];
	assert_true(last);
	assert_true(net->found->complete >= 2 && net->found->complete < 8);
	net_free(net);
	(void)state;
}

/* What a part has used up is gone: of two alike that are as hard the second has less. */
static void test_shares_shrink(void **state)
{
	struct net *net = net_new();
	struct tt_cycle_limits limits = plenty;
	guint counts[2] = {0, 0};

	limits.steps = 4000;
	mesh(net, 0, 7);
	mesh(net, 7, 7);
	ring(net, 0, 14, 2);
	search(net, limits);
	for (guint i = 0; i < net->found->cycles->len; i++) {
		const struct tt_lock_dependency *one = cycle(net, i)->dependencies->pdata[0];
		if (one->held.object < &net->locks[14])
			counts[one->held.object >= &net->locks[7]]++;
	}
	assert_true(counts[1] > 0 && counts[1] < counts[0]);
	net_free(net);
	(void)state;
}

/* And the last one has all that is left: a mesh alone goes as far as one behind a ring that took next to nothing. */
static void test_share_of_the_last(void **state)
{
	guint complete[2];

	for (guint i = 0; i < 2; i++) {
		struct net *net = net_new();
		struct tt_cycle_limits limits = plenty;

		limits.steps = 3000;
		if (i)
			ring(net, 0, 10, 2);
		mesh(net, 0, 8);
		search(net, limits);
		complete[i] = net->found->cycles->len - i;
		net_free(net);
	}
	assert_true(complete[0] > 28 && complete[1] + 10 > complete[0]);
	(void)state;
}

/* Nothing is left at all. */
static void test_no_steps(void **state)
{
	struct net *net = net_new();
	struct tt_cycle_limits limits = plenty;

	limits.steps = 0;
	ring(net, 0, 0, 2);
	search(net, limits);
	assert_int_equal(net->found->cycles->len, 0);
	assert_int_equal(net->found->complete, 0);
	net_free(net);
	(void)state;
}

/* All who can be there are tried, until one is reached; not more than a hundred, nor for more than it may take. */
static void test_tries(void **state)
{
	static const struct {
		guint takers, reached_at, tries;
		uint64_t work;
		bool stopped;
	} cases[] = {
	    {1, 0, 1, 1, false},     {3, 0, 9, 1, false},      {3, 4, 4, 1, false},      {3, 9, 9, 1, false},
	    {10, 0, 100, 1, false},  {11, 0, 100, 1, true},    {11, 100, 100, 1, false}, {11, 101, 100, 1, true},
	    {3, 0, 4, 300000, true}, {3, 4, 4, 300000, false}, {3, 5, 4, 300000, true},  {2, 0, 4, 250000, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct net *net = net_new();

		net->reached_at = cases[i].reached_at;
		net->work = cases[i].work;
		for (guint j = 0; j < cases[i].takers; j++) {
			asks(net, j, 0, 1);
			asks(net, 20 + j, 1, 0);
		}
		search(net, plenty);
		assert_int_equal(net->found->cycles->len, 1);
		if (cycle(net, 0)->tries != cases[i].tries)
			fail_msg("case %zu: %u tries", i, cycle(net, 0)->tries);
		assert_int_equal(net->asked, cases[i].tries);
		assert_int_equal(cycle(net, 0)->stopped, cases[i].stopped);
		assert_int_equal(net->found->untried, cases[i].stopped);
		assert_int_equal(cycle(net, 0)->reached, cases[i].reached_at && cases[i].reached_at <= cases[i].tries);
		net_free(net);
	}
	(void)state;
}

/* The one that is reached is told. */
static void test_who_is_told(void **state)
{
	struct net *net = net_new();

	net->reached_at = 2;
	asks(net, 0, 0, 1);
	asks(net, 1, 1, 0);
	asks(net, 2, 1, 0);
	search(net, plenty);
	assert_true(cycle(net, 0)->reached);
	assert_ptr_equal(((struct tt_lock_dependency *)cycle(net, 0)->dependencies->pdata[1])->thread,
	                 &net->threads[2]);
	assert_int_equal(cycle(net, 0)->dependencies->len, 2);
	net_free(net);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rings),
	    cmocka_unit_test(test_all_cycles),
	    cmocka_unit_test(test_one_thread_each),
	    cmocka_unit_test(test_so_many),
	    cmocka_unit_test(test_shares),
	    cmocka_unit_test(test_shares_shrink),
	    cmocka_unit_test(test_share_of_the_last),
	    cmocka_unit_test(test_no_steps),
	    cmocka_unit_test(test_tries),
	    cmocka_unit_test(test_who_is_told),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
