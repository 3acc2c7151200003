/* SPDX-License-Identifier: MIT */
/*
 * Descent: which process comes of which, by what the kernel says of parents in /proc. Where a process ends on the way,
 * those that it left have another parent by then, so the walk begins again.
 *
 * For the library as well as the tools: nothing but libc, no memory, no lock.
 */
#ifndef TT_DESCENT_H
#define TT_DESCENT_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum tt_descent {
	TT_DESCENT_NONE,
	TT_DESCENT_FOUND,
	TT_DESCENT_UNKNOWN, /* a parent has ended, or /proc does not show it */
};

/* The parent of a process; 0: it has none, -1: unknown. */
static inline pid_t tt_parent_of(pid_t pid)
{
	char text[512];
	int parent, fd;

	snprintf(text, sizeof text, "/proc/%d/stat", (int)pid);
	fd = open(text, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	/* The second field, in parentheses, is a name, in which there may be anything. */
	const char *rest = strrchr(text, ')');
	return rest && sscanf(rest, ") %*c %d", &parent) == 1 ? parent : -1;
}

static inline enum tt_descent tt_descent_once(pid_t pid, pid_t ancestor)
{
	while (pid > 0 && pid != ancestor)
		pid = tt_parent_of(pid);
	return pid > 0 ? TT_DESCENT_FOUND : pid ? TT_DESCENT_UNKNOWN : TT_DESCENT_NONE;
}

/*
 * Whether the process is the ancestor or comes of it. The ancestor inherits orphans (PR_SET_CHILD_SUBREAPER), or else
 * some that came of it are not found any more.
 */
static inline enum tt_descent tt_descent(pid_t pid, pid_t ancestor)
{
	enum tt_descent found = TT_DESCENT_UNKNOWN;

	for (int tries = 0; tries < 10 && found == TT_DESCENT_UNKNOWN; tries++)
		found = tt_descent_once(pid, ancestor);
	return found;
}

#endif /* TT_DESCENT_H */
