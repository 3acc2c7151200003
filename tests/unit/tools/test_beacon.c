/* SPDX-License-Identifier: MIT */
/*
 * The beacon: its processes are real, what they load is this test's. Who does what is written down in shared memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "tools/session/lttng/beacon.h"
#include "tools/session/lttng/daemon.h"
#include "tools/session/program/libraries.h"
#include "tools/session/door/tracker.h"
#include "tracepoints/beacon/beacon.h"

enum { MOST = 64, OTHER = 4242, THIRD = 4243, NOBODY = 65534 };

/* An event that was asked for: of which process, as which user. */
struct beat {
	pid_t pid;
	uint32_t n_cpus, uid, gid;
	int groups;
};

static struct shared {
	struct beat beats[MOST];
	int n, done; /* begun, written down */
	pid_t added[MOST], removed[MOST];
	int n_added, n_removed;
	bool no_tracker, no_probes, no_library, no_beat, no_rights, bad;
	gint64 now_us;
	int open; /* a file of the recorder */
} * shared;

static const char *missing; /* of the libraries */

/* Of each process. */
static struct beat self = {.uid = UINT32_MAX, .groups = -1};

gint64 g_get_monotonic_time(void)
{
	return __atomic_load_n(&shared->now_us, __ATOMIC_SEQ_CST);
}

char *tt_library_find(const char *name)
{
	return missing && strcmp(name, missing) == 0 ? NULL : g_strdup(name);
}

void *dlopen(const char *path, int mode)
{
	(void)mode;
	shared->bad |= strcmp(g_getenv("LTTNG_UST_REGISTER_TIMEOUT"), "-1") != 0 ||
	               strcmp(g_getenv("LTTNG_UST_ALLOW_BLOCKING"), "1") != 0;
	if (strcmp(path, TT_LIBRARY_PROBES) == 0)
		return shared->no_probes ? NULL : shared;
	return shared->no_library || strcmp(path, TT_LIBRARY_BEACON) != 0 ? NULL : &shared->n;
}

static void beat(uint32_t n_cpus)
{
	struct beat *now = &shared->beats[__atomic_fetch_add(&shared->n, 1, __ATOMIC_SEQ_CST)];

	*now = self;
	now->pid = getpid();
	now->n_cpus = n_cpus;
	shared->bad |= fcntl(shared->open, F_GETFD) != -1;
	__atomic_add_fetch(&shared->done, 1, __ATOMIC_SEQ_CST);
}

void *dlsym(void *restrict library, const char *restrict name)
{
	void (*function)(uint32_t) = beat;
	void *symbol;

	memcpy(&symbol, &function, sizeof symbol);
	return library == &shared->n && strcmp(name, "tt_beacon_beat") == 0 && !shared->no_beat ? symbol : NULL;
}

int setgroups(size_t n, const gid_t *groups)
{
	(void)groups;
	self.groups = (int)n;
	return 0;
}

int setresgid(gid_t real, gid_t effective, gid_t saved)
{
	self.gid = real == effective && real == saved ? real : 0;
	return 0;
}

int setresuid(uid_t real, uid_t effective, uid_t saved)
{
	self.uid = real == effective && real == saved ? real : 0;
	return shared->no_rights ? -1 : 0;
}

struct tt_tracker *tt_tracker_open(const char *session)
{
	shared->bad |= strcmp(session, "the session") != 0;
	return shared->no_tracker ? NULL : (struct tt_tracker *)shared;
}

void tt_tracker_close(struct tt_tracker *tracker)
{
	(void)tracker;
}

bool tt_tracker_restrict(struct tt_tracker *tracker)
{
	(void)tracker;
	return true;
}

bool tt_tracker_add(struct tt_tracker *tracker, pid_t pid)
{
	shared->bad |= tracker != (struct tt_tracker *)shared;
	shared->added[shared->n_added++] = pid;
	return true;
}

void tt_tracker_remove(struct tt_tracker *tracker, pid_t pid)
{
	shared->bad |= tracker != (struct tt_tracker *)shared;
	shared->removed[shared->n_removed++] = pid;
}

static int begin(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(shared, MAP_FAILED);
	shared->open = dup(STDIN_FILENO);
	missing = NULL;
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_false(shared->bad);
	close(shared->open);
	munmap(shared, sizeof *shared);
	return 0;
}

static struct tt_beacon *start(void)
{
	g_autoptr(GError) error = NULL;
	struct tt_beacon *beacon;

	signal(SIGPIPE, SIG_DFL); /* its processes see to that themselves */
	beacon = tt_beacon_start("the session", &error);
	signal(SIGPIPE, SIG_IGN);
	assert_non_null(beacon);
	assert_null(error);
	return beacon;
}

static void ask(struct tt_beacon *beacon, uint32_t uid, uint32_t n_cpus)
{
	assert_true(tt_beacon_ask(beacon, uid, n_cpus, false));
}

static void wait_for_beats(int n)
{
	for (int i = 0; i < 30000; i++, usleep(1000))
		if (__atomic_load_n(&shared->done, __ATOMIC_SEQ_CST) >= n)
			return;
	fail_msg("the beacon does not write event %d", n);
}

static void test_own(void **state)
{
	struct tt_beacon *beacon = start();

	ask(beacon, geteuid(), 3);
	ask(beacon, geteuid(), 8);
	tt_beacon_stop(beacon); /* when it has done what it was asked for */
	tt_beacon_stop(NULL);
	assert_int_equal(shared->done, 2);
	assert_int_equal(shared->beats[0].n_cpus, 3);
	assert_int_equal(shared->beats[1].n_cpus, 8);
	assert_int_equal(shared->beats[0].pid, shared->beats[1].pid);
	assert_int_not_equal(shared->beats[0].pid, getpid());
	assert_int_equal(shared->beats[0].uid, UINT32_MAX); /* it stays who it is */
	assert_int_equal(shared->n_added, 1);
	assert_int_equal(shared->added[0], shared->beats[0].pid);
	assert_int_equal(kill(shared->beats[0].pid, 0), -1);
	(void)state;
}

/* Each other user has a process, that becomes the user's with no group that may do anything. */
static void test_others(void **state)
{
	struct tt_beacon *beacon = start();
	static const uint32_t users[] = {OTHER, THIRD, OTHER};

	for (int i = 0; i < 3; i++) {
		ask(beacon, users[i], 4 + (uint32_t)i);
		wait_for_beats(i + 1);
		assert_int_equal(shared->beats[i].uid, users[i]);
		assert_int_equal(shared->beats[i].gid, NOBODY);
		assert_int_equal(shared->beats[i].groups, 0);
		assert_int_equal(shared->beats[i].n_cpus, 4 + i);
	}
	ask(beacon, geteuid(), 1);
	wait_for_beats(4);
	assert_int_equal(shared->beats[0].pid, shared->beats[2].pid);
	assert_int_not_equal(shared->beats[0].pid, shared->beats[1].pid);
	assert_int_not_equal(shared->beats[0].pid, shared->beats[3].pid);
	assert_int_equal(shared->n_added, 3);
	assert_int_equal(shared->added[0], shared->beats[3].pid);
	assert_int_equal(shared->added[1], shared->beats[0].pid);
	assert_int_equal(shared->added[2], shared->beats[1].pid);
	tt_beacon_stop(beacon);
	(void)state;
}

/* One that was killed is started anew, a second after its start at the earliest. */
static void test_killed_one(void **state)
{
	struct tt_beacon *beacon = start();
	pid_t first;

	ask(beacon, OTHER, 1);
	wait_for_beats(1);
	first = shared->beats[0].pid;
	kill(first, SIGKILL);
	for (int i = 0; i < 3000 && __atomic_load_n(&shared->n_removed, __ATOMIC_SEQ_CST) == 0; i++) {
		ask(beacon, OTHER, 1); /* at this time: in vain */
		usleep(10000);
	}
	assert_int_equal(shared->removed[0], first);
	ask(beacon, OTHER, 1);
	__atomic_store_n(&shared->now_us, 999999, __ATOMIC_SEQ_CST);
	ask(beacon, OTHER, 1);
	ask(beacon, geteuid(), 1);
	wait_for_beats(2); /* by now those are served */
	assert_int_equal(shared->n_added, 2);
	__atomic_store_n(&shared->now_us, 1000000, __ATOMIC_SEQ_CST);
	ask(beacon, OTHER, 7);
	wait_for_beats(3);
	assert_int_equal(shared->beats[2].n_cpus, 7);
	assert_int_equal(shared->beats[2].uid, OTHER);
	assert_int_not_equal(shared->beats[2].pid, first);
	assert_int_equal(shared->n_added, 3);
	tt_beacon_stop(beacon);
	(void)state;
}

/* One that may not become the user's does nothing. */
static void test_no_rights(void **state)
{
	struct tt_beacon *beacon = start();

	shared->no_rights = true;
	ask(beacon, OTHER, 1);
	ask(beacon, geteuid(), 1);
	wait_for_beats(1);
	tt_beacon_stop(beacon);
	assert_int_equal(shared->done, 1);
	assert_int_equal(shared->beats[0].uid, UINT32_MAX);
	(void)state;
}

/* A session without a tracker records all. */
static void test_no_tracker(void **state)
{
	struct tt_beacon *beacon;

	shared->no_tracker = true;
	beacon = start();
	ask(beacon, OTHER, 1);
	ask(beacon, geteuid(), 1);
	wait_for_beats(2);
	kill(shared->beats[shared->beats[0].uid != OTHER].pid, SIGKILL);
	ask(beacon, OTHER, 1);
	ask(beacon, OTHER, 1);
	tt_beacon_stop(beacon);
	assert_int_equal(shared->n_added, 0);
	assert_int_equal(shared->n_removed, 0);
	(void)state;
}

/* It ends where it cannot load what it needs; who asks then is told that it has ended. */
static void test_cannot_load(void **state)
{
	for (int i = 0; i < 3; i++) {
		struct tt_beacon *beacon;
		bool ended = false;

		shared->no_probes = i == 0;
		shared->no_library = i == 1;
		shared->no_beat = i == 2;
		beacon = start();
		for (int n = 0; n < 30000 && !ended; n++, usleep(1000))
			ended = !tt_beacon_ask(beacon, geteuid(), 1, false);
		assert_true(ended);
		tt_beacon_stop(beacon);
	}
	assert_int_equal(shared->done, 0);
	(void)state;
}

static void test_missing_libraries(void **state)
{
	static const char *const names[] = {TT_LIBRARY_PROBES, TT_LIBRARY_BEACON};

	for (int i = 0; i < 2; i++) {
		g_autoptr(GError) error = NULL;

		missing = names[i];
		assert_null(tt_beacon_start("the session", &error));
		assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
		assert_non_null(strstr(error->message, missing));
		assert_null(strstr(error->message, names[!i]));
	}
	(void)state;
}

/* Who asks never waits: one that does not get round to its requests does not get more. */
static void test_never_waits(void **state)
{
	struct tt_beacon *beacon = start();

	ask(beacon, geteuid(), 1);
	wait_for_beats(1);
	kill(shared->beats[0].pid, SIGSTOP);
	for (int i = 0; i < 20000; i++)
		ask(beacon, OTHER, 1);
	kill(shared->beats[0].pid, SIGKILL);
	kill(shared->beats[0].pid, SIGCONT);
	tt_beacon_stop(beacon);
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_own),        TEST(test_others),      TEST(test_killed_one),        TEST(test_no_rights),
	    TEST(test_no_tracker), TEST(test_cannot_load), TEST(test_missing_libraries), TEST(test_never_waits),
	};

	return cmocka_run_group_tests_name("beacon", tests, NULL, NULL);
}
