/* SPDX-License-Identifier: MIT */
/*
 * The door of a recording, with its keeper, a process of its own: where it is, who is let in, and its ends. LTTng's
 * tracker is this test's, and writes down what the keeper asks of it.
 */
#include "tests/unit/tools/leaks.h"
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "tests/unit/tools/elsewhere.h"
#include "tools/session/lttng/daemon.h"
#include "tools/session/door/door.h"
#include "tools/session/dirs.h"
#include "tools/session/door/tracker.h"
#include "tracepoints/door.h"

/* Shared with the keeper. */
static struct shared {
	pid_t added, removed, keeper;
	bool refuses;
} * shared;

static struct world {
	char *home;
	bool no_tracker;
	int open; /* trackers */
} world;

struct tt_tracker *tt_tracker_open(const char *session)
{
	assert_string_equal(session, "the session");
	world.open += !world.no_tracker;
	return world.no_tracker ? NULL : (struct tt_tracker *)&world;
}

void tt_tracker_close(struct tt_tracker *tracker)
{
	world.open -= tracker != NULL;
}

bool tt_tracker_restrict(struct tt_tracker *tracker)
{
	(void)tracker;
	return true;
}

bool tt_tracker_add(struct tt_tracker *tracker, pid_t pid)
{
	g_assert(tracker == (struct tt_tracker *)&world);
	shared->keeper = getpid();
	shared->added = pid;
	return !shared->refuses;
}

void tt_tracker_remove(struct tt_tracker *tracker, pid_t pid)
{
	g_assert(tracker == (struct tt_tracker *)&world);
	shared->removed = pid;
}

static int begin(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(shared, MAP_FAILED);
	world = (struct world){.home = g_dir_make_tmp("test-door-XXXXXX", NULL)};
	elsewhere = (struct elsewhere){.folder = g_build_filename(world.home, "run", NULL), .user = 1000};
	g_mkdir(elsewhere.folder, 0755);
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_int_equal(world.open, 0);
	g_free(g_steal_pointer(&elsewhere.folder));
	tt_remove_tree(world.home);
	g_free(world.home);
	munmap(shared, sizeof *shared);
	return 0;
}

static struct tt_door *open_door(const char *session, const char *home)
{
	g_autoptr(GError) error = NULL;
	struct tt_door *door = tt_door_open(session, "00c0ffee", home, &error);

	assert_non_null(door);
	assert_null(error);
	return door;
}

static void cannot_open(const char *home)
{
	g_autoptr(GError) error = NULL;

	assert_null(tt_door_open("the session", "00c0ffee", home, &error));
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
}

/* What a child that knocks is told: 0 for the token. */
static int knock(const struct tt_door *door, pid_t *who)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct sockaddr_un at = {.sun_family = AF_UNIX};
		char answer[64] = "";
		int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

		alarm(30);
		g_strlcpy(at.sun_path, tt_door_path(door), sizeof at.sun_path);
		if (connect(fd, (const struct sockaddr *)&at, sizeof at) || recv(fd, answer, sizeof answer - 1, 0) < 1)
			_exit(2);
		_exit(strcmp(answer, "00c0ffee") != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	*who = pid;
	return status;
}

static bool is_door(const char *path, mode_t mode)
{
	struct stat info;

	return lstat(path, &info) == 0 && S_ISSOCK(info.st_mode) && (info.st_mode & 0777) == mode;
}

/* Who comes of us is let in, and struck off when it has ended. */
static void test_let_in(void **state)
{
	struct tt_door *door = open_door("the session", world.home);
	g_autofree char *path = g_build_filename(world.home, "door", NULL);
	pid_t who;

	assert_string_equal(tt_door_path(door), path);
	assert_true(is_door(path, 0666));
	assert_true(tt_door_is_kept(door));
	assert_false(tt_door_is_used(door));
	assert_int_equal(knock(door, &who), 0);
	assert_true(tt_door_is_used(door));
	assert_int_equal(shared->added, who);
	assert_int_not_equal(shared->keeper, getpid());
	for (int i = 0; i < 30000 && !shared->removed; i++)
		g_usleep(1000);
	assert_int_equal(shared->removed, who);
	assert_true(tt_door_close(door));
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(world.home, G_FILE_TEST_IS_DIR));
	assert_true(tt_door_close(NULL));
	(void)state;
}

/* A session of all processes has no tracker: the token is all that there is to have. */
static void test_open_to_all(void **state)
{
	struct tt_door *door = open_door(NULL, world.home);
	pid_t who;

	assert_int_equal(knock(door, &who), 0);
	assert_true(tt_door_is_used(door));
	assert_int_equal(shared->added, 0);
	assert_true(tt_door_close(door));
	(void)state;
}

static void test_refused(void **state)
{
	struct tt_door *door = open_door("the session", world.home);
	pid_t who;

	shared->refuses = true;
	assert_int_not_equal(knock(door, &who), 0);
	assert_int_equal(shared->added, who);
	assert_false(tt_door_is_used(door));
	assert_false(tt_door_close(door));
	(void)state;
}

/* Its keeper hears no signal but the one that nobody can refuse. */
static void test_keeper_is_killed(void **state)
{
	struct tt_door *door = open_door("the session", world.home);
	pid_t who;

	assert_int_equal(knock(door, &who), 0);
	kill(shared->keeper, SIGTERM);
	kill(shared->keeper, SIGINT);
	assert_int_equal(getsid(shared->keeper), shared->keeper); /* a terminal's do not reach it */
	assert_int_equal(knock(door, &who), 0);
	assert_true(tt_door_is_kept(door));
	kill(shared->keeper, SIGKILL);
	for (int i = 0; i < 30000 && tt_door_is_kept(door); i++)
		g_usleep(1000);
	assert_false(tt_door_is_kept(door));
	assert_false(tt_door_close(door));
	(void)state;
}

/* A recorder ends without a word: the keeper goes, and takes the door away. */
static void test_recorder_ends(void **state)
{
	g_autofree char *path = g_build_filename(world.home, "door", NULL);
	pid_t recorder = fork();
	int status;

	if (recorder == 0)
		_exit(!tt_door_open("the session", "00c0ffee", world.home, NULL) || !is_door(path, 0666));
	assert_int_equal(waitpid(recorder, &status, 0), recorder);
	assert_int_equal(status, 0);
	for (int i = 0; i < 30000 && g_file_test(path, G_FILE_TEST_EXISTS); i++)
		g_usleep(1000);
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	(void)state;
}

static void test_no_tracker(void **state)
{
	world.no_tracker = true;
	cannot_open(world.home);
	(void)state;
}

static void test_no_place(void **state)
{
	g_autofree char *gone = g_build_filename(world.home, "gone", NULL);
	g_autofree char *name = g_strnfill(120, 'x');
	g_autofree char *deep = g_build_filename(world.home, name, NULL);

	cannot_open(gone);
	g_mkdir(deep, 0755); /* is there, but too long for a socket */
	cannot_open(deep);
	g_rmdir(deep);
	(void)state;
}

/* The longest path that a socket may have. */
static void test_longest_place(void **state)
{
	gsize room = sizeof((struct sockaddr_un *)NULL)->sun_path - 1 - strlen("/door") - strlen(world.home) - 1;
	g_autofree char *name = g_strnfill(room, 'x');
	g_autofree char *fits = g_build_filename(world.home, name, NULL);
	g_autofree char *longer = g_strconcat(fits, "x", NULL);

	g_mkdir(fits, 0755);
	g_mkdir(longer, 0755);
	assert_true(tt_door_close(open_door("the session", fits)));
	cannot_open(longer);
	(void)state;
}

/* Root's doors are in a folder that stays, for all to reach whatever the umask. */
static void test_of_root(void **state)
{
	g_autofree char *folder = g_build_filename(elsewhere.folder, "trace-thr", NULL);
	g_autofree char *there = NULL;
	mode_t mask = umask(077);
	struct tt_door *door;
	struct stat info;

	elsewhere.user = 0;
	for (int i = 0; i < 2; i++) {
		door = open_door("the session", NULL);
		assert_true(g_str_has_prefix(tt_door_path(door), TT_DOORS "/"));
		assert_int_equal(strlen(tt_door_path(door)), strlen(TT_DOORS) + 1 + 16);
		assert_true(is_door(tt_door_path(door), 0666));
		assert_int_equal(stat(folder, &info), 0);
		assert_int_equal(info.st_mode & 0777, 0755);
		there = g_strdup(tt_door_path(door));
		assert_true(tt_door_close(door));
		assert_int_equal(lstat(there, &info), -1);
		g_clear_pointer(&there, g_free);
		assert_true(g_file_test(folder, G_FILE_TEST_IS_DIR));
	}
	umask(mask);
	elsewhere.others = "/run/lttng/trace-thr";
	cannot_open(NULL); /* another user, who could take the doors away */
	elsewhere.others = NULL;
	g_rmdir(folder);
	assert_true(g_file_set_contents(folder, "x", 1, NULL)); /* is no folder */
	cannot_open(NULL);
	(void)state;
}

/* This program again, where temporary files are in a folder whose path is so long: where the door is. */
static char *place_below(size_t length)
{
	g_autofree char *name = g_strnfill(length - strlen(world.home) - 1, 'x');
	g_autofree char *folder = g_build_filename(world.home, name, NULL);
	g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "TMPDIR", folder, TRUE);
	char *argv[] = {(char[]){"/proc/self/exe"}, (char[]){"place"}, NULL};
	char *path = NULL;
	int status;

	assert_int_equal(g_mkdir(folder, 0755), 0);
	assert_true(g_spawn_sync(NULL, argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &path, NULL, &status, NULL));
	assert_int_equal(status, 0);
	assert_int_equal(g_rmdir(folder), 0); /* nothing is left there */
	return path;
}

static int tell_place(void)
{
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	elsewhere.user = 1000;
	struct tt_door *door = tt_door_open("the session", "00c0ffee", NULL, NULL);
	if (!door)
		return 1;
	fputs(tt_door_path(door), stdout);
	return !tt_door_close(door);
}

/* A path that a socket cannot have is not tried: it is below /tmp then. */
static void test_long_temporary_folder(void **state)
{
	const size_t most = sizeof((struct sockaddr_un *)NULL)->sun_path - 1 - strlen("/trace-thr-XXXXXX/door");
	g_autofree char *fits = place_below(most), *longer = place_below(most + 1);

	assert_true(g_str_has_prefix(fits, world.home));
	assert_int_equal(strlen(fits), sizeof((struct sockaddr_un *)NULL)->sun_path - 1);
	assert_true(g_str_has_prefix(longer, "/tmp/trace-thr-"));
	assert_false(g_file_test(longer, G_FILE_TEST_EXISTS));
	(void)state;
}

/* Another user's is in a folder of its own, which goes with it. */
static void test_of_another_user(void **state)
{
	struct tt_door *door = open_door("the session", NULL);
	g_autofree char *folder = g_path_get_dirname(tt_door_path(door));
	struct stat info;

	assert_true(g_str_has_suffix(tt_door_path(door), "/door"));
	assert_int_equal(stat(folder, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	assert_true(tt_door_close(door));
	assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "place") == 0)
		return tell_place();

	const struct CMUnitTest tests[] = {
	    TEST(test_let_in),          TEST(test_open_to_all),
	    TEST(test_refused),         TEST(test_keeper_is_killed),
	    TEST(test_recorder_ends),   TEST(test_no_tracker),
	    TEST(test_no_place),        TEST(test_longest_place),
	    TEST(test_of_root),         TEST(test_long_temporary_folder),
	    TEST(test_of_another_user),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
