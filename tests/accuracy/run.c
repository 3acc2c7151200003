/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/run.h"

#include <stdio.h>

/*
 * A thread often goes on for a while, as on a real machine, and seldom gives up what it could still get. How often
 * differs from run to run.
 */
struct habits {
	unsigned stay; /* percent */
	unsigned last; /* the thread of the last move */
};

static bool fits(const struct move *move, const struct habits *habits, bool stay, bool patient)
{
	return (!stay || move->thread == habits->last) && (!patient || move->kind != MOVE_GIVE_UP);
}

static struct move choose(const struct move *moves, unsigned n, const struct habits *habits, struct random *random)
{
	bool stay = random_percent(random, habits->stay), patient = random_percent(random, 70);
	struct move fitting[MOST_MOVES];
	unsigned m = 0;

	for (unsigned i = 0; i < n; i++) {
		if (fits(&moves[i], habits, stay, patient))
			fitting[m++] = moves[i];
	}
	return m > 0 ? fitting[random_below(random, m)] : moves[random_below(random, n)];
}

struct run run_by_chance(const struct program *program, struct random *random)
{
	struct run run = {.steps = g_array_new(FALSE, FALSE, sizeof(struct step)), .end = machine_start(program)};
	struct habits habits = {.stay = random_below(random, 95)};
	struct move moves[MOST_MOVES];
	unsigned n;

	while ((n = machine_moves(program, &run.end, true, moves)) > 0) {
		struct step step = {run.end, choose(moves, n, &habits, random)};
		g_array_append_val(run.steps, step);
		machine_apply(program, &run.end, step.move);
		habits.last = step.move.thread;
	}
	run.through = run.end.ended == (1u << program->n_threads) - 1;
	return run;
}

struct run run_through(const struct program *program, struct random *random, unsigned tries)
{
	struct run run = run_by_chance(program, random);

	while (!run.through && tries-- > 0) {
		run_free(&run);
		run = run_by_chance(program, random);
	}
	return run;
}

void run_free(struct run *run)
{
	g_array_free(run->steps, TRUE);
}

void run_print(const struct program *program, const struct run *run)
{
	static const char *const how[] = {
	    [MOVE_BEGIN_WAIT] = " begins to wait",
	    [MOVE_GO] = "",
	    [MOVE_GIVE_UP] = " gives up",
	    [MOVE_END] = "",
	};

	for (guint i = 0; i < run->steps->len; i++) {
		const struct step *step = run_step(run, i);
		const struct op *op = machine_op(program, &step->before, step->move.thread);
		g_autofree char *who = thread_text(step->move.thread);
		g_autofree char *what = op ? op_text(program, op) : g_strdup("ends");
		bool part = op && op->kind == OP_COND_WAIT && step->before.phase[step->move.thread] >= PHASE_WOKEN;
		printf("  %3u %s: %s%s%s\n", i, who, what, part ? " goes on" : "", how[step->move.kind]);
	}
	printf("  and then %s\n", run->through ? "all have ended" : "nobody can move");
}
