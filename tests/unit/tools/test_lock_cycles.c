#include "leaks.h"
#include "feed.h"
#include "tools/check/lock_cycles.h"

/*
 * The search for cycles on graphs by hand: how many it finds, in which order, what it says it has not looked at, and
 * how much it tries. Who is where at which moment is none of its business: that the caller tells.
 */

enum { MOST_LOCKS = 16, MOST_TAKERS = 64, MOST_ARCS = 256 };

struct net {
	struct tt_object locks[MOST_LOCKS];
	struct tt_thread threads[MOST_TAKERS];
	struct tt_dependency dependencies[MOST_ARCS];
	guint n;
	GPtrArray *arcs;
	struct tt_lock_parts *parts;
	/* the caller's answers, and what was asked */
	guint asked, reached_at;                        /* the first choice that is reached; 0: none */
	uint64_t work;                                  /* each costs */
	const struct tt_thread *kept_apart[2], *lonely; /* two from each other, and one from all */
	uint8_t compared[MOST_ARCS][MOST_ARCS];         /* how often two were */
	GPtrArray *writers;
	struct tt_lock_cycles *found;
};

static void free_arc(void *data)
{
	struct tt_arc *arc = data;

	g_ptr_array_free(arc->dependencies, TRUE);
	g_free(arc);
}

static struct net *net_new(void)
{
	struct net *net = g_new0(struct net, 1);

	net->arcs = g_ptr_array_new_with_free_func(free_arc);
	return net;
}

static void net_free(struct net *net)
{
	for (guint i = 0; i < net->n; i++)
		g_ptr_array_free(net->dependencies[i].requests, TRUE);
	if (net->found)
		tt_lock_cycles_free(net->found);
	if (net->parts)
		tt_lock_parts_free(net->parts);
	g_ptr_array_free(net->arcs, TRUE);
	g_free(net);
}

/* The thread asks for a lock while it has another. */
static struct tt_dependency *asks(struct net *net, guint thread, guint held, guint wanted)
{
	struct tt_dependency *dependency = &net->dependencies[net->n];
	struct tt_arc *arc = NULL;

	assert_true(net->n < MOST_ARCS && thread < MOST_TAKERS);
	dependency->thread = &net->threads[thread];
	dependency->held.object = &net->locks[held];
	dependency->wanted.object = &net->locks[wanted];
	dependency->requests = g_ptr_array_new();
	dependency->number = net->n++;
	for (guint i = 0; i < net->arcs->len; i++) {
		struct tt_arc *other = net->arcs->pdata[i];
		if (other->from == &net->locks[held] && other->to == &net->locks[wanted])
			arc = other;
	}
	if (!arc) {
		arc = g_new0(struct tt_arc, 1);
		arc->from = &net->locks[held];
		arc->to = &net->locks[wanted];
		arc->dependencies = g_ptr_array_new();
		g_ptr_array_add(net->arcs, arc);
	}
	g_ptr_array_add(arc->dependencies, dependency);
	return dependency;
}

static bool apart(const struct tt_dependency *a, const struct tt_dependency *b, void *data)
{
	struct net *net = data;

	if (MAX(a->number, b->number) < MOST_ARCS)
		net->compared[MIN(a->number, b->number)][MAX(a->number, b->number)]++;
	if (a->thread == net->lonely || b->thread == net->lonely)
		return true;
	return (a->thread == net->kept_apart[0] && b->thread == net->kept_apart[1]) ||
	       (b->thread == net->kept_apart[0] && a->thread == net->kept_apart[1]);
}

static const GPtrArray *writers_of(const struct tt_object *lock, void *data)
{
	(void)lock;
	return ((struct net *)data)->writers;
}

static bool reaches(const GPtrArray *dependencies, void **proof, uint64_t *work, void *data)
{
	struct net *net = data;

	assert_true(dependencies->len > 0);
	*work += net->work;
	*proof = NULL;
	return ++net->asked == net->reached_at;
}

static const struct tt_cycle_limits plenty = {
    .last = TT_CYCLE_TIMED, .timed = true, .most = 1000, .steps = 1000000, .work = 1000000};

static void search(struct net *net, struct tt_cycle_limits limits)
{
	const struct tt_cycle_tests tests = {apart, writers_of, reaches, net};

	net->parts = tt_lock_parts_new(net->arcs);
	net->found = tt_lock_cycles_find(net->parts, &tests, &limits);
}

static const struct tt_lock_cycle *cycle(const struct net *net, guint i)
{
	assert_true(i < net->found->cycles->len);
	return net->found->cycles->pdata[i];
}

static void ring(struct net *net, guint thread, guint lock, guint n)
{
	for (guint i = 0; i < n; i++)
		asks(net, thread + i, lock + i, lock + (i + 1) % n);
}

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
		assert_int_equal(cycle(net, 0)->class, TT_CYCLE_FIRM);
		assert_int_equal(cycle(net, 0)->dependencies->len, n);
		assert_int_equal(cycle(net, 0)->tries, 1);
		assert_false(cycle(net, 0)->reached || cycle(net, 0)->stopped);
		for (guint i = 0; i < n; i++) {
			const struct tt_dependency *one = cycle(net, 0)->dependencies->pdata[i];
			const struct tt_dependency *next = cycle(net, 0)->dependencies->pdata[(i + 1) % n];
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
	assert_ptr_equal(((struct tt_dependency *)cycle(other, 0)->dependencies->pdata[0])->thread, &other->threads[1]);
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

static void mesh(struct net *net, guint lock, guint n)
{
	for (guint i = 0; i < n; i++)
		for (guint j = 0; j < n; j++)
			if (i != j)
				asks(net, 20 + i, lock + i, lock + j);
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
		last |=
		    ((struct tt_dependency *)cycle(net, i)->dependencies->pdata[0])->held.object == &net->locks[10] ||
		    ((struct tt_dependency *)cycle(net, i)->dependencies->pdata[0])->held.object == &net->locks[11];
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
		const struct tt_dependency *one = cycle(net, i)->dependencies->pdata[0];
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
	assert_ptr_equal(((struct tt_dependency *)cycle(net, 0)->dependencies->pdata[1])->thread, &net->threads[2]);
	assert_int_equal(cycle(net, 0)->dependencies->len, 2);
	net_free(net);
	(void)state;
}

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
		assert_int_equal(cycle(net, 0)->class, TT_CYCLE_FIRM);
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
		struct tt_dependency writer = {
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
		struct tt_dependency writer = {
		    .thread = &net->threads[9], .requests = g_ptr_array_new(), .number = 100};
		struct tt_dependency *again = asks(net, 0, 0, 0);

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
	net->parts = tt_lock_parts_new(net->arcs);
	assert_int_equal(net->parts->nodes->len, 7);
	assert_int_equal(net->parts->parts->len, 3);
	static const guint sizes[] = {2, 1, 3}, firsts[] = {1, 3, 4};
	for (guint i = 0; i < 3; i++) {
		const GPtrArray *part = net->parts->parts->pdata[i];
		assert_int_equal(part->len, sizes[i]);
		for (guint j = 0; j < part->len; j++) {
			const struct tt_lock_node *node = part->pdata[j];
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
	    cmocka_unit_test(test_timed),
	    cmocka_unit_test(test_joined_and_timed),
	    cmocka_unit_test(test_excluded),
	    cmocka_unit_test(test_kept_from_the_first),
	    cmocka_unit_test(test_dear_answers),
	    cmocka_unit_test(test_path_of_too_many),
	    cmocka_unit_test(test_readers),
	    cmocka_unit_test(test_one_alone),
	    cmocka_unit_test(test_parts),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
