/* SPDX-License-Identifier: MIT */
/* The parts of a SARIF report: the rules, and where things are. */
#ifndef TT_REPORT_SARIF_SARIF_H
#define TT_REPORT_SARIF_SARIF_H

#include <jansson.h>

#include "tools/report/steps.h"

/* The name of the folder that relative paths count from: that in which the check was made. */
#define TT_SARIF_ROOT "%SRCROOT%"

/* A message with this text, of which nothing is harmful. */
json_t *tt_sarif_message(const char *text);

/* `error`, `warning` or `note`. */
const char *tt_sarif_level(enum tt_level level);

/* A reportingDescriptor for each rule, in the order of tt_rules. */
json_t *tt_sarif_rules(void);

/* The folder that relative paths count from. */
json_t *tt_sarif_root(void);

/* Where a place is, as a location object without message. */
json_t *tt_sarif_location(const struct tt_check *check, const struct tt_access *place);

#endif /* TT_REPORT_SARIF_SARIF_H */
