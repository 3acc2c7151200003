/* SPDX-License-Identifier: MIT */
/*
 * How exact the check is: random small programs, each run once, against an oracle that knows every schedule.
 *
 *     accuracy [PROGRAMS [SEED]]          prints the figures; status 1 if the check is wrong anywhere
 *     accuracy --show SEED                one program of that seed: its run and what is found
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/accuracy/generate.h"
#include "tests/accuracy/judge.h"
#include "tests/accuracy/shrink.h"

enum { EXAMPLES = 3 }; /* of each disagreement, shown in full */

struct total {
	unsigned programs, too_big, through, disagreeing;
	uint64_t states;
	unsigned reachable, foretold, told, exact, beyond, over_places, communication, behind_writers,
	    told_behind_writers, reading_again, told_reading_again, parts, unstarted;
	unsigned counts[N_DISAGREEMENTS];
	unsigned shown[N_DISAGREEMENTS];
};

/* The program of a seed; the seed of its run follows from it. */
static struct scenario scenario_of(uint64_t seed)
{
	struct random seeds = {seed}, random = {random_word(&seeds)};
	struct scenario scenario = {.program = generate(&random)};

	scenario.seed = random_word(&random);
	return scenario;
}

static void show(const struct scenario *scenario)
{
	program_print(&scenario->program);
	struct outcome outcome = judge(&scenario->program, scenario->seed, true);
	printf("  %s\n\n", outcome.example ? outcome.example : "check and oracle agree");
	g_free(outcome.example);
}

/* The smallest program with the disagreement. */
static void show_smallest(const struct scenario *scenario, uint64_t seed, enum disagreement what)
{
	struct scenario smallest = shrink(*scenario, what);

	printf("%s (program %" PRIu64 ", made smaller)\n", disagreement_names[what], seed);
	show(&smallest);
	fflush(stdout);
}

static void add(struct total *total, const struct outcome *outcome)
{
	total->programs++;
	total->through += outcome->through;
	total->states += outcome->states;
	total->reachable += outcome->reachable;
	total->foretold += outcome->foretold;
	total->told += outcome->told;
	total->exact += outcome->exact;
	total->over_places += outcome->over_places;
	total->communication += outcome->communication;
	total->beyond += outcome->beyond;
	total->behind_writers += outcome->behind_writers;
	total->told_behind_writers += outcome->told_behind_writers;
	total->reading_again += outcome->reading_again;
	total->told_reading_again += outcome->told_reading_again;
	total->parts += outcome->parts;
	total->unstarted += outcome->unstarted;
	total->disagreeing += outcome->example != NULL;
	for (unsigned i = 0; i < N_DISAGREEMENTS; i++)
		total->counts[i] += outcome->counts[i];
}

static void do_program(struct total *total, uint64_t seed)
{
	struct scenario scenario = scenario_of(seed);
	struct outcome outcome = judge(&scenario.program, scenario.seed, false);

	if (!outcome.complete) {
		total->too_big++;
		return;
	}
	add(total, &outcome);
	g_free(outcome.example);
	for (enum disagreement i = 0; i < N_DISAGREEMENTS; i++) {
		if (outcome.counts[i] > 0 && total->shown[i]++ < EXAMPLES)
			show_smallest(&scenario, seed, i);
	}
}

static void print(const struct total *total, uint64_t seed, double seconds)
{
	printf("programs                         %8u  (seed %" PRIu64 "; %u too big left out; %u runs got through)\n",
	       total->programs, seed, total->too_big, total->through);
	printf("states                           %8" PRIu64 "\n", total->states);
	printf("deadlocks over locks, reachable  %8u\n", total->reachable);
	printf("  foretold by the run            %8u  (sync-preserving)\n", total->foretold);
	printf("TT010 told                       %8u  (%u of the foretold exactly, %u reachable beyond them)\n",
	       total->told, total->exact, total->beyond);
	printf("  with semaphores as locks       %8u\n", total->over_places);
	printf("  false                          %8u\n", total->counts[FALSE_PREDICTION]);
	printf("  missed                         %8u\n", total->counts[MISSED_PREDICTION]);
	printf("  with a wrong witness           %8u\n", total->counts[BAD_WITNESS]);
	printf("  behind a waiting writer        %8u  of %u foretold\n", total->told_behind_writers,
	       total->behind_writers);
	printf("  reading again behind one       %8u  of %u foretold\n", total->told_reading_again,
	       total->reading_again);
	printf("  of these two, missed           %8u\n", total->counts[MISSED_BEHIND_WRITER]);
	printf("TT013 told                       %8u\n", total->communication);
	printf("  false                          %8u\n", total->counts[FALSE_COMMUNICATION]);
	printf("blocked for good: false          %8u\n", total->counts[FALSE_ACTUAL]);
	printf("                  missed         %8u\n", total->counts[MISSED_ACTUAL]);
	printf("  parts of runs, checked         %8u  (%u not judged: a thread of pthreads has yet to start)\n",
	       total->parts, total->unstarted);
	printf("agreement with the oracle        %8.2f %%\n",
	       100.0 * (total->programs - total->disagreeing) / MAX(total->programs, 1));
	printf("seconds                          %8.1f\n", seconds);
}

static uint64_t number(const char *text)
{
	guint64 value;

	if (g_ascii_string_to_unsigned(text, 10, 0, UINT64_MAX / 1000000, &value, NULL))
		return value;
	fprintf(stderr, "accuracy: %s is no number; usage: accuracy [PROGRAMS [SEED]], or accuracy --show NUMBER\n",
	        text);
	exit(2);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--show") == 0) {
		struct scenario scenario = scenario_of(number(argv[2]));
		show(&scenario);
		return 0;
	}
	uint64_t programs = argc > 1 ? number(argv[1]) : 10000;
	uint64_t seed = argc > 2 ? number(argv[2]) : 1;
	gint64 began = g_get_monotonic_time();
	struct total total = {0};

	for (uint64_t i = 0; total.programs < programs; i++)
		do_program(&total, seed * UINT64_C(1000000) + i);
	print(&total, seed, (double)(g_get_monotonic_time() - began) / 1e6);
	return total.disagreeing > 0;
}
