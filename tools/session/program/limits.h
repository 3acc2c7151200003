/* SPDX-License-Identifier: MIT */
/*
 * Limits of ours (ulimit) that can be in the way of LTTng, whose daemons and programs inherit them. It does not say so
 * itself.
 */
#ifndef TT_SESSION_PROGRAM_LIMITS_H
#define TT_SESSION_PROGRAM_LIMITS_H

#include <stdbool.h>

/* So many open files are enough for LTTng's daemons. */
enum { TT_LIMITS_FILES = 1024 };

/* Those that may be the reason for a failure, and what to do: half a sentence, the caller's. NULL: there is none. */
char *tt_limits_text(void);

/*
 * Whether daemons of LTTng that we start can have what they need to come up. With less they may not only fail, but stay
 * behind.
 */
bool tt_limits_suffice(void);

#endif /* TT_SESSION_PROGRAM_LIMITS_H */
