/* SPDX-License-Identifier: MIT */
/* Seconds on a command line. */
#ifndef TT_CLI_OPTIONS_PARSE_SECONDS_H
#define TT_CLI_OPTIONS_PARSE_SECONDS_H

#include <stdbool.h>
#include <stdint.h>

/* `1.5`, `inf`. False for a text that is no number. */
bool tt_seconds_of(const char *text, double *seconds);

/*
 * A time after the first event, as --from, --to and --last have it: from 0 to below 1e9, which is 31 years, to
 * nanoseconds. NULL, an option that was not given, leaves *ns as it is.
 */
bool tt_parse_offset(const char *text, int64_t *ns);

#endif /* TT_CLI_OPTIONS_PARSE_SECONDS_H */
