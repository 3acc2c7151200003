/* SPDX-License-Identifier: MIT */
#include "tools/check/lockgraph/queued_writers.h"

struct tt_queued_writers {
	GHashTable *by_lock; /* struct tt_object → GPtrArray of struct tt_lock_dependency */
	guint next;          /* the number of the next dependency */
};

static void free_dependency(void *data)
{
	struct tt_lock_dependency *dependency = data;

	g_ptr_array_free(dependency->requests, TRUE);
	g_free(dependency);
}

static bool is_one(const struct tt_lock_request *request)
{
	const struct tt_acquisition *asked = &request->asked;

	return asked->object->kind == TT_KIND_RWLOCK_WRITER && asked->object->family == TT_FAMILY_LOCK &&
	       asked->mode == TT_MODE_EXCLUSIVE && !asked->timed;
}

static struct tt_lock_dependency *find(const GPtrArray *of_lock, const struct tt_thread *thread)
{
	for (guint i = 0; i < of_lock->len; i++) {
		struct tt_lock_dependency *dependency = of_lock->pdata[i];
		if (dependency->thread == thread)
			return dependency;
	}
	return NULL;
}

static void add(struct tt_queued_writers *writers, struct tt_lock_request *request)
{
	struct tt_object *lock = request->asked.object;
	GPtrArray *of_lock = g_hash_table_lookup(writers->by_lock, lock);

	if (!of_lock) {
		of_lock = g_ptr_array_new_with_free_func(free_dependency);
		g_hash_table_insert(writers->by_lock, lock, of_lock);
	}
	struct tt_lock_dependency *dependency = find(of_lock, request->thread);

	if (!dependency) {
		dependency = g_new0(struct tt_lock_dependency, 1);
		dependency->thread = request->thread;
		dependency->wanted = request->asked;
		dependency->requests = g_ptr_array_new();
		dependency->number = writers->next++;
		g_ptr_array_add(of_lock, dependency);
	}
	g_ptr_array_add(dependency->requests, request);
}

struct tt_queued_writers *tt_queued_writers_new(const struct tt_lock_graph *graph)
{
	struct tt_queued_writers *writers = g_new0(struct tt_queued_writers, 1);

	writers->by_lock = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
	writers->next = graph->dependencies->len;
	for (guint i = 0; i < graph->requests->len; i++) {
		if (is_one(graph->requests->pdata[i]))
			add(writers, graph->requests->pdata[i]);
	}
	return writers;
}

void tt_queued_writers_free(struct tt_queued_writers *writers)
{
	g_hash_table_destroy(writers->by_lock);
	g_free(writers);
}

const GPtrArray *tt_queued_writers_of(const struct tt_queued_writers *writers, const struct tt_object *lock)
{
	return g_hash_table_lookup(writers->by_lock, lock);
}

bool tt_both_read(const struct tt_lock_dependency *waiter, const struct tt_lock_dependency *holder)
{
	return waiter->wanted.mode == TT_MODE_SHARED && holder->held.mode == TT_MODE_SHARED;
}
