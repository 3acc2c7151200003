/* SPDX-License-Identifier: MIT */
/*
 * One run of `trace-thr run`: recorded, watched meanwhile, checked.
 */
#ifndef TT_CLI_RUN_ONCE_H
#define TT_CLI_RUN_ONCE_H

#include <stdbool.h>

#include "tools/cli/options/check_options.h"
#include "tools/cli/options/record_options.h"

/* What the command line says, beyond what `record` has as well. */
struct tt_run_cli_options {
	struct tt_record_cli_options recording;
	struct tt_check_cli_options check; /* taken */
	int error_exitcode;
	double hang_after;
	bool keep_going;
	bool live;     /* watch the program while it runs */
	bool repeated; /* it is one of several: a run that passes leaves nothing and says nothing */
	bool progress; /* there is a line of progress on the terminal, to be cleared before anything else is said */
	bool keep_traces;
};

struct tt_run_result {
	int status;       /* the exit status */
	bool recorded;    /* false: it could not be done, for a reason that holds for another try as well */
	bool findings;    /* such as make it fail */
	bool interrupted; /* by a signal to us */
	char *folder;     /* of the trace; NULL: there is none */
};

/* Runs, and reports on stderr; adds to the tally what was found. The caller frees the result's folder. */
struct tt_run_result tt_run_once(struct tt_run_cli_options *request, struct tt_tally *tally);

#endif /* TT_CLI_RUN_ONCE_H */
