/* SPDX-License-Identifier: MIT */
/*
 * A recording whose every name is made to harm who reads it, through every output: a table of commands. What they print
 * is text on lines of their own making: valid, without a letter that a terminal obeys or that turns the direction, and
 * no name begins a line.
 */
#include "tests/unit/tools/commands.h"

#include "tools/text/sanitize.h"
#include "tools/report/json.h"

/* Line ends of all kinds, ESC, C1 in both spellings, changes of direction, what is no UTF-8; then what to look for. */
#define EVIL                                                                                                           \
	"\n\r\x1b[31m\x1b]0;"                                                                                          \
	"x\x07\x08\xc2\x9b\x9b\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c\xe2\x80\xa8\x7f\t\xff\nINJECTED"

#define LOCK_WAIT CTF_WHAT "u8 _kind; u8 _mode; i64 _timeout_ns; u64 _holder;"
#define BIN_INFO "u64 _baddr; u64 _memsz; string _path; u8 _is_pic; u8 _has_build_id; u8 _has_debug_link;"

enum { PID = 41, A = 10, B, ALICE = 2, BOB };

enum { ACQUIRED, RELEASED, WAIT, RENAME, MESSAGE, MISUSE, MODULE };

static void put_who(struct ctf *ctf, const char *thread, uint64_t id)
{
	ctf_put(ctf, PID, 4);
	ctf_text(ctf, thread);
	ctf_put(ctf, id, 8);
	ctf_put(ctf, 0x11234, 8);
}

static void put_what(struct ctf *ctf, unsigned class, uint64_t time_ns, uint64_t thread, uint64_t lock)
{
	ctf_event(ctf, class, time_ns, PID);
	put_who(ctf, thread == ALICE ? "=alice" EVIL : "@bob" EVIL, thread);
	ctf_text(ctf, lock == A ? "+a" EVIL : lock == B ? "-b" EVIL : "bob" EVIL);
	ctf_put(ctf, lock, 8);
}

static void put_hold(struct ctf *ctf, unsigned class, uint64_t time_ns, uint64_t thread, uint64_t lock)
{
	put_what(ctf, class, time_ns, thread, lock);
	ctf_put(ctf, TT_KIND_LOCK, 1);
	ctf_put(ctf, TT_MODE_EXCLUSIVE, 1);
	ctf_put(ctf, class == ACQUIRED, 4);
}

static void put_wait(struct ctf *ctf, uint64_t time_ns, uint64_t thread, uint64_t lock, uint64_t holder)
{
	put_what(ctf, WAIT, time_ns, thread, lock);
	ctf_put(ctf, TT_KIND_LOCK, 1);
	ctf_put(ctf, TT_MODE_EXCLUSIVE, 1);
	ctf_put(ctf, (uint64_t)TT_NO_TIMEOUT, 8);
	ctf_put(ctf, holder, 8);
}

static void put_texts(struct ctf *ctf)
{
	ctf_event(ctf, MODULE, 100, PID);
	ctf_put(ctf, 0x10000, 8);
	ctf_put(ctf, 0x10000, 8);
	ctf_text(ctf, "/nowhere/=module" EVIL);
	ctf_put(ctf, 1, 1);
	ctf_put(ctf, 0, 1);
	ctf_put(ctf, 0, 1);
	put_what(ctf, RENAME, 101, BOB, BOB);
	ctf_text(ctf, "=old" EVIL);
	ctf_event(ctf, MESSAGE, 102, PID);
	put_who(ctf, "=alice" EVIL, ALICE);
	ctf_put(ctf, 20, 1);
	ctf_text(ctf, "=message \x1b[31m\xe2\x80\xae\xff");
	put_what(ctf, MISUSE, 103, ALICE, A);
	ctf_put(ctf, TT_OBJECT_LOCK, 1);
	ctf_text(ctf, "=call" EVIL);
	ctf_put(ctf, TT_MISUSE_NOT_HELD, 1);
}

/* Alice has a and waits for b, and bob the other way round. */
static void write_trace(const char *folder, uint64_t lost)
{
	g_autofree char *below = g_build_filename(folder, "ctf", NULL);
	struct ctf ctf = ctf_begin(below);

	ctf_class(&ctf, "trace_thr:lock_acquired", LOCK_HOLD);
	ctf_class(&ctf, "trace_thr:lock_released", LOCK_HOLD);
	ctf_class(&ctf, "trace_thr:lock_wait", LOCK_WAIT);
	ctf_class(&ctf, "trace_thr:thread_rename", CTF_WHAT "string _old;");
	ctf_class(&ctf, "trace_thr:log_message", CTF_WHO "u8 _level; string _text;");
	ctf_class(&ctf, "trace_thr:misuse", CTF_WHAT "u8 _object; string _call; u8 _why;");
	ctf_class(&ctf, "lttng_ust_statedump:bin_info", BIN_INFO);
	put_texts(&ctf);
	put_hold(&ctf, ACQUIRED, 500, ALICE, A);
	put_hold(&ctf, ACQUIRED, 501, ALICE, B);
	put_hold(&ctf, RELEASED, 502, ALICE, B);
	put_hold(&ctf, RELEASED, 503, ALICE, A);
	put_hold(&ctf, ACQUIRED, 1000, ALICE, A);
	put_hold(&ctf, ACQUIRED, 1001, BOB, B);
	put_wait(&ctf, 2000, ALICE, B, BOB);
	put_wait(&ctf, 2001, BOB, A, ALICE);
	ctf_packet(&ctf);
	ctf.discarded = lost;
	put_what(&ctf, RENAME, 3000, BOB, BOB);
	ctf_text(&ctf, "=old" EVIL);
	ctf_end(&ctf);
	static const char manifest[] =
	    "{\"program\": [\"./=prog\\n\\u001b[31m\\u202e\\nINJECTED\", \"\\u009b\\u2066 x\"], \"pid\": 41, "
	    "\"begin_ns\": 0, \"end_ns\": 4000, \"exit_status\": 0, \"signal\": 0, \"timed_out\": false, "
	    "\"interrupted\": false}";
	ctf_write(folder, "trace-thr.json", manifest, strlen(manifest));
}

/* The folder of the trace, and other files whose name or text is of the kind. */
#define TRACE "trace\n\x1b[31m\xe2\x80\xae\nINJECTED"

static void write_files(const char *folder)
{
	g_autofree char *trace = g_build_filename(folder, TRACE, NULL),
			*lossy = g_build_filename(folder, "lossy", NULL);

	write_trace(trace, 0);
	write_trace(lossy, 3);
	static const char unused[] = "TT001:lock:nothing\x1b[31m\xe2\x80\xae\n", wrong[] = "TT999\x1b[31m:x";
	ctf_write(folder, "unused\x1b[31m", unused, strlen(unused));
	ctf_write(folder, "wrong", wrong, strlen(wrong));
	static const char baseline[] = "{\"format\": \"" TT_JSON_FORMAT "\", \"traces\": [{\"findings\": "
				       "[{\"fingerprint\": \"a\\n\\u001b[31m\\u202e\\nINJECTED\"}]}]}";
	ctf_write(folder, "baseline\x1b[31m", baseline, strlen(baseline));
}

/* No letter but such as may be shown, and line ends; no line that a name began. */
static void assert_harmless(const char *text, const char *command)
{
	if (!g_utf8_validate(text, -1, NULL))
		fail_msg("%s: no UTF-8", command);
	for (const char *c = text; *c; c = g_utf8_next_char(c)) {
		gunichar letter = g_utf8_get_char(c);
		bool end = letter == '\n' || (letter == '\r' && c[1] == '\n');
		if (!end && !tt_letter_is_harmless(letter))
			fail_msg("%s: U+%04X at %s", command, letter, c);
	}
	if (g_str_has_prefix(text, "INJECTED") || strstr(text, "\nINJECTED"))
		fail_msg("%s: a name made a line: %s", command, text);
}

static void test_every_output(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *words[8];
		int status;
		const char *has; /* so that it is known that names were in it */
	} commands[] = {
	    {{"check", TRACE}, 1, "alice?"},
	    {{"check", "lossy"}, 3, "alice?"},
	    {{"check", "--all", TRACE, TRACE}, 1, "INJECTED"},
	    {{"check", "--format", "json", TRACE}, 1, "alice?"},
	    {{"check", "--format", "sarif", TRACE}, 1, "alice?"},
	    {{"check", "--format", "junit", TRACE}, 1, "alice?"},
	    {{"check", "--format", "github", TRACE}, 1, "alice?"},
	    {{"check", "--print-suppressions", TRACE}, 1, "?"},
	    {{"check", "--suppressions", "unused\x1b[31m", TRACE}, 1, "alice?"},
	    {{"check", "--suppressions", "wrong", TRACE}, 2, ""},
	    {{"check", "--baseline", "baseline\x1b[31m", TRACE}, 1, "alice?"},
	    {{"check", "--db", "orders\x1b[31m", TRACE}, 1, "alice?"},
	    {{"db", "show", "orders\x1b[31m"}, 0, ""},
	    {{"db", "list", "orders\x1b[31m"}, 0, "module?"},
	    {{"db", "check", "orders\x1b[31m"}, 0, ""},
	    {{"stats", TRACE}, 0, "alice?"},
	    {{"stats", "--chains", TRACE}, 0, "alice?"},
	    {{"stats", "--format", "json", TRACE}, 0, "alice?"},
	    {{"events", TRACE}, 0, "alice?"},
	    {{"events", "--format", "json", TRACE}, 0, "alice?"},
	    {{"events", "--format", "csv", TRACE}, 0, "alice?"},
	    {{"timeline", TRACE}, 0, "alice?"},
	    {{"timeline", "--format", "svg", TRACE}, 0, "alice?"},
	    {{"confirm", TRACE}, 2, ""},
	    {{"check", "none\n\x1b[31m\nINJECTED"}, 2, ""},
	    {{"check", "--format", "\n\x1b[31m\nINJECTED", TRACE}, 2, ""},
	    {{"check", "--\x1b[31m"}, 2, ""},
	    {{"timeline", "--scale", "\n\x1b[31m\nINJECTED", TRACE}, 2, ""},
	    {{"timeline", "-o", "none/\x1b[31m\nINJECTED", TRACE}, 2, ""},
	    {{"db", "list", "none\n\x1b[31m\nINJECTED"}, 2, ""},
	    {{"db", "\x1b[31m", "x"}, 2, ""},
	};

	write_files(f->folder);
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		g_autofree char *line = g_strjoinv(" ", (char **)(uintptr_t)commands[i].words);
		struct outcome outcome = run_command(f->folder, commands[i].words);
		assert_harmless(outcome.out, line);
		assert_harmless(outcome.err, line);
		if (outcome.status != commands[i].status || !strstr(outcome.out, commands[i].has))
			fail_msg("%s: status %d: %s%s", line, outcome.status, outcome.out, outcome.err);
		outcome_clear(&outcome);
	}
}

/* A cell that begins a formula is text to a spreadsheet. */
static void test_formulas(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome;
	static const char *const cells[] = {",\"'=alice?", ",\"'@bob?",   ",\"'+a?",
	                                    ",\"'-b?",     ",\"'=old?",   ",\"'=message ?[31m?\xef\xbf\xbd\"",
	                                    ",\"'=call?",  ",\"'=module?"};

	write_files(f->folder);
	outcome = run_command(f->folder, (const char *[]){"events", "--format", "csv", TRACE, NULL});
	for (size_t i = 0; i < G_N_ELEMENTS(cells); i++)
		if (!strstr(outcome.out, cells[i]))
			fail_msg("no %s in %s", cells[i], outcome.out);
	for (const char *c = outcome.out; *c; c++)
		if (strchr(",\n", *c) && c[1] && strchr("=+@", c[1]))
			fail_msg("a formula: %s", c);
	outcome_clear(&outcome);
}

/* A command that a recording has is shown, as one is typed, and not run. */
static void test_confirm_does_not_run_what_a_recording_says(void **state)
{
	struct fixture *f = *state;
	g_autofree char *trace = g_build_filename(f->folder, "trace", NULL);
	static const char manifest[] =
	    "{\"program\": [\"/usr/bin/touch\", \"a b\", \"it's\"], \"pid\": 41, \"begin_ns\": 0, \"end_ns\": 4000, "
	    "\"exit_status\": 0, \"signal\": 0, \"timed_out\": false, \"interrupted\": false}";

	write_trace(trace, 0);
	ctf_write(trace, "trace-thr.json", manifest, strlen(manifest));
	struct outcome outcome = run_command(f->folder, (const char *[]){"confirm", "trace", NULL});
	assert_int_equal(outcome.status, 2);
	assert_non_null(strstr(outcome.err, "/usr/bin/touch 'a b' 'it'\\''s'"));
	assert_non_null(strstr(outcome.err, "--yes"));
	outcome_clear(&outcome);
	g_autofree char *made = g_build_filename(f->folder, "a b", NULL);
	assert_false(g_file_test(made, G_FILE_TEST_EXISTS));
}

static void test_letters(void **state)
{
	static const gunichar harmful[] = {0,      7,      '\n',   '\t',   0x1b,   0x7f,   0x80,
	                                   0x9b,   0x9f,   0x61c,  0x200e, 0x200f, 0x2028, 0x2029,
	                                   0x202a, 0x202e, 0x2066, 0x2069, 0xfffe, 0xffff, 0x1fffe};
	static const gunichar harmless[] = {' ', '~', 0xa0, 0xe9, 0x200d, 0x2010, 0x202f, 0x2065, 0x4e2d, 0x1f600};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(harmful); i++)
		assert_false(tt_letter_is_harmless(harmful[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(harmless); i++)
		assert_true(tt_letter_is_harmless(harmless[i]));
	g_autofree char *name = tt_harmless_name("a\nb\xe2\x80\xae"
	                                         "c\xc3\xa9\xff"),
			*text = tt_sanitize("a\nb\x1b");
	assert_string_equal(name, "a?b?c\xc3\xa9\xef\xbf\xbd");
	assert_string_equal(text, "a\nb?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_every_output),
	    TEST(test_formulas),
	    TEST(test_confirm_does_not_run_what_a_recording_says),
	    cmocka_unit_test(test_letters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
