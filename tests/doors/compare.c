/* SPDX-License-Identifier: MIT */
/*
 * compare TRACE…: reads each by both doors. Prints a line a trace; status 1 if one differs, 2 if one cannot be read.
 */
#include <stdio.h>

#include "tests/doors/doors.h"

int main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++) {
		struct door theirs = door_open(&tt_source_babeltrace, argv[i]),
			    ours = door_open(&tt_source_fast, argv[i]);
		g_autofree char *difference = door_difference(&theirs, &ours);

		if (difference) {
			printf("%s: differs: %s\n", argv[i], difference);
			status = 1;
		} else if (!ours.ok) {
			printf("%s: %s\n", argv[i], ours.error->message);
			status = MAX(status, 2);
		} else {
			printf("%s: %" G_GUINT64_FORMAT " events, %" G_GUINT64_FORMAT " modules, %" G_GUINT64_FORMAT
			       " lost, the same\n",
			       argv[i], (guint64)ours.summary.events, (guint64)ours.summary.modules,
			       (guint64)ours.summary.lost);
		}
		door_close(&theirs);
		door_close(&ours);
	}
	return status;
}
