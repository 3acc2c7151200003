/* SPDX-License-Identifier: MIT */
/*
 * Judging the check: what it says of a run, against what the oracle knows.
 */
#ifndef ACCURACY_JUDGE_H
#define ACCURACY_JUDGE_H

#include "tests/accuracy/program.h"

/* In what the check and the oracle can disagree. */
enum disagreement {
	AGREE,
	FALSE_PREDICTION,  /* a TT010 that no schedule reaches */
	MISSED_PREDICTION, /* a deadlock over locks that the run foretells, and no TT010 of it or of the same locks */
	MISSED_BEHIND_WRITER, /* the same, where a thread waits for a writer that waits itself */
	BAD_WITNESS,          /* a TT010 whose witness is no schedule, or does not end in its deadlock */
	FALSE_COMMUNICATION,  /* a TT013 whose threads no schedule blocks for good at those calls */
	FALSE_ACTUAL,         /* threads said to be blocked for good that some schedule lets go on; or the wrong rule */
	MISSED_ACTUAL,        /* threads that are blocked for good, and not said to be */
	N_DISAGREEMENTS
};

/* What came of one program. */
struct outcome {
	bool complete; /* the oracle could look at everything; else nothing here counts */
	bool through;  /* the run got through */
	unsigned states;
	unsigned reachable;     /* deadlocks over locks that some schedule reaches */
	unsigned foretold;      /* of those, by this run; 0 if it did not get through */
	unsigned told;          /* TT010 over locks alone */
	unsigned over_places;   /* TT010 with places of semaphores among the locks */
	unsigned exact;         /* deadlocks foretold that are told with these threads at these sites */
	unsigned communication; /* TT013 */
	unsigned beyond;        /* TT010 that are reachable, though not foretold */
	unsigned behind_writers, told_behind_writers; /* foretold where a thread waits for a waiting writer */
	unsigned reading_again, told_reading_again;   /* and reads that lock already */
	unsigned parts,
	    unstarted; /* of the run that were checked; not judged, since a thread is made but not started */
	unsigned counts[N_DISAGREEMENTS];
	char *example; /* of the first disagreement: what it is; NULL for none. The caller's to free */
};

extern const char *const disagreement_names[N_DISAGREEMENTS];

/* Runs the program once, by a schedule from the seed, and checks the run. `verbose`: prints the run and the findings.
 */
struct outcome judge(const struct program *program, uint64_t seed, bool verbose);

#endif /* ACCURACY_JUDGE_H */
