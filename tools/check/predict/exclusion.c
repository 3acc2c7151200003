/* SPDX-License-Identifier: MIT */
#include "tools/check/predict/exclusion.h"

#include "tools/finding/finding.h"

static struct tt_point moment(const struct tt_lock_request *request, guint i)
{
	return (struct tt_point){request->thread->number, g_array_index(request->positions, uint32_t, i)};
}

/*
 * Whether of each two moments one is over before the other. A moment that is over before one of another thread is over
 * before all later ones of that, so each has to be looked at once. What is not in the history can be at any time.
 */
static bool ordered(const struct tt_vector_clocks *clocks, const struct tt_lock_request *a,
                    const struct tt_lock_request *b)
{
	guint i = 0, j = 0;

	if (a->positions->len == 0 || b->positions->len == 0)
		return false;
	while (i < a->positions->len && j < b->positions->len) {
		if (tt_vc_before(clocks, moment(a, i), moment(b, j), NULL))
			i++;
		else if (tt_vc_before(clocks, moment(b, j), moment(a, i), NULL))
			j++;
		else
			return false;
	}
	return true;
}

static bool locked_out(const struct tt_inherited_locks *guards, const struct tt_lock_request *a,
                       const struct tt_lock_request *b)
{
	return tt_locksets_exclude(a->all, b->all) ||
	       tt_inherited_locks_exclude(guards, a->thread, b->thread, b->all) ||
	       tt_inherited_locks_exclude(guards, b->thread, a->thread, a->all);
}

/* A join is where a thread that is cancelled ends, so it does not wait there for good. */
static bool is_cancelled(const struct tt_lock_dependency *dependency)
{
	return dependency->wanted.object->family == TT_FAMILY_THREAD && dependency->thread->end == TT_END_CANCELLED &&
	       dependency->thread->state == TT_THREAD_EXITED;
}

bool tt_excluded(const struct tt_vector_clocks *clocks, const struct tt_inherited_locks *guards,
                 const struct tt_lock_dependency *a, const struct tt_lock_dependency *b)
{
	if (a->hidden || b->hidden || is_cancelled(a) || is_cancelled(b))
		return true;
	for (guint i = 0; i < a->requests->len; i++) {
		for (guint j = 0; j < b->requests->len; j++) {
			const struct tt_lock_request *x = a->requests->pdata[i], *y = b->requests->pdata[j];
			if (!locked_out(guards, x, y) && !ordered(clocks, x, y))
				return false;
		}
	}
	return true;
}

/* Why. */

static char *why_hidden(const struct tt_lock_dependency *dependency)
{
	g_autofree char *name = tt_object_phrase(dependency->held.object);

	return g_strdup_printf("%s has made %s and has done nothing since by which another thread could know of it",
	                       dependency->thread->name, name);
}

static char *why_cancelled(const struct tt_lock_dependency *dependency)
{
	g_autofree char *name = tt_object_phrase(dependency->wanted.object);

	return g_strdup_printf("%s was cancelled, so it does not wait for %s for good", dependency->thread->name, name);
}

static char *why_gate(const struct tt_lock_request *a, const struct tt_lock_request *b)
{
	const struct tt_object *gate = tt_locksets_exclude(a->all, b->all);

	if (!gate)
		return NULL;
	g_autofree char *name = tt_object_phrase(gate);
	return g_strdup_printf("%s and %s both hold %s there, so only one of them can be there at a time",
	                       a->thread->name, b->thread->name, name);
}

static char *why_guard(const struct tt_inherited_locks *guards, const struct tt_lock_request *a,
                       const struct tt_lock_request *b)
{
	const struct tt_inherited_lock *guard = tt_inherited_locks_exclude(guards, a->thread, b->thread, b->all);

	if (!guard)
		return NULL;
	g_autofree char *name = tt_object_phrase(guard->lock);
	return g_strdup_printf("%s holds %s there, which %s holds for as long as %s lives, so only one of them can be "
	                       "there at a time",
	                       b->thread->name, name, guard->owner->name, a->thread->name);
}

/* What the action makes come before what follows it. */
static char *order_text(const struct tt_hb_edges *links, uint32_t position)
{
	const struct tt_action *action = tt_history_at(links->history, position);
	const struct tt_object *object = tt_history_object(links->history, action->object);

	if (object->family == TT_FAMILY_THREAD)
		return g_strdup("starting and joining threads");
	return tt_object_phrase(object);
}

static char *why_before(const struct tt_vector_clocks *clocks, const struct tt_lock_request *a,
                        const struct tt_lock_request *b)
{
	uint32_t through;

	if (a->positions->len == 0 || b->positions->len == 0 ||
	    !tt_vc_before(clocks, moment(a, 0), moment(b, 0), &through))
		return NULL;
	g_autofree char *text = order_text(clocks->links, through);
	return g_strdup_printf("%s puts what %s does here before what %s does", text, a->thread->name, b->thread->name);
}

char *tt_exclusion_reason(const struct tt_vector_clocks *clocks, const struct tt_inherited_locks *guards,
                          const struct tt_lock_dependency *a, const struct tt_lock_dependency *b)
{
	const struct tt_lock_request *x = a->requests->pdata[0], *y = b->requests->pdata[0];
	char *why = NULL;

	if (!tt_excluded(clocks, guards, a, b))
		return NULL;
	if (a->hidden || b->hidden)
		return why_hidden(a->hidden ? a : b);
	if (is_cancelled(a) || is_cancelled(b))
		return why_cancelled(is_cancelled(a) ? a : b);
	why = why_gate(x, y);
	why = why ? why : why_guard(guards, x, y);
	why = why ? why : why_guard(guards, y, x);
	why = why ? why : why_before(clocks, x, y);
	return why ? why : why_before(clocks, y, x);
}
