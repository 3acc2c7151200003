/* SPDX-License-Identifier: MIT */
/*
 * The rules: a family is a file with one of these, and a row in the table of rules.c.
 */
#ifndef TT_CHECK_RULES_H
#define TT_CHECK_RULES_H

#include "tools/check/check.h"

enum tt_rule_index {
	TT_RULE_CYCLE,
	TT_RULE_SELF,
	TT_RULE_STUCK,
	TT_RULE_PREDICTED,
	TT_RULE_ORDER,
	TT_RULE_ACROSS,
	TT_RULE_COMMUNICATION,
	TT_N_RULES
};

extern const struct tt_rule tt_rules[TT_N_RULES];

/* A family of rules at work on one check. */
struct tt_rule_family {
	void *(*begin)(struct tt_check *check, const struct tt_check_options *options); /* NULL: has no state */
	void (*finish)(struct tt_check *check, void *state); /* adds its findings, at the end of the trace */
	void (*free)(void *state);
};

extern const struct tt_rule_family tt_actual_family, tt_lock_order_family, tt_across_family;

/* All, NULL at the end, in the order in which they finish: a later one may look at what an earlier one found. */
extern const struct tt_rule_family *const tt_rule_families[];

#endif /* TT_CHECK_RULES_H */
