/* SPDX-License-Identifier: MIT */
/*
 * Hangs: what is certain of a program that still runs.
 *
 * The rules of waits are applied to the model as it is now, and what they find is told when it is due:
 *  - a cycle whose threads nobody can help, at once: no event of theirs can follow. A moment of the trace must have
 *    passed over it, so that it does not hang on the clocks of two CPUs;
 *  - a cycle through Locks, which a thread that is not blocked may release, though it does not hold them: when it has
 *    stood for half a second; of one thread with itself, which is also how a Lock serves as a signal, after the
 *    patience;
 *  - threads with nobody left to wake them, after the patience, and only if nobody is left: no thread of the process
 *    that the trace does not know, and no signal handler, if it could do that.
 *
 *     hangs = tt_hangs_new(patience_ns);
 *     … tt_check_feed(tt_hangs_check(hangs), event), … symbols …
 *     if (tt_hangs_look(hangs, complete_ns))
 *             … print the findings of tt_hangs_check(hangs) …
 */
#ifndef TT_CHECK_ACTUAL_LIVE_HANGS_H
#define TT_CHECK_ACTUAL_LIVE_HANGS_H

#include "tools/check/check.h"

struct tt_hangs;

/* The key of a finding of waits: of the same trace, the same finding; of another reader of it, some milliseconds apart.
 */
struct tt_hang_key {
	const struct tt_rule *rule;
	uint64_t thread;
	int64_t since_ns;
	uint32_t pid;
};
struct tt_hang_key tt_hang_key(const struct tt_finding *finding);
bool tt_hang_key_is(const struct tt_hang_key *key, const struct tt_finding *finding);

/* `patience_ns`: how long who has nobody left waits before it counts as a hang; INT64_MAX: for ever. */
struct tt_hangs *tt_hangs_new(int64_t patience_ns);
void tt_hangs_free(struct tt_hangs *hangs);

/*
 * Names come from modules, which may be read later than the events of their process: a finding in which a site or an
 * object has none is not due before all modules are known that were recorded before its last thread began to wait. By
 * the names it may be suppressed. They are known up to the end of time, until something else is said.
 */
void tt_hangs_know_modules(struct tt_hangs *hangs, int64_t until_ns);

/* A check without rules, to be fed, and whose findings are those of the last look. */
struct tt_check *tt_hangs_check(struct tt_hangs *hangs);

/*
 * Looks at the program as it was at `complete_ns`, when all that happened until then was fed. How many findings are
 * due that were not in an earlier look: they are the check's then.
 */
guint tt_hangs_look(struct tt_hangs *hangs, int64_t complete_ns);

/* Whether anything stood at the last look that may become due as time passes, though nothing happens. */
bool tt_hangs_any(const struct tt_hangs *hangs);

/* Whether something stood at it that waits for modules. */
bool tt_hangs_lack_modules(const struct tt_hangs *hangs);

#endif /* TT_CHECK_ACTUAL_LIVE_HANGS_H */
