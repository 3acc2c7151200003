/* SPDX-License-Identifier: MIT */
#include "tests/unit/tools/leaks.h"
#include <pty.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reports.h"
#include "tools/text/text_writer.h"

/* The report for people: whole texts of the smallest findings, and what must hold of any. */

/* The report of the feed. The caller's to free. */
static char *report_of(const struct feed *feed, bool all)
{
	return report_as("text", feed, all);
}

static void assert_report(const struct feed *feed, const char *expected)
{
	char *text = report_of(feed, false);
	assert_string_equal(text, expected);
	free(text);
}

static void assert_says(const struct feed *feed, bool all, const char *part, bool says)
{
	char *text = report_of(feed, all);

	if ((strstr(text, part) != NULL) != says)
		fail_msg("%s in the report: %s\n%s", says ? "not" : "is", part, text);
	free(text);
}

static void test_deadlock(void **state)
{
	struct feed feed = feed_new(false);

	feed.kind = TT_KIND_LOCK;
	feed_abba(&feed);
	begins_join(&feed, MAIN, T2);
	feed_finish(&feed);
	assert_report(
	    &feed, "TT001 deadlock (actual): T1 and T2 wait for each other\n"
		   "\n"
		   "    T1\n"
		   "        holds      lock \"A\"  since +0.000000 s, acquired at ?+0x1\n"
		   "        waits for  lock \"B\"  since +0.003000 s, at ?+0x4\n"
		   "        held by    T2\n"
		   "    T2\n"
		   "        holds      lock \"B\"  since +0.001000 s, acquired at ?+0x2\n"
		   "        waits for  lock \"A\"  since +0.002000 s, at ?+0x3\n"
		   "        held by    T1\n"
		   "\n"
		   "    What happened:\n"
		   "\n"
		   "        T1            T2\n"
		   "        -----------   -----------\n"
		   "     1  acquires A\n"
		   "     2                acquires B\n"
		   "     3                waits for A\n"
		   "     4  waits for B\n"
		   "\n"
		   "        *** DEADLOCK ***\n"
		   "\n"
		   "    Also blocked:\n"
		   "\n"
		   "    MainThread\n"
		   "        waits for  thread \"T2\"  since +0.004000 s, at ?+0x5\n"
		   "\n"
		   "    Checked: these waits have no time limit, and no event was lost.\n"
		   "    Not seen: what comes from outside, that is another process or a signal handler.\n"
		   "\n"
		   "    What to do: Take the locks in one order in every thread, or hold only one of them at a time; "
		   "join no\n"
		   "    thread while holding what it needs.\n"
		   "    Fingerprint 1f2ea416afc86fcb\n"
		   "\n"
		   "Level actual: threads of this run are blocked for good.\n"
		   "trace-thr: 1 deadlock, 0 inversions, 0 suppressed, 0 events lost\n");
	feed_free(&feed);
	(void)state;
}

static void test_inversions(void **state)
{
	struct feed feed = feed_new(false);

	may_deadlock(&feed);
	feed_finish(&feed);
	assert_says(&feed, false, "held       mutex \"C\"  from +0.001000 s, acquired at ?+0x2\n", true);
	assert_says(&feed, false, "asked for  mutex \"D\"  at   +0.002000 s, at ?+0x3\n", true);
	assert_says(&feed, false, "What could happen:", true);
	assert_says(&feed, false, "no deadlock found", false);
	assert_says(&feed, false, "\nLevel potential: ", true);
	assert_says(&feed, false, "\ntrace-thr: 0 deadlocks, 1 inversion, 0 suppressed, 0 events lost\n", true);
	feed_free(&feed);
	(void)state;
}

/* A join with a lock held that the thread had is excluded where that thread set an event for it: it is no deadlock. */
static void test_excluded_is_no_deadlock(void **state)
{
	struct feed feed = feed_new(true);

	starts(&feed, MAIN, T1);
	acquires(&feed, T1, A);
	releases(&feed, T1, A);
	FEED(&feed, T1, event_set, .id = EVENT, .woken = 0);
	exits(&feed, T1);
	FEED(&feed, MAIN, event_woken, .id = EVENT, .result = TT_WAKE_SET);
	acquires(&feed, MAIN, A);
	joins(&feed, MAIN, T1);
	releases(&feed, MAIN, A);
	feed_finish(&feed);
	assert_says(&feed, true, "TT013 predicted communication deadlock (inversion): ", true);
	assert_says(&feed, true, "\ntrace-thr: 0 deadlocks, 1 inversion, 0 suppressed, 0 events lost\n", true);
	feed_free(&feed);
	(void)state;
}

/* Nor is a join that is only potential: T1 notified a condition, with that lock held, before MAIN had it. */
static void test_potential_is_no_deadlock(void **state)
{
	struct feed feed = feed_new(false);

	starts(&feed, MAIN, T1);
	acquires(&feed, T1, A);
	FEED(&feed, T1, cond_notify, .id = COND, .asked = 1);
	releases(&feed, T1, A);
	exits(&feed, T1);
	acquires(&feed, MAIN, A);
	joins(&feed, MAIN, T1);
	releases(&feed, MAIN, A);
	feed_finish(&feed);
	assert_says(&feed, false, "TT013 predicted communication deadlock (potential): ", true);
	assert_says(&feed, false, "\ntrace-thr: 0 deadlocks, 1 inversion, 0 suppressed, 0 events lost\n", true);
	feed_free(&feed);
	(void)state;
}

/* A predicted one shows its steps, a line each, with where they were done. */
static void test_predicted(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	feed_finish(&feed);
	assert_says(&feed, false,
	            "    An order of this run's events that leads into it:\n"
	            "\n"
	            "        T1            T2\n"
	            "        -----------   -----------\n"
	            "     1  acquires A                  ?+0x1\n"
	            "     2                acquires B    ?+0x5\n"
	            "     3  waits for B                 ?+0x2\n"
	            "     4                waits for A   ?+0x6\n"
	            "\n"
	            "        *** DEADLOCK ***\n",
	            true);
	assert_says(&feed, false, "What could happen:", false);
	assert_says(&feed, false, "What happened:", false);
	assert_says(&feed, false, "\nLevel predicted: ", true);
	assert_says(&feed, false, "\ntrace-thr: 1 deadlock, 0 inversions, 0 suppressed, 0 events lost\n", true);
	feed_free(&feed);
	(void)state;
}

static void test_clean(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	feed_finish(&feed);
	assert_report(&feed, "no deadlock found: 4 events, 1 thread, 0 events lost\n"
	                     "trace-thr: 0 deadlocks, 0 inversions, 0 suppressed, 0 events lost\n");
	feed_free(&feed);
	(void)state;
}

static void test_loss(void **state)
{
	struct feed feed = feed_new(false);
	struct tt_discarded one = {.begin_ns = 0, .end_ns = 1, .count = 1};
	struct tt_discarded packet = {.begin_ns = 0, .end_ns = -1, .count = 0};

	NESTS(&feed, T1, A, B);
	tt_check_add_discarded(feed.check, &one);
	feed_finish(&feed);
	assert_says(&feed, false, "4 events, 1 thread, 1 event lost\nThis is no verdict", true);
	assert_says(&feed, false, "\ntrace-thr: 0 deadlocks, 0 inversions, 0 suppressed, 1 event lost\n", true);
	tt_check_add_discarded(feed.check, &packet);
	assert_says(&feed, false, " 0 suppressed, 1 event and 1 packet lost\n", true);
	feed_free(&feed);
	(void)state;
}

/* What cannot deadlock is shown and counted only if all is asked for. */
/* What is left out is not shown, but counted. */
static void test_left_out(void **state)
{
	struct feed feed = feed_new(false);

	feed_abba(&feed);
	feed_finish(&feed);
	struct tt_finding *finding = feed.check->findings->pdata[0];
	finding->suppressed = g_strdup("known.txt:1");
	assert_says(&feed, false, "TT001", false);
	assert_says(&feed, false, "trace-thr: 0 deadlocks, 0 inversions, 1 suppressed, 0 events lost\n", true);
	feed_free(&feed);
	(void)state;
}

/* Where events were lost, of whom, and what is worth less for it; and no advice that does not help. */
static void test_loss_is_explained(void **state)
{
	struct feed feed = feed_new(false), torn = feed_new(false);
	const struct tt_discarded_buffer buffer = {.channel = "events", .cpu = 1, .pid = -1};

	feed_abba(&feed);
	tt_check_add_discarded(feed.check, &(struct tt_discarded){.begin_ns = FEED_ORIGIN + 2000000,
	                                                          .end_ns = FEED_ORIGIN + 3000000,
	                                                          .count = 3,
	                                                          .buffer = buffer});
	feed_finish(&feed);
	assert_says(&feed, false,
	            "    3 events lost between +0.001000 s and +0.002000 s, of channel \"events\" on CPU 1\n", true);
	assert_says(&feed, false, "    Weaker for it: TT001 is potential where", true);
	assert_says(&feed, false, "TT003", false);
	tt_check_add_discarded(
	    torn.check, &(struct tt_discarded){.begin_ns = -1, .end_ns = -1, .torn = true, .buffer = {.cpu = -1}});
	feed_finish(&torn);
	assert_says(&torn, false, "This is no verdict", true);
	assert_says(&torn, false, "--drop", false);
	assert_says(&torn, false, "    1 packet lost at the end, since a program was killed", true);
	feed_free(&feed);
	feed_free(&torn);
	(void)state;
}

static void test_excluded(void **state)
{
	struct feed feed = feed_new(true);

	NESTS(&feed, T1, G, A, B);
	NESTS(&feed, T2, G, B, A);
	feed_finish(&feed);
	assert_says(&feed, false, "TT011", false);
	assert_says(&feed, false, "no deadlock found: 12 events", true);
	assert_says(&feed, false, "0 inversions", true);
	assert_says(&feed, true, "TT011 lock-order inversion (inversion): ", true);
	assert_says(&feed, true, "both hold mutex \"G\" there", true);
	assert_says(&feed, true, "DEADLOCK", false);
	assert_says(&feed, true, " 1 inversion,", true);
	feed_free(&feed);
	(void)state;
}

/* Every line has its end near column 104, whatever there is to tell. */
static void assert_narrow(char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		if (tt_text_width(lines[i]) > 110)
			fail_msg("%d columns: %s", tt_text_width(lines[i]), lines[i]);
	}
	free(text);
}

static void feed_ring(struct feed *feed, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		acquires(feed, 2 + i, 10000 + i);
	for (unsigned i = 0; i < n; i++)
		waits(feed, 2 + i, 10000 + (i + 1) % n, 2 + (i + 1) % n);
	feed_finish(feed);
}

static void test_rings(void **state)
{
	static const unsigned sizes[] = {3, 5, 8, 16, 17, 500};

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		struct feed feed = feed_new(false);

		feed_ring(&feed, sizes[i]);
		assert_narrow(report_of(&feed, false));
		assert_says(&feed, false, "What happened:", sizes[i] <= 16);
		assert_says(&feed, false, "    ... and ", sizes[i] > 16);
		feed_free(&feed);
	}
	(void)state;
}

/* More findings than anybody reads are counted, and shown if all is asked for. */
static void test_many_findings(void **state)
{
	struct feed feed = feed_new(false);

	for (unsigned i = 0; i < 25; i++) {
		NESTS(&feed, T1, 10000 + 2 * i, 10001 + 2 * i);
		NESTS(&feed, T2, 10001 + 2 * i, 10000 + 2 * i);
	}
	feed_finish(&feed);
	assert_says(&feed, false, "... and 5 more findings: --all shows them.\n", true);
	assert_says(&feed, true, "more findings", false);
	assert_says(&feed, false, " 25 deadlocks,", true);
	feed_free(&feed);
	(void)state;
}

/* Names are the program's: a terminal must not obey them. */
static void test_names_are_harmless(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, T1, lock_acquired, .id = A, .name = "a\033[2Jb\r\xff", .kind = TT_KIND_LOCK, .depth = 1);
	FEED(&feed, T1, lock_wait, .id = A, .name = "a\033[2Jb\r\xff", .kind = TT_KIND_LOCK, .holder = T1);
	feed_finish(&feed);
	assert_says(&feed, false, "\033", false);
	assert_says(&feed, false, "\r", false);
	assert_says(&feed, false, "a?[2Jb?\xef\xbf\xbd", true);
	feed_free(&feed);
	(void)state;
}

static void test_processes_are_named(void **state)
{
	struct feed feed = feed_new(false);

	feed_abba(&feed);
	feed.pid = 4711;
	acquires(&feed, T1, A);
	feed_finish(&feed);
	assert_says(&feed, false, "    T1  pid 100\n", true);
	feed_free(&feed);
	(void)state;
}

/* What no call of the program's made: a hold from before, a join as the process exits. */
static void test_without_a_site(void **state)
{
	struct feed feed = feed_new(false);

	waits(&feed, T1, A, MAIN);
	feed_event(&feed, MAIN, (struct tt_event){.type = TT_EVENT_thread_join_wait, .id = T1});
	tt_model_thread(feed.check->model->processes->pdata[0], MAIN)->wait.caller = 0;
	feed_finish(&feed);
	assert_says(&feed, false, "        holds      mutex \"A\"    since before the trace began\n", true);
	assert_says(&feed, false, "  since +0.001000 s, at the exit of the process\n", true);
	feed_free(&feed);
	(void)state;
}

/* A terminal, unless NO_COLOR is set to something. */
static void test_colour(void **state)
{
	static const struct {
		const char *no_color;
		bool colour;
	} cases[] = {{NULL, true}, {"", true}, {"1", false}};
	int master, slave;

	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	FILE *terminal = fdopen(slave, "w"), *file = tmpfile();
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		if (cases[i].no_color)
			setenv("NO_COLOR", cases[i].no_color, 1);
		else
			unsetenv("NO_COLOR");
		assert_int_equal(tt_text_writer(terminal).colour, cases[i].colour);
		assert_false(tt_text_writer(file).colour);
	}
	fclose(terminal);
	fclose(file);
	close(master);
	(void)state;
}

/* The report of a feed as a terminal gets it. */
static char *report_in_colour(const struct feed *feed)
{
	struct tt_check_options options = {.fail_on = TT_LEVEL_PREDICTED};
	g_autoptr(GPtrArray) checks = g_ptr_array_new();
	struct tt_report report = {.checks = checks, .options = &options};
	GString *text = g_string_new(NULL);
	char bytes[512];
	int master, slave;

	g_ptr_array_add(checks, feed->check);
	unsetenv("NO_COLOR");
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	pid_t pid = fork();
	if (pid == 0) {
		FILE *terminal = fdopen(slave, "w");
		close(master);
		tt_report_format_find("text")->write(&report, terminal);
		fclose(terminal);
		_exit(0);
	}
	close(slave);
	for (ssize_t n; (n = read(master, bytes, sizeof bytes)) > 0;)
		g_string_append_len(text, bytes, n);
	close(master);
	waitpid(pid, NULL, 0);
	g_string_replace(text, "\r\n", "\n", 0);
	return g_string_free(text, FALSE);
}

/* What stands out, and in what way. */
static void test_styles(void **state)
{
	static const char *const parts[] = {
	    "\033[1;31mTT001 deadlock (actual)\033[0m: \033[1mT1\033[0m \033[1mand\033[0m \033[1mT2\033[0m ",
	    ("\n    \033[1;36mT1\033[0m\n        holds      mutex \"A\"  since +0.000000 s, acquired at "
	     "\033[1m?+0x1\n\033[0m"),
	    "        held by    \033[1;36mT2\n\033[0m",
	    "\033[1;31m\n        *** DEADLOCK ***\n\n\033[0m",
	    "\033[2m     1  \033[0macquires A",
	    "\033[2m-----------\033[0m",
	    "\033[2m    Fingerprint ",
	};
	struct feed feed = feed_new(false);

	feed_abba(&feed);
	feed_finish(&feed);
	g_autofree char *text = report_in_colour(&feed);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (!strstr(text, parts[i]))
			fail_msg("no %s in %s", parts[i], text);
	feed_free(&feed);
	(void)state;
}

/* What does not fit on a line goes on below it, indented: the verdict with names as long as these. */
static void test_wrapped(void **state)
{
	struct feed feed = feed_new(false);
	static const char one[] = "a thread whose name is as long as a sentence would be, were it one, and it is none";
	static const char two[] = "another of the same kind";

	FEED(&feed, T1, lock_acquired, .thread = one, .id = A, .depth = 1);
	FEED(&feed, T2, lock_acquired, .thread = two, .id = B, .depth = 1);
	FEED(&feed, T2, lock_wait, .thread = two, .id = A, .holder = T1);
	FEED(&feed, T1, lock_wait, .thread = one, .id = B, .holder = T2);
	feed_finish(&feed);
	char *text = report_of(&feed, false);
	g_auto(GStrv) lines = g_strsplit(text, "\n", 3);
	assert_true(g_str_has_prefix(lines[0], "TT001 deadlock (actual): a thread whose name"));
	assert_in_range(strlen(lines[0]), 70, 104);
	assert_true(g_str_has_prefix(lines[1], "    ") && lines[1][4] != ' ' && lines[1][4] != '\0');
	/* Columns of threads have no room: a line a step, each with its thread. */
	g_autofree char *last = g_strdup_printf("\n     4  %s waits for B\n\n", one);
	g_autofree char *third = g_strdup_printf("\n     3  %s  ", two);
	assert_non_null(strstr(text, last));
	assert_non_null(strstr(text, third));
	free(text);
	feed_free(&feed);
	(void)state;
}

/* Below each site, the calls that led to it, the innermost first, and not all of a deep chain. */
static void test_call_chains(void **state)
{
	struct tt_stack two = {.n = 2, .frames = {0x501, 0x502}}, deep = {.n = 20};
	struct feed feed = feed_new(false);

	for (unsigned i = 0; i < deep.n; i++)
		deep.frames[i] = 0x600 + i;
	FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_MUTEX, .depth = 1, .stack = &two);
	acquires(&feed, T2, B);
	FEED(&feed, T1, lock_wait, .id = B, .kind = TT_KIND_MUTEX, .stack = &deep);
	waits(&feed, T2, A, T1);
	feed_finish(&feed);
	assert_says(&feed, false,
	            "acquired at ?+0x1\n            called from ?+0x501\n            called from ?+0x502\n"
	            "        waits for",
	            true);
	assert_says(&feed, false, "at ?+0x3\n            called from ?+0x600\n", true);
	assert_says(&feed, false, "called from ?+0x607\n        held by", true);
	assert_says(&feed, false, "acquired at ?+0x2\n        waits for", true);
	feed_free(&feed);
	(void)state;
}

/* A once is not held but run. */
static void test_once(void **state)
{
	struct feed feed = feed_new(false);

	feed.kind = TT_KIND_ONCE;
	acquires(&feed, T1, A);
	waits(&feed, T1, A, T1);
	feed_finish(&feed);
	assert_says(&feed, false, "        runs       once \"A\"  since +0.000000 s, called at ?+0x1\n", true);
	assert_says(&feed, false, "        run by     T1, the same thread\n", true);
	assert_says(&feed, false, "     1  runs A\n", true);
	assert_says(&feed, false, "holds ", false);
	feed_free(&feed);
	(void)state;
}

/* A reader that waits behind a writer, who holds nothing. */
static void test_behind_a_writer(void **state)
{
	struct feed feed = feed_new(false);

	FEED(&feed, T1, lock_acquired, .id = A, .kind = TT_KIND_RWLOCK_WRITER, .mode = TT_MODE_SHARED, .depth = 1);
	FEED(&feed, T2, lock_wait, .id = A, .kind = TT_KIND_RWLOCK_WRITER);
	FEED(&feed, T1, lock_wait, .id = A, .kind = TT_KIND_RWLOCK_WRITER, .mode = TT_MODE_SHARED);
	feed_finish(&feed);
	assert_says(&feed, false,
	            "        behind     T2, which waits to write\n    T2\n        waits for  rwlock \"A\" ", true);
	assert_says(&feed, false, "        held by    T1\n", true);
	assert_narrow(report_of(&feed, false));
	feed_free(&feed);
	(void)state;
}

/* What the waiter of a condition lacks is its lock. */
static void test_condition_in_a_circle(void **state)
{
	struct feed feed = feed_new(false);

	acquires(&feed, T1, B);
	FEED(&feed, T1, cond_wait, .id = COND, .lock = A);
	acquires(&feed, T2, A);
	waits(&feed, T2, B, T1);
	FEED(&feed, T3, cond_wait, .id = COND, .lock = A);
	feed_finish(&feed);
	assert_says(&feed, false, "        needs back mutex \"A\", held by T2\n", true);
	assert_says(&feed, false, "        waits for  condition \"object-200\", and needs mutex \"A\" back  since",
	            true);
	assert_narrow(report_of(&feed, false));
	feed_free(&feed);
	(void)state;
}

/* The steps of a witness, in columns; of a long one only the last, unless all is asked for. */
static void test_witness(void **state)
{
	struct feed feed = feed_new(false);

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	feed_finish(&feed);
	struct tt_finding *finding = feed.check->findings->pdata[0];
	g_array_set_size(finding->witness, 0);
	add_witness(finding);
	assert_says(&feed, false,
	            "        T1            T2\n"
	            "        -----------   -----------\n"
	            "     1  acquires A                  ?+0x1\n"
	            "     2                acquires B    ?+0x5\n"
	            "     3  waits for B                 ?+0x2\n"
	            "     4                waits for A   ?+0x6\n",
	            true);
	for (unsigned i = 0; i < 20; i++)
		add_witness(finding);
	assert_says(&feed, false, "        ... 44 steps, which --all shows, then\n", true);
	assert_says(&feed, false, "    45  acquires A ", true);
	assert_says(&feed, false, "     1  acquires A ", false);
	assert_says(&feed, true, "     1  acquires A ", true);
	feed_free(&feed);
	(void)state;
}

static void test_several_traces(void **state)
{
	struct tt_check_options options = TT_CHECK_DEFAULTS;
	struct feed feeds[] = {feed_new(false), feed_new(false)};
	g_autoptr(GPtrArray) checks = g_ptr_array_new();
	struct tt_report report = {.checks = checks, .options = &options};

	for (size_t i = 0; i < 2; i++) {
		feeds[i].check->path = g_strdup_printf("trace-%zu", i);
		feed_abba(&feeds[i]);
		feed_finish(&feeds[i]);
		g_ptr_array_add(checks, feeds[i].check);
	}
	char *text = report_written("text", &report);
	assert_true(g_str_has_prefix(text, "trace-0:\n\nTT001 "));
	assert_non_null(strstr(text, "\ntrace-1:\n\nTT001 "));
	assert_true(g_str_has_suffix(text, "\ntrace-thr: 2 deadlocks, 0 inversions, 0 suppressed, 0 events lost\n"));
	free(text);
	for (size_t i = 0; i < 2; i++)
		feed_free(&feeds[i]);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_deadlock),
	    cmocka_unit_test(test_inversions),
	    cmocka_unit_test(test_excluded_is_no_deadlock),
	    cmocka_unit_test(test_potential_is_no_deadlock),
	    cmocka_unit_test(test_predicted),
	    cmocka_unit_test(test_clean),
	    cmocka_unit_test(test_loss),
	    cmocka_unit_test(test_left_out),
	    cmocka_unit_test(test_loss_is_explained),
	    cmocka_unit_test(test_excluded),
	    cmocka_unit_test(test_rings),
	    cmocka_unit_test(test_many_findings),
	    cmocka_unit_test(test_names_are_harmless),
	    cmocka_unit_test(test_processes_are_named),
	    cmocka_unit_test(test_without_a_site),
	    cmocka_unit_test(test_colour),
	    cmocka_unit_test(test_styles),
	    cmocka_unit_test(test_wrapped),
	    cmocka_unit_test(test_call_chains),
	    cmocka_unit_test(test_once),
	    cmocka_unit_test(test_behind_a_writer),
	    cmocka_unit_test(test_condition_in_a_circle),
	    cmocka_unit_test(test_witness),
	    cmocka_unit_test(test_several_traces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
