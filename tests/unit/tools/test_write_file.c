/* SPDX-License-Identifier: MIT */
/*
 * A report or picture goes to a file whole or not at all, and what cannot be written is known before a program is run.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tools/session/dirs.h"
#include "tools/text/write_file.h"

/* access() of a folder fails with this; 0: it is asked as ever. Root may write everywhere. */
static int refused;
static char *asked; /* the folder asked for last */
static int asked_mode;

int access(const char *path, int mode)
{
	g_free(asked);
	asked = g_strdup(path);
	asked_mode = mode;
	if (refused) {
		errno = refused;
		return -1;
	}
	return faccessat(AT_FDCWD, path, mode, 0);
}

static char *folder;

static int begin(void **state)
{
	(void)state;
	refused = 0;
	folder = g_dir_make_tmp("test-write-XXXXXX", NULL);
	return folder ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	tt_remove_tree(folder);
	g_clear_pointer(&folder, g_free);
	g_clear_pointer(&asked, g_free);
	return 0;
}

static char *in_folder(const char *name)
{
	return g_build_filename(folder, name, NULL);
}

static void writes(const char *path, const char *text)
{
	g_autoptr(GError) error = NULL;

	assert_true(tt_write_file(path, "a report", text, &error));
	assert_null(error);
}

static void assert_file(const char *path, const char *expected)
{
	g_autofree char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, expected);
}

/* The message names what cannot be written. */
static void assert_failure(bool ok, GError *error, int code, const char *what)
{
	assert_false(ok);
	assert_true(g_error_matches(error, G_FILE_ERROR, code));
	assert_non_null(strstr(error->message, what));
	g_error_free(error);
}

static void cannot_write(const char *path, int code)
{
	GError *error = NULL;
	bool ok = tt_write_file(path, "a report", "text", &error);

	assert_failure(ok, error, code, path);
}

static void can_save(const char *path)
{
	g_autoptr(GError) error = NULL;

	assert_true(tt_save_can(path, &error));
	assert_null(error);
}

static void cannot_save(const char *path, int code)
{
	GError *error = NULL;
	bool ok = tt_save_can(path, &error);

	assert_failure(ok, error, code, path);
}

static void test_regular_file(void **state)
{
	g_autofree char *path = in_folder("report");
	struct stat info;

	can_save(path);
	assert_string_equal(asked, folder);
	assert_int_equal(asked_mode, W_OK | X_OK);
	writes(path, "first");
	assert_file(path, "first");
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0600, 0600);
	can_save(path);
	writes(path, "");
	assert_file(path, "");
	(void)state;
}

/* The link stays, what it leads to is written; whether that can be is asked of the folder it lies in. */
static void test_link(void **state)
{
	g_autofree char *link = in_folder("link"), *other = in_folder("other");
	g_autofree char *there = g_build_filename(other, "report", NULL);
	struct stat info;

	assert_int_equal(g_mkdir(other, 0755), 0);
	writes(there, "old");
	assert_int_equal(symlink(there, link), 0);
	can_save(link);
	assert_string_equal(asked, other);
	writes(link, "new");
	assert_file(there, "new");
	assert_int_equal(lstat(link, &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	refused = EROFS;
	cannot_save(link, G_FILE_ERROR_ROFS);
	(void)state;
}

static void test_cannot(void **state)
{
	g_autofree char *deep = g_build_filename(folder, "gone", "report", NULL), *file = in_folder("file");
	g_autofree char *below = g_build_filename(file, "report", NULL);

	cannot_write(deep, G_FILE_ERROR_NOENT);
	cannot_save(deep, G_FILE_ERROR_NOENT);
	cannot_write(folder, G_FILE_ERROR_ISDIR);
	cannot_save(folder, G_FILE_ERROR_ISDIR);
	cannot_save("", G_FILE_ERROR_NOENT);
	writes(file, "x");
	cannot_save(below, G_FILE_ERROR_NOTDIR);
	refused = EACCES;
	cannot_save(file, G_FILE_ERROR_ACCES);
	refused = 0;
	assert_file(file, "x");
	(void)state;
}

/* A device and a FIFO are written to as they are; a FIFO that nobody reads is not waited for. */
static void test_no_regular_file(void **state)
{
	g_autofree char *fifo = in_folder("fifo");
	char got[16] = "";
	struct stat info;
	int reader;

	can_save("/dev/null");
	writes("/dev/null", "text");
	cannot_write("/dev/full", G_FILE_ERROR_NOSPC);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	cannot_save(fifo, G_FILE_ERROR_NXIO);
	cannot_write(fifo, G_FILE_ERROR_NXIO);
	reader = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_not_equal(reader, -1);
	can_save(fifo);
	assert_int_equal(read(reader, got, sizeof got), -1); /* its reader is kept waiting until it is written */
	writes(fifo, "text");
	assert_int_equal(read(reader, got, sizeof got), 4);
	assert_string_equal(got, "text");
	close(reader);
	assert_int_equal(lstat(fifo, &info), 0);
	assert_true(S_ISFIFO(info.st_mode));
	(void)state;
}

/* More than a pipe holds, to a reader that takes its time: what is written waits for room. */
static void test_slow_reader(void **state)
{
	g_autofree char *fifo = in_folder("fifo"), *text = g_strnfill(200000, 'x');
	int result[2], n = 0;

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(pipe(result), 0);
	int keep = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_not_equal(keep, -1);
	pid_t pid = fork();
	if (pid == 0) {
		char bytes[4096];
		int all = 0, from = open(fifo, O_RDONLY);
		alarm(60);
		close(keep);
		while (all < 200000) {
			ssize_t got = read(from, bytes, sizeof bytes);
			if (got <= 0)
				break;
			all += (int)got;
		}
		_exit(write(result[1], &all, sizeof all) != sizeof all);
	}
	writes(fifo, text);
	close(result[1]);
	assert_int_equal(read(result[0], &n, sizeof n), sizeof n);
	assert_int_equal(n, 200000);
	close(result[0]);
	close(keep);
	(void)state;
}

/* No path: standard output, which stays open, and which the message calls by what it is. */
static void test_stdout(void **state)
{
	g_autofree char *path = in_folder("out");
	int before = dup(STDOUT_FILENO), file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	GError *error = NULL;

	can_save(NULL);
	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	bool first = tt_write_file(NULL, "a report", "one ", NULL),
	     second = tt_write_file(NULL, "a report", "two", NULL);
	dup2(full, STDOUT_FILENO);
	bool third = tt_write_file(NULL, "a report", "three", &error);
	dup2(before, STDOUT_FILENO);
	clearerr(stdout);
	assert_true(first);
	assert_true(second);
	assert_failure(third, error, G_FILE_ERROR_NOSPC, "a report");
	assert_file(path, "one two");
	close(before);
	close(file);
	close(full);
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_regular_file),    TEST(test_link),        TEST(test_cannot),
	    TEST(test_no_regular_file), TEST(test_slow_reader), TEST(test_stdout),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
