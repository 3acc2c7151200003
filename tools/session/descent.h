/*
 * Descent: which process comes of which, by what the kernel says of parents.
 */
#ifndef TT_SESSION_DESCENT_H
#define TT_SESSION_DESCENT_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether the process is the ancestor or comes of it. The ancestor inherits orphans (PR_SET_CHILD_SUBREAPER), or else
 * some that came of it are not found any more. Processes may end meanwhile.
 */
bool tt_descends(pid_t pid, pid_t ancestor);

#endif /* TT_SESSION_DESCENT_H */
