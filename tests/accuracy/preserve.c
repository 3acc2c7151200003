/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/preserve.h"

#include "tests/accuracy/repeat.h"

struct preserve {
	const struct program *program;
	const struct run *run;
	GPtrArray **before; /* of each step: struct step, those that it needs; NULL none */
	bool *in;           /* of each step */
	const guint *stops; /* of each thread; NULL: all may stop anywhere */
	unsigned parts, most_parts;
	struct deadlocks *found;
};

static const struct op *op_of(const struct preserve *all, guint i)
{
	const struct step *step = run_step(all->run, i);
	return machine_op(all->program, &step->before, step->move.thread);
}

static uint8_t phase_of(const struct step *step)
{
	return step->before.phase[step->move.thread];
}

/* Step `i` needs step `before`. */
static void need(struct preserve *all, guint i, guint before)
{
	if (!all->before[i])
		all->before[i] = g_ptr_array_new();
	g_ptr_array_add(all->before[i], GUINT_TO_POINTER(before));
}

static bool does(const struct preserve *all, guint i, enum op_kind kind, uint8_t object)
{
	const struct op *op = op_of(all, i);
	return run_step(all->run, i)->move.kind == MOVE_GO && op && op->kind == kind && op->object == object;
}

/* The wait with the number `n`, from 1 on, needs the post that is so many later than the first places. */
static void need_post(struct preserve *all, guint i, uint8_t sem)
{
	unsigned n = 0;

	if (sem_is_lock(all->program, sem))
		return;
	for (guint j = 0; j <= i; j++)
		n += does(all, j, OP_SEM_WAIT, sem);
	unsigned posts = n > all->program->sem_values[sem] ? n - all->program->sem_values[sem] : 0;
	for (guint j = 0; posts > 0; j++) {
		if (does(all, j, OP_SEM_POST, sem) && --posts == 0)
			need(all, i, j);
	}
}

/* Where the step's thread began its wait, which it now ends. */
static guint begin_of_wait(const struct preserve *all, guint i)
{
	const struct step *step = run_step(all->run, i);
	guint j = i;

	while (run_step(all->run, j)->move.thread != step->move.thread || phase_of(run_step(all->run, j)) != PHASE_AT)
		j--;
	return j;
}

static void need_notifies(struct preserve *all, guint i, uint8_t cond)
{
	if (phase_of(run_step(all->run, i)) != PHASE_WOKEN || all->program->conds[cond].in_order)
		return;
	for (guint j = begin_of_wait(all, i); j < i; j++) {
		if (does(all, j, OP_NOTIFY, cond) || does(all, j, OP_NOTIFY_ALL, cond))
			need(all, i, j);
	}
}

/* One that found it set needs every set since it was clear; one that was woken the first of its wait. */
static void need_sets(struct preserve *all, guint i, uint8_t event)
{
	if (phase_of(run_step(all->run, i)) == PHASE_AT) {
		for (guint j = i; j-- > 0 && !does(all, j, OP_EVENT_CLEAR, event);) {
			if (does(all, j, OP_EVENT_SET, event))
				need(all, i, j);
		}
		return;
	}
	guint j = begin_of_wait(all, i);
	while (!does(all, j, OP_EVENT_SET, event))
		j++;
	need(all, i, j);
}

/* Whether the step takes the lock. */
static bool takes(const struct preserve *all, guint i, uint8_t lock)
{
	const struct op *op = op_of(all, i);
	bool back = op && op->kind == OP_COND_WAIT && all->program->conds[op->object].lock == lock &&
	            phase_of(run_step(all->run, i)) >= PHASE_BACK && run_step(all->run, i)->move.kind == MOVE_GO;

	return back || does(all, i, OP_LOCK, lock);
}

/* What did not get a lock did not since the latest had it. */
static void need_holder(struct preserve *all, guint i, uint8_t lock)
{
	guint j = i;

	while (j > 0 && !takes(all, j, lock))
		j--;
	if (takes(all, j, lock))
		need(all, i, j);
}

static void find_needs(struct preserve *all)
{
	for (guint i = 0; i < all->run->steps->len; i++) {
		const struct op *op = op_of(all, i);
		if (op && op->kind == OP_LOCK && run_step(all->run, i)->move.kind == MOVE_GIVE_UP)
			need_holder(all, i, op->object);
		if (!op || run_step(all->run, i)->move.kind != MOVE_GO)
			continue;
		if (op->kind == OP_SEM_WAIT)
			need_post(all, i, op->object);
		else if (op->kind == OP_COND_WAIT)
			need_notifies(all, i, op->object);
		else if (op->kind == OP_EVENT_WAIT)
			need_sets(all, i, op->object);
	}
}

static bool has_needs(const struct preserve *all, guint i)
{
	for (guint j = 0; all->before[i] && j < all->before[i]->len; j++) {
		if (!all->in[GPOINTER_TO_UINT(all->before[i]->pdata[j])])
			return false;
	}
	return true;
}

/* Writers that ask keep readers out from then on. */
static void end_part(struct preserve *all, struct state state)
{
	struct move moves[MOST_MOVES];

	for (unsigned t = 0; t < all->program->n_threads; t++) {
		unsigned n = machine_thread_moves(all->program, &state, t, moves);
		if (n > 0 && moves[n - 1].kind == MOVE_BEGIN_WAIT && machine_keeps_readers_out(all->program, &state, t))
			machine_apply(all->program, &state, moves[n - 1]);
	}
	all->parts++;
	deadlocks_of_state(all->program, &state, ~0u, all->found);
}

/* Whether the thread may go on with step `i`; whether it may stop before it. */
static bool may_go_on(const struct preserve *all, unsigned thread, guint i)
{
	if (!all->stops || all->stops[thread] == ANYWHERE)
		return true;
	/* To begin to wait is not to get past it: a writer that waits keeps readers out. */
	return i < all->stops[thread] ||
	       (i == all->stops[thread] && run_step(all->run, i)->move.kind == MOVE_BEGIN_WAIT);
}

static bool may_stop(const struct preserve *all, unsigned thread, guint i)
{
	return !all->stops || all->stops[thread] == ANYWHERE || i >= all->stops[thread];
}

/* All parts that agree with what was chosen up to step `i`: `stopped` has a bit for each thread that goes no further.
 */
static void try_parts(struct preserve *all, guint i, const struct state *state, unsigned stopped)
{
	while (i < all->run->steps->len && stopped & 1u << run_step(all->run, i)->move.thread)
		i++;
	if (all->parts > all->most_parts)
		return;
	if (i == all->run->steps->len) {
		end_part(all, *state);
		return;
	}
	unsigned thread = run_step(all->run, i)->move.thread;
	struct state after = *state;
	if (may_go_on(all, thread, i) && has_needs(all, i) &&
	    repeat_move(all->program, &after, run_step(all->run, i)->move, !all->stops)) {
		all->in[i] = true;
		try_parts(all, i + 1, &after, stopped);
		all->in[i] = false;
	}
	if (may_stop(all, thread, i))
		try_parts(all, i + 1, state, stopped | 1u << thread);
}

static bool try_all(struct preserve *all, bool strict)
{
	guint n = all->run->steps->len;
	struct state start = machine_start(all->program);

	all->before = g_new0(GPtrArray *, n + 1);
	all->in = g_new0(bool, n + 1);
	if (strict)
		find_needs(all);
	try_parts(all, 0, &start, 0);
	for (guint i = 0; i < n; i++) {
		if (all->before[i])
			g_ptr_array_free(all->before[i], TRUE);
	}
	g_free(all->before);
	g_free(all->in);
	return all->parts <= all->most_parts;
}

bool preserve(const struct program *program, const struct run *run, unsigned most_parts, struct deadlocks *found)
{
	struct preserve all = {.program = program, .run = run, .most_parts = most_parts, .found = found};
	return try_all(&all, true);
}

bool preserve_stops(const struct program *program, const struct run *run, const guint stops[MOST_THREADS],
                    deadlock which)
{
	struct deadlocks found = deadlocks_new();
	struct preserve all = {
	    .program = program, .run = run, .most_parts = G_MAXUINT - 1, .stops = stops, .found = &found};

	try_all(&all, false);
	bool has = deadlocks_has_part(&found, which);
	deadlocks_free(&found);
	return has;
}
