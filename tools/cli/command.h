/* SPDX-License-Identifier: MIT */
/*
 * A subcommand of trace-thr: a file cmd_<name>.c with one of these, and a row in the table of main.c.
 */
#ifndef TT_COMMAND_H
#define TT_COMMAND_H

struct tt_command {
	const char *name;
	const char *summary;               /* one line, for `trace-thr --help` */
	int (*run)(int argc, char **argv); /* argv[0] is the subcommand's name; returns an exit status */
};

extern const struct tt_command tt_command_run, tt_command_record, tt_command_check, tt_command_timeline,
    tt_command_events, tt_command_stats, tt_command_doctor, tt_command_confirm, tt_command_db;

/* Exit statuses. */
enum {
	TT_EXIT_OK = 0,
	TT_EXIT_FINDINGS = 1,      /* check: findings at or above --fail-on */
	TT_EXIT_USAGE = 2,         /* bad usage or unusable input */
	TT_EXIT_NO_VERDICT = 3,    /* nothing found and the program's status 0, but events were lost */
	TT_EXIT_RUN_FINDINGS = 66, /* run: findings, as ThreadSanitizer */
	TT_EXIT_TIMEOUT = 124,     /* run, record: --timeout ended the program, as timeout(1) */
	TT_EXIT_NOT_EXECUTABLE = 126,
	TT_EXIT_NOT_RUN = 127,     /* run, record: no such program, or nothing that runs it, as a shell */
	TT_EXIT_INTERRUPTED = 130, /* run, record: before the program began, as by Ctrl-C in a shell */
};

#endif /* TT_COMMAND_H */
