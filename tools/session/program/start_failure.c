/* SPDX-License-Identifier: MIT */
#include "tools/session/program/start_failure.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tools/cli/command.h"
#include "tools/session/lttng/daemon.h"
#include "tools/session/program/preload_check.h"

/* An interpreter that is a script has one itself; the kernel has the same limit. */
enum { MOST_INTERPRETERS = 5 };

/* The interpreter or loader, of the file or of one that runs it, that cannot be used so. NULL: there is none. */
static char *missing(const char *path, int how)
{
	g_autofree char *file = g_strdup(path);

	for (int n = 0; n < MOST_INTERPRETERS; n++) {
		char *needed = tt_loader_needed(file);

		if (!needed || access(needed, how) == -1)
			return needed;
		g_free(file);
		file = needed;
	}
	return NULL;
}

/* Of what the kernel does not know to run. */
static const char *of_format(const char *path)
{
	return tt_loader_is_program(path) ? "it is a program for another kind of machine: record a build for this one"
	                                  : "it is no program, and its first line does not say what runs it: begin it "
	                                    "with '#!/bin/sh', say, or name that before it";
}

/* Of all else. */
static const char *of_code(const char *path, int code)
{
	switch (code) {
	case ENOEXEC:
		return of_format(path);
	case EACCES:
		return "permission denied: is its disk mounted with noexec?";
	case E2BIG:
		return "its arguments and environment are too long: shorten them";
	case EAGAIN:
	case ENOMEM:
		return "there are too many processes, or too little memory: see to ulimit -u and -v";
	default:
		return g_strerror(code);
	}
}

int tt_start_failure(const char *path, int code, GError **error)
{
	bool absent = code == ENOENT;
	g_autofree char *needed = absent || code == EACCES ? missing(path, absent ? F_OK : X_OK) : NULL;

	if (needed)
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM,
		            "%s cannot be executed: %s, which runs it, %s", path, needed,
		            absent ? "is not there: install that, or name another one in the file"
		                   : "cannot be executed itself: make it so with 'chmod +x'");
	else
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM, "%s cannot be executed: %s", path,
		            of_code(path, code));
	return absent ? TT_EXIT_NOT_RUN : TT_EXIT_NOT_EXECUTABLE;
}
