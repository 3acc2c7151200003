/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include <fcntl.h>
#include <sys/ioctl.h>

/* The log goes into a pipe, and a test reads what comes out. */
static int ends[2];

static int open_log(void **state)
{
	must(pipe(ends) == 0);
	must(!tthr_log_config(&(struct tthr_log_options){
	    .level = TTHR_LOG_DEBUG, .format = "%(threadName)s %(message)s", .fd = ends[1]}));
	return close_gate(state);
}

static int close_log(void **state)
{
	(void)state;
	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* What has been written since the last look. */
static const char *written(void)
{
	static char text[1024];
	int flags = fcntl(ends[0], F_GETFL);

	fcntl(ends[0], F_SETFL, flags | O_NONBLOCK);
	ssize_t n = read(ends[0], text, sizeof text - 1);
	fcntl(ends[0], F_SETFL, flags);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* The first of all: nothing is configured yet. */
static void without_a_configuration_it_is_the_standard_error(void **state)
{
	(void)state;
	char text[256] = "";
	int saved = dup(STDERR_FILENO), pair[2];

	must(saved != -1 && !pipe(pair) && dup2(pair[1], STDERR_FILENO) != -1);
	int first = tthr_log(TTHR_LOG_WARNING, "%s", "one"), second = tthr_log(TTHR_LOG_ERROR, "%s", "two");
	int below = tthr_log(TTHR_LOG_INFO, "%s", "none");
	must(dup2(saved, STDERR_FILENO) != -1 && !close(pair[1]) && !close(saved));
	assert_int_equal(first, 0);
	assert_int_equal(second, 0);
	assert_int_equal(below, 0);
	assert_true(read(pair[0], text, sizeof text - 1) > 0);
	assert_string_equal(text, "WARNING:root:one\nERROR:root:two\n");
	close(pair[0]);
}

static void writes_lines(void **state)
{
	(void)state;
	assert_int_equal(tthr_log_info("%d and %s", 1, "two"), 0);
	assert_string_equal(written(), "MainThread 1 and two\n");
	assert_int_equal(tthr_log(TTHR_LOG_CRITICAL, "%s", ""), 0);
	assert_string_equal(written(), "MainThread \n");
}

__attribute__((format(printf, 2, 3))) static int log_by_list(enum tthr_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int error = tthr_vlog(level, format, args);
	va_end(args);
	return error;
}

static void writes_lines_of_an_argument_list(void **state)
{
	(void)state;
	assert_int_equal(log_by_list(TTHR_LOG_INFO, "%s-%d", "three", 4), 0);
	assert_string_equal(written(), "MainThread three-4\n");
	assert_int_equal(log_by_list((enum tthr_log_level)15, "x"), EINVAL);
	assert_string_equal(written(), "");
}

static void levels_below_are_dropped(void **state)
{
	(void)state;
	must(!tthr_log_config(&(struct tthr_log_options){.format = "%(levelname)s %(message)s", .fd = ends[1]}));
	assert_int_equal(tthr_log_debug("no"), 0);
	assert_int_equal(tthr_log_info("no"), 0);
	assert_string_equal(written(), "");
	tthr_log_warning("a");
	tthr_log_error("b");
	tthr_log_critical("c");
	assert_string_equal(written(), "WARNING a\nERROR b\nCRITICAL c\n");
}

static void default_format(void **state)
{
	(void)state;
	must(!tthr_log_config(&(struct tthr_log_options){.level = TTHR_LOG_INFO, .fd = ends[1]}));
	tthr_log_info("x");
	assert_string_equal(written(), "INFO:root:x\n");
}

/* Without options all is as at first: on standard error, from warnings on. */
static void no_options_are_the_defaults(void **state)
{
	(void)state;
	int error_output = dup(STDERR_FILENO);

	must(error_output != -1 && dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
	int error = tthr_log_config(NULL);
	tthr_log_info("x");
	tthr_log_warning("y");
	must(dup2(error_output, STDERR_FILENO) == STDERR_FILENO && !close(error_output));
	assert_int_equal(error, 0);
	assert_string_equal(written(), "WARNING:root:y\n");
}

static void bad_configurations_change_nothing(void **state)
{
	(void)state;
	assert_int_equal(tthr_log_config(&(struct tthr_log_options){.level = 15, .fd = ends[1]}), EINVAL);
	assert_int_equal(tthr_log_config(&(struct tthr_log_options){.format = "%(nosuch)s", .fd = ends[1]}), EINVAL);
	assert_int_equal(tthr_log_config(&(struct tthr_log_options){.fd = -1}), EINVAL);
	assert_int_equal(tthr_log((enum tthr_log_level)15, "x"), EINVAL);
	tthr_log_debug("still");
	assert_string_equal(written(), "MainThread still\n");
}

static void errors_of_write_are_returned_and_errno_is_left(void **state)
{
	(void)state;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	must(full >= 0);
	must(!tthr_log_config(&(struct tthr_log_options){.format = "%(message)s", .fd = full}));
	errno = 77;
	assert_int_equal(tthr_log_error("x"), ENOSPC);
	assert_int_equal(errno, 77);
	close(full);
	assert_int_equal(tthr_log_error("x"), EBADF);
	assert_int_equal(errno, 77);
}

enum { WRITERS = 6, LINES = 200, LENGTH = 9000 }; /* longer than what a pipe takes at once */

static void *write_lines(void *arg)
{
	char *message = malloc(LENGTH + 1);
	char *name = arg;

	must(message);
	memset(message, *name, LENGTH);
	message[LENGTH] = '\0';
	for (int i = 0; i < LINES; i++)
		must(!tthr_log_info("%s", message));
	free(message);
	return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
	(void)state;
	static char names[WRITERS][2];
	tthr_thread *threads[WRITERS];
	size_t size = 0, counts[WRITERS] = {0};
	char *line = NULL;

	for (int i = 0; i < WRITERS; i++) {
		names[i][0] = (char)('a' + i);
		must(!tthr_thread_new(&threads[i], &(struct tthr_thread_options){
						       .name = names[i], .target = write_lines, .arg = names[i]}));
		must(!tthr_thread_start(threads[i]));
	}
	FILE *out = fdopen(dup(ends[0]), "r");
	must(out);
	for (int i = 0; i < WRITERS * LINES; i++) {
		ssize_t n = getline(&line, &size, out);
		assert_int_equal(n, 2 + LENGTH + 1);
		assert_int_equal(strspn(line + 2, (char[]){line[0], '\0'}), LENGTH);
		counts[line[0] - 'a']++;
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(counts[i], LINES);
		joined(threads[i]);
	}
	free(line);
	fclose(out);
}

/* A pipe that nobody reads: what is written to it stays part done, until somebody does. */
static void nonblocking_and_full(void **state)
{
	(void)state;
	struct crew crew;
	static char name[] = "x";
	size_t total = 0;
	char room[4096];

	fcntl(ends[1], F_SETFL, fcntl(ends[1], F_GETFL) | O_NONBLOCK);
	crew_start(&crew, 1, write_lines, name);
	while (total < (size_t)LINES * (LENGTH + 2)) {
		ssize_t n = read(ends[0], room, sizeof room);
		must(n > 0);
		total += (size_t)n;
	}
	crew_join(&crew);
}

static void *log_then_be_cancelled(void *arg)
{
	write_lines(arg);
	pthread_testcancel();
	return NULL;
}

static void log_is_no_cancellation_point(void **state)
{
	(void)state;
	static char name[] = "y";
	size_t total = 0;
	char room[4096];
	enum tthr_end end;
	tthr_thread *thread = started(log_then_be_cancelled, name);

	must(!pthread_cancel(tthr_thread_ident(thread)));
	size_t line = strlen(tthr_thread_name(thread)) + 1 + LENGTH + 1;
	while (total < LINES * line) {
		ssize_t n = read(ends[0], room, sizeof room);
		must(n > 0);
		total += (size_t)n;
	}
	assert_int_equal(total, LINES * line);
	must(!tthr_thread_join_timeout(thread, WAIT_SECONDS));
	must(!tthr_thread_result(thread, NULL, &end));
	assert_int_equal(end, TTHR_CANCELLED);
	tthr_thread_unref(thread);
}

static void *configure(void *arg)
{
	(void)arg;
	for (int i = 0; i < 500; i++)
		must(!tthr_log_config(&(struct tthr_log_options){
		    .level = TTHR_LOG_DEBUG, .format = i % 2 ? "%(message)s" : "%(message)s!", .fd = ends[1]}));
	return NULL;
}

static void *log_words(void *arg)
{
	(void)arg;
	for (int i = 0; i < 500; i++)
		must(!tthr_log_debug("w"));
	return NULL;
}

static void configuration_may_change_at_any_time(void **state)
{
	(void)state;
	tthr_thread *threads[] = {started(configure, NULL), started(log_words, NULL), started(configure, NULL)};

	for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++)
		joined(threads[i]);
	must(!tthr_log_config(&(struct tthr_log_options){.fd = ends[1]}));
}

static void *write_long_line(void *arg)
{
	must(!tthr_log_info("%*s", *(int *)arg, ""));
	return NULL;
}

static void log_in_child(void *arg)
{
	(void)arg;
	must(!tthr_log_config(&(struct tthr_log_options){.format = "%(message)s", .fd = ends[1]}));
	must(!tthr_log_warning("child"));
}

/* A line is under way in another thread, into a pipe that is full, when the process forks. */
static void child_of_a_fork_can_log(void **state)
{
	(void)state;
	struct crew crew;
	int full[2], length = 200000, total = 0, bytes = 0;
	char room[4096];

	must(pipe(full) == 0);
	must(!tthr_log_config(
	    &(struct tthr_log_options){.level = TTHR_LOG_DEBUG, .format = "%(message)s", .fd = full[1]}));
	crew_start(&crew, 1, write_long_line, &length);
	wait_until(ioctl(full[0], FIONREAD, &bytes) == 0 && bytes == fcntl(full[0], F_GETPIPE_SZ));
	in_child(log_in_child, NULL);
	assert_string_equal(written(), "child\n");

	while (total < length + 1)
		total += (int)read(full[0], room, sizeof room);
	crew_join(&crew);
	close(full[0]);
	close(full[1]);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_a_configuration_it_is_the_standard_error),
	    cmocka_unit_test_setup_teardown(writes_lines, open_log, close_log),
	    cmocka_unit_test_setup_teardown(writes_lines_of_an_argument_list, open_log, close_log),
	    cmocka_unit_test_setup_teardown(levels_below_are_dropped, open_log, close_log),
	    cmocka_unit_test_setup_teardown(default_format, open_log, close_log),
	    cmocka_unit_test_setup_teardown(no_options_are_the_defaults, open_log, close_log),
	    cmocka_unit_test_setup_teardown(bad_configurations_change_nothing, open_log, close_log),
	    cmocka_unit_test_setup_teardown(errors_of_write_are_returned_and_errno_is_left, open_log, close_log),
	    cmocka_unit_test_setup_teardown(lines_of_threads_do_not_mix, open_log, close_log),
	    cmocka_unit_test_setup_teardown(nonblocking_and_full, open_log, close_log),
	    cmocka_unit_test_setup_teardown(log_is_no_cancellation_point, open_log, close_log),
	    cmocka_unit_test_setup_teardown(configuration_may_change_at_any_time, open_log, close_log),
	    cmocka_unit_test_setup_teardown(child_of_a_fork_can_log, open_log, close_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
