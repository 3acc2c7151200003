/* SPDX-License-Identifier: MIT */
/*
 * mutate TRACE N SEED: damages the trace N times, and reads it by our own door, in this process: under the sanitizers,
 * no damage may show there. With a fourth argument, by Babeltrace's as well, each in a process of its own, and prints
 * where the verdicts or what was told are not the same, and a summary.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/doors/doors.h"
#include "tests/doors/mutate.h"

enum verdict { SAME, BOTH_FAILED, OURS_FAILED, THEIRS_FAILED, TOLD_OTHERWISE, GAVE_UP, N_VERDICTS };
static const char *const names[] = {"told the same", "both failed",    "ours failed",
                                    "theirs failed", "told otherwise", "Babeltrace gave up"};

/* In the child: Babeltrace may end it. */
static int compare(const char *folder)
{
	struct door ours = door_open(&tt_source_fast, folder), theirs = door_open(&tt_source_babeltrace, folder);
	g_autofree char *difference = door_difference(&theirs, &ours);

	if (difference)
		printf("  %s\n", difference);
	if (!ours.ok && !theirs.ok)
		return BOTH_FAILED;
	if (ours.ok != theirs.ok)
		return ours.ok ? THEIRS_FAILED : OURS_FAILED;
	return difference ? TOLD_OTHERWISE : SAME;
}

static enum verdict in_a_child(const char *folder)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (!child) {
		int verdict = compare(folder);

		fflush(stdout);
		_exit(10 + verdict);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		g_error("cannot fork");
	return WIFEXITED(status) && WEXITSTATUS(status) >= 10 ? (enum verdict)(WEXITSTATUS(status) - 10) : GAVE_UP;
}

int main(int argc, char **argv)
{
	unsigned counts[N_VERDICTS] = {0};
	g_autofree char *folder = g_dir_make_tmp("trace-thr-mutate-XXXXXX", NULL);
	GArray *files = argc > 3 ? mutate_open(argv[1]) : NULL;
	int n = argc > 3 ? atoi(argv[2]) : 0;
	guint32 seed = argc > 3 ? (guint32)atoi(argv[3]) : 0;

	if (!files || !files->len || !folder)
		return 2;
	for (int i = 0; i < n; i++, seed++) {
		GRand *random = g_rand_new_with_seed(seed);
		const char *file = mutate_trace(random, files, folder);

		if (argc > 4) {
			enum verdict verdict = in_a_child(folder);

			counts[verdict]++;
			if (verdict >= OURS_FAILED)
				printf("seed %u, %s: %s\n", seed, file, names[verdict]);
		} else {
			struct door ours = door_open(&tt_source_fast, folder);

			counts[ours.ok ? SAME : BOTH_FAILED]++;
			door_close(&ours);
		}
		g_rand_free(random);
	}
	for (unsigned i = 0; i < N_VERDICTS; i++)
		printf("%s: %u\n", names[i], counts[i]);
	mutate_remove(folder);
	g_array_free(files, TRUE);
	return 0;
}
