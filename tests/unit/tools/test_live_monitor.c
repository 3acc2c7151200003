/* SPDX-License-Identifier: MIT */
/*
 * The watch over a program that runs: what its process reads is told by this test, so is the beacon. What it reports
 * to us, and what it says where stderr was.
 */
#include "leaks.h"
#include "feed.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/check/actual/live_hangs.h"
#include "tools/check/rules.h"
#include "tools/session/lttng/beacon.h"
#include "tools/session/lttng/daemon.h"
#include "tools/watch/hang_watch.h"
#include "tools/watch/live_monitor.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

static const struct tt_live_source source = {.folder = "/nowhere", .session = "the session"};

/* What the reading goes through, in the process of the watch. */
struct reading {
	const struct tt_live_handler *handler;
	void *data;
	uint64_t n; /* events so far */
};

static struct world {
	void (*script)(struct reading *reading);
	bool no_beacon, fails;
	int out, err; /* a file in the place of stderr; the real one */
} world;

/* Shared with the process. */
static struct shared {
	int beacons, asked, modules_asked;
	uint32_t asked_uid, asked_cpus;
	gint64 later_us;     /* added to the clock of the process */
	gint64 our_later_us; /* and to ours: with each wait, if not 0, as long as it may take */
	bool bad;
	pid_t pid;
	enum tt_live_next next[8];
	int n_next;
} * shared;

gint64 g_get_monotonic_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000 +
	       (!shared                   ? 0
	        : shared->pid == getpid() ? shared->later_us
	                                  : shared->our_later_us);
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	struct timespec at_most = {timeout / 1000, timeout % 1000 * MS};

	if (shared && shared->our_later_us) {
		shared->our_later_us += timeout * INT64_C(1000);
		at_most = (struct timespec){0};
	}
	return ppoll(fds, n, timeout < 0 ? NULL : &at_most, NULL);
}

struct tt_beacon *tt_beacon_start(const char *session, GError **error)
{
	shared->bad |= strcmp(session, "the session") != 0;
	shared->pid = getpid();
	if (world.no_beacon) {
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP, "no beacon today");
		return NULL;
	}
	shared->beacons++;
	return (struct tt_beacon *)shared;
}

bool tt_beacon_ask(struct tt_beacon *beacon, uint32_t uid, uint32_t n_cpus, bool modules)
{
	shared->bad |= beacon != (struct tt_beacon *)shared;
	shared->asked++;
	shared->asked_uid = uid;
	shared->asked_cpus = n_cpus;
	shared->modules_asked += modules;
	return n_cpus != 99;
}

void tt_beacon_stop(struct tt_beacon *beacon)
{
	shared->beacons -= beacon != NULL;
}

bool tt_live_read(const struct tt_live_source *from, const struct tt_live_handler *handler, void *data, GError **error)
{
	struct reading reading = {handler, data, 0};

	char name[16];
	int signal = 0;

	shared->bad |= from != &source;
	shared->bad |= prctl(PR_GET_NAME, name) == -1 || strcmp(name, "trace-thr-look") != 0;
	shared->bad |= prctl(PR_GET_PDEATHSIG, &signal) == -1 || signal != SIGKILL;
	shared->pid = getpid();
	if (world.script)
		world.script(&reading);
	if (world.fails)
		g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE, "the trace is broken");
	return !world.fails;
}

static int begin(void **state)
{
	char path[] = "/tmp/test-live-XXXXXX";

	(void)state;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(shared, MAP_FAILED);
	world = (struct world){.err = dup(STDERR_FILENO)};
	world.out = mkstemp(path);
	unlink(path);
	fcntl(world.out, F_SETFL, O_APPEND);
	fflush(stderr);
	dup2(world.out, STDERR_FILENO);
	return 0;
}

static int end(void **state)
{
	bool bad = shared->bad;

	(void)state;
	dup2(world.err, STDERR_FILENO);
	close(world.err);
	close(world.out);
	munmap(shared, sizeof *shared);
	shared = NULL;
	return bad ? -1 : 0;
}

/* What it and we have said so far. */
static const char *said(void)
{
	static char text[1 << 16];
	ssize_t n = pread(world.out, text, sizeof text - 1, 0);

	text[MAX(n, 0)] = '\0';
	return text;
}

static void event_at(struct reading *reading, unsigned who, int64_t time_ns, struct tt_event event)
{
	g_autofree char *thread = g_strdup_printf("T%u", who);

	event.caller = ++reading->n;
	event.time_ns = time_ns;
	event.pid = 100;
	event.thread_id = who;
	event.thread = thread;
	event.timeout_ns = TT_NO_TIMEOUT;
	if (event.id && !event.name)
		event.name = event.id == A ? "A" : event.id == B ? "B" : thread;
	shared->bad |= !reading->handler->trace.event(&event, reading->data);
}

#define TELL(reading, who, event, ...)                                                                                 \
	event_at(reading, who, FEED_ORIGIN + (int64_t)(reading)->n * MS,                                               \
	         (struct tt_event){.type = TT_EVENT_##event, __VA_ARGS__})

static enum tt_live_next pause_at(struct reading *reading, struct tt_live_state state)
{
	state.modules_ns = state.modules_ns ? state.modules_ns : INT64_MAX;
	enum tt_live_next next = reading->handler->pause(&state, reading->data);

	if (shared->n_next < (int)G_N_ELEMENTS(shared->next))
		shared->next[shared->n_next++] = next;
	return next;
}

#define PAUSE(reading, ...) pause_at(reading, (struct tt_live_state){__VA_ARGS__})

/* Two threads that wait for each other. */
static void tell_deadlock(struct reading *reading)
{
	for (unsigned who = 1; who <= 2; who++)
		TELL(reading, who, thread_start, .id = who, .native_id = who);
	for (unsigned who = 1; who <= 2; who++)
		TELL(reading, who, lock_acquired, .id = who == 1 ? A : B, .depth = 1);
	for (unsigned who = 1; who <= 2; who++)
		TELL(reading, who, lock_wait, .id = who == 1 ? B : A, .holder = 3 - who);
}

/* It sees the session, and waits to be ended. */
static void see(struct reading *reading)
{
	PAUSE(reading, .complete_ns = FEED_ORIGIN);
}

static void see_and_stay(struct reading *reading)
{
	see(reading);
	for (;;)
		pause();
}

static void hang(struct reading *reading)
{
	see(reading);
	tell_deadlock(reading);
	PAUSE(reading, .complete_ns = FEED_ORIGIN + 100 * MS);
}

static struct tt_live_monitor *start(void (*script)(struct reading *reading), struct tt_live_monitor_options options)
{
	world.script = script;
	options.program = "the-app";
	struct tt_live_monitor *monitor = tt_live_monitor_start(&source, &options);
	assert_non_null(monitor);
	return monitor;
}

/* Its process has ended by itself, and said so. */
static void wait_for_end(struct tt_live_monitor *monitor)
{
	siginfo_t info;
	int i = 0;

	while (i++ < 30000 && waitid(P_PID, (id_t)shared->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
		tt_live_monitor_has_reported(monitor);
		g_usleep(1000);
	}
	assert_true(i < 30000);
	assert_int_equal(shared->beacons, 0);
}

static void assert_said(const char *part, bool has)
{
	if ((strstr(said(), part) != NULL) != has)
		fail_msg("'%s' %s '%s'", said(), has ? "lacks" : "has", part);
}

/* A hang is reported to us, and on stderr; then it wants to read no more. */
static void test_hang(void **state)
{
	struct tt_live_monitor *monitor = start(hang, (struct tt_live_monitor_options){.hang_after = 2});

	wait_for_end(monitor);
	assert_true(tt_live_monitor_has_reported(monitor));
	const GArray *reported = tt_live_monitor_reported(monitor);
	assert_int_equal(reported->len, 1);
	assert_ptr_equal(g_array_index(reported, struct tt_hang_key, 0).rule, &tt_rules[TT_RULE_CYCLE]);
	assert_int_equal(g_array_index(reported, struct tt_hang_key, 0).pid, 100);
	assert_said("the-app hangs since +0.005000 s, that is ", true);
	assert_said(" s ago: stopping it (--keep-going leaves it)\n\n", true);
	assert_said("TT001", true);
	assert_said("\r", false);
	assert_said(" behind", false);
	assert_said("has failed", false);
	assert_int_equal(shared->n_next, 2);
	assert_int_equal(shared->next[0], TT_LIVE_NEWS);
	assert_int_equal(shared->next[1], TT_LIVE_STOP);
	tt_live_monitor_stop(monitor);
	tt_live_monitor_free(monitor);
	(void)state;
}

static void test_silent(void **state)
{
	struct tt_live_monitor *monitor =
	    start(hang, (struct tt_live_monitor_options){.hang_after = 2, .silent = true});

	wait_for_end(monitor);
	assert_true(tt_live_monitor_has_reported(monitor));
	assert_string_equal(said(), "");
	tt_live_monitor_free(monitor);
	(void)state;
}

/* Behind by so much: its report says that, and clears the line of progress first. */
static void hang_late(struct reading *reading)
{
	see(reading);
	tell_deadlock(reading);
	PAUSE(reading, .complete_ns = FEED_ORIGIN + 100 * MS, .behind_ns = 1500 * MS);
	PAUSE(reading, .complete_ns = FEED_ORIGIN + 200 * MS);
}

static void test_keep_going(void **state)
{
	struct tt_live_monitor *monitor =
	    start(hang_late, (struct tt_live_monitor_options){.hang_after = 2, .keep_going = true, .progress = true});

	wait_for_end(monitor);
	assert_int_equal(tt_live_monitor_reported(monitor)->len, 1);
	assert_said("\r\033[Ktrace-thr: the-app hangs since ", true);
	assert_said(" s ago (reading along is 1.5 s behind)\n\n", true);
	assert_said("stopping it", false);
	assert_int_not_equal(shared->next[1], TT_LIVE_STOP);
	tt_live_monitor_free(monitor);
	(void)state;
}

/* What is suppressed is no hang. */
static void test_suppressed(void **state)
{
	char path[] = "/tmp/test-live-XXXXXX";
	struct tt_check_cli_options check = TT_CHECK_CLI_OPTIONS;
	int fd = mkstemp(path);

	assert_int_equal(write(fd, "TT001:A\n", 8), 8);
	close(fd);
	check.suppressions = tt_suppressions_read(path, NULL);
	unlink(path);
	assert_non_null(check.suppressions);
	struct tt_live_monitor *monitor =
	    start(hang, (struct tt_live_monitor_options){.hang_after = 2, .check = &check});
	wait_for_end(monitor);
	assert_false(tt_live_monitor_has_reported(monitor));
	assert_string_equal(said(), "");
	assert_int_not_equal(shared->next[1], TT_LIVE_STOP);
	tt_live_monitor_free(monitor);
	tt_suppressions_free(check.suppressions);
	(void)state;
}

/* A lock that its holder wants: after the patience, and never where that has no end. */
static void wait_alone(struct reading *reading)
{
	see(reading);
	for (unsigned who = 1; who <= 2; who++)
		TELL(reading, who, thread_start, .id = who, .native_id = who);
	TELL(reading, 1, lock_acquired, .id = A, .kind = TT_KIND_LOCK, .depth = 1);
	TELL(reading, 1, lock_wait, .id = A, .kind = TT_KIND_LOCK, .holder = 1);
	PAUSE(reading, .complete_ns = FEED_ORIGIN + 1900 * MS);
	shared->later_us = SECOND / 1000;
	PAUSE(reading, .complete_ns = FEED_ORIGIN + 2100 * MS);
}

static void test_patience(void **state)
{
	struct tt_live_monitor *monitor = start(wait_alone, (struct tt_live_monitor_options){.hang_after = 2});

	wait_for_end(monitor);
	assert_int_equal(tt_live_monitor_reported(monitor)->len, 1);
	assert_int_equal(shared->next[1], TT_LIVE_TIME);
	assert_int_equal(shared->next[2], TT_LIVE_STOP);
	tt_live_monitor_free(monitor);
	shared->later_us = 0;
	shared->n_next = 0;
	monitor = start(wait_alone, (struct tt_live_monitor_options){.hang_after = INFINITY});
	wait_for_end(monitor);
	assert_false(tt_live_monitor_has_reported(monitor));
	assert_int_not_equal(shared->next[2], TT_LIVE_STOP);
	tt_live_monitor_free(monitor);
	(void)state;
}

/* Names are wanted before a hang is told; a module comes to the check. */
static void hang_without_names(struct reading *reading)
{
	const struct tt_module module = {.pid = 100, .size = UINT64_MAX / 2, .path = "/usr/bin/the-app"};

	see(reading);
	tell_deadlock(reading);
	PAUSE(reading, .complete_ns = FEED_ORIGIN + 100 * MS, .modules_ns = 1);
	shared->later_us = SECOND / 1000;
	shared->bad |= !reading->handler->trace.module(&module, reading->data);
	shared->bad |= !reading->handler->ask(7, 3, true, reading->data);
	shared->bad |= reading->handler->ask(8, 99, false, reading->data);
	PAUSE(reading, .complete_ns = FEED_ORIGIN + 200 * MS, .modules_ns = 1);
}

static void test_names(void **state)
{
	struct tt_live_monitor *monitor = start(hang_without_names, (struct tt_live_monitor_options){.hang_after = 2});

	wait_for_end(monitor);
	assert_int_equal(shared->next[1], TT_LIVE_MODULES);
	assert_int_equal(shared->next[2], TT_LIVE_STOP);
	assert_said("the-app+0x", true);
	assert_int_equal(shared->asked, 2);
	assert_int_equal(shared->modules_asked, 1);
	assert_int_equal(shared->asked_uid, 8);
	assert_int_equal(shared->asked_cpus, 99);
	tt_live_monitor_free(monitor);
	(void)state;
}

/* A loss comes to the check as well: nothing is certain then. */
static void hang_after_loss(struct reading *reading)
{
	const struct tt_discarded loss = {.begin_ns = -1, .end_ns = -1, .count = 3};

	see(reading);
	tell_deadlock(reading);
	shared->bad |= !reading->handler->trace.loss(&loss, reading->data);
	PAUSE(reading, .complete_ns = FEED_ORIGIN + 100 * MS);
}

static void test_loss(void **state)
{
	struct tt_live_monitor *monitor = start(hang_after_loss, (struct tt_live_monitor_options){.hang_after = 2});

	wait_for_end(monitor);
	assert_false(tt_live_monitor_has_reported(monitor));
	assert_string_equal(said(), "");
	tt_live_monitor_free(monitor);
	(void)state;
}

/* That it is behind is said from a second on, again when that is four times as much. */
static void be_behind(struct reading *reading)
{
	static const int64_t behind_ms[] = {0, 999, 1000, 3900, 4000, 15900, 16000};

	for (size_t i = 0; i < G_N_ELEMENTS(behind_ms); i++) {
		PAUSE(reading, .complete_ns = FEED_ORIGIN + (int64_t)i, .behind_ns = behind_ms[i] * MS);
		shared->later_us += SECOND / 1000;
	}
	/* Where nothing is new, nothing is said; nor where buffers give no sign, which is the reason then. */
	PAUSE(reading, .complete_ns = FEED_ORIGIN + 6, .behind_ns = 100 * SECOND);
	PAUSE(reading, .complete_ns = FEED_ORIGIN + 7, .behind_ns = 200 * SECOND, .silent_ns = SECOND);
}

static void test_behind(void **state)
{
	struct tt_live_monitor *monitor =
	    start(be_behind, (struct tt_live_monitor_options){.hang_after = 2, .progress = true});

	wait_for_end(monitor);
	g_auto(GStrv) lines = g_strsplit(said(), "\n", -1);
	assert_int_equal(g_strv_length(lines), 4);
	assert_true(g_str_has_prefix(lines[0], "\r\033[Ktrace-thr: reading along is 1.0 s behind"));
	assert_non_null(strstr(lines[1], " is 4.0 s behind"));
	assert_non_null(strstr(lines[2], " is 16.0 s behind"));
	tt_live_monitor_free(monitor);
	shared->later_us = 0;
	assert_int_equal(ftruncate(world.out, 0), 0);
	monitor = start(be_behind, (struct tt_live_monitor_options){.hang_after = 2, .quiet = true});
	wait_for_end(monitor);
	tt_live_monitor_free(monitor);
	shared->later_us = 0;
	monitor = start(be_behind, (struct tt_live_monitor_options){.hang_after = 2, .silent = true});
	wait_for_end(monitor);
	assert_string_equal(said(), "");
	tt_live_monitor_free(monitor);
	(void)state;
}

static void give_no_sign(struct reading *reading)
{
	for (int i = 0; i < 5; i++)
		PAUSE(reading, .complete_ns = FEED_ORIGIN, .silent_ns = 5 * SECOND - 2 + i, .silent_uid = 40 + i);
}

/* Silence is said once. */
static void test_no_sign(void **state)
{
	struct tt_live_monitor *monitor = start(
	    give_no_sign, (struct tt_live_monitor_options){.hang_after = 2, .progress = true, .keep_going = true});

	wait_for_end(monitor);
	assert_true(g_str_has_prefix(said(), "\r\033[Ktrace-thr: the buffers of user 42 have given no sign for 5 s"));
	assert_string_equal(strchr(said(), '\n'), "\n");
	tt_live_monitor_free(monitor);
	assert_int_equal(ftruncate(world.out, 0), 0);
	monitor = start(give_no_sign, (struct tt_live_monitor_options){.hang_after = 2, .quiet = true});
	wait_for_end(monitor);
	assert_string_equal(said(), "");
	tt_live_monitor_free(monitor);
	(void)state;
}

/* Not all is looked at while there is more to read: ten times as long as a look takes. */
static void look_often(struct reading *reading)
{
	see(reading);
	tell_deadlock(reading);
	PAUSE(reading, .complete_ns = FEED_ORIGIN); /* as at the look before: nothing new */
}

static void test_nothing_new(void **state)
{
	struct tt_live_monitor *monitor = start(look_often, (struct tt_live_monitor_options){.hang_after = 2});

	wait_for_end(monitor);
	assert_false(tt_live_monitor_has_reported(monitor));
	assert_int_equal(shared->next[1], TT_LIVE_NEWS);
	tt_live_monitor_free(monitor);
	(void)state;
}

/* While it lives it is ended by us. */
static void test_ended_by_us(void **state)
{
	struct tt_live_monitor *monitor = start(see_and_stay, (struct tt_live_monitor_options){.hang_after = 2});

	assert_false(tt_live_monitor_has_reported(monitor));
	assert_int_equal(kill(shared->pid, 0), 0);
	tt_live_monitor_stop(monitor);
	assert_int_equal(kill(shared->pid, 0), -1);
	tt_live_monitor_stop(monitor);
	assert_false(tt_live_monitor_has_reported(monitor));
	tt_live_monitor_free(monitor);
	tt_live_monitor_stop(NULL);
	tt_live_monitor_free(NULL);
	monitor = start(see_and_stay, (struct tt_live_monitor_options){.hang_after = 2});
	tt_live_monitor_free(monitor);
	assert_int_equal(kill(shared->pid, 0), -1);
	assert_string_equal(said(), "");
	(void)state;
}

static void see_and_crash(struct reading *reading)
{
	see(reading);
	tell_deadlock(reading);
	raise(SIGKILL);
}

/* It ends without a word: we say what is not seen. */
static void test_crash(void **state)
{
	struct tt_live_monitor *monitor = start(see_and_crash, (struct tt_live_monitor_options){.hang_after = 2});
	siginfo_t info = {0};

	for (int i = 0; i < 30000 && !strstr(said(), "failed"); i++) {
		assert_false(tt_live_monitor_has_reported(monitor));
		g_usleep(1000);
	}
	assert_said("reading along has failed", true);
	assert_int_equal(waitid(P_PID, (id_t)shared->pid, &info, WEXITED | WNOHANG), -1); /* taken note of */
	tt_live_monitor_free(monitor);
	(void)state;
}

/* Without a beacon, or with a trace that cannot be read: it says so itself, and the program is not ended for it. */
static void test_cannot_read(void **state)
{
	world.no_beacon = true;
	struct tt_live_monitor *monitor = start(see, (struct tt_live_monitor_options){.hang_after = 2});
	wait_for_end(monitor);
	assert_said("no beacon today", true);
	assert_said("--no-live\n", true);
	assert_said("has failed", false);
	assert_said("in time", false);
	tt_live_monitor_free(monitor);
	assert_int_equal(ftruncate(world.out, 0), 0);
	world.no_beacon = false;
	world.fails = true;
	monitor = start(see, (struct tt_live_monitor_options){.hang_after = 2});
	wait_for_end(monitor);
	assert_said("trace-thr: the trace is broken; ", true);
	assert_said("--no-live", false);
	tt_live_monitor_free(monitor);
	(void)state;
}

static void stay_blind(struct reading *reading)
{
	PAUSE(reading, .complete_ns = 0);
	for (;;)
		pause();
}

/* It is waited for until it sees the session, but not for ever. */
static void test_not_in_time(void **state)
{
	shared->our_later_us = 1;
	struct tt_live_monitor *monitor = start(stay_blind, (struct tt_live_monitor_options){.hang_after = 2});

	assert_said("has not begun in time", true);
	tt_live_monitor_free(monitor);
	(void)state;
}

/* Its own words on stderr, as of a library, are nobody's. */
static void speak(struct reading *reading)
{
	see(reading);
	if (write(STDERR_FILENO, "noise", 5) != 5)
		shared->bad = true;
}

static void test_noise(void **state)
{
	struct tt_live_monitor *monitor = start(speak, (struct tt_live_monitor_options){.hang_after = 2});

	wait_for_end(monitor);
	assert_string_equal(said(), "");
	tt_live_monitor_free(monitor);
	(void)state;
}

/* As a companion of a recording: silent, with a hang after two seconds. */
static void test_companion(void **state)
{
	struct tt_hang_watch watch = {.program = "the-app"};
	struct tt_live_reader reader = tt_hang_watch_companion(&watch);

	assert_false(reader.is_caught(reader.data));
	world.script = wait_alone;
	reader.begin(&source, reader.data);
	wait_for_end(watch.lookout);
	assert_true(reader.is_caught(reader.data));
	assert_string_equal(said(), "");
	reader.end(reader.data);
	assert_int_equal(kill(shared->pid, 0), -1);
	tt_hang_watch_clear(&watch);
	assert_null(watch.lookout);
	assert_false(reader.is_caught(reader.data));
	shared->later_us = 0;
	world.script = see_and_stay;
	reader.begin(&source, reader.data);
	assert_false(reader.is_caught(reader.data));
	reader.end(reader.data);
	assert_int_equal(kill(shared->pid, 0), -1);
	tt_hang_watch_clear(&watch);
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_hang),        TEST(test_silent),      TEST(test_keep_going), TEST(test_suppressed),
	    TEST(test_patience),    TEST(test_names),       TEST(test_behind),     TEST(test_no_sign),
	    TEST(test_nothing_new), TEST(test_ended_by_us), TEST(test_crash),      TEST(test_cannot_read),
	    TEST(test_not_in_time), TEST(test_noise),       TEST(test_loss),       TEST(test_companion),
	};

	alarm(100);
	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
