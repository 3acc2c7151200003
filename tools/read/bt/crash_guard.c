/* SPDX-License-Identifier: MIT */
#include "tools/read/bt/crash_guard.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
enum { UNUSABLE_INPUT = 2 }; /* TT_EXIT_USAGE, which belongs to the floor above */
enum { N_CRASHES = sizeof crashes / sizeof *crashes };
enum { PATIENCE_S = 3 }; /* of its own time on the processor, so that a slow disk is no matter */

static struct {
	volatile sig_atomic_t theirs; /* Babeltrace is at work */
	volatile sig_atomic_t turns;  /* how often it has begun to be, or come back to us */
	volatile sig_atomic_t seen;   /* likewise, at the last tick */
	char crashed[4096], lost[4096];
	struct sigaction before[N_CRASHES], before_ticks;
	stack_t stack_before;
	FILE *shown, *hidden; /* stderr, and what it is meanwhile */
} guard;

static void give_up(const char *line)
{
	ssize_t written = write(STDERR_FILENO, line, strlen(line));

	(void)written;
	_exit(UNUSABLE_INPUT);
}

static void on_crash(int signal)
{
	if (guard.theirs)
		give_up(guard.crashed);
	/* Ours. abort() ends the program when this returns; what faulted does so again. */
	for (int i = 0; i < N_CRASHES; i++)
		if (crashes[i] == signal)
			sigaction(signal, &guard.before[i], NULL);
}

static void on_tick(int signal)
{
	(void)signal;
	if (guard.theirs && guard.turns == guard.seen)
		give_up(guard.lost);
	guard.seen = guard.turns;
}

static void write_line(char *line, size_t size, const char *path, const char *why)
{
	snprintf(line, size - 1, "trace-thr: cannot read the trace %s (Babeltrace %s): it is damaged; record it again",
	         path, why);
	strcat(line, "\n");
}

/* SIGPROF: each time it has been on the processor for so long, also in the kernel. 0: no more. */
static void tick(time_t seconds)
{
	const struct itimerval every = {{seconds, 0}, {seconds, 0}};

	setitimer(ITIMER_PROF, &every, NULL);
}

void tt_crash_guard_begin(const char *path)
{
	static char room[64 * 1024]; /* a stack: theirs may be at its end */
	const stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
	const struct sigaction guarded = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
	const struct sigaction ticking = {.sa_handler = on_tick, .sa_flags = SA_ONSTACK | SA_RESTART};

	write_line(guard.crashed, sizeof guard.crashed, path, "gave up");
	write_line(guard.lost, sizeof guard.lost, path, "finds no end");
	if (!guard.hidden)
		guard.hidden = fopen("/dev/null", "w");
	guard.shown = stderr;
	sigaltstack(&stack, &guard.stack_before);
	for (int i = 0; i < N_CRASHES; i++)
		sigaction(crashes[i], &guarded, &guard.before[i]);
	sigaction(SIGPROF, &ticking, &guard.before_ticks);
	tt_crash_guard_ours(false);
	guard.seen = guard.turns;
	tick(PATIENCE_S);
}

/* In the GNU C library stderr is a variable like another. */
void tt_crash_guard_ours(bool ours)
{
	guard.theirs = !ours;
	guard.turns = (sig_atomic_t)((unsigned)guard.turns + 1);
	stderr = ours || !guard.hidden ? guard.shown : guard.hidden;
}

void tt_crash_guard_end(void)
{
	tick(0);
	tt_crash_guard_ours(true);
	sigaction(SIGPROF, &guard.before_ticks, NULL);
	for (int i = 0; i < N_CRASHES; i++)
		sigaction(crashes[i], &guard.before[i], NULL);
	sigaltstack(&guard.stack_before, NULL);
}
