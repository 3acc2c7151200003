/* SPDX-License-Identifier: MIT */
/*
 * Recording as a whole, without LTTng and without a program: daemon, session, door, loader and program are this test's,
 * and write down what they are asked for. The folder, the manifest and the environment are real.
 */
#include <fcntl.h>

#include "tests/unit/tools/leaks.h"
#include "tests/unit/tools/recorder.h"

static int begin(void **state)
{
	static char prog[] = "sub/prog", argument[] = "argument";
	static char *program[] = {prog, argument, NULL};

	(void)state;
	world = (struct world){.log = g_string_new(NULL),
	                       .home = g_dir_make_tmp("test-record-XXXXXX", NULL),
	                       .options = {.program = program, .output = "out", .stack = 5},
	                       .writes = true,
	                       .has_event = true};
	assert_int_equal(chdir(world.home), 0);
	g_unsetenv("LD_PRELOAD");
	g_unsetenv("TRACE_THR_SHAKE");
	g_unsetenv("TRACE_THR_STEER");
	return 0;
}

/* What the last recording left. */
static void forget(void)
{
	tt_recording_clear(&world.recording);
	tt_manifest_free(g_steal_pointer(&world.meanwhile));
	g_clear_pointer(&world.environment, g_strfreev);
	g_clear_pointer(&world.name, g_free);
}

static int end(void **state)
{
	(void)state;
	assert_int_equal(chdir("/"), 0);
	forget();
	g_string_free(world.log, TRUE);
	tt_remove_tree(world.home);
	g_free(world.home);
	g_free(world.said);
	return 0;
}

/* Records, and keeps what is said meanwhile. */
static bool record(GError **error)
{
	int stderr_was = dup(STDERR_FILENO), to = g_creat("said", 0600);
	bool ok;

	g_string_truncate(world.log, 0);
	dup2(to, STDERR_FILENO);
	ok = tt_record(&world.options, &world.recording, &world.status, error);
	fflush(stderr);
	dup2(stderr_was, STDERR_FILENO);
	close(stderr_was);
	close(to);
	g_clear_pointer(&world.said, g_free);
	assert_true(g_file_get_contents("said", &world.said, NULL, NULL));
	g_unlink("said");
	return ok;
}

static int lines(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static const char *variable(const char *name)
{
	return g_environ_getenv(world.environment, name);
}

static struct tt_manifest *manifest(void)
{
	struct tt_manifest *read = tt_manifest_read(world.options.output, NULL);

	assert_non_null(read);
	return read;
}

static void assert_log(const char *expected)
{
	assert_string_equal(world.log->str, expected);
}

static void test_plain(void **state)
{
	struct tt_manifest *at_end;
	int64_t before = g_get_real_time() * 1000;
	struct stat info;

	world.end = (struct tt_program_end){.exit_status = 7};
	assert_true(record(NULL));
	assert_log(
	    "find clock hold daemon session door-the session heir run listen listen listen no-door listen heard stop "
	    "no-heir no-daemon ");
	assert_string_equal(world.said, "");
	assert_string_equal(world.name, "00000001");
	assert_string_equal(world.recording.folder, "out");
	assert_int_equal(stat("out", &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	assert_int_equal(tt_recording_status(&world.recording), 7);
	assert_true(tt_recording_is_whole(&world.recording));
	assert_int_equal(world.meanwhile->pid, PID);
	assert_int_equal(world.meanwhile->cut, TT_CUT_UNFINISHED);
	assert_string_equal(world.meanwhile->program[1], "argument");
	assert_int_equal(world.meanwhile->end_ns, 0);
	at_end = manifest();
	assert_int_equal(at_end->pid, PID);
	assert_int_equal(at_end->cut, TT_CUT_NONE);
	assert_int_equal(at_end->exit_status, 7);
	assert_int_equal(at_end->stack, 5);
	assert_false(at_end->preload || at_end->torn || at_end->timed_out || at_end->interrupted || at_end->cut_even);
	assert_string_equal(at_end->recording, "00000001-0000000200000003");
	assert_in_range(at_end->begin_ns, before, at_end->end_ns);
	assert_in_range(at_end->end_ns, before, g_get_real_time() * 1000);
	tt_manifest_free(at_end);
	(void)state;
}

static void test_environment(void **state)
{
	g_autofree char *time = g_file_read_link("/proc/self/ns/time", NULL);
	const uint64_t seed = UINT64_C(12345678901234567890);

	g_setenv("LTTNG_UST_ALLOW_BLOCKING", "0", TRUE);
	assert_true(record(NULL));
	assert_string_equal(variable("LTTNG_UST_REGISTER_TIMEOUT"), "-1");
	assert_string_equal(variable("LTTNG_UST_WITHOUT_BADDR_STATEDUMP"), "1");
	assert_string_equal(variable("LTTNG_UST_ALLOW_BLOCKING"), "1");
	assert_string_equal(variable("TRACE_THR_RECORDING"), "00000001");
	assert_string_equal(variable("TRACE_THR_STACK"), "5");
	assert_string_equal(variable(TT_DOOR_VARIABLE), "/the/door");
	if (time)
		assert_string_equal(variable(TT_TIMEBASE_VARIABLE), time);
	assert_null(variable("TRACE_THR_SHAKE"));
	assert_null(variable("TRACE_THR_STEER"));
	assert_null(variable("TRACE_THR_UNRECORDED"));
	assert_null(variable("LD_PRELOAD"));
	forget();
	world.options.output = "other";
	world.options.drop = true;
	world.options.shake = &seed;
	world.options.steer = "the plan";
	assert_true(record(NULL));
	assert_non_null(strstr(world.log->str, "session-drop "));
	assert_null(variable("LTTNG_UST_ALLOW_BLOCKING"));
	assert_string_equal(variable("TRACE_THR_SHAKE"), "12345678901234567890");
	assert_string_equal(variable("TRACE_THR_STEER"), "the plan");
	g_unsetenv("LTTNG_UST_ALLOW_BLOCKING");
	(void)state;
}

static void test_preload(void **state)
{
	struct tt_manifest *at_end;

	g_setenv("LD_PRELOAD", "theirs", TRUE);
	world.options.preload = true;
	assert_true(record(NULL));
	assert_true(g_str_has_prefix(world.log->str, "find clock preloads libraries hold "));
	assert_string_equal(variable("LD_PRELOAD"), "ours theirs");
	assert_true(g_path_is_absolute(variable("TRACE_THR_UNRECORDED")));
	assert_true(g_str_has_suffix(variable("TRACE_THR_UNRECORDED"), "/out/unrecorded"));
	assert_non_null(world.recording.unrecorded[0]);
	assert_true(g_str_has_prefix(world.recording.unrecorded[0], "/bin/static: "));
	assert_null(world.recording.unrecorded[1]);
	assert_false(g_file_test("out/unrecorded", G_FILE_TEST_EXISTS));
	at_end = manifest();
	assert_true(at_end->preload);
	assert_string_equal(at_end->unrecorded[0], world.recording.unrecorded[0]);
	tt_manifest_free(at_end);
	g_unsetenv("LD_PRELOAD");
	(void)state;
}

/* Whatever fails, nothing is left behind, and what was begun is ended. */
static void test_each_failure(void **state)
{
	static const struct {
		enum step step;
		int status;
		const char *log;
	} failures[] = {
	    {FIND, TT_EXIT_NOT_RUN, "find "},
	    {CLOCK, TT_EXIT_USAGE, "find clock "},
	    {PRELOAD, TT_EXIT_USAGE, "find clock preloads "},
	    {LIBRARIES, TT_EXIT_USAGE, "find clock preloads libraries "},
	    {DAEMON, TT_EXIT_USAGE, "find clock preloads libraries hold daemon "},
	    {SESSION, TT_EXIT_USAGE, "find clock preloads libraries hold daemon session no-daemon "},
	    {DOOR, TT_EXIT_USAGE,
	     "find clock preloads libraries hold daemon session door-the session heir listen heard stop no-heir "
	     "no-daemon "},
	    {INTERRUPT, TT_EXIT_INTERRUPTED,
	     "find clock preloads libraries hold daemon session door-the session heir no-door listen heard stop "
	     "no-heir no-daemon "},
	    {PROGRAM, TT_EXIT_NOT_EXECUTABLE,
	     "find clock preloads libraries hold daemon session door-the session heir run no-door listen heard stop "
	     "no-heir no-daemon "},
	    {STOP, TT_EXIT_USAGE,
	     "find clock preloads libraries hold daemon session door-the session heir run listen listen listen "
	     "no-door listen heard stop no-heir no-daemon "},
	};

	world.options.preload = true;
	world.writes = false;
	for (size_t i = 0; i < G_N_ELEMENTS(failures); i++) {
		g_autoptr(GError) error = NULL;

		for (int there = 0; there < 2; there++) { /* also into a folder that was there */
			g_clear_error(&error);
			if (there)
				g_mkdir("out", 0755);
			world.fails = failures[i].step;
			assert_false(record(&error));
			assert_non_null(error);
			assert_int_equal(world.status, failures[i].status);
			assert_log(failures[i].log);
			assert_int_equal(g_rmdir("out"), there ? 0 : -1);
			assert_null(world.recording.folder);
			forget();
		}
	}
	(void)state;
}

/* What was recorded is kept, whatever has failed then. */
static void test_a_trace_is_kept(void **state)
{
	world.fails = STOP;
	assert_false(record(NULL));
	assert_true(g_file_test("out/ust/events_0", G_FILE_TEST_EXISTS));
	(void)state;
}

static void test_numbered_folders(void **state)
{
	world.options.output = NULL;
	g_mkdir("trace-thr-prog-1", 0755);
	g_mkdir("trace-thr-prog-2", 0755);
	assert_true(record(NULL));
	assert_string_equal(world.recording.folder, "trace-thr-prog-3");
	forget();
	world.writes = false;
	world.fails = SESSION;
	assert_false(record(NULL));
	assert_false(g_file_test("trace-thr-prog-4", G_FILE_TEST_EXISTS));
	(void)state;
}

/* A folder of ours that is empty is taken, and is private from then on; others are not. */
static void test_folders(void **state)
{
	g_autoptr(GError) error = NULL;
	struct stat info;

	g_mkdir("out", 0755);
	assert_true(record(NULL));
	assert_int_equal(stat("out", &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	forget();
	assert_false(record(&error)); /* is not empty */
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_OUTPUT));
	assert_non_null(strstr(error->message, g_strerror(ENOTEMPTY)));
	assert_non_null(strstr(error->message, "remove that one"));
	assert_int_equal(world.status, TT_EXIT_USAGE);
	assert_true(g_file_test("out/ust/events_0", G_FILE_TEST_EXISTS));
	g_clear_error(&error);
	world.options.output = "no/such";
	assert_false(record(&error));
	assert_non_null(strstr(error->message, g_strerror(ENOENT)));
	assert_non_null(strstr(error->message, "above it"));
	g_clear_error(&error);
	assert_true(g_file_set_contents("file", "x", 1, NULL));
	world.options.output = "file";
	assert_false(record(&error));
	assert_non_null(strstr(error->message, g_strerror(EEXIST)));
	assert_non_null(strstr(error->message, "remove that one"));
	assert_true(g_file_test("file", G_FILE_TEST_EXISTS));
	g_clear_error(&error);
	world.options.output = "file/below";
	assert_false(record(&error));
	assert_non_null(strstr(error->message, g_strerror(ENOTDIR)));
	assert_non_null(strstr(error->message, "with -o"));
	if (geteuid() != 0)
		return;
	g_clear_error(&error);
	g_mkdir("theirs", 0777);
	assert_int_equal(chown("theirs", 65534, 65534), 0);
	world.options.output = "theirs";
	assert_false(record(&error));
	assert_non_null(strstr(error->message, g_strerror(EPERM)));
	assert_non_null(strstr(error->message, "another user"));
	(void)state;
}

static void test_open_session(void **state)
{
	world.open_to_all = true;
	assert_true(record(NULL));
	assert_non_null(strstr(world.log->str, "door-open "));
	(void)state;
}

/* Whether it has begun: a process was let in, and there is an event. The test's program asks. */
static void test_has_begun(void **state)
{
	world.unused = true;
	assert_true(record(NULL));
	(void)state;
}

static void test_companion(void **state)
{
	const struct tt_live_reader companion = {companion_begins, companion_catches, companion_ends, &world};

	world.options.companion = &companion;
	assert_true(record(NULL));
	assert_non_null(strstr(world.log->str, "session-live "));
	assert_non_null(strstr(world.log->str, "heir reads run listen listen listen read no-door "));
	forget();
	world.options.output = "other";
	world.caught = true;
	assert_true(record(NULL));
	assert_non_null(strstr(world.log->str, "listen finish read "));
	(void)state;
}

/* A daemon has ended: that is said, once. */
static void test_cut(void **state)
{
	struct tt_manifest *at_end;

	world.cut = TT_CUT_CONSUMER;
	world.loss =
	    (struct tt_session_discarded){.cut = TT_CUT_CONSUMER, .cut_ns = 55, .cut_even = true, .torn = true};
	assert_true(record(NULL));
	assert_int_equal(lines(world.said), 1);
	assert_int_equal(tt_recording_status(&world.recording), TT_EXIT_NO_VERDICT);
	at_end = manifest();
	assert_int_equal(at_end->cut, TT_CUT_CONSUMER);
	assert_int_equal(at_end->cut_ns, 55);
	assert_true(at_end->cut_even && at_end->torn);
	tt_manifest_free(at_end);
	(void)state;
}

static void test_the_two_daemons_are_told_from_each_other(void **state)
{
	g_autofree char *of_consumer = NULL;

	world.cut = TT_CUT_CONSUMER;
	assert_true(record(NULL));
	of_consumer = g_strdup(world.said);
	forget();
	world.options.output = "other";
	world.cut = TT_CUT_DAEMON;
	assert_true(record(NULL));
	assert_int_equal(lines(world.said), 1);
	assert_non_null(strstr(of_consumer, "ulimit"));
	assert_null(strstr(world.said, "ulimit"));
	(void)state;
}

/* The keeper of the door was killed: said once; what it would have let in is missing. */
static void test_door(void **state)
{
	for (int i = 0; i < 2; i++) {
		world.door_gone = !i;
		world.door_missed = i;
		world.options.output = i ? "other" : "out";
		assert_true(record(NULL));
		assert_int_equal(lines(world.said), !i);
		assert_int_equal(world.recording.loss.cut, TT_CUT_MISSED);
		assert_false(tt_recording_is_whole(&world.recording));
		forget();
	}
	world.options.output = "third";
	world.loss.cut = TT_CUT_DISK; /* that is worse */
	assert_true(record(NULL));
	assert_int_equal(world.recording.loss.cut, TT_CUT_DISK);
	(void)state;
}

static void test_left_out(void **state)
{
	static char who[] = "prog (pid 7) has a clock";
	static char *all[] = {who, NULL};
	struct tt_manifest *at_end;

	world.left_out = all;
	assert_true(record(NULL));
	assert_string_equal(world.recording.left_out[0], who);
	assert_int_equal(tt_recording_status(&world.recording), TT_EXIT_NO_VERDICT);
	at_end = manifest();
	assert_string_equal(at_end->left_out[0], who);
	tt_manifest_free(at_end);
	(void)state;
}

static void test_what_runs_on(void **state)
{
	g_autofree char *waits = NULL;

	world.left = "child (pid 8)";
	assert_true(record(NULL));
	assert_int_equal(lines(world.said), 1);
	assert_non_null(strstr(world.said, "sub/prog"));
	assert_non_null(strstr(world.said, world.left));
	waits = g_strdup(world.said);
	forget();
	world.options.output = "other";
	world.options.detach_ends = true;
	assert_true(record(NULL));
	assert_non_null(strstr(world.said, world.left));
	assert_null(strstr(world.said, "Ctrl-C")); /* there is nothing to end */
	assert_non_null(strstr(waits, "Ctrl-C"));
	(void)state;
}

/* One that is ended: the session ends before it. */
static void test_timeout(void **state)
{
	struct tt_manifest *at_end;

	world.options.timeout = 2.5;
	world.end = (struct tt_program_end){.exit_status = -1, .signal = SIGTERM, .timed_out = true};
	assert_true(record(NULL));
	assert_non_null(strstr(world.log->str, "listen finish no-door "));
	assert_int_equal(tt_recording_status(&world.recording), TT_EXIT_TIMEOUT);
	at_end = manifest();
	assert_true(at_end->timed_out);
	assert_int_equal(at_end->signal, SIGTERM);
	assert_int_equal(at_end->exit_status, -1);
	tt_manifest_free(at_end);
	forget();
	world.end.timed_out = false;
	world.options.output = "other";
	assert_true(record(NULL));
	assert_int_equal(tt_recording_status(&world.recording), 128 + SIGTERM);
	(void)state;
}

/* How it ended says what the recording lacks, unless that is known better. */
static void test_ends_that_cut(void **state)
{
	struct tt_recording *recording = &world.recording;

	world.end = (struct tt_program_end){.outlived = true, .interrupted = true};
	world.loss = (struct tt_session_discarded){.events = 3, .torn = true, .cut_even = true, .cut_ns = 9};
	assert_true(record(NULL));
	assert_int_equal(recording->loss.cut, TT_CUT_OUTLIVED);
	assert_int_equal(recording->loss.events, 3);
	assert_true(recording->loss.torn);
	assert_false(recording->loss.cut_even);
	assert_int_equal(recording->loss.cut_ns, 0);
	struct tt_manifest *at_end = manifest();
	assert_true(at_end->interrupted);
	tt_manifest_free(at_end);
	end(NULL);

	begin(NULL);
	world.end = (struct tt_program_end){.no_room = true, .signal = SIGTERM};
	world.no_room = true;
	assert_true(record(NULL));
	assert_int_equal(recording->loss.cut, TT_CUT_DISK);
	assert_true(recording->loss.cut_even);
	assert_int_equal(tt_recording_status(recording), TT_EXIT_NO_VERDICT);
	end(NULL);

	begin(NULL);
	world.end = (struct tt_program_end){.no_room = true, .outlived = true};
	world.loss.cut = TT_CUT_DAEMON;
	assert_true(record(NULL));
	assert_int_equal(recording->loss.cut, TT_CUT_DAEMON);
	assert_false(recording->loss.cut_even);
	(void)state;
}

/* The recorder is killed while the program runs: the process that waits for that ends all, and says so. */
static void test_killed(void **state)
{
	world.killed = true;
	world.alive = 100;
	assert_true(record(NULL));
	assert_non_null(strstr(world.log->str, "run listen listen listen no-door finish stop no-daemon "));
	assert_int_equal(world.terms, 40);
	assert_int_equal(world.kills, 40);
	assert_int_equal(world.slept_us, 4000000);
	assert_int_equal(lines(world.said), 1);
	assert_non_null(strstr(world.said, "out"));
	(void)state;
}

/* What the manifest says then: from now on there is no more, unless that was so before. */
static void test_manifest_of_a_killed_one(void **state)
{
	static const struct tt_session_discarded losses[] = {{0},
	                                                     {.torn = true},
	                                                     {.cut = TT_CUT_DAEMON, .cut_ns = 5},
	                                                     {.cut = TT_CUT_DISK, .cut_ns = 5, .cut_even = true}};

	for (size_t i = 0; i < G_N_ELEMENTS(losses); i++) {
		const struct tt_session_discarded *loss = &losses[i];
		const struct tt_manifest *found;
		int64_t before = g_get_real_time() * 1000;

		end(NULL);
		begin(NULL);
		world.killed = true;
		world.loss = *loss;
		assert_true(record(NULL));
		assert_int_equal(world.terms, 1);
		found = world.meanwhile;
		assert_int_equal(found->pid, PID);
		assert_int_equal(found->torn, loss->torn);
		assert_int_equal(found->cut, loss->cut ? loss->cut : TT_CUT_RECORDER);
		assert_int_equal(found->cut_even, loss->cut ? loss->cut_even : !loss->torn);
		assert_in_range(found->end_ns, before, g_get_real_time() * 1000);
		assert_int_equal(found->cut_ns, loss->cut ? 5 : found->end_ns);
	}
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_plain),
	    TEST(test_environment),
	    TEST(test_preload),
	    TEST(test_each_failure),
	    TEST(test_a_trace_is_kept),
	    TEST(test_numbered_folders),
	    TEST(test_folders),
	    TEST(test_open_session),
	    TEST(test_has_begun),
	    TEST(test_companion),
	    TEST(test_cut),
	    TEST(test_the_two_daemons_are_told_from_each_other),
	    TEST(test_door),
	    TEST(test_left_out),
	    TEST(test_what_runs_on),
	    TEST(test_timeout),
	    TEST(test_ends_that_cut),
	    TEST(test_killed),
	    TEST(test_manifest_of_a_killed_one),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
