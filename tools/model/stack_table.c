/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tools/model/model_internal.h"

/* Call chains, each kept once: as many as there are ways to the program's locks, however many the events are. */

static size_t size_of(const struct tt_stack *stack)
{
	return offsetof(struct tt_stack, frames) + stack->n * sizeof stack->frames[0];
}

static guint hash_stack(gconstpointer data)
{
	const struct tt_stack *stack = data;
	uint64_t hash = stack->n;

	for (guint i = 0; i < stack->n; i++)
		hash = (hash ^ stack->frames[i]) * 0x9e3779b97f4a7c15;
	return (guint)(hash ^ hash >> 32);
}

static gboolean same_stack(gconstpointer a, gconstpointer b)
{
	const struct tt_stack *x = a, *y = b;
	return x->n == y->n && memcmp(x->frames, y->frames, x->n * sizeof x->frames[0]) == 0;
}

GHashTable *tt_model_stacks_new(void)
{
	return g_hash_table_new_full(hash_stack, same_stack, g_free, NULL);
}

const struct tt_stack *tt_model_stack(const struct tt_model_step *step)
{
	const struct tt_stack *stack = step->event->stack;

	if (!stack || stack->n == 0)
		return NULL;
	struct tt_stack *known = g_hash_table_lookup(step->model->stacks, stack);
	if (!known) {
		known = g_memdup2(stack, size_of(stack));
		g_hash_table_add(step->model->stacks, known);
	}
	return known;
}
