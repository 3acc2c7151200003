/* SPDX-License-Identifier: MIT */
/*
 * Offspring: the processes below us. What a program that we end has started must end as well.
 */
#ifndef TT_SESSION_PROGRAM_PROCESS_TREE_H
#define TT_SESSION_PROGRAM_PROCESS_TREE_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

/*
 * From now on, processes whose parent ends become our children. Returns the processes below us that are there already,
 * which are none of the program's, though they may become our children later: pid_t.
 */
GArray *tt_process_tree_adopt(void);

/* Our children but `others`: pid_t. */
GArray *tt_offspring_left(const GArray *others);

/* Sends the signal to our children but `others` and those that were `asked`, unless NULL, to which it adds them. */
void tt_offspring_send(const GArray *others, int number, GArray *asked);

/* "prog (pid 7), other (pid 8)": for people. */
char *tt_offspring_text(const GArray *pids);

/* Whether one of our children but `others`, or a process below it, has mapped a file of such a name. */
bool tt_offspring_has_mapped(const GArray *others, const char *name);

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
bool tt_process_tree_signal(const char *recording, int number);

/* In a child just made: it gets this signal when `parent` ends, or at once if that has ended already. */
void tt_process_tree_ends_with(pid_t parent, int number);

/*
 * Whether the signal would end our children but `others`, and all that are below them: none has a handler for it, and
 * in each a thread takes it that neither holds it back nor waits for it. False where that cannot be told.
 */
bool tt_offspring_dies_of(const GArray *others, int number);

#endif /* TT_SESSION_PROGRAM_PROCESS_TREE_H */
