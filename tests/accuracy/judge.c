/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/judge.h"

#include <stdio.h>
#include <string.h>

#include "tests/accuracy/cycles.h"
#include "tests/accuracy/events.h"
#include "tests/accuracy/explore.h"
#include "tests/accuracy/preserve.h"
#include "tests/accuracy/witness.h"

enum { MOST_STATES = 300000, MOST_PARTS = 300000, TRIES = 12, PARTS_OF_RUN = 3 };

const char *const disagreement_names[N_DISAGREEMENTS] = {
    [AGREE] = "none",
    [FALSE_PREDICTION] = "TT010 that no schedule reaches",
    [MISSED_PREDICTION] = "deadlock that the run foretells, without a TT010",
    [MISSED_BEHIND_WRITER] = "deadlock behind a waiting writer, without a TT010",
    [BAD_WITNESS] = "TT010 with a witness that is no way there",
    [FALSE_COMMUNICATION] = "TT013 that no schedule reaches",
    [FALSE_ACTUAL] = "said to be blocked for good, wrongly",
    [MISSED_ACTUAL] = "blocked for good, and not said to be",
};

struct judging {
	const struct program *program;
	struct run run;
	struct deadlocks reachable, foretold;
	GHashTable *stuck; /* of explore_stuck; NULL: not asked for yet */
	struct outcome outcome;
	bool verbose;
};

static void disagree(struct judging *judging, enum disagreement what, char *text)
{
	if (judging->outcome.counts[what]++ == 0 && !judging->outcome.example)
		judging->outcome.example = g_strdup_printf("%s: %s", disagreement_names[what], text);
	g_free(text);
}

static void print_findings(const struct tt_check *check)
{
	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		printf("  %s %s: %s\n", finding->rule->id, tt_level_name(finding->level), finding->verdict);
		for (guint e = 0; e < finding->edges->len; e++) {
			const struct tt_edge *edge = tt_finding_edge(finding, e);
			printf("    %s has %s wants %s (caller %u)\n", edge->thread->name,
			       edge->held ? edge->held->name : "-", edge->wanted ? edge->wanted->name : "-",
			       (unsigned)edge->wanted_caller);
		}
	}
}

static struct tt_check *check_steps(const struct judging *judging, guint n)
{
	static const struct tt_check_options options = TT_CHECK_DEFAULTS;
	struct tt_check *check = tt_check_new(&options);

	events_feed(check, judging->program, &judging->run, n);
	tt_check_finish(check);
	return check;
}

/* Predictions. */

static bool is_prediction(const struct tt_finding *finding, const char *rule)
{
	return strcmp(finding->rule->id, rule) == 0 && finding->level == TT_LEVEL_PREDICTED;
}

/* The deadlock that a finding tells of. */
static deadlock deadlock_of(const struct tt_finding *finding)
{
	deadlock which = 0;

	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_edge *edge = tt_finding_edge(finding, i);
		unsigned thread = (unsigned)(edge->thread->id - ID_THREAD) % MOST_THREADS;
		if (!edge->wanted)
			continue;
		which |= (deadlock)(edge->wanted_caller % 1000 & 0xff) << 8 * thread;
		if (edge->wanted->family == TT_FAMILY_LOCK)
			which |= UINT64_C(1) << (40 + (edge->wanted->id - ID_LOCK));
	}
	return which;
}

static void judge_told(struct judging *judging, const struct tt_finding *finding)
{
	deadlock which = deadlock_of(finding);
	char *fault;

	judging->outcome.told++;
	if (!deadlocks_has_part(&judging->reachable, which)) {
		disagree(judging, FALSE_PREDICTION, deadlock_text(judging->program, which));
		return;
	}
	judging->outcome.beyond += judging->run.through && !deadlocks_has_part(&judging->foretold, which);
	fault = witness_fault(judging->program, &judging->run, finding, which);
	if (fault)
		disagree(judging, BAD_WITNESS, fault);
}

/*
 * Deadlocks over more than locks, semaphores among them: the threads must be blocked for good at these calls, with
 * others or without.
 */
static void judge_communication(struct judging *judging, const struct tt_finding *finding, enum disagreement what)
{
	deadlock which = deadlock_of(finding);
	GHashTableIter iter;
	void *key;

	if (!judging->stuck)
		judging->stuck = explore_stuck(judging->program, MOST_STATES);
	g_hash_table_iter_init(&iter, judging->stuck);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		if (deadlock_is_part(which, *(deadlock *)key))
			return;
	}
	disagree(judging, what, deadlock_text(judging->program, which));
}

static bool is_over_locks(const struct tt_finding *finding)
{
	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_object *wanted = tt_finding_edge(finding, i)->wanted;
		if (wanted && wanted->family != TT_FAMILY_LOCK)
			return false;
	}
	return true;
}

static void judge_predictions(struct judging *judging, const struct tt_check *check)
{
	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		bool over_locks = is_over_locks(finding);
		if (is_prediction(finding, "TT010") && over_locks) {
			judge_told(judging, finding);
		} else if (is_prediction(finding, "TT010")) {
			judging->outcome.over_places++;
			judge_communication(judging, finding, FALSE_PREDICTION);
		} else if (is_prediction(finding, "TT013")) {
			judging->outcome.communication++;
			judge_communication(judging, finding, FALSE_COMMUNICATION);
		}
	}
}

/* Deadlocks over the same locks are told once. */
static bool is_told(const struct tt_check *check, deadlock which, bool exactly)
{
	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		if (!is_prediction(finding, "TT010") || !is_over_locks(finding))
			continue;
		deadlock told = deadlock_of(finding);
		if (exactly ? deadlock_is_part(told, which) : deadlock_locks(told) == deadlock_locks(which))
			return true;
	}
	return false;
}

/* Those of a set that are told: exactly, or of the same locks. The others are missed. */
static unsigned judge_set(struct judging *judging, const struct tt_check *check, GHashTable *set,
                          enum disagreement missed)
{
	GHashTableIter iter;
	unsigned n = 0;
	void *key;

	g_hash_table_iter_init(&iter, set);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		deadlock which = *(deadlock *)key;
		bool told = is_told(check, which, true) || is_told(check, which, false);
		n += told;
		if (!deadlocks_has_part(&judging->reachable, which))
			g_error("the oracle is at odds with itself: it foretells what it cannot reach");
		if (!told)
			disagree(judging, missed, deadlock_text(judging->program, which));
	}
	return n;
}

static void judge_foretold(struct judging *judging, const struct tt_check *check)
{
	const struct deadlocks *all = &judging->foretold;
	struct outcome *outcome = &judging->outcome;
	GHashTableIter iter;
	void *key;

	outcome->foretold = g_hash_table_size(all->plain);
	outcome->behind_writers = g_hash_table_size(all->writer);
	outcome->reading_again = g_hash_table_size(all->again);
	judge_set(judging, check, all->plain, MISSED_PREDICTION);
	outcome->told_behind_writers = judge_set(judging, check, all->writer, MISSED_BEHIND_WRITER);
	outcome->told_reading_again = judge_set(judging, check, all->again, MISSED_BEHIND_WRITER);
	g_hash_table_iter_init(&iter, all->plain);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		outcome->exact += is_told(check, *(deadlock *)key, true);
}

/* Who is blocked now. */

/* The threads that a finding says are blocked, as bits. */
static unsigned blocked_in(const GArray *edges)
{
	unsigned threads = 0;

	for (guint i = 0; i < edges->len; i++) {
		const struct tt_edge *edge = &g_array_index(edges, struct tt_edge, i);
		if (edge->wanted)
			threads |= 1u << (edge->thread->id - ID_THREAD);
	}
	return threads;
}

/* Those that TT001 to TT003 say are blocked for good, and whether in a circle. */
struct said {
	unsigned blocked, in_circle;
};

static struct said said_of(const struct tt_check *check, enum tt_level least)
{
	struct said said = {0};

	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		if (finding->level < least || finding->rule->id[3] != '0')
			continue;
		said.blocked |= blocked_in(finding->edges) | blocked_in(finding->blocked);
		if (finding->cycle)
			said.in_circle |= blocked_in(finding->edges);
	}
	return said;
}

static char *threads_text(const char *what, unsigned threads)
{
	GString *text = g_string_new(what);

	for (unsigned t = 0; t < MOST_THREADS; t++) {
		g_autofree char *name = thread_text(t);
		if (threads & 1u << t)
			g_string_append_printf(text, " %s", name);
	}
	return g_string_free(text, FALSE);
}

/* The end of the run: who has not ended is blocked for good, each in one finding; and a circle is told as one. */
static void judge_end(struct judging *judging, const struct tt_check *check)
{
	struct said said = said_of(check, TT_LEVEL_ACTUAL);
	unsigned blocked = judging->run.end.created & ~(unsigned)judging->run.end.ended;
	unsigned circles = circles_of_state(judging->program, &judging->run.end, ~0u);

	if (said.blocked & ~blocked)
		disagree(judging, FALSE_ACTUAL, threads_text("at the end", said.blocked & ~blocked));
	if (blocked & ~said.blocked)
		disagree(judging, MISSED_ACTUAL, threads_text("at the end", blocked & ~said.blocked));
	if (said.in_circle & ~circles)
		disagree(judging, FALSE_ACTUAL, threads_text("in a circle", said.in_circle & ~circles));
	if (circles && !said.in_circle)
		disagree(judging, MISSED_ACTUAL, threads_text("in a circle", circles));
}

/* Those that have said that they wait: the others may not have come to it yet. */
static unsigned waiting(const struct program *program, const struct state *state)
{
	unsigned threads = 0;

	for (unsigned t = 0; t < program->n_threads; t++) {
		if (state->phase[t] == PHASE_WAITING || state->phase[t] == PHASE_BACK_WAITING)
			threads |= 1u << t;
	}
	return threads;
}

/* Whoever is said to be blocked must be so in every schedule from there; and a circle that has closed is told. */
static void judge_state(struct judging *judging, const struct state *state, const struct tt_check *check)
{
	struct said said = said_of(check, TT_LEVEL_ACTUAL);
	/* That another thread may release a Lock makes its circles potential. */
	struct said maybe = said_of(check, TT_LEVEL_POTENTIAL);
	unsigned circles = circles_of_state(judging->program, state, waiting(judging->program, state));
	struct reach reach = {0};

	if (said.blocked)
		reach = explore(judging->program, state, MOST_STATES, NULL);
	if (said.blocked & reach.moved)
		disagree(judging, FALSE_ACTUAL, threads_text("before the end", said.blocked & reach.moved));
	if (circles && !maybe.in_circle)
		disagree(judging, MISSED_ACTUAL, threads_text("before the end, in a circle", circles));
}

/*
 * Whether a thread of pthreads is made and has not started at that step. A thread of the library may never be started,
 * and the trace does not tell the one from the other: so the check holds both for threads that cannot act.
 */
static bool is_one_unstarted(const struct judging *judging, guint n)
{
	unsigned created = 1, started = 1;

	for (guint i = 0; i < n; i++) {
		const struct step *step = run_step(&judging->run, i);
		const struct op *op = machine_op(judging->program, &step->before, step->move.thread);
		started |= 1u << step->move.thread;
		if (op && op->kind == OP_CREATE)
			created |= 1u << op->object;
	}
	return judging->program->plain_threads && created != started;
}

/* The run up to some step, as a check while the program runs sees it. */
static void judge_part(struct judging *judging, guint n)
{
	struct tt_check *check = check_steps(judging, n);
	const unsigned *counts = judging->outcome.counts;
	unsigned before = counts[FALSE_ACTUAL] + counts[MISSED_ACTUAL];

	if (is_one_unstarted(judging, n))
		judging->outcome.unstarted++;
	else
		judge_state(judging,
		            n < judging->run.steps->len ? &run_step(&judging->run, n)->before : &judging->run.end,
		            check);
	judging->outcome.parts++;
	if (judging->verbose && counts[FALSE_ACTUAL] + counts[MISSED_ACTUAL] > before) {
		printf("  After %u steps:\n", n);
		print_findings(check);
	}
	tt_check_free(check);
}

static void judge_whole(struct judging *judging)
{
	struct tt_check *check = check_steps(judging, judging->run.steps->len);

	if (judging->verbose) {
		run_print(judging->program, &judging->run);
		print_findings(check);
	}
	judge_predictions(judging, check);
	/* What has happened is told as that, so only a run that got through must foretell all. */
	if (judging->run.through)
		judge_foretold(judging, check);
	judge_end(judging, check);
	tt_check_free(check);
}

struct outcome judge(const struct program *program, uint64_t seed, bool verbose)
{
	struct random random = {seed};
	struct judging judging = {.program = program, .verbose = verbose};
	struct state start = machine_start(program);

	judging.run = run_through(program, &random, random_percent(&random, 90) ? TRIES : 0);
	judging.reachable = deadlocks_new();
	judging.foretold = deadlocks_new();
	struct reach reach = explore(program, &start, MOST_STATES, &judging.reachable);
	judging.outcome.complete =
	    reach.complete && (!judging.run.through || preserve(program, &judging.run, MOST_PARTS, &judging.foretold));
	judging.outcome.through = judging.run.through;
	judging.outcome.states = reach.states;
	judging.outcome.reachable = g_hash_table_size(judging.reachable.again) +
	                            g_hash_table_size(judging.reachable.plain) +
	                            g_hash_table_size(judging.reachable.writer);
	if (judging.outcome.complete) {
		judge_whole(&judging);
		for (unsigned i = 0; i < PARTS_OF_RUN; i++)
			judge_part(&judging, random_below(&random, judging.run.steps->len + 1));
	}
	deadlocks_free(&judging.reachable);
	deadlocks_free(&judging.foretold);
	if (judging.stuck)
		g_hash_table_destroy(judging.stuck);
	run_free(&judging.run);
	return judging.outcome;
}
