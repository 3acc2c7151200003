/* SPDX-License-Identifier: MIT */
/*
 * The recorded program: found, started, waited for, ended if it must be.
 */
#ifndef TT_SESSION_PROGRAM_PROGRAM_H
#define TT_SESSION_PROGRAM_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

/* How a program ended. */
struct tt_program_end {
	int exit_status;   /* -1 if a signal ended it */
	int signal;        /* 0 if none did */
	bool timed_out;    /* we ended it, after the timeout */
	bool before_event; /* … before it had made an event */
	bool interrupted;  /* we were asked to end, by a signal */
	bool no_room;      /* we ended it, since may_go_on said so */
	bool caught;       /* we ended it, since is_caught said so */
	bool outlived;     /* before_death was called, but it did not end by that signal */
};

/* What a recorder has to do with its program. `data` is given to each. */
struct tt_program_hooks {
	void (*started)(pid_t pid, void *data); /* it runs; NULL: nobody wants to know */
	bool (*has_begun)(void *data);          /* whether it has made an event; NULL: as soon as it is started */
	bool (*may_go_on)(void *data);          /* asked many times a second; false: the program is ended */
	bool (*is_caught)(void *data);          /* likewise; true: it hangs, and is ended; NULL: nobody looks */
	void (*before_death)(void *data);       /* called before a signal is sent that the program cannot answer to */
	void (*left)(const char *processes,
	             void *data); /* it has ended, but these run on; NULL: nobody wants to know */
	double timeout;           /* in seconds; 0: none */
	bool detach_ends;         /* what it leaves behind when it ends is not waited for */
	void *data;
};

/*
 * The file that `name` would run, by PATH as a shell does. NULL with *error, and *status what a shell returns then:
 * 127 for no such program, 126 for one that cannot be executed.
 */
char *tt_program_find(const char *name, int *status, GError **error);

/*
 * From here on the signals that end a recorder (SIGINT, SIGTERM, SIGHUP, SIGQUIT) wait until tt_program_run takes
 * them; without that, nothing would be left to clean up. They stay blocked until the process ends. Those that are
 * ignored, as by nohup, stay so.
 */
void tt_program_hold_signals(void);

/* Whether such a signal waits. */
bool tt_program_interrupted(void);

/*
 * Runs `path` with the arguments `argv` and this environment, and waits for its end and, unless `detach_ends`, that of
 * all processes that it leaves behind. `timeout` seconds after its first event it gets SIGTERM, and two seconds later
 * SIGKILL; so do those processes. If it makes none, the time counts from its start, but one that has the library loaded
 * by then gets START_PATIENCE_S more for it.
 *
 * Signals to us are passed on to the program, but for those of the terminal, which it had as well, and when it has
 * ended to what it has left behind; that may answer to them, hold them back or ignore them, and is waited for. The
 * second one ends all at once, by SIGKILL. False with *error if it could not be started, and in `end` the exit status
 * of a shell then.
 */
bool tt_program_run(const char *path, char *const *argv, char *const *environment, const struct tt_program_hooks *care,
                    struct tt_program_end *end, GError **error);

#endif /* TT_SESSION_PROGRAM_PROGRAM_H */
