/*
 * Offspring: the processes below us. What a program that we end has started must end as well.
 */
#ifndef TT_SESSION_OFFSPRING_H
#define TT_SESSION_OFFSPRING_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

/*
 * From now on, processes whose parent ends become our children. Returns the children that we have already, which are
 * none of these: pid_t.
 */
GArray *tt_offspring_adopt(void);

/*
 * Sends SIGTERM to our children but `others` and those that were `asked`, which it adds; SIGKILL to all but `others` if
 * `asked` is NULL. False if there are none.
 */
bool tt_offspring_end(const GArray *others, GArray *asked);

/*
 * A new token of a recording: its name, a dash, and what nobody can guess. Its processes have the name from the
 * environment, as TRACE_THR_RECORDING, by which they are found; the token they get at the door, if they come of the
 * recorder. Both are the caller's to free.
 */
char *tt_offspring_token(void);
char *tt_offspring_name(const char *token);

/*
 * Sends the signal to all processes of a recording: those that got its name as TRACE_THR_RECORDING in their
 * environment. False if there are none.
 */
bool tt_offspring_signal(const char *recording, int number);

/* In a child just made: it gets this signal when `parent` ends, or at once if that has ended already. */
void tt_offspring_ends_with(pid_t parent, int number);

/* Whether a process has a handler for the signal. */
bool tt_offspring_catches(pid_t pid, int number);

#endif /* TT_SESSION_OFFSPRING_H */
