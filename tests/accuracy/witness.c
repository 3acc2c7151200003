/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/witness.h"

#include "tests/accuracy/events.h"
#include "tests/accuracy/preserve.h"

/* The step of the run that a step of the witness is; ANYWHERE if it is none. */
static guint step_of(const struct run *run, const struct tt_witness_step *step)
{
	guint at = events_step_at(step->time_ns);
	unsigned thread = (unsigned)(step->thread->id - ID_THREAD);

	return at < run->steps->len && run_step(run, at)->move.thread == thread ? at : ANYWHERE;
}

/* Where the threads stop; what is wrong with the steps, NULL for nothing. */
static char *find_stops(const struct run *run, const struct tt_finding *finding, guint stops[MOST_THREADS])
{
	gint64 last = -1;

	for (guint i = 0; i < finding->witness->len; i++) {
		const struct tt_witness_step *step = &g_array_index(finding->witness, struct tt_witness_step, i);
		guint at = step_of(run, step);
		if (at == ANYWHERE)
			return g_strdup_printf("step %u of the witness is none of the run", i + 1);
		if (step->blocks)
			stops[step->thread->id - ID_THREAD] = at;
		else if ((gint64)at < last)
			return g_strdup_printf("step %u of the witness comes too late", i + 1);
		else
			last = at;
	}
	return NULL;
}

/* Whether all that is shown comes before the requests. */
static bool is_done(const struct run *run, const struct tt_finding *finding, const guint stops[MOST_THREADS])
{
	for (guint i = 0; i < finding->witness->len; i++) {
		const struct tt_witness_step *step = &g_array_index(finding->witness, struct tt_witness_step, i);
		if (!step->blocks && step_of(run, step) >= stops[step->thread->id - ID_THREAD])
			return false;
	}
	return true;
}

char *witness_fault(const struct program *program, const struct run *run, const struct tt_finding *finding,
                    deadlock which)
{
	guint stops[MOST_THREADS] = {ANYWHERE, ANYWHERE, ANYWHERE, ANYWHERE, ANYWHERE};
	char *fault = find_stops(run, finding, stops);

	if (fault)
		return fault;
	for (unsigned t = 0; t < MOST_THREADS; t++) {
		if (deadlock_site(which, t) && stops[t] == ANYWHERE)
			return g_strdup_printf("T%u does not block in the witness", t);
	}
	if (!is_done(run, finding, stops))
		return g_strdup("a step of the witness comes after what blocks its thread");
	if (!preserve_stops(program, run, stops, which))
		return g_strdup("the witness does not lead into the deadlock");
	return NULL;
}
