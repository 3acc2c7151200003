/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "db_files.h"
#include "reading.h"

#include "tools/finding/access.h"
#include "tools/check/rules.h"

/* A check as a whole: how it reads a trace, what it says of losses, times and threads, and its verdict. */

static void test_levels(void **state)
{
	enum tt_level level = TT_LEVEL_ACTUAL;

	assert_string_equal(tt_level_name(TT_LEVEL_INVERSION), "inversion");
	for (int i = TT_LEVEL_INVERSION; i <= TT_LEVEL_ACTUAL; i++) {
		assert_true(tt_level_parse(tt_level_name((enum tt_level)i), &level));
		assert_int_equal(level, i);
	}
	assert_false(tt_level_parse("certain", &level));
	assert_false(tt_level_parse("", &level));
	assert_int_equal(level, TT_LEVEL_ACTUAL);
	(void)state;
}

/* A check of one event, at time 0 of its report. */
static struct tt_check *of_one_event(void)
{
	struct tt_check *check = tt_check_new_without_rules();
	struct tt_event event = {
	    .type = TT_EVENT_thread_start, .time_ns = FEED_ORIGIN, .pid = 1, .thread_id = 1, .thread = "t", .id = 1};

	tt_check_feed(check, &event);
	event.time_ns += 1000;
	tt_check_feed(check, &event);
	assert_int_equal(check->events, 2);
	assert_int_equal(check->begin_ns, FEED_ORIGIN);
	return check;
}

#define NOBODY                                                                                                         \
	{                                                                                                              \
		.cpu = -1, .pid = -1                                                                                   \
	}

static void test_what_was_lost(void **state)
{
	static const struct {
		struct tt_discarded loss;
		const char *text;
	} cases[] = {
	    {{.begin_ns = -1, .end_ns = -1, .count = 1, .buffer = NOBODY}, "1 event lost, nobody knows when"},
	    {{.begin_ns = FEED_ORIGIN, .end_ns = -1, .count = 2, .buffer = NOBODY}, "2 events lost after +0.000000 s"},
	    {{.begin_ns = FEED_ORIGIN + 1000, .end_ns = FEED_ORIGIN + 2000000, .packets = 1, .buffer = NOBODY},
	     "1 packet lost between +0.000001 s and +0.002000 s"},
	    {{.begin_ns = FEED_ORIGIN - 1000, .end_ns = FEED_ORIGIN, .count = 3, .packets = 2, .buffer = NOBODY},
	     "3 events and 2 packets lost between -0.000001 s and +0.000000 s"},
	    {{.begin_ns = -1, .end_ns = 5, .buffer = NOBODY}, "1 packet lost, nobody knows when"},
	    {{.begin_ns = 5, .end_ns = -1, .count = 1, .torn = true, .buffer = NOBODY},
	     "1 event lost at the end, since a program was killed while it wrote an event"},
	    {{.begin_ns = -1, .end_ns = -1, .count = 1, .buffer = {.channel = "c", .cpu = 0, .pid = -1}},
	     "1 event lost, nobody knows when, of channel \"c\" on CPU 0"},
	    {{.begin_ns = -1, .end_ns = -1, .count = 1, .buffer = {.cpu = 1, .pid = -1}},
	     "1 event lost, nobody knows when, of CPU 1"},
	    {{.begin_ns = -1, .end_ns = -1, .count = 1, .buffer = {.process = "p", .cpu = -1, .pid = 0}},
	     "1 event lost, nobody knows when, of process \"p\" (pid 0)"},
	    {{.begin_ns = -1,
	      .end_ns = -1,
	      .count = 1,
	      .buffer = {.channel = "c", .process = "p", .cpu = 2, .pid = -1}},
	     "1 event lost, nobody knows when, of process \"p\", channel \"c\" on CPU 2"},
	    {{.begin_ns = -1, .end_ns = -1, .count = 2, .why = "it is full", .buffer = NOBODY},
	     "it is full: 2 events lost, nobody knows when"},
	    {{.begin_ns = FEED_ORIGIN, .end_ns = -1, .why = "it is full", .buffer = NOBODY},
	     "it is full after +0.000000 s: an unknown number of events is lost"},
	    {{.begin_ns = -1, .end_ns = -1, .why = "it is full", .buffer = NOBODY},
	     "it is full: an unknown number of events is lost"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tt_check *check = of_one_event();

		assert_false(tt_check_has_discarded(check));
		tt_check_add_discarded(check, &cases[i].loss);
		assert_true(tt_check_has_discarded(check));
		g_autofree char *text = tt_check_discarded_text(check, check->loss.buffers->pdata[0]);
		assert_string_equal(text, cases[i].text);
		tt_check_free(check);
	}
	(void)state;
}

/* Losses of one buffer, for one reason, are one; all of them together are counted. */
static void test_losses_of_one_buffer(void **state)
{
	static const struct tt_discarded first = {
	    .begin_ns = 30, .end_ns = 40, .count = 2, .buffer = {.channel = "c", .process = "p", .cpu = 1, .pid = 7}};
	struct tt_discarded losses[] = {first, first, first, first, first, first, first};
	struct tt_check *check = tt_check_new_without_rules();

	losses[0].buffer.channel = "d";
	losses[1].buffer.process = "q";
	losses[2].buffer.cpu = 2;
	losses[3].buffer.pid = 8;
	losses[4].torn = true;
	losses[5].why = "it is full";
	losses[6].begin_ns = 20;
	losses[6].end_ns = 50;
	losses[6].packets = 3;
	tt_check_add_discarded(check, &first);
	for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
		assert_int_equal(check->loss.torn, i > 4);
		tt_check_add_discarded(check, &losses[i]);
		assert_int_equal(check->loss.buffers->len, MIN(i + 2, 7));
	}
	const struct tt_discarded_by_buffer *lost = check->loss.buffers->pdata[0];
	assert_int_equal(lost->events, 4);
	assert_int_equal(lost->packets, 3);
	assert_int_equal(lost->begin_ns, 20);
	assert_int_equal(lost->end_ns, 50);
	assert_int_equal(check->loss.events, 16);
	assert_int_equal(check->loss.packets, 3);
	assert_int_equal(check->loss.last_ns, 50);
	lost = check->loss.buffers->pdata[5];
	assert_true(lost->torn && !lost->why);
	lost = check->loss.buffers->pdata[6];
	assert_string_equal(lost->why, "it is full");
	g_autofree char *text = tt_event_loss_text(check);
	assert_string_equal(text, "16 events and 3 packets");
	tt_check_free(check);
	(void)state;
}

/* What stands without it is no loss that findings rest on. */
static void test_a_loss_that_nothing_rests_on(void **state)
{
	struct tt_check *check = tt_check_new_without_rules();
	struct tt_discarded loss = {.begin_ns = 30, .end_ns = 40, .count = 1, .apart = true, .buffer = NOBODY};

	tt_check_add_discarded(check, &loss);
	assert_true(tt_check_has_discarded(check));
	assert_true(check->loss.last_ns < 0);
	loss.apart = false;
	tt_check_add_discarded(check, &loss);
	assert_int_equal(check->loss.last_ns, 40);
	loss.end_ns = 35;
	tt_check_add_discarded(check, &loss);
	assert_int_equal(check->loss.last_ns, 40);
	loss.end_ns = -1;
	tt_check_add_discarded(check, &loss);
	assert_int_equal(check->loss.last_ns, INT64_MAX);
	tt_check_free(check);
	(void)state;
}

static void test_threads_of_all_processes(void **state)
{
	struct feed feed = three_threads();

	assert_int_equal(tt_check_threads(feed.check), 3);
	feed.pid++;
	FEED(&feed, MAIN, thread_start, .id = MAIN);
	assert_int_equal(tt_check_threads(feed.check), 4);
	feed_free(&feed);
	(void)state;
}

static void test_names_of_threads(void **state)
{
	static const char *const texts[] = {"",
	                                    "T1",
	                                    "T1 and T2",
	                                    "T1, T2 and T3",
	                                    "T1, T2, T3 and T4",
	                                    "T1, T2, T3, T4 and T5",
	                                    "T1, T2, T3, T4 and 2 more"};
	struct feed feed = three_threads();
	g_autoptr(GPtrArray) threads = g_ptr_array_new();

	for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *text = tt_thread_names(threads);
		assert_string_equal(text, texts[i]);
		if (T1 + i > T2)
			starts(&feed, MAIN, T1 + i);
		g_ptr_array_add(threads, tt_model_thread(feed.check->model->processes->pdata[0], T1 + i));
	}
	feed_free(&feed);
	(void)state;
}

/* What a finding is shown by: the first site that is known, of what is wanted before what is held. */
static void test_place_of_a_finding(void **state)
{
	struct feed feed = three_threads();
	struct tt_finding *finding = tt_finding_new(&tt_rules[TT_RULE_CYCLE], TT_LEVEL_ACTUAL, NULL);
	struct tt_thread *thread = tt_model_thread(feed.check->model->processes->pdata[0], T1);
	struct tt_edge none = {.thread = thread}, edge = {.thread = thread,
	                                                  .held = thread->object,
	                                                  .held_caller = 1,
	                                                  .held_ns = 2,
	                                                  .wanted = thread->object,
	                                                  .wanted_mode = TT_MODE_SHARED,
	                                                  .wanted_caller = 3,
	                                                  .wanted_ns = 4};

	assert_int_equal(tt_finding_access(finding).caller, 0);
	assert_null(tt_finding_access(finding).object);
	g_array_append_val(finding->edges, none);
	g_array_append_val(finding->edges, edge);
	assert_int_equal(tt_finding_access(finding).caller, 3);
	assert_int_equal(tt_finding_access(finding).mode, TT_MODE_SHARED);
	assert_int_equal(tt_finding_access(finding).time_ns, 4);
	/* Nothing is wanted, or nobody knows where. */
	tt_finding_edge(finding, 1)->wanted_caller = 0;
	assert_int_equal(tt_finding_access(finding).caller, 1);
	tt_finding_edge(finding, 1)->wanted_caller = 3;
	tt_finding_edge(finding, 1)->wanted = NULL;
	assert_int_equal(tt_finding_access(finding).caller, 1);
	assert_int_equal(tt_finding_access(finding).time_ns, 2);
	/* A thread has nothing but itself. */
	assert_null(tt_finding_access(finding).object);
	tt_finding_free(finding);
	feed_free(&feed);
	(void)state;
}

/* The surest first; each with a fingerprint; what is suppressed or known fails no check. */
static void test_verdict(void **state)
{
	struct tt_check_options options = {.fail_on = TT_LEVEL_PREDICTED};
	struct tt_check *check = tt_check_new_without_rules();
	static const enum tt_level levels[] = {TT_LEVEL_POTENTIAL, TT_LEVEL_ACTUAL, TT_LEVEL_PREDICTED};

	for (guint i = 0; i < G_N_ELEMENTS(levels); i++)
		g_ptr_array_add(check->findings, tt_finding_new(&tt_rules[TT_RULE_CYCLE], levels[i], g_strdup("")));
	tt_check_sort_findings(check);
	struct tt_finding **all = (struct tt_finding **)check->findings->pdata;
	assert_int_equal(all[0]->level, TT_LEVEL_ACTUAL);
	assert_int_equal(all[1]->level, TT_LEVEL_PREDICTED);
	assert_int_equal(all[2]->level, TT_LEVEL_POTENTIAL);
	assert_non_null(all[2]->fingerprint);
	assert_int_equal(tt_check_verdict(check, &options), TT_VERDICT_FAILS);
	all[0]->suppressed = g_strdup("for a reason");
	assert_int_equal(tt_check_verdict(check, &options), TT_VERDICT_FAILS);
	all[1]->known = true;
	assert_int_equal(tt_check_verdict(check, &options), TT_VERDICT_PASSES);
	options.fail_on = TT_LEVEL_POTENTIAL;
	assert_int_equal(tt_check_verdict(check, &options), TT_VERDICT_FAILS);
	tt_check_free(check);
	(void)state;
}

/* A trace of two events, a module, and a loss in between. */
static void write_trace(const char *folder)
{
	struct ctf ctf = ctf_begin(folder);

	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	ctf_class(&ctf, "lttng_ust_statedump:bin_info",
	          "u64 _baddr; u64 _memsz; string _path; u8 _is_pic; u8 _has_build_id; u8 _has_debug_link;");
	ctf_event(&ctf, 1, 5, 41);
	ctf_put(&ctf, 0x1000, 8);
	ctf_put(&ctf, 0x1000, 8);
	ctf_text(&ctf, "/nowhere/a");
	ctf_put(&ctf, 0, 1);
	ctf_put(&ctf, 0, 1);
	ctf_put(&ctf, 0, 1);
	ctf_event(&ctf, 0, 10, 41);
	ctf_what(&ctf, 41, "worker", "queue", 7);
	ctf_packet(&ctf);
	ctf.discarded = 3;
	ctf_event(&ctf, 0, 20, 41);
	ctf_what(&ctf, 41, "worker", "queue", 7);
	ctf_end(&ctf);
}

static void test_read(void **state)
{
	struct fixture *f = NULL;
	struct tt_check_options options = TT_CHECK_DEFAULTS;

	set_up((void **)&f);
	write_trace(f->folder);
	struct tt_check *check = tt_check_read(f->folder, &options, &f->error);
	assert_non_null(check);
	assert_null(f->error);
	assert_string_equal(check->path, f->folder);
	assert_int_equal(check->events, 2);
	assert_int_equal(check->summary.events, 2);
	assert_int_equal(check->begin_ns, 10);
	assert_int_equal(check->loss.events, 3);
	assert_true(tt_check_has_discarded(check));
	struct tt_process *process = check->model->processes->pdata[0];
	assert_string_equal(tt_check_program(check, process), "a");
	assert_string_equal(tt_model_object(process, 7)->name, "queue");
	tt_check_free(check);
	tear_down((void **)&f);
	(void)state;
}

static void test_nothing_to_read(void **state)
{
	struct fixture *f = NULL;
	struct tt_check_options options = TT_CHECK_DEFAULTS;

	set_up((void **)&f);
	assert_null(tt_check_read(f->folder, &options, &f->error));
	assert_non_null(f->error);
	assert_int_equal(f->error->code, TT_TRACE_ERROR_NONE_THERE);
	tear_down((void **)&f);
	(void)state;
}

/* The trace can be read, and the database not be written. */
static void test_no_place_to_write(void **state)
{
	struct fixture *f = NULL;
	struct tt_check_options options = TT_CHECK_DEFAULTS;
	struct runs runs = runs_begin();
	sqlite3 *handle;

	set_up((void **)&f);
	write_holds(f->folder, (const uint64_t[]){10, 20, 0});
	options.db = runs.db;
	struct tt_check *check = tt_check_read(f->folder, &options, &f->error);
	assert_non_null(check);
	assert_null(f->error);
	tt_check_free(check);
	assert_int_equal(sqlite3_open(runs.path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, "DROP TABLE run", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(handle);
	assert_null(tt_check_read(f->folder, &options, &f->error));
	assert_non_null(f->error);
	runs_end(&runs);
	tear_down((void **)&f);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_levels),
	    cmocka_unit_test(test_what_was_lost),
	    cmocka_unit_test(test_losses_of_one_buffer),
	    cmocka_unit_test(test_a_loss_that_nothing_rests_on),
	    cmocka_unit_test(test_threads_of_all_processes),
	    cmocka_unit_test(test_names_of_threads),
	    cmocka_unit_test(test_place_of_a_finding),
	    cmocka_unit_test(test_verdict),
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_nothing_to_read),
	    cmocka_unit_test(test_no_place_to_write),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
