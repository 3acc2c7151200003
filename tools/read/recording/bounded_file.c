/* SPDX-License-Identifier: MIT */
/*
 * The file is opened without blocking, so that a FIFO which nobody writes to is an empty one, and not waited for. What
 * is no regular file is read as it comes: each wait for more has an end, and so has the size.
 */
#include "tools/read/recording/bounded_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

static int patience_ms = 10000;

int tt_bounded_file_set_patience(int ms)
{
	int was = patience_ms;

	patience_ms = ms;
	return was;
}

static bool fail(const char *path, int number, const char *what, GError **error)
{
	g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(number), "%s: %s", path,
	            what ? what : g_strerror(number));
	return false;
}

/* Reads on. False at the end, or with an errno in *wrong. */
static bool read_more(int file, GByteArray *bytes, int *wrong)
{
	guint8 part[65536];
	ssize_t n = read(file, part, sizeof part);

	if (n > 0)
		g_byte_array_append(bytes, part, (guint)n);
	if (n != -1)
		return n > 0;
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN) {
		*wrong = errno;
		return false;
	}
	int ready = poll(&(struct pollfd){.fd = file, .events = POLLIN}, 1, patience_ms);
	*wrong = ready == 0 ? ETIMEDOUT : ready == -1 && errno != EINTR ? errno : 0;
	return !*wrong;
}

static bool read_all(int file, const char *path, GByteArray *bytes, GError **error)
{
	struct stat status;
	int wrong = 0;

	if (fstat(file, &status) == -1)
		return fail(path, errno, NULL, error);
	if (S_ISDIR(status.st_mode))
		return fail(path, EISDIR, NULL, error);
	while (bytes->len <= TT_BOUNDED_FILE_MOST && read_more(file, bytes, &wrong))
		continue;
	if (wrong)
		return fail(path, wrong, wrong == ETIMEDOUT ? "nothing comes from who writes to it" : NULL, error);
	if (bytes->len > TT_BOUNDED_FILE_MOST)
		return fail(path, EFBIG, NULL, error);
	if (S_ISFIFO(status.st_mode) && !bytes->len)
		return fail(path, EPIPE, "nobody writes to this pipe", error);
	return true;
}

bool tt_bounded_file_read(const char *path, char **text, size_t *size, GError **error)
{
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	GByteArray *bytes = g_byte_array_new();

	bool ok = file == -1 ? fail(path, errno, NULL, error) : read_all(file, path, bytes, error);
	if (file != -1)
		close(file);
	*size = bytes->len;
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	*text = (char *)g_byte_array_free(bytes, !ok);
	return ok;
}
