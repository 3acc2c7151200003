/* SPDX-License-Identifier: MIT */
/*
 * Admission: what a process does with the answer at the door, and with a door that is not there.
 */
#include "blocks.h"
#include "threads.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libtrace_thr/src/admission/admission.h"
#include "libtrace_thr/src/thread/process.h"
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
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails ends it as well */
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

/* One that no socket can have is none: the door that was there stays. */
static void a_door_of_a_long_path(void **state)
{
	char recording[32] = "", path[sizeof door.sun_path + 1];
	pid_t keeper = keep((const char *const[]){"00c0ffee", NULL});

	(void)state;
	assert_true(ask(recording, sizeof recording));
	memset(path, 'x', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	must(!setenv(TT_DOOR_VARIABLE, path, 1));
	tt_admission_prepare();
	assert_true(tt_admission_ask(recording, sizeof recording));
	must(!setenv(TT_DOOR_VARIABLE, path + 1, 1));
	tt_admission_prepare();
	assert_false(tt_admission_ask(recording, sizeof recording));
	end(keeper);
}

/* Seconds that pass with each look at the clock; and how often a signal comes instead of what is waited for. */
static bool is_interrupted;
static time_t seconds;
static unsigned n_tries;

int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (!is_interrupted)
		return (int)syscall(SYS_clock_gettime, clock, time);
	*time = (struct timespec){.tv_sec = seconds++};
	return 0;
}

static int interrupt(void)
{
	n_tries++;
	errno = EINTR;
	return -1;
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	return is_interrupted ? interrupt() : recvfrom(fd, bytes, size, flags, NULL, NULL);
}

static bool connect_is_interrupted;

int connect(int fd, __CONST_SOCKADDR_ARG at, socklen_t size)
{
	return connect_is_interrupted ? interrupt() : (int)syscall(SYS_connect, fd, at.__sockaddr__, size);
}

/* Signals may come as they like: half a minute it is, for the one and the other. */
static void signals_do_not_make_it_longer(void **state)
{
	char recording[32] = "";
	pid_t keeper = keep((const char *const[]){NULL});

	(void)state;
	must(!setenv(TT_DOOR_VARIABLE, door.sun_path, 1));
	tt_admission_prepare();
	for (int i = 0; i < 2; i++) {
		connect_is_interrupted = i;
		n_tries = 0;
		is_interrupted = true;
		bool ok = tt_admission_ask(recording, sizeof recording);
		is_interrupted = connect_is_interrupted = false;
		assert_false(ok);
		assert_int_equal(n_tries, 30);
	}
	end(keeper);
}

/* What is set for a socket, in the order in which it is. */
static struct {
	int option;
	time_t seconds;
} set[8];
static unsigned n_set;

int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	if (level == SOL_SOCKET && n_set < sizeof set / sizeof *set) {
		set[n_set].option = option;
		set[n_set++].seconds = ((const struct timeval *)value)->tv_sec;
	}
	return (int)syscall(SYS_setsockopt, fd, level, option, value, size);
}

static void *ask_while_cancelled(void *arg)
{
	char recording[32] = "";

	must(!pthread_cancel(pthread_self()));
	must(ask(recording, sizeof recording));
	int before;
	must(!pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before)); /* AddressSanitizer does not survive one */
	*(bool *)arg = before == PTHREAD_CANCEL_ENABLE;
	return NULL;
}

static int lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	must(fd != -1 && !close(fd));
	return fd;
}

/* Half a minute at most for each step, no cancellation within, and no descriptor that stays. */
static void asking_ends_and_leaves_nothing(void **state)
{
	bool through = false;
	pthread_t thread;
	pid_t keeper = keep((const char *const[]){"00c0ffee", NULL});
	int free_before = lowest_free();

	(void)state;
	n_set = 0;
	must(!pthread_create(&thread, NULL, ask_while_cancelled, &through) && !pthread_join(thread, NULL));
	assert_true(through);
	assert_int_equal(lowest_free(), free_before);
	assert_int_equal(n_set, 2);
	assert_int_equal(set[0].option, SO_SNDTIMEO);
	assert_int_equal(set[1].option, SO_RCVTIMEO);
	assert_int_equal(set[0].seconds, 30);
	assert_int_equal(set[1].seconds, 30);
	end(keeper);
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

/* The doors of the machine, by name; the last that is ours is that of the innermost recorder. */
static const char hidden[] = TT_DOORS "/.test", outer[] = TT_DOORS "/test-1", inner[] = TT_DOORS "/test-2",
		  nobodys[] = TT_DOORS "/test-3", strangers[] = TT_DOORS "/test-4";
static char too_long[sizeof TT_DOORS + 201];

static bool make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd != -1 && !close(fd);
}

static bool make_doors(void)
{
	memset(too_long, 'z', sizeof too_long - 1);
	memcpy(too_long, TT_DOORS "/", sizeof TT_DOORS);
	mkdir("/run/lttng", 0755);
	mkdir(TT_DOORS, 0755);
	return make_file(hidden) && make_file(nobodys) && make_file(too_long);
}

static void remove_doors(void)
{
	const char *const all[] = {hidden, outer, inner, nobodys, strangers, too_long};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		unlink(all[i]);
}

static int listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	strcpy(at.sun_path, path);
	must(!bind(listening, (const struct sockaddr *)&at, sizeof at) && !listen(listening, 8));
	return listening;
}

static void answer_one(int listening, const char *answer)
{
	int one = accept(listening, NULL, NULL);

	must(one != -1 && send(one, answer, strlen(answer) + 1, MSG_NOSIGNAL) > 0);
	close(one);
}

/* A process that has lost its environment. */
static void ask_without_a_word(void)
{
	char recording[32] = "another";

	alarm(WAIT_SECONDS);
	must(!unsetenv(TT_DOOR_VARIABLE));
	errno = 7;
	long in_use = blocks_in_use();
	tt_admission_prepare();
	must(blocks_in_use() == in_use);
	must(errno == 7);
	must(tt_admission_ask(recording, sizeof recording));
	must(!strcmp(recording, "second"));
	_exit(0);
}

/* The recorder of both doors, and of who asks. */
static void keep_two_doors(void *arg)
{
	int status;

	(void)arg;
	listen_at(outer); /* which is not asked */
	int listening = listen_at(inner);
	pid_t child = fork();
	if (child == 0)
		ask_without_a_word();
	answer_one(listening, "first");  /* the door is found */
	answer_one(listening, "second"); /* and asked */
	must(waitpid(child, &status, 0) == child && status == 0);
}

static void the_innermost_door_is_found(void **state)
{
	(void)state;
	remove_doors();      /* of a test that was ended */
	if (!make_doors()) { /* it takes root */
		remove_doors();
		skip();
	}
	char before[sizeof door.sun_path];
	strcpy(before, door.sun_path);
	strcpy(door.sun_path, strangers);
	pid_t stranger = keep((const char *const[]){"stranger", NULL});
	strcpy(door.sun_path, before);
	in_child(keep_two_doors, NULL);
	end(stranger);
	remove_doors();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_is_there_no_door),
	    cmocka_unit_test(who_is_let_in_gets_the_token),
	    cmocka_unit_test(who_is_refused_is_not_recorded),
	    cmocka_unit_test(nobody_answers),
	    cmocka_unit_test(a_door_of_a_long_path),
	    cmocka_unit_test(asking_ends_and_leaves_nothing),
	    cmocka_unit_test(signals_do_not_make_it_longer),
	    cmocka_unit_test(a_long_answer),
	    cmocka_unit_test(a_forked_child_asks),
	    cmocka_unit_test(the_innermost_door_is_found),
	};

	must(mkdtemp(folder) != NULL);
	snprintf(door.sun_path, sizeof door.sun_path, "%s/door", folder);
	int failed = cmocka_run_group_tests_name("admission", tests, NULL, NULL);
	unlink(door.sun_path);
	rmdir(folder);
	return failed;
}
