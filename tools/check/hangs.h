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
#ifndef TT_CHECK_HANGS_H
#define TT_CHECK_HANGS_H

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
 * Sites get their names from modules, which a recording tells after the first events of their process: a finding whose
 * sites lie in none yet is due so much later. By the names it may be suppressed. 0 at first.
 */
void tt_hangs_wait_for_names(struct tt_hangs *hangs, int64_t most_ns);

/* A check without rules, to be fed, and whose findings are those of the last look. */
struct tt_check *tt_hangs_check(struct tt_hangs *hangs);

/*
 * Looks at the program as it was at `complete_ns`, when all that happened until then was fed. How many findings are
 * due that were not in an earlier look: they are the check's then.
 */
guint tt_hangs_look(struct tt_hangs *hangs, int64_t complete_ns);

/* Whether anything stood at the last look that may become due as time passes, though nothing happens. */
bool tt_hangs_any(const struct tt_hangs *hangs);

#endif /* TT_CHECK_HANGS_H */
