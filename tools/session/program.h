/*
 * The recorded program: found, started, waited for, ended if it must be.
 */
#ifndef TT_SESSION_PROGRAM_H
#define TT_SESSION_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

/* How a program ended. */
struct tt_program_end {
	int exit_status;  /* -1 if a signal ended it */
	int signal;       /* 0 if none did */
	bool timed_out;   /* we ended it, after the timeout */
	bool interrupted; /* we were asked to end, by a signal */
	bool no_room;     /* we ended it, since may_go_on said so */
	bool caught;      /* we ended it, since is_caught said so */
};

/* What a recorder has to do with its program. */
struct tt_program_care {
	bool (*may_go_on)(void *data);    /* asked many times a second; false: the program is ended */
	bool (*is_caught)(void *data);    /* likewise; true: it hangs, and is ended; NULL: nobody looks */
	void (*before_death)(void *data); /* called before a signal is sent that the program cannot answer to */
	void *data;
};

/*
 * The file that `name` would run, by PATH as a shell does. NULL with *error, and *status what a shell returns then:
 * 127 for no such program, 126 for one that cannot be executed.
 */
char *tt_program_find(const char *name, int *status, GError **error);

/*
 * From here on the signals that end a recorder (SIGINT, SIGTERM, SIGHUP, SIGQUIT) wait until tt_program_run takes
 * them; without that, nothing would be left to clean up. They stay blocked until the process ends.
 */
void tt_program_hold_signals(void);

/* Whether such a signal waits. */
bool tt_program_interrupted(void);

/*
 * Runs `path` with the arguments `argv` and this environment, and waits for its end. `timeout` seconds after its start,
 * unless 0, it gets SIGTERM, and two seconds later SIGKILL; so do processes that it leaves behind then. Signals to us
 * are passed on to it, but for those of the terminal, which it had as well; the second one ends it at once. *pid
 * becomes its process id. False with *error if it could not be started.
 */
bool tt_program_run(const char *path, char *const *argv, char *const *environment, double timeout,
                    const struct tt_program_care *care, pid_t *pid, struct tt_program_end *end, GError **error);

#endif /* TT_SESSION_PROGRAM_H */
