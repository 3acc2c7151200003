/* SPDX-License-Identifier: MIT */
/*
 * Lock graphs by hand, for the tests of the search for cycles. Who is where at which moment is none of its business:
 * that the caller tells.
 */
#ifndef NET_H
#define NET_H

#include "leaks.h"
#include "feed.h"
#include "tools/check/lockgraph/cycles.h"

enum { MOST_LOCKS = 16, MOST_TAKERS = 64, MOST_ARCS = 256 };

struct net {
	struct tt_object locks[MOST_LOCKS];
	struct tt_thread threads[MOST_TAKERS];
	struct tt_lock_dependency dependencies[MOST_ARCS];
	guint n;
	GPtrArray *arcs;
	struct tt_sccs *parts;
	/* the caller's answers, and what was asked */
	guint asked, reached_at;                        /* the first choice that is reached; 0: none */
	uint64_t work;                                  /* each costs */
	const struct tt_thread *kept_apart[2], *lonely; /* two from each other, and one from all */
	uint8_t compared[MOST_ARCS][MOST_ARCS];         /* how often two were */
	GPtrArray *writers;
	struct tt_lock_cycles *found;
};

static inline void free_arc(void *data)
{
	struct tt_lock_edge *arc = data;

	g_ptr_array_free(arc->dependencies, TRUE);
	g_free(arc);
}

static inline struct net *net_new(void)
{
	struct net *net = g_new0(struct net, 1);

	net->arcs = g_ptr_array_new_with_free_func(free_arc);
	return net;
}

static inline void net_free(struct net *net)
{
	for (guint i = 0; i < net->n; i++)
		g_ptr_array_free(net->dependencies[i].requests, TRUE);
	if (net->found)
		tt_lock_cycles_free(net->found);
	if (net->parts)
		tt_sccs_free(net->parts);
	g_ptr_array_free(net->arcs, TRUE);
	g_free(net);
}

/* The thread asks for a lock while it has another. */
static inline struct tt_lock_dependency *asks(struct net *net, guint thread, guint held, guint wanted)
{
	struct tt_lock_dependency *dependency = &net->dependencies[net->n];
	struct tt_lock_edge *arc = NULL;

	assert_true(net->n < MOST_ARCS && thread < MOST_TAKERS);
	dependency->thread = &net->threads[thread];
	dependency->held.object = &net->locks[held];
	dependency->wanted.object = &net->locks[wanted];
	dependency->requests = g_ptr_array_new();
	dependency->number = net->n++;
	for (guint i = 0; i < net->arcs->len; i++) {
		struct tt_lock_edge *other = net->arcs->pdata[i];
		if (other->from == &net->locks[held] && other->to == &net->locks[wanted])
			arc = other;
	}
	if (!arc) {
		arc = g_new0(struct tt_lock_edge, 1);
		arc->from = &net->locks[held];
		arc->to = &net->locks[wanted];
		arc->dependencies = g_ptr_array_new();
		g_ptr_array_add(net->arcs, arc);
	}
	g_ptr_array_add(arc->dependencies, dependency);
	return dependency;
}

static inline bool apart(const struct tt_lock_dependency *a, const struct tt_lock_dependency *b, void *data)
{
	struct net *net = data;

	if (MAX(a->number, b->number) < MOST_ARCS)
		net->compared[MIN(a->number, b->number)][MAX(a->number, b->number)]++;
	if (a->thread == net->lonely || b->thread == net->lonely)
		return true;
	return (a->thread == net->kept_apart[0] && b->thread == net->kept_apart[1]) ||
	       (b->thread == net->kept_apart[0] && a->thread == net->kept_apart[1]);
}

static inline const GPtrArray *writers_of(const struct tt_object *lock, void *data)
{
	(void)lock;
	return ((struct net *)data)->writers;
}

static inline bool reaches(const GPtrArray *dependencies, void **proof, uint64_t *work, void *data)
{
	struct net *net = data;

	assert_true(dependencies->len > 0);
	*work += net->work;
	*proof = NULL;
	return ++net->asked == net->reached_at;
}

static const struct tt_cycle_limits plenty = {
    .last = TT_CYCLE_TIMED, .timed = true, .most = 1000, .steps = 1000000, .work = 1000000};

static inline void search(struct net *net, struct tt_cycle_limits limits)
{
	const struct tt_cycle_oracle tests = {apart, writers_of, reaches, net};

	net->parts = tt_sccs_new(net->arcs);
	net->found = tt_lock_cycles_find(net->parts, &tests, &limits);
}

static inline const struct tt_lock_cycle *cycle(const struct net *net, guint i)
{
	assert_true(i < net->found->cycles->len);
	return net->found->cycles->pdata[i];
}

static inline void ring(struct net *net, guint thread, guint lock, guint n)
{
	for (guint i = 0; i < n; i++)
		asks(net, thread + i, lock + i, lock + (i + 1) % n);
}

static inline void mesh(struct net *net, guint lock, guint n)
{
	for (guint i = 0; i < n; i++)
		for (guint j = 0; j < n; j++)
			if (i != j)
				asks(net, 20 + i, lock + i, lock + j);
}

#endif /* NET_H */
