/* SPDX-License-Identifier: MIT */
/*
 * What `record` and `run` have in common on the command line.
 */
#ifndef TT_CLI_OPTIONS_RECORD_OPTIONS_H
#define TT_CLI_OPTIONS_RECORD_OPTIONS_H

#include <stdbool.h>

#include "tools/session/record.h"

/* For the text of --help: what is set for the program. */
#define TT_RECORDING_ENVIRONMENT                                                                                       \
	"The program gets its environment as it is, and in it TRACE_THR_STACK (--stack), TRACE_THR_RECORDING (a "      \
	"name\n"                                                                                                       \
	"of this recording), TRACE_THR_DOOR (where its processes are let in), TRACE_THR_TIME (the recorder's time\n"   \
	"namespace), with --preload TRACE_THR_UNRECORDED (a file for what is not recorded) and our libraries first "   \
	"in\n"                                                                                                         \
	"LD_PRELOAD; of LTTng's, LTTNG_UST_REGISTER_TIMEOUT, LTTNG_UST_ALLOW_BLOCKING (but with --drop),\n"            \
	"LTTNG_UST_WITHOUT_BADDR_STATEDUMP, and LTTNG_HOME of a daemon that is not root's.\n"

/* One command line, taken apart. */
struct tt_record_cli_options {
	struct tt_record_options options;
	char *output;
	char *timeout;
	char *stack;
	gboolean drop, quiet, preload, detach_ends;
};

/*
 * Takes the command line apart. `summary` is the text of --help; `more`, entries of one command alone, may be NULL.
 * False: what is wrong was said on stderr. The request lends from argv.
 */
bool tt_record_cli_options_parse(int argc, char **argv, const char *summary, const GOptionEntry *more,
                                 struct tt_record_cli_options *request);

void tt_record_cli_options_clear(struct tt_record_cli_options *request);

/*
 * Says on stderr where the recording is, how the program ended if not by itself, and what was lost; of a `quiet`
 * request only what was lost against its will.
 */
void tt_recording_print(const struct tt_recording *recording, const struct tt_record_cli_options *request);

/*
 * Whether the status of a program that made no event is that of one which could not begin: the loader did not find a
 * library, or a shell or the like did not find a program.
 */
bool tt_recording_has_no_start(const struct tt_recording *recording);

/* Says why it has no event of the program. */
void tt_recording_tell_empty(const struct tt_recording *recording, const struct tt_record_cli_options *request);

#endif /* TT_CLI_OPTIONS_RECORD_OPTIONS_H */
