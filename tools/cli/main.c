/* SPDX-License-Identifier: MIT */
/* trace-thr: one subcommand a file, each a row of the table. */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <trace_thr/types.h>

#include "tools/cli/error.h"
#include "tools/cli/command.h"

static const struct tt_command *const commands[] = {
    &tt_command_run,      &tt_command_record, &tt_command_check,  &tt_command_confirm, &tt_command_db,
    &tt_command_timeline, &tt_command_stats,  &tt_command_events, &tt_command_doctor,
};

static void print_help(void)
{
	puts("Usage: trace-thr COMMAND [OPTION…] …\n"
	     "\n"
	     "Records the threads of a program, says why they hang or could, and draws what they did.\n"
	     "\n"
	     "Commands:");
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		printf("  %-9s %s\n", commands[i]->name, commands[i]->summary);
	puts("\n"
	     "Examples:\n"
	     "  trace-thr run -- ./prog              record and check a program\n"
	     "  trace-thr run --timeout 10 -- ./prog the same for one that hangs\n"
	     "  trace-thr timeline DIR               draw a recording\n"
	     "  trace-thr stats DIR                  where its threads waited\n"
	     "\n"
	     "Environment: TRACE_THR_SUPPRESSIONS (a file, as --suppressions), TRACE_THR_READER (fast or babeltrace: "
	     "which "
	     "reader),\n"
	     "NO_COLOR. What a recorded program gets: trace-thr record --help.\n"
	     "\n"
	     "`trace-thr COMMAND --help` tells more of a command. Programs are built with libtrace_thr: -ltrace_thr.");
}

/* How many letters one has to change, add or leave out to make one word of the other. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[32], width = (unsigned)MIN(strlen(b), G_N_ELEMENTS(row) - 1);

	for (unsigned j = 0; j <= width; j++)
		row[j] = j;
	for (unsigned i = 1; *a; a++, i++) {
		unsigned corner = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= width; j++) {
			unsigned change = corner + (*a != b[j - 1]);

			corner = row[j];
			row[j] = MIN(change, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return row[width];
}

static const struct tt_command *find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int refuse(const char *name)
{
	const struct tt_command *nearest = commands[0];

	for (size_t i = 1; i < G_N_ELEMENTS(commands); i++)
		if (distance(name, commands[i]->name) < distance(name, nearest->name))
			nearest = commands[i];
	if (distance(name, nearest->name) <= 2)
		tt_note("no command '%s': did you mean '%s'? trace-thr --help lists all", name, nearest->name);
	else
		tt_note("no command '%s': trace-thr --help lists all", name);
	return TT_EXIT_USAGE;
}

/*
 * Opens the standard descriptors that are closed, else a file of ours gets their numbers, and with them our messages.
 * Input and output the wrong way round, so that reading and writing still fail; but who has closed stderr wants no
 * messages and no report there, and that is no failure. They are closed in the program that is run, as they were.
 */
static void fill_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			(void)open("/dev/null", (fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
}

int main(int argc, char **argv)
{
	fill_standard();
	/* Only its characters: numbers are read and written with a point everywhere. */
	setlocale(LC_CTYPE, "");
	if (argc < 2) {
		tt_note("no command given: trace-thr --help lists all");
		return TT_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		print_help();
		return TT_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("trace-thr " TTHR_VERSION);
		return TT_EXIT_OK;
	}
	const struct tt_command *command = find(argv[1]);
	if (!command)
		return refuse(argv[1]);
	if (argc == 3 && strcmp(argv[2], "--version") == 0) {
		puts("trace-thr " TTHR_VERSION);
		return TT_EXIT_OK;
	}
	g_autofree char *name = g_strconcat("trace-thr ", command->name, NULL);
	g_set_prgname(name); /* of the usage lines */
	return command->run(argc - 1, argv + 1);
}
