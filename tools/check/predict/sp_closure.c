/* SPDX-License-Identifier: MIT */
#include "tools/check/predict/sp_closure.h"

#include <string.h>

/* The critical sections of an object that have begun. Positions are one more than those of the history; 0 is none. */
struct section {
	GArray *open;               /* uint32_t: acquires whose release is not done */
	uint32_t latest, exclusive; /* the latest acquire; likewise, in exclusive mode */
};

struct tt_sp_closure *tt_sp_closure_new(const struct tt_hb_edges *links, uint64_t steps)
{
	const struct tt_process *process = links->history->process;
	struct tt_sp_closure *closure = g_new0(struct tt_sp_closure, 1);

	closure->links = links;
	closure->done = g_new0(uint32_t, MAX(process->threads->len, 1));
	closure->want = g_new0(uint32_t, MAX(process->threads->len, 1));
	closure->cursor = g_new0(uint32_t, MAX(process->threads->len, 1));
	closure->last = g_new(uint32_t, MAX(process->threads->len, 1));
	for (guint i = 0; i < process->threads->len; i++)
		closure->last[i] = TT_NO_POSITION;
	closure->of = g_new0(struct section, MAX(process->objects->len, 1));
	closure->late = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	closure->touched = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	closure->steps = steps;
	return closure;
}

void tt_sp_closure_free(struct tt_sp_closure *closure)
{
	if (!closure)
		return;
	for (guint i = 0; i < closure->links->history->process->objects->len; i++) {
		if (closure->of[i].open)
			g_array_free(closure->of[i].open, TRUE);
	}
	g_array_free(closure->late, TRUE);
	g_array_free(closure->touched, TRUE);
	g_free(closure->of);
	g_free(closure->done);
	g_free(closure->want);
	g_free(closure->cursor);
	g_free(closure->last);
	g_free(closure);
}

static void forget(struct tt_sp_closure *closure)
{
	guint n = closure->links->history->process->threads->len;

	memset(closure->done, 0, n * sizeof closure->done[0]);
	memset(closure->want, 0, n * sizeof closure->want[0]);
	memcpy(closure->cursor, closure->links->first, n * sizeof closure->cursor[0]);
	g_array_set_size(closure->late, 0);
	closure->lost = false;
	for (guint i = 0; i < closure->touched->len; i++) {
		struct section *section = &closure->of[g_array_index(closure->touched, uint32_t, i)];
		g_array_set_size(section->open, 0);
		section->latest = section->exclusive = 0;
	}
	g_array_set_size(closure->touched, 0);
}

/* All of the thread before `end` has to be done. If that is beyond its last moment, there is no way. */
static void want(struct tt_sp_closure *closure, uint32_t thread, uint32_t end)
{
	if (closure->want[thread] >= end)
		return;
	closure->lost |= end > closure->last[thread];
	if (closure->want[thread] == closure->done[thread])
		g_array_append_val(closure->late, thread);
	closure->want[thread] = end;
}

/* The section must be over. One that never ended in this history cannot be. */
static void want_over(struct tt_sp_closure *closure, uint32_t acquire)
{
	const struct tt_history *history = closure->links->history;
	uint32_t release = closure->links->match[acquire];

	if (release == TT_NO_POSITION)
		closure->lost = true;
	else
		want(closure, tt_history_at(history, release)->thread, release + 1);
}

static bool is_shared(const struct tt_sp_closure *closure, uint32_t acquire)
{
	return tt_history_at(closure->links->history, acquire)->mode == TT_MODE_SHARED;
}

static void order_sections(struct tt_sp_closure *closure, const struct section *section)
{
	for (guint i = 0; i < section->open->len; i++) {
		uint32_t acquire = g_array_index(section->open, uint32_t, i);
		uint32_t later = is_shared(closure, acquire) ? section->exclusive : section->latest;
		if (later > acquire + 1)
			want_over(closure, acquire);
	}
}

/* Whether the place is given back later in this run than another, or never. */
static bool keeps_longer(const struct tt_sp_closure *closure, uint32_t acquire, uint32_t other)
{
	const uint32_t *match = closure->links->match;
	return match[acquire] > match[other] || (match[acquire] == match[other] && acquire > other);
}

/*
 * More have a place than there are: those who gave theirs back first in this run do so. Then it was enough, also where
 * some never gave theirs back. The latest acquire needed a place, though that may be given back by now.
 */
static void order_places(struct tt_sp_closure *closure, const struct section *section, uint64_t places)
{
	bool is_latest_over = true;

	for (guint i = 0; i < section->open->len; i++)
		is_latest_over &= g_array_index(section->open, uint32_t, i) + 1 != section->latest;
	for (guint i = 0; i < section->open->len; i++) {
		uint32_t acquire = g_array_index(section->open, uint32_t, i);
		guint longer = is_latest_over;
		for (guint j = 0; j < section->open->len; j++)
			longer += keeps_longer(closure, g_array_index(section->open, uint32_t, j), acquire);
		if (longer >= places)
			want_over(closure, acquire);
	}
}

static void begin_section(struct tt_sp_closure *closure, uint32_t object, uint32_t position)
{
	struct section *section = &closure->of[object];

	if (!section->open)
		section->open = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	if (!section->latest)
		g_array_append_val(closure->touched, object);
	g_array_append_val(section->open, position);
	section->latest = MAX(section->latest, position + 1);
	if (!is_shared(closure, position))
		section->exclusive = MAX(section->exclusive, position + 1);
	if (closure->links->uses[object] == TT_SYNC_PERMITS)
		order_places(closure, section, closure->links->places[object]);
	else
		order_sections(closure, section);
}

static void end_section(struct tt_sp_closure *closure, uint32_t object, uint32_t position)
{
	GArray *open = closure->of[object].open;

	for (guint i = open ? open->len : 0; i-- > 0;) {
		if (closure->links->match[g_array_index(open, uint32_t, i)] == position)
			g_array_remove_index_fast(open, i);
	}
}

static void do_action(struct tt_sp_closure *closure, uint32_t position)
{
	const struct tt_hb_edges *links = closure->links;
	const struct tt_action *action = tt_history_at(links->history, position);

	for (uint32_t at = links->cause[position] == TT_NO_POSITION
	                       ? TT_NO_POSITION
	                       : tt_hb_predecessors_next(links, position, TT_NO_POSITION);
	     at != TT_NO_POSITION; at = tt_hb_predecessors_next(links, position, at))
		want(closure, tt_history_at(links->history, at)->thread, at + 1);
	if (tt_action_acquires(action) && links->uses[action->object] != TT_SYNC_SIGNALS)
		begin_section(closure, action->object, position);
	else if (tt_action_releases(action))
		end_section(closure, action->object, position);
}

/* What the thread still has to do; what it asks of itself meanwhile as well. */
static void catch_up(struct tt_sp_closure *closure, uint32_t thread)
{
	uint32_t at = closure->cursor[thread];

	while (at < closure->want[thread] && !closure->lost) {
		if (closure->steps == 0) {
			closure->lost = true;
			break;
		}
		closure->steps--;
		do_action(closure, at);
		at = closure->links->next[at];
	}
	closure->cursor[thread] = at;
	closure->done[thread] = closure->want[thread];
}

/* Until nothing changes. False: there is no way. */
static bool settle(struct tt_sp_closure *closure)
{
	while (closure->late->len > 0 && !closure->lost) {
		uint32_t thread = g_array_index(closure->late, uint32_t, closure->late->len - 1);
		g_array_set_size(closure->late, closure->late->len - 1);
		catch_up(closure, thread);
	}
	return !closure->lost;
}

/* The first of its moments that is not over. */
static bool choose(struct tt_sp_closure *closure, struct tt_participant *member)
{
	while (member->at < member->positions->len) {
		uint32_t position = g_array_index(member->positions, uint32_t, member->at);
		if (position >= closure->done[member->thread]) {
			want(closure, member->thread, position);
			return true;
		}
		member->at++;
	}
	return false;
}

static bool is_over(const struct tt_sp_closure *closure, const struct tt_participant *member)
{
	return closure->done[member->thread] > g_array_index(member->positions, uint32_t, member->at);
}

static void begin(struct tt_sp_closure *closure, const struct tt_participant *members, guint n)
{
	for (guint i = 0; i < n; i++) {
		const GArray *positions = members[i].positions;
		closure->last[members[i].thread] =
		    positions->len ? g_array_index(positions, uint32_t, positions->len - 1) : 0;
	}
}

static void end(struct tt_sp_closure *closure, const struct tt_participant *members, guint n)
{
	for (guint i = 0; i < n; i++)
		closure->last[members[i].thread] = TT_NO_POSITION;
}

static bool search(struct tt_sp_closure *closure, struct tt_participant *members, guint n)
{
	bool again = true;

	while (again) {
		for (guint i = 0; i < n; i++) {
			if (!choose(closure, &members[i]))
				return false;
		}
		if (!settle(closure))
			return false;
		again = false;
		for (guint i = 0; i < n; i++)
			again |= is_over(closure, &members[i]);
	}
	return true;
}

bool tt_sp_closure_find(struct tt_sp_closure *closure, struct tt_participant *members, guint n)
{
	forget(closure);
	for (guint i = 0; i < n; i++)
		members[i].at = 0;
	return tt_sp_closure_advance(closure, members, n);
}

/* The next that the thread has to do with the object, before the end; TT_NO_POSITION: nothing. */
static uint32_t next_with(struct tt_sp_closure *closure, uint32_t thread, uint32_t object, uint32_t end)
{
	const struct tt_hb_edges *links = closure->links;
	uint32_t at = closure->cursor[thread];

	while (at < end && tt_history_at(links->history, at)->object != object) {
		at = links->next[at];
		closure->steps -= closure->steps > 0;
	}
	return at < end ? at : TT_NO_POSITION;
}

bool tt_sp_closure_extend_by_object(struct tt_sp_closure *closure, const struct tt_participant *members, guint n,
                                    uint32_t position)
{
	uint32_t object = tt_history_at(closure->links->history, position)->object;
	bool any = false;

	begin(closure, members, n);
	for (uint32_t i = 0; i < closure->links->history->process->threads->len; i++) {
		uint32_t at = next_with(closure, i, object, position);
		if (at == TT_NO_POSITION || at >= closure->last[i])
			continue;
		want(closure, i, at + 1);
		any = true;
	}
	end(closure, members, n);
	return any;
}

bool tt_sp_closure_advance(struct tt_sp_closure *closure, struct tt_participant *members, guint n)
{
	begin(closure, members, n);
	bool found = search(closure, members, n);
	end(closure, members, n);
	return found;
}
