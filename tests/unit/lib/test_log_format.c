/* SPDX-License-Identifier: MIT */
#include "blocks.h"
#include "wait.h"

#include <dlfcn.h>
#include <errno.h>

#include "libtrace_thr/src/primitives/log_format.h"

static const struct tt_log_record record = {
    .level = 20, .message = "hello", .thread_name = "h\u00e9\u20ac", .thread_id = 7, .pid = 4711};

static void renders(void **state)
{
	(void)state;
	static const struct {
		const char *format, *line;
	} cases[] = {
	    {"", "\n"},
	    {"plain", "plain\n"},
	    {"%(message)s", "hello\n"},
	    {"(%(message)s) ", "(hello) \n"},
	    {"%(levelname)s:%(name)s:%(message)s", "INFO:root:hello\n"},
	    {"%(levelno)d %(levelno)s %(process)d %(thread)d", "20 20 4711 7\n"},
	    {"100%% %(message)s%%", "100% hello%\n"},
	    {"[%(message)-8s]", "[hello   ]\n"},
	    {"[%(message)8s]", "[   hello]\n"},
	    {"[%(message)3s]", "[hello]\n"}, /* never cut */
	    {"[%(levelno)5d|%(levelno)-5d]", "[   20|20   ]\n"},
	    {"[%(threadName)-5s|%(threadName)5s]", "[h\u00e9\u20ac  |  h\u00e9\u20ac]\n"}, /* in characters */
	    {"[%(message)--8s]", "[hello   ]\n"},
	    {"\u20ac%(message)s\n", "\u20achello\n\n"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct tt_log_format *format;
		size_t size;
		assert_int_equal(tt_log_format_parse(cases[i].format, &format), 0);
		char *line = tt_log_format_render(format, &record, &size);
		assert_non_null(line);
		assert_string_equal(line, cases[i].line);
		assert_int_equal(size, strlen(cases[i].line));
		free(line);
		tt_log_format_free(format);
	}
}

static void refuses(void **state)
{
	(void)state;
	static const char *const formats[] = {
	    "%",
	    "100%",
	    "%s",
	    "% (message)s",
	    "%(message)",
	    "%(message",
	    "%(message)d",
	    "%(message)x",
	    "%(message)-",
	    "%(message)10",
	    "%(message)10-s",
	    "%(message)10000s",
	    "%(message)99999s",
	    "%(message)99999999999999999999999999s",
	    "%(nosuch)s",
	    "%()s",
	    "%(Message)s",
	    "%(messages)s",
	    "%(messag)s",
	};

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		struct tt_log_format *format = NULL;
		assert_int_equal(tt_log_format_parse(formats[i], &format), EINVAL);
		assert_null(format);
	}
}

static void the_widest_field(void **state)
{
	(void)state;
	struct tt_log_format *format;
	size_t size;

	assert_int_equal(tt_log_format_parse("%(message)9999s", &format), 0);
	char *line = tt_log_format_render(format, &record, &size);
	assert_non_null(line);
	assert_int_equal(size, 9999 + 1);
	free(line);
	tt_log_format_free(format);
}

/* The text is whole once its stream is closed: which fails now. */
static bool no_close;

int fclose(FILE *file)
{
	union {
		void *address;
		int (*call)(FILE *file);
	} next = {.address = dlsym(RTLD_NEXT, "fclose")};
	int error = next.call(file);

	return no_close ? EOF : error;
}

static void no_memory_for_a_line(void **state)
{
	(void)state;
	struct tt_log_format *format;
	size_t size;

	assert_int_equal(tt_log_format_parse("%(message)9999s", &format), 0);
	free(tt_log_format_render(format, &record, &size));
	long before = blocks_in_use();
	no_close = true;
	assert_null(tt_log_format_render(format, &record, &size));
	no_close = false;
	assert_int_equal(blocks_in_use(), before);
	tt_log_format_free(format);
}

static void what_is_refused_is_freed(void **state)
{
	(void)state;
	struct tt_log_format *format;
	long before = blocks_in_use();

	assert_int_equal(tt_log_format_parse("%(message)s %(nosuch)s", &format), EINVAL);
	assert_int_equal(blocks_in_use(), before);
}

/* When it is, if the clock stands; else 0. */
static struct timespec stands_at;

int clock_gettime(clockid_t clock, struct timespec *time)
{
	*time = stands_at;
	return stands_at.tv_sec ? 0 : (int)syscall(SYS_clock_gettime, clock, time);
}

static void asctime_is_local_time_with_milliseconds(void **state)
{
	(void)state;
	static const struct {
		struct timespec at;
		const char *line;
	} cases[] = {
	    {{1468147528, 170999999}, "2016-07-10 15:45:28,170\n"},
	    {{1468147528, 0}, "2016-07-10 15:45:28,000\n"},
	    {{1468147528, 999000000}, "2016-07-10 15:45:28,999\n"},
	};
	struct tt_log_format *format;
	size_t size;

	must(!setenv("TZ", "XYZ-5", 1)); /* five hours east */
	tzset();
	assert_int_equal(tt_log_format_parse("%(asctime)s", &format), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		stands_at = cases[i].at;
		char *line = tt_log_format_render(format, &record, &size);
		stands_at.tv_sec = 0;
		assert_string_equal(line, cases[i].line);
		assert_int_equal(size, strlen(line));
		free(line);
	}
	tt_log_format_free(format);
}

static void levels(void **state)
{
	(void)state;
	assert_string_equal(tt_log_level_name(10), "DEBUG");
	assert_string_equal(tt_log_level_name(20), "INFO");
	assert_string_equal(tt_log_level_name(30), "WARNING");
	assert_string_equal(tt_log_level_name(40), "ERROR");
	assert_string_equal(tt_log_level_name(50), "CRITICAL");
	assert_null(tt_log_level_name(0));
	assert_null(tt_log_level_name(15));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(renders),
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(the_widest_field),
	    cmocka_unit_test(no_memory_for_a_line),
	    cmocka_unit_test(what_is_refused_is_freed),
	    cmocka_unit_test(asctime_is_local_time_with_milliseconds),
	    cmocka_unit_test(levels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
