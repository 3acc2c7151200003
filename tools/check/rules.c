#include "tools/check/rules.h"

const struct tt_rule tt_rules[TT_N_RULES] = {
    [TT_RULE_CYCLE] = {"TT001", "deadlock", TT_COUNT_DEADLOCK},
    [TT_RULE_SELF] = {"TT002", "self-deadlock", TT_COUNT_DEADLOCK},
    [TT_RULE_STUCK] = {"TT003", "stuck", TT_COUNT_DEADLOCK},
    [TT_RULE_PREDICTED] = {"TT010", "predicted deadlock", TT_COUNT_DEADLOCK},
    [TT_RULE_ORDER] = {"TT011", "lock-order inversion", TT_COUNT_INVERSION},
    [TT_RULE_ACROSS] = {"TT012", "inversion across runs", TT_COUNT_INVERSION},
    [TT_RULE_COMMUNICATION] = {"TT013", "predicted communication deadlock", TT_COUNT_DEADLOCK},
};

const struct tt_rule_family *const tt_rule_families[] = {&tt_waits_family, &tt_lock_order_family, &tt_across_family,
                                                         NULL};
