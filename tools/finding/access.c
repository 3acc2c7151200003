/* SPDX-License-Identifier: MIT */
#include "tools/finding/access.h"

struct tt_access tt_edge_acquire(const struct tt_edge *edge)
{
	bool lives = edge->held && edge->held->family == TT_FAMILY_THREAD; /* that is all it has */

	return (struct tt_access){
	    .thread = edge->thread,
	    .object = lives ? NULL : edge->held,
	    .mode = edge->held_mode,
	    .caller = edge->held_caller,
	    .stack = edge->held_stack,
	    .time_ns = edge->held_ns,
	};
}

struct tt_access tt_edge_request(const struct tt_edge *edge)
{
	return (struct tt_access){
	    .thread = edge->thread,
	    .object = edge->wanted,
	    .mode = edge->wanted_mode,
	    .caller = edge->wanted_caller,
	    .stack = edge->wanted_stack,
	    .time_ns = edge->wanted_ns,
	};
}

struct tt_access tt_step_access(const struct tt_witness_step *step)
{
	return (struct tt_access){
	    .thread = step->thread,
	    .object = step->object,
	    .mode = step->mode,
	    .caller = step->caller,
	    .stack = step->stack,
	    .time_ns = step->time_ns,
	};
}

const struct tt_site *tt_access_site(const struct tt_check *check, const struct tt_access *place)
{
	tt_symbols_at(check->symbols, place->time_ns);
	return tt_symbols_site(check->symbols, place->thread->process->pid, place->caller, place->stack);
}

GPtrArray *tt_access_frames(const struct tt_check *check, const struct tt_access *place)
{
	tt_symbols_at(check->symbols, place->time_ns);
	return tt_symbols_frames(check->symbols, place->thread->process->pid, place->caller, place->stack);
}

void tt_access_callers(const struct tt_check *check, const struct tt_access *place, const GPtrArray *frames,
                       guint *begin, guint *end)
{
	const struct tt_site *shown = tt_access_site(check, place);

	*begin = 0;
	*end = frames && place->stack ? frames->len : 0;
	while (*end > 0 && !((const struct tt_site *)frames->pdata[*end - 1])->own)
		--*end;
	while (*begin < *end && frames->pdata[*begin] != shown)
		++*begin;
	if (*begin < *end)
		++*begin;
}

struct tt_access tt_finding_access(const struct tt_finding *finding)
{
	struct tt_access place = {.object = NULL};

	for (guint i = 0; i < finding->edges->len && !place.caller; i++) {
		const struct tt_edge *edge = tt_finding_edge(finding, i);

		place = tt_edge_request(edge);
		if (!place.object || !place.caller)
			place = tt_edge_acquire(edge);
	}
	return place;
}
