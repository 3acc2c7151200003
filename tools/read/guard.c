#include "tools/read/guard.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
enum { UNUSABLE_INPUT = 2 }; /* TT_EXIT_USAGE, which belongs to the floor above */
enum { N_CRASHES = sizeof crashes / sizeof *crashes };

static struct {
	volatile sig_atomic_t theirs; /* Babeltrace is at work */
	char line[4096];
	struct sigaction before[N_CRASHES];
	stack_t stack_before;
	FILE *shown, *hidden; /* stderr, and what it is meanwhile */
} guard;

static void on_crash(int signal)
{
	if (guard.theirs) {
		ssize_t written = write(STDERR_FILENO, guard.line, strlen(guard.line));

		(void)written;
		_exit(UNUSABLE_INPUT);
	}
	/* Ours. abort() ends the program when this returns; what faulted does so again. */
	for (int i = 0; i < N_CRASHES; i++)
		if (crashes[i] == signal)
			sigaction(signal, &guard.before[i], NULL);
}

void tt_guard_begin(const char *path)
{
	static char room[64 * 1024]; /* a stack: theirs may be at its end */
	const stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
	const struct sigaction guarded = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};

	snprintf(guard.line, sizeof guard.line - 1,
	         "trace-thr: cannot read the trace %s (Babeltrace gave up): it is damaged; record it again", path);
	strcat(guard.line, "\n");
	if (!guard.hidden)
		guard.hidden = fopen("/dev/null", "w");
	guard.shown = stderr;
	sigaltstack(&stack, &guard.stack_before);
	for (int i = 0; i < N_CRASHES; i++)
		sigaction(crashes[i], &guarded, &guard.before[i]);
	tt_guard_ours(false);
}

/* In the GNU C library stderr is a variable like another. */
void tt_guard_ours(bool ours)
{
	guard.theirs = !ours;
	stderr = ours || !guard.hidden ? guard.shown : guard.hidden;
}

void tt_guard_end(void)
{
	tt_guard_ours(true);
	for (int i = 0; i < N_CRASHES; i++)
		sigaction(crashes[i], &guard.before[i], NULL);
	sigaltstack(&guard.stack_before, NULL);
}
