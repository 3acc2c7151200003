/* SPDX-License-Identifier: MIT */
/*
 * The keeper of a door: who is let in, who is not, and when one is struck off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "tools/session/door/keeper.h"
#include "tracepoints/descent.h"

enum { PATIENCE_MS = 30000 };

enum kind { ADDED, REMOVED, RETURNED };

/* What the keeper, a process of its own, did to the set of recorded processes. */
struct act {
	enum kind kind;
	pid_t pid;
};

struct house {
	char *folder;
	struct sockaddr_un door;
	pid_t keeper;
	int acts;     /* its reports */
	int recorder; /* closed: the recorder ends */
	bool *failed; /* shared with it */
	bool cannot_add;
};

static int to_test; /* in the keeper */

static void report(enum kind kind, pid_t pid)
{
	const struct act act = {.kind = kind, .pid = pid};
	ssize_t written = write(to_test, &act, sizeof act);

	g_assert(written == sizeof act);
}

static bool add(pid_t pid, void *house)
{
	report(ADDED, pid);
	return !((const struct house *)house)->cannot_add;
}

static void strike_off(pid_t pid, void *house)
{
	(void)house;
	report(REMOVED, pid);
}

static bool *shared_flag(void)
{
	return mmap(NULL, sizeof(bool), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* Opens a house for the descendants of `recorder`. */
static struct house open_house(pid_t recorder, bool cannot_add)
{
	struct house house = {.door.sun_family = AF_UNIX, .failed = shared_flag(), .cannot_add = cannot_add};
	int reports[2], life[2], listening = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	house.folder = g_dir_make_tmp("test-keeper-XXXXXX", NULL);
	g_snprintf(house.door.sun_path, sizeof house.door.sun_path, "%s/door", house.folder);
	assert_int_equal(bind(listening, (const struct sockaddr *)&house.door, sizeof house.door), 0);
	assert_int_equal(listen(listening, 8), 0);
	assert_int_equal(pipe(reports), 0);
	assert_int_equal(pipe(life), 0);
	house.keeper = fork();
	if (house.keeper == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also of a test that fails */
		const struct tt_keeper keeper = {.listening = listening,
		                                 .recorder = recorder,
		                                 .recorder_ends = life[0],
		                                 .token = "00c0ffee",
		                                 .add = add,
		                                 .remove = strike_off,
		                                 .data = &house,
		                                 .failed = house.failed};
		to_test = reports[1];
		close(life[1]);
		tt_keeper_keep(&keeper);
		report(RETURNED, 0);
		_exit(0);
	}
	house.acts = reports[0];
	house.recorder = life[1];
	close(listening);
	close(reports[1]);
	close(life[0]);
	return house;
}

static struct act next_act(const struct house *house)
{
	struct pollfd more = {.fd = house->acts, .events = POLLIN};
	struct act act;

	if (poll(&more, 1, PATIENCE_MS) != 1)
		fail_msg("the keeper does nothing");
	assert_int_equal(read(house->acts, &act, sizeof act), sizeof act);
	return act;
}

static void assert_act(const struct house *house, enum kind kind, pid_t pid)
{
	struct act act = next_act(house);

	assert_int_equal(act.kind, kind);
	assert_int_equal(act.pid, pid);
}

/* Ends the recorder's life; the keeper must notice. */
static void close_house(struct house *house)
{
	close(house->recorder);
	while (next_act(house).kind != RETURNED)
		continue;
	waitpid(house->keeper, NULL, 0);
	close(house->acts);
	g_unlink(house->door.sun_path);
	g_rmdir(house->folder);
	g_free(house->folder);
	munmap(house->failed, sizeof(bool));
}

/* What one who knocks is told. */
static char *knock(const struct house *house)
{
	char answer[64] = "";
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	g_assert(connect(fd, (const struct sockaddr *)&house->door, sizeof house->door) == 0);
	g_assert(recv(fd, answer, sizeof answer - 1, 0) > 0);
	close(fd);
	return g_strdup(answer);
}

static bool is_let_in(const struct house *house)
{
	g_autofree char *answer = knock(house);

	return strcmp(answer, "00c0ffee") == 0;
}

/* A child that knocks `times` times, and ends with status 0 if it was let in each time. */
static pid_t child_that_knocks(const struct house *house, int times)
{
	pid_t pid = fork();

	if (pid == 0) {
		while (times > 0 && is_let_in(house))
			times--;
		_exit(times);
	}
	return pid;
}

static int status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void test_descendant(void **state)
{
	struct house house = open_house(getpid(), false);
	pid_t child = child_that_knocks(&house, 1);

	(void)state;
	assert_int_equal(status_of(child), 0);
	assert_act(&house, ADDED, child);
	assert_act(&house, REMOVED, child);
	assert_false(*house.failed);
	close_house(&house);
}

/* As after an exec: it is added once, and removed once. */
static void test_again(void **state)
{
	struct house house = open_house(getpid(), false);
	pid_t child = child_that_knocks(&house, 3), later;

	(void)state;
	assert_int_equal(status_of(child), 0);
	assert_act(&house, ADDED, child);
	assert_act(&house, REMOVED, child);
	later = child_that_knocks(&house, 1);
	assert_int_equal(status_of(later), 0);
	assert_act(&house, ADDED, later);
	close_house(&house);
}

/* A child of that number, which is free; it knocks, and waits to be killed. -1: that is not allowed. */
static pid_t child_of_number(const struct house *house, pid_t number, int knocked)
{
	struct clone_args args = {.exit_signal = SIGCHLD, .set_tid = (uint64_t)(uintptr_t)&number, .set_tid_size = 1};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		g_assert(is_let_in(house) && write(knocked, "", 1) == 1);
		for (;;)
			pause();
	}
	return pid;
}

/* The number of one that has just ended, for a new process that belongs here: it stays until that has ended. */
static void test_number_again(void **state)
{
	struct house house = open_house(getpid(), false);
	pid_t first = child_that_knocks(&house, 1), again, last;
	int knocked[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(knocked), 0);
	assert_int_equal(status_of(first), 0);
	again = child_of_number(&house, first, knocked[1]);
	assert_act(&house, ADDED, first);
	if (again == first) {
		assert_int_equal(read(knocked[0], &byte, 1), 1);
		last = child_that_knocks(&house, 1);
		assert_int_equal(status_of(last), 0);
		assert_act(&house, ADDED, last);
		assert_act(&house, REMOVED, last); /* which has ended later than the first */
		kill(again, SIGKILL);
		waitpid(again, NULL, 0);
		assert_act(&house, REMOVED, first);
		again = child_of_number(&house, first, knocked[1]); /* is nobody's who is known */
		assert_act(&house, ADDED, again);
		kill(again, SIGKILL);
		waitpid(again, NULL, 0);
	}
	close(knocked[0]);
	close(knocked[1]);
	close_house(&house);
}

/* Not of the recorder, which is another process. */
static void test_stranger(void **state)
{
	pid_t recorder = fork();

	(void)state;
	if (recorder == 0)
		for (;;)
			pause();
	struct house house = open_house(recorder, false);
	assert_false(is_let_in(&house));
	assert_int_equal(status_of(child_that_knocks(&house, 1)), 1);
	assert_false(*house.failed);
	close(house.recorder);
	assert_act(&house, RETURNED, 0); /* nobody was added */
	house.recorder = -1;
	waitpid(house.keeper, NULL, 0);
	close(house.acts);
	g_unlink(house.door.sun_path);
	g_rmdir(house.folder);
	g_free(house.folder);
	kill(recorder, SIGKILL);
	waitpid(recorder, NULL, 0);
}

/* The daemon does not take it: that is told, to the process and to the recorder. */
static void test_cannot_add(void **state)
{
	struct house house = open_house(getpid(), true);
	pid_t child = child_that_knocks(&house, 1);

	(void)state;
	assert_int_equal(status_of(child), 1);
	assert_act(&house, ADDED, child);
	assert_true(*house.failed);
	close_house(&house);
}

/* It does not wait for the answer, and goes on without being recorded: that is told. */
static void test_gives_up(void **state)
{
	struct house house = open_house(getpid(), false);
	int leave[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(leave), 0);
	kill(house.keeper, SIGSTOP);
	pid_t child = fork();
	if (child == 0) {
		int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
		g_assert(connect(fd, (const struct sockaddr *)&house.door, sizeof house.door) == 0);
		close(fd);
		kill(house.keeper, SIGCONT);
		close(leave[1]);
		g_assert(read(leave[0], &byte, 1) == 0);
		_exit(0);
	}
	assert_act(&house, ADDED, child);
	assert_true(is_let_in(&house)); /* the keeper is done with the child */
	assert_true(*house.failed);
	close(leave[1]);
	assert_int_equal(status_of(child), 0);
	close(leave[0]);
	close_house(&house);
}

static void test_descent(void **state)
{
	int ends[2];
	pid_t orphan;

	(void)state;
	assert_int_equal(tt_descent(getpid(), getpid()), TT_DESCENT_FOUND);
	assert_int_equal(tt_descent(getpid(), getppid()), TT_DESCENT_FOUND);
	assert_int_equal(tt_descent(getppid(), getpid()), TT_DESCENT_NONE);
	assert_int_equal(tt_descent(INT32_MAX, getpid()), TT_DESCENT_UNKNOWN);
	assert_int_equal(tt_descent(0, getpid()), TT_DESCENT_NONE);
	/* An orphan is left to us. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe(ends), 0);
	pid_t parent = fork();
	if (parent == 0) {
		pid_t child = fork();
		if (child == 0)
			for (;;)
				pause();
		g_assert(write(ends[1], &child, sizeof child) == sizeof child);
		_exit(0);
	}
	assert_int_equal(read(ends[0], &orphan, sizeof orphan), sizeof orphan);
	waitpid(parent, NULL, 0);
	assert_int_equal(tt_descent(orphan, getpid()), TT_DESCENT_FOUND);
	assert_int_equal(tt_descent(orphan, parent), TT_DESCENT_NONE);
	kill(orphan, SIGKILL);
	waitpid(orphan, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_descendant), cmocka_unit_test(test_again),      cmocka_unit_test(test_number_again),
	    cmocka_unit_test(test_stranger),   cmocka_unit_test(test_cannot_add), cmocka_unit_test(test_gives_up),
	    cmocka_unit_test(test_descent),
	};

	return cmocka_run_group_tests_name("keeper", tests, NULL, NULL);
}
