/* SPDX-License-Identifier: MIT */
#include "tools/text/write_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(GError **error, const char *path, int number)
{
	g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(number), "cannot write %s: %s: name another file",
	            path, g_strerror(number));
	return false;
}

/* Without blocking: a FIFO that nobody reads is an error, and not waited for. */
static int open_unblocked(const char *path)
{
	return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

static FILE *open_stream(const char *path)
{
	int file = open_unblocked(path);

	if (file == -1)
		return NULL;
	fcntl(file, F_SETFL, fcntl(file, F_GETFL) & ~O_NONBLOCK);
	return fdopen(file, "w");
}

/* To what is no regular file: a terminal, a pipe, a device. */
static bool write_stream(FILE *stream, const char *path, const char *text, GError **error)
{
	bool whole = stream && fputs(text, stream) != EOF && fflush(stream) == 0;
	int number = errno;

	if (stream && stream != stdout && fclose(stream) != 0 && whole) {
		number = errno;
		whole = false;
	}
	return whole ? true : fail(error, path, number);
}

bool tt_write_file(const char *path, const char *what, const char *text, GError **error)
{
	struct stat there;
	GError *cause = NULL;

	if (!path)
		return write_stream(stdout, what, text, error);
	if (stat(path, &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode))
		return write_stream(open_stream(path), path, text, error);
	/* Where a link leads the file is replaced, not the link. */
	char *real = realpath(path, NULL);
	bool whole =
	    g_file_set_contents_full(real ? real : path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0666, &cause);
	free(real);
	if (whole)
		return true;
	g_set_error(error, G_FILE_ERROR, cause->code, "cannot write %s: %s: name another file", path, cause->message);
	g_error_free(cause);
	return false;
}

/* Whether a file can be made in its folder: one that is there is replaced. */
static bool can_make(const char *path, const char *place, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(place);

	return access(folder, W_OK | X_OK) == 0 || fail(error, path, errno);
}

bool tt_save_can(const char *path, GError **error)
{
	struct stat there;

	if (!path)
		return true;
	if (stat(path, &there) == -1)
		return *path && errno == ENOENT ? can_make(path, path, error) : fail(error, path, errno);
	if (S_ISDIR(there.st_mode))
		return fail(error, path, EISDIR);
	if (!S_ISREG(there.st_mode))
		return open_unblocked(path) != -1 || fail(error, path, errno);
	char *real = realpath(path, NULL);
	bool can = can_make(path, real ? real : path, error);
	free(real);
	return can;
}
