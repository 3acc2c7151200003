/*
 * Admission: what a process does with the answer at the door, and with a door that is not there.
 */
#include "threads.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libtrace_thr/src/admission.h"
#include "libtrace_thr/src/process.h"
#include "tracepoints/door.h"

static char folder[] = "/tmp/test-admission-XXXXXX";
static struct sockaddr_un door = {.sun_family = AF_UNIX};

/* The keeper itself: each who knocks gets the next answer, the last one all that come later. NULL is none. */
static void answer_all(int listening, const char *const *answers)
{
	for (int one; (one = accept(listening, NULL, NULL)) != -1; close(one)) {
		if (*answers)
			send(one, *answers, strlen(*answers) + 1, MSG_NOSIGNAL);
		answers += *answers && answers[1];
	}
	_exit(1);
}

/* Keeps a door in a process of its own, which is there when this returns. */
static pid_t keep(const char *const *answers)
{
	int ready[2];
	char byte;

	unlink(door.sun_path); /* at which the new process would ask to be let in */
	must(pipe(ready) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		int listening = socket(AF_UNIX, SOCK_SEQPACKET, 0);
		must(!bind(listening, (const struct sockaddr *)&door, sizeof door) && !listen(listening, 8));
		must(write(ready[1], "", 1) == 1);
		answer_all(listening, answers);
	}
	must(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* As when the library loads. */
static bool ask(char *recording, size_t size)
{
	must(!setenv(TT_DOOR_VARIABLE, door.sun_path, 1));
	tt_admission_prepare();
	return tt_admission_ask(recording, size);
}

static void first_is_there_no_door(void **state)
{
	char recording[32] = "of the environment";

	(void)state;
	must(!unsetenv(TT_DOOR_VARIABLE));
	assert_true(tt_admission_ask(recording, sizeof recording));
	assert_string_equal(recording, "of the environment");
}

static void who_is_let_in_gets_the_token(void **state)
{
	char recording[32] = "another";
	pid_t keeper = keep((const char *const[]){"00c0ffee", "later", NULL});

	(void)state;
	assert_true(ask(recording, sizeof recording));
	assert_string_equal(recording, "00c0ffee");
	must(!unsetenv(TT_DOOR_VARIABLE)); /* by the program, later: it matters no more */
	assert_true(tt_admission_ask(recording, sizeof recording));
	assert_string_equal(recording, "later");
	end(keeper);
}

static void who_is_refused_is_not_recorded(void **state)
{
	char recording[32] = "another";
	pid_t keeper = keep((const char *const[]){"", NULL});

	(void)state;
	errno = 7;
	assert_false(ask(recording, sizeof recording));
	assert_int_equal(errno, 7);
	assert_string_equal(recording, "another");
	end(keeper);
}

/* A keeper that is killed, or a door that nobody keeps. */
static void nobody_answers(void **state)
{
	char recording[32] = "another";
	pid_t keeper = keep((const char *const[]){NULL});

	(void)state;
	assert_false(ask(recording, sizeof recording));
	end(keeper);
	assert_false(ask(recording, sizeof recording));
	unlink(door.sun_path);
	assert_false(ask(recording, sizeof recording));
	assert_string_equal(recording, "another");
}

/* A token that is longer than any of ours is cut, and harms nobody. */
static void a_long_answer(void **state)
{
	char recording[8] = "", text[200];
	pid_t keeper;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	keeper = keep((const char *const[]){text, NULL});
	assert_true(ask(recording, sizeof recording));
	assert_string_equal(recording, "xxxxxxx");
	end(keeper);
}

/* A child asks for itself: before its first event it has the token. */
static void a_forked_child_asks(void **state)
{
	char recording[32];
	pid_t keeper = keep((const char *const[]){"parent", "child", "grandchild", "none", NULL});
	int status;

	(void)state;
	assert_true(ask(recording, sizeof recording));
	pid_t child = fork();
	if (child == 0) {
		pid_t grandchild = strcmp(tt_process_recording(), "child") ? -1 : fork();
		if (grandchild == 0)
			_exit(strcmp(tt_process_recording(), "grandchild") != 0);
		_exit(grandchild == -1 || waitpid(grandchild, &status, 0) != grandchild || status);
	}
	must(waitpid(child, &status, 0) == child);
	assert_int_equal(status, 0);
	end(keeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_is_there_no_door),
	    cmocka_unit_test(who_is_let_in_gets_the_token),
	    cmocka_unit_test(who_is_refused_is_not_recorded),
	    cmocka_unit_test(nobody_answers),
	    cmocka_unit_test(a_long_answer),
	    cmocka_unit_test(a_forked_child_asks),
	};

	must(mkdtemp(folder) != NULL);
	snprintf(door.sun_path, sizeof door.sun_path, "%s/door", folder);
	int failed = cmocka_run_group_tests_name("admission", tests, NULL, NULL);
	unlink(door.sun_path);
	rmdir(folder);
	return failed;
}
