/* SPDX-License-Identifier: MIT */
/*
 * Commands of trace-thr as a user runs them: each in a process of its own, its output and its messages in files.
 */
#ifndef TT_TESTS_COMMANDS_H
#define TT_TESTS_COMMANDS_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/tools/reading.h"
#include "tools/cli/command.h"

enum { COMMAND_SECONDS = 60 };

/* What came of a command. */
struct outcome {
	int status; /* 128 + the signal that ended it */
	char *out, *err;
};

static inline void outcome_clear(struct outcome *outcome)
{
	g_free(outcome->out);
	g_free(outcome->err);
}

static inline const struct tt_command *command_of(const char *name)
{
	static const struct tt_command *const all[] = {&tt_command_check, &tt_command_timeline, &tt_command_events,
	                                               &tt_command_stats, &tt_command_confirm,  &tt_command_db,
	                                               &tt_command_run,   &tt_command_record};

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		if (!strcmp(all[i]->name, name))
			return all[i];
	fail_msg("no command %s", name);
	return NULL;
}

static inline void to_file(int from, const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (file == -1 || dup2(file, from) == -1)
		abort();
}

/* Runs it in that folder. The outcome is the caller's to clear. */
static inline struct outcome run_command(const char *folder, const char *const *words)
{
	const struct tt_command *command = command_of(words[0]);
	g_auto(GStrv) argv = g_strdupv((char **)(uintptr_t)words);
	int argc = (int)g_strv_length(argv);
	char *out = g_build_filename(g_get_tmp_dir(), "trace-thr-test-out-XXXXXX", NULL);
	char *err = g_build_filename(g_get_tmp_dir(), "trace-thr-test-err-XXXXXX", NULL);
	struct outcome outcome;
	int status;

	close(g_mkstemp(out));
	close(g_mkstemp(err));
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		alarm(COMMAND_SECONDS);
		to_file(STDOUT_FILENO, out);
		to_file(STDERR_FILENO, err);
		if (chdir(folder) == -1)
			abort();
		int exit_status = command->run(argc, argv);
		fflush(NULL);
		_exit(exit_status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	assert_true(g_file_get_contents(out, &outcome.out, NULL, NULL));
	assert_true(g_file_get_contents(err, &outcome.err, NULL, NULL));
	g_remove(out);
	g_remove(err);
	g_free(out);
	g_free(err);
	return outcome;
}

#endif /* TT_TESTS_COMMANDS_H */
