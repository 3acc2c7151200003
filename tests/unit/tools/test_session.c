/* SPDX-License-Identifier: MIT */
/*
 * A session of LTTng, without LTTng: the calls of liblttng-ctl are this test's, and each writes down what it was asked
 * for. So are the watch, the salvage, the free room and the clock.
 */
#include "tests/unit/tools/leaks.h"
#include "tests/unit/tools/lttng_ctl.h"

static int begin(void **state)
{
	(void)state;
	world = (struct world){.log = g_string_new(NULL),
	                       .folder = g_dir_make_tmp("test-session-XXXXXX", NULL),
	                       .rc = -LTTNG_ERR_UNK,
	                       .shared = AMPLE,
	                       .disk = AMPLE,
	                       .file_limit = UINT64_MAX,
	                       .now_us = 1000000000};
	return 0;
}

static int end(void **state)
{
	(void)state;
	g_string_free(world.log, TRUE);
	tt_remove_tree(world.folder);
	g_free(world.folder);
	return 0;
}

static struct tt_session *start(bool live, bool drop)
{
	g_autoptr(GError) error = NULL;
	struct tt_session *session = tt_session_start(world.folder, live, drop, &error);

	assert_non_null(session);
	assert_null(error);
	return session;
}

/* It has to fail, with an error of that code. */
static void fails(enum tt_session_error code)
{
	g_autoptr(GError) error = NULL;

	assert_null(tt_session_start(world.folder, true, false, &error));
	assert_true(g_error_matches(error, TT_SESSION_ERROR, (int)code));
}

static struct tt_session_discarded stop(struct tt_session *session)
{
	struct tt_session_discarded loss;

	assert_true(tt_session_stop(session, &loss, NULL));
	return loss;
}

static void assert_log(const char *expected)
{
	assert_string_equal(world.log->str, expected);
	g_string_truncate(world.log, 0);
}

/* A log line of the events that are enabled for a level. */
static char *events(const char *pattern, int type, int level, const char *channel)
{
	return g_strdup_printf("events %s %d %d into %s\n", pattern, type, level, channel);
}

static char *all_events(bool live)
{
	g_autofree char *graver =
	    events("trace_thr:*", LTTNG_EVENT_LOGLEVEL_RANGE, LTTNG_LOGLEVEL_DEBUG_MODULE - 1, "events");
	g_autofree char *debug = events("trace_thr:*", LTTNG_EVENT_LOGLEVEL_SINGLE, LTTNG_LOGLEVEL_DEBUG, "events");
	g_autofree char *modules =
	    events("trace_thr:*", LTTNG_EVENT_LOGLEVEL_SINGLE, LTTNG_LOGLEVEL_DEBUG_MODULE, "modules");
	g_autofree char *beacon = events(TT_BEACON_EVENT, LTTNG_EVENT_LOGLEVEL_ALL, -1, "events");
	g_autofree char *of_modules = events(TT_BEACON_MODULES_EVENT, LTTNG_EVENT_LOGLEVEL_ALL, -1, "modules");

	return g_strconcat(graver, debug, modules, live ? beacon : "", live ? of_modules : "", NULL);
}

/* Live: three channels, written many times a second; programs wait for room in those of events and of modules. */
static void test_live(void **state)
{
	g_autofree char *enabled = all_events(true);
	g_autofree char *expected = g_strconcat("create\nhandle\nbuffers in /shm\n"
	                                        "events waits -1\nchannel events 32 x 1048576 every 20000\n"
	                                        "modules waits -1\nchannel modules 4 x 65536 every 20000\n"
	                                        "channel metadata 2 x 4096 every 50000\n",
	                                        enabled, "tracker\npolicy 2\nno tracker\nstart\nwatch\n", NULL);
	struct tt_session *session = start(true, false);
	struct tt_session_discarded loss;

	assert_int_equal(LTTNG_TRACKING_POLICY_INCLUDE_SET, 2);
	assert_log(expected);
	assert_true(g_str_has_prefix(tt_session_name(session), "trace-thr-"));
	assert_true(tt_session_is_restricted(session));
	assert_true(tt_session_has_room(session));
	assert_int_equal(tt_session_attend(session), TT_CUT_NONE);
	assert_false(tt_session_has_event(session));
	world.has_event = true;
	assert_true(tt_session_has_event(session));
	assert_int_equal(world.looks, 1);
	assert_int_equal(world.pumps, 0);
	loss = stop(session);
	assert_log("stop\ndestroy\nno watch\nno salvage\n");
	assert_false(loss.torn);
	assert_true(loss.cut_even);
	assert_int_equal(loss.cut, TT_CUT_NONE);
	assert_int_equal(loss.events, 0);
	assert_int_equal(loss.cut_ns, 0);
	(void)state;
}

/* Not live, and dropping: no timers, no metadata, no beacons, no waiting for room but for modules. */
static void test_dropping(void **state)
{
	g_autofree char *enabled = all_events(false);
	g_autofree char *expected = g_strconcat("create\nhandle\nbuffers in /shm\n"
	                                        "channel events 32 x 1048576 every 0\n"
	                                        "modules waits -1\nchannel modules 4 x 65536 every 0\n",
	                                        enabled, "tracker\npolicy 2\nno tracker\nstart\nwatch\n", NULL);
	struct tt_session *session = start(false, true);
	struct tt_session_discarded loss;

	assert_log(expected);
	world.n_channels = 2;
	world.dropped[0] = 3;
	world.dropped[1] = (UINT64_C(1) << 63) + 4; /* as the consumer counts after a packet that came late */
	world.dropped[2] = 50;                      /* is not listed */
	loss = stop(session);
	assert_int_equal(loss.events, 7);
	assert_int_equal(loss.cut, TT_CUT_NONE);
	(void)state;
}

static void test_what_cannot_be_counted(void **state)
{
	struct tt_session *session = start(false, true);

	world.n_channels = 3;
	world.dropped[0] = 1;
	world.dropped[1] = 1000;
	world.dropped[2] = 2;
	assert_int_equal(stop(session).events, 3);
	session = start(false, true);
	world.n_channels = -1;
	assert_int_equal(stop(session).events, 0);
	(void)state;
}

/* Whatever fails at the start, there is no session then. */
static void test_each_failure(void **state)
{
	int calls;

	stop(start(true, false));
	calls = world.calls - 2; /* without those of the end */
	for (int call = 1; call <= calls; call++) {
		end(NULL);
		begin(NULL);
		world.fails_at = call;
		if (call == 3) { /* the place of the buffers: it is done without */
			stop(start(true, false));
			assert_true(strstr(world.log->str, "no salvage\nevents waits"));
			continue;
		}
		fails(TT_SESSION_ERROR_SETUP);
		assert_int_equal(g_str_has_suffix(world.log->str, "create\n"), call == 1);
		assert_int_equal(strstr(world.log->str, "\ndestroy\n") != NULL, call > 1);
		assert_null(strstr(world.log->str, "watch"));
	}
	/* What is positive is no failure. */
	end(NULL);
	begin(NULL);
	world.fails_at = 1;
	world.rc = 1;
	stop(start(true, false));
	(void)state;
}

static void test_another_namespace(void **state)
{
	struct tt_session *session;

	world.other_namespace = true;
	session = start(false, false);
	assert_false(tt_session_is_restricted(session));
	assert_null(strstr(world.log->str, "tracker"));
	stop(session);
	(void)state;
}

/* Without a place for the buffers that the daemon sees as well, it is done without. */
static void test_no_salvage(void **state)
{
	struct tt_session *session;

	for (int i = 0; i < 2; i++) {
		world.no_salvage = i;
		world.not_shared = !i;
		g_string_truncate(world.log, 0);
		session = start(false, false);
		assert_null(strstr(world.log->str, "buffers in"));
		assert_int_equal(strstr(world.log->str, "no salvage") != NULL, !i);
		assert_true(tt_session_has_event(session));
		stop(session);
	}
	(void)state;
}

/* The buffers take an eighth of the shared memory, and at least what is the least. */
static void test_shared_memory(void **state)
{
	const uint64_t least = CPUS * (9 * 64 * 1024 + 5 * 64 * 1024);

	world.shared = least - 1024;
	fails(TT_SESSION_ERROR_SETUP);
	assert_true(strstr(world.log->str, "create\ndestroy\n"));
	world.shared = least;
	stop(start(false, false));
	assert_true(strstr(world.log->str, "channel events 8 x 65536"));
	g_string_truncate(world.log, 0);
	world.shared = UINT64_MAX; /* which cannot be found out */
	stop(start(false, false));
	assert_true(strstr(world.log->str, "channel events 32 x 1048576"));
	(void)state;
}

static void test_disk(void **state)
{
	const uint64_t needed = CPUS * (33 * MIB + 5 * 64 * 1024);
	struct tt_session *session;

	world.disk = needed - 1024;
	fails(TT_SESSION_ERROR_OUTPUT);
	world.disk = needed;
	session = start(false, false);
	assert_true(tt_session_has_room(session));
	world.disk -= 1024;
	assert_false(tt_session_has_room(session));
	world.disk = UINT64_MAX;
	assert_true(tt_session_has_room(session));
	stop(session);
	(void)state;
}

static void test_file_limit(void **state)
{
	world.file_limit = 34 * MIB - 1;
	fails(TT_SESSION_ERROR_SETUP);
	world.file_limit++;
	stop(start(false, false));
	(void)state;
}

/* A packet with a torn event: what is behind it is written once the daemon has closed its files, and that is said. */
static void test_rest(void **state)
{
	struct tt_session *session = start(false, false);
	struct tt_session_discarded loss;

	g_string_truncate(world.log, 0);
	world.has_rest = true;
	loss = stop(session);
	assert_log("stop\ndestroy, and say when\ndestroyed\nwrite the rest\nno watch\nno salvage\n");
	assert_true(loss.torn);
	assert_false(loss.cut_even);
	assert_int_equal(loss.cut, TT_CUT_NONE);
	(void)state;
}

/* A full disk: what was written is not whole. */
static void test_full_at_the_end(void **state)
{
	struct tt_session *session = start(false, false);
	struct tt_session_discarded loss;

	world.disk = 63 * 1024;
	loss = stop(session);
	assert_int_equal(loss.cut, TT_CUT_DISK);
	assert_false(loss.cut_even || loss.torn);
	world.disk = AMPLE;
	session = start(false, false);
	world.disk = 64 * 1024;
	assert_int_equal(stop(session).cut, TT_CUT_NONE);
	(void)state;
}

/* It waits as long as there is more on disk each time; patience ends two seconds after the last. */
static void test_waits_for_what_is_pending(void **state)
{
	struct tt_session *session = start(false, false);
	gint64 before = world.now_us;

	world.pending = 3000; /* steps of two milliseconds */
	world.grows = 2500;
	tt_session_finish(session);
	assert_int_equal(world.pending, 0);
	assert_int_equal(world.now_us - before, 3000 * 2000);
	assert_false(stop(session).torn);

	session = start(false, false);
	before = world.now_us;
	world.pending = 100000;
	tt_session_finish(session);
	assert_in_range(world.now_us - before, 2000000, 2010000);
	tt_session_finish(session); /* once is enough */
	assert_true(world.now_us - before <= 2010000);
	struct tt_session_discarded loss = stop(session);
	assert_true(loss.torn);
	assert_false(loss.cut_even);

	session = start(false, false);
	world.pending = -1;
	assert_true(stop(session).torn);
	(void)state;
}

/* A daemon ends: that is so once and for all, and what it did is done here. */
static void test_cut(void **state)
{
	struct tt_session *session = start(false, false);
	int64_t before = g_get_real_time() * 1000;
	struct tt_session_discarded loss;

	world.cut = TT_CUT_CONSUMER;
	assert_int_equal(tt_session_attend(session), TT_CUT_CONSUMER);
	assert_int_equal(world.pumps, 1);
	assert_true(tt_session_has_event(session));
	world.cut = TT_CUT_DAEMON;
	assert_int_equal(tt_session_attend(session), TT_CUT_CONSUMER);
	assert_int_equal(world.pumps, 2);
	int64_t after = g_get_real_time() * 1000;
	g_string_truncate(world.log, 0);
	world.n_channels = 1;
	world.dropped[0] = 9; /* of that nobody knows any more */
	loss = stop(session);
	assert_true(g_str_has_prefix(world.log->str, "stop\nfinish\n"));
	assert_int_equal(loss.cut, TT_CUT_CONSUMER);
	assert_true(loss.cut_ns >= before && loss.cut_ns <= after);
	assert_true(loss.cut_even);
	assert_false(loss.torn);
	assert_int_equal(loss.events, 0);
	(void)state;
}

/* The same in the midst of the end, and not all is there. */
static void test_cut_at_the_end(void **state)
{
	struct tt_session *session = start(false, false);
	struct tt_session_discarded loss;

	world.cut_after = 1;
	world.cut = TT_CUT_DISK; /* whatever it is: the first stop waits for no pump */
	world.salvage_is_torn = true;
	g_string_truncate(world.log, 0);
	loss = stop(session);
	assert_true(g_str_has_prefix(world.log->str, "stop\nstop\nfinish\ndestroy\n"));
	assert_int_equal(loss.cut, TT_CUT_DISK);
	assert_false(loss.torn || loss.cut_even);
	(void)state;
}

static void test_no_daemon_at_the_end(void **state)
{
	struct tt_session *session = start(false, false);

	world.fails_at = world.calls + 2;
	assert_int_equal(stop(session).cut, TT_CUT_DAEMON);
	session = start(false, false);
	world.cut = TT_CUT_CONSUMER;
	world.fails_at = world.calls + 3;
	assert_int_equal(stop(session).cut, TT_CUT_CONSUMER);
	(void)state;
}

/* Nothing is there, and there was less memory than for the buffers: that is why. */
static void test_lacked_memory(void **state)
{
	g_autofree char *ust = g_build_filename(world.folder, "ust", NULL);
	g_autofree char *file = g_build_filename(ust, "events_0", NULL);
	struct tt_session *session = start(false, false);
	g_autoptr(GError) error = NULL;
	struct tt_session_discarded loss;

	world.shared = 60 * MIB;
	tt_session_has_room(session);
	world.shared = AMPLE;
	assert_false(tt_session_stop(session, &loss, &error));
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
	assert_true(strstr(world.log->str, "destroy\nno watch\n"));
	session = start(false, false);
	g_mkdir_with_parents(ust, 0755);
	assert_true(g_file_set_contents(file, "x", 1, NULL));
	world.shared = 60 * MIB;
	stop(session);
	world.shared = AMPLE;
	tt_remove_tree(ust);
	session = start(false, false);
	world.shared = 60 * MIB;
	world.cut = TT_CUT_DAEMON; /* is the reason */
	assert_int_equal(stop(session).cut, TT_CUT_DAEMON);
	(void)state;
}

static void test_tracker(void **state)
{
	struct tt_tracker *tracker = tt_tracker_open("session");

	assert_true(tt_tracker_add(tracker, 0));
	assert_true(tt_tracker_add(tracker, 1)); /* is there */
	assert_false(tt_tracker_add(tracker, 2));
	assert_false(tt_tracker_add(tracker, 3));
	tt_tracker_remove(tracker, 1);
	tt_tracker_close(tracker);
	tt_tracker_close(NULL);
	assert_log("tracker\nadd 0\nadd 1\nadd 2\nadd 3\nremove 1\nno tracker\n");
	world.fails_at = world.calls + 1;
	assert_null(tt_tracker_open("session"));
	(void)state;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_live),
	    TEST(test_rest),
	    TEST(test_dropping),
	    TEST(test_what_cannot_be_counted),
	    TEST(test_each_failure),
	    TEST(test_another_namespace),
	    TEST(test_no_salvage),
	    TEST(test_shared_memory),
	    TEST(test_disk),
	    TEST(test_file_limit),
	    TEST(test_full_at_the_end),
	    TEST(test_waits_for_what_is_pending),
	    TEST(test_cut),
	    TEST(test_cut_at_the_end),
	    TEST(test_no_daemon_at_the_end),
	    TEST(test_lacked_memory),
	    TEST(test_tracker),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
