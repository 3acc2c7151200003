/* SPDX-License-Identifier: MIT */
/*
 * Options and files that are none: each is one line on stderr with the option's or the file's name, exit status 2, and
 * nothing else, at once.
 */
#include <sys/stat.h>

#include "tests/unit/tools/commands.h"
#include "tools/read/recording/bounded_file.h"

/* The whole outcome of a mistake: one line, and `has` in it. One found late may come after notes on the trace. */
static void assert_refused_with(const char *folder, const char *const *words, const char *has, bool notes)
{
	g_autofree char *line = g_strjoinv(" ", (char **)(uintptr_t)words);
	struct outcome outcome = run_command(folder, words);
	g_auto(GStrv) lines = g_strsplit(outcome.err, "\n", -1);
	guint n = g_strv_length(lines); /* with the empty one at the end */

	if (outcome.status != 2 || *outcome.out || n < 2 || (n > 2 && !notes) || *lines[n - 1] ||
	    !strstr(lines[n - 2], has) || !g_str_has_prefix(lines[n - 2], "trace-thr: "))
		fail_msg("%s: status %d: %s%s", line, outcome.status, outcome.out, outcome.err);
	outcome_clear(&outcome);
}

static void assert_refused(const char *folder, const char *const *words, const char *has)
{
	assert_refused_with(folder, words, has, false);
}

static const char *const no_numbers[] = {"", "nan", "x", "1x", "0x", "-1", "-inf", "99999999999999999999", NULL};
static const char *const no_counts[] = {"0", "1.5", "inf", "1e400", NULL};

static void test_numbers(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *command, *option;
		bool whole; /* a count: from 1, without a fraction */
	} options[] = {
	    {"timeline", "--from", false},   {"timeline", "--to", false},    {"timeline", "--last", false},
	    {"timeline", "--width", true},   {"timeline", "--pid", true},    {"stats", "--from", false},
	    {"stats", "--to", false},        {"stats", "--pid", true},       {"events", "--from", false},
	    {"events", "--to", false},       {"confirm", "--tries", true},   {"confirm", "--pause", false},
	    {"confirm", "--timeout", false}, {"run", "--timeout", false},    {"run", "--stack", true},
	    {"run", "--repeat", true},       {"record", "--timeout", false}, {"record", "--stack", true},
	};

	write_holds(f->folder, (uint64_t[]){1, 0});
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		const char *place = g_str_equal(options[i].command, "run") || g_str_equal(options[i].command, "record")
		                        ? "true"
		                        : f->folder;
		for (const char *const *text = no_numbers; *text; text++)
			assert_refused(f->folder,
			               (const char *[]){options[i].command, options[i].option, *text, place, NULL},
			               options[i].option);
		for (const char *const *text = no_counts; options[i].whole && *text; text++)
			assert_refused(f->folder,
			               (const char *[]){options[i].command, options[i].option, *text, place, NULL},
			               options[i].option);
	}
}

/* Those with limits of their own. */
static void test_other_numbers(void **state)
{
	struct fixture *f = *state;
	static const char *const mistakes[][3] = {
	    {"stats", "--top=", "--top"},
	    {"stats", "--top=nan", "--top"},
	    {"stats", "--top=-1", "--top"},
	    {"stats", "--top=1.5", "--top"},
	    {"timeline", "--from=1e9", "--from"},
	    {"timeline", "--last=inf", "--last"},
	    {"stats", "--from=inf", "--from"},
	    {"events", "--to=1e300", "--to"},
	    {"timeline", "--width=2000000", "--width"},
	    {"run", "--error-exitcode=256", "--error-exitcode"},
	    {"run", "--error-exitcode=", "--error-exitcode"},
	    {"run", "--error-exitcode=nan", "--error-exitcode"},
	    {"run", "--hang-after=nan", "--hang-after"},
	    {"run", "--hang-after=", "--hang-after"},
	    {"run", "--hang-after=-1", "--hang-after"},
	    {"run", "--shake=", "--shake"},
	    {"run", "--shake=nan", "--shake"},
	    {"run", "--stack=65", "--stack"},
	    {"run", "--repeat=1000001", "--repeat takes a number from 1 to 1000000"},
	    {"run", "--timeout=0", "--timeout"},
	    {"run", "--timeout=inf", "--timeout"},
	    {"confirm", "--pause=inf", "--pause"},
	    {"confirm", "--pause=0", "--pause"},
	    {"confirm", "--timeout=0", "--timeout"},
	    {"confirm", "--tries=1001", "--tries"},
	};

	write_holds(f->folder, (uint64_t[]){1, 0});
	for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++)
		assert_refused(f->folder, (const char *[]){mistakes[i][0], mistakes[i][1], "true", NULL},
		               mistakes[i][2]);
}

/* What is no file, or has no end: in a folder, so that each can be named. */
static void make_files(const char *folder)
{
	g_autofree char *pipe = g_build_filename(folder, "pipe", NULL), *dir = g_build_filename(folder, "dir", NULL);
	g_autofree char *zero = g_build_filename(folder, "zero", NULL);
	g_autofree char *trace = g_build_filename(folder, "trace", NULL);

	assert_return_code(mkfifo(pipe, 0600), 0);
	assert_return_code(g_mkdir(dir, 0700), 0);
	assert_return_code(symlink("/dev/zero", zero), 0);
	write_holds(trace, (uint64_t[]){1, 0});
}

static const char *const no_files[] = {"pipe", "dir", "zero", "none", "none/x", NULL};

static void test_files_to_read(void **state)
{
	struct fixture *f = *state;
	static const char *const commands[][2] = {{"check", "--suppressions"},
	                                          {"check", "--baseline"},
	                                          {"confirm", "--timeout=1"},
	                                          {"check", NULL},
	                                          {"stats", NULL},
	                                          {"events", NULL},
	                                          {"timeline", NULL},
	                                          {"db", "list"},
	                                          {"db", "show"},
	                                          {"db", "check"}};

	make_files(f->folder);
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		for (const char *const *file = no_files; *file; file++) {
			const char *option = commands[i][1];
			bool of_option = option && g_str_has_prefix(option, "--") && !strchr(option, '=');
			const char *const words[] = {commands[i][0], option ? option : *file, option ? *file : NULL,
			                             of_option ? "trace" : NULL, NULL};
			assert_refused(f->folder, words, *file);
		}
	}
}

/* `none` is one that can be made. */
static void test_files_to_write(void **state)
{
	struct fixture *f = *state;
	static const char *const options[][3] = {{"check", "--output"}, {"check", "--db"}, {"timeline", "--output"}};
	static const char *const files[] = {"pipe", "dir", "none/x"};

	make_files(f->folder);
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(files); j++)
			assert_refused_with(f->folder,
			                    (const char *[]){options[i][0], options[i][1], files[j], "trace", NULL},
			                    files[j], true);
}

/* Where it cannot be written, nothing is begun: the program is not run, the trace not even looked for. */
static void test_files_to_write_come_first(void **state)
{
	struct fixture *f = *state;
	static const char *const options[][4] = {{"check", "--output", "no-trace"},
	                                         {"timeline", "--output", "no-trace"},
	                                         {"confirm", "--report", "no-trace"},
	                                         {"run", "--report", "touch", "begun"}};
	static const char *const files[] = {"pipe", "dir", "none/x", "trace/trace-thr.json/x", ""};
	g_autofree char *begun = g_build_filename(f->folder, "begun", NULL);

	make_files(f->folder);
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(files); j++)
			assert_refused(f->folder,
			               (const char *[]){options[i][0], options[i][1], files[j], options[i][2],
			                                options[i][3], NULL},
			               "cannot write");
	assert_false(g_file_test(begun, G_FILE_TEST_EXISTS));
}

/* A recording whose files are pipes: nobody waits for them. */
static void test_files_in_a_trace(void **state)
{
	struct fixture *f = *state;
	static const char *const files[] = {"trace-thr.json", "metadata"};

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *trace = g_strdup_printf("%s/trace-%zu", f->folder, i);
		g_autofree char *file = g_build_filename(trace, files[i], NULL);
		write_holds(trace, (uint64_t[]){1, 0});
		g_remove(file);
		assert_return_code(mkfifo(file, 0600), 0);
		assert_refused(f->folder, (const char *[]){"check", trace, NULL}, "trace-");
	}
}

/* What a shell makes of <(…) is a pipe that somebody writes to: that is read. */
static void test_a_pipe_is_read(void **state)
{
	static const char line[] = "TT001:lock:x\n";
	char *text;
	size_t size;
	int ends[2];
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_return_code(pipe(ends), 0);
	g_autofree char *path = g_strdup_printf("/dev/fd/%d", ends[0]);
	assert_int_equal(write(ends[1], line, strlen(line)), strlen(line));
	int was = tt_bounded_file_set_patience(50);
	assert_false(tt_bounded_file_read(path, &text, &size, &error)); /* it may yet write more */
	assert_non_null(strstr(error->message, "nothing comes"));
	tt_bounded_file_set_patience(was);
	assert_int_equal(write(ends[1], line, strlen(line)), strlen(line));
	close(ends[1]);
	assert_true(tt_bounded_file_read(path, &text, &size, NULL));
	assert_string_equal(text, line);
	assert_int_equal(size, strlen(line));
	g_free(text);
	close(ends[0]);
	assert_true(tt_bounded_file_read("/dev/null", &text, &size, NULL));
	assert_string_equal(text, "");
	g_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_numbers),
	    TEST(test_other_numbers),
	    TEST(test_files_to_read),
	    TEST(test_files_to_write),
	    TEST(test_files_to_write_come_first),
	    TEST(test_files_in_a_trace),
	    cmocka_unit_test(test_a_pipe_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
