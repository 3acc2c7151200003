/* Seconds on a command line. */
#ifndef TT_CLI_SECONDS_H
#define TT_CLI_SECONDS_H

#include <stdbool.h>
#include <stdint.h>

/* `1.5` to nanoseconds; NULL leaves *ns as it is. False for a text that is no number. */
bool tt_parse_seconds(const char *text, int64_t *ns);

#endif /* TT_CLI_SECONDS_H */
