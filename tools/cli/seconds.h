/* Seconds on a command line. */
#ifndef TT_CLI_SECONDS_H
#define TT_CLI_SECONDS_H

#include <stdbool.h>
#include <stdint.h>

/* `1.5`, `inf`. False for a text that is no number. */
bool tt_seconds_of(const char *text, double *seconds);

/* The same to nanoseconds; NULL leaves *ns as it is. */
bool tt_parse_seconds(const char *text, int64_t *ns);

#endif /* TT_CLI_SECONDS_H */
