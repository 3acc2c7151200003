/* SPDX-License-Identifier: MIT */
/*
 * follow FOLDER: reads along what is written into the folder until its input ends, then to the end; and then whether it
 * was told the same as of the whole. Status 1 if not. Prints how many events were told before the input ended.
 */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/doors/doors.h"
#include "tools/read/live/tail.h"

static const struct tt_trace_handler handler = {door_event, door_module, door_loss};

static bool input_has_ended(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&input, 1, 5) == 1;
}

static int fail(const char *what, const GError *error)
{
	printf("%s: %s\n", what, error ? error->message : "no reason given");
	return 1;
}

/* Modules come at another time, and a manifest says whose events count. */
static void keep_events(struct door *door)
{
	for (guint i = 0; i < door->lines->len;) {
		if (g_array_index(door->lines, struct door_line, i).kind == 'm')
			g_array_remove_index(door->lines, i);
		else
			i++;
	}
}

static int compare(struct door *told, const char *folder)
{
	struct door whole = door_open(&tt_source_fast, folder);
	g_autofree char *difference = NULL;

	if (!whole.ok)
		return fail("the whole", whole.error);
	if (whole.summary.modules != told->summary.modules)
		return fail("modules", NULL);
	keep_events(told);
	keep_events(&whole);
	difference = door_difference(told, &whole);
	door_close(&whole);
	printf("%s\n", difference ? difference : "the same");
	return difference != NULL;
}

int main(int argc, char **argv)
{
	struct door told = {.ok = true};
	struct tt_tail_options options = {.aside = "modules"};
	GError *error = NULL;
	struct tt_tail *tail;
	bool ended = false;
	int status;

	if (argc != 2)
		return 2;
	told.lines = g_array_new(FALSE, FALSE, sizeof(struct door_line));
	g_array_set_clear_func(told.lines, door_clear_line);
	tail = tt_tail_open(argv[1], &options, &handler, &told);
	while (!ended) {
		ended = input_has_ended();
		if (!tt_tail_poll(tail, &error) ||
		    tt_tail_read_until(tail, tt_tail_complete(tail), &error) != TT_TAIL_READ)
			return fail("on the way", error);
	}
	printf("%" G_GUINT64_FORMAT " events on the way\n", (guint64)tt_tail_summary(tail)->events);
	if (tt_tail_end(tail, &error) != TT_TAIL_READ)
		return fail("at the end", error);
	told.summary = *tt_tail_summary(tail);
	status = compare(&told, argv[1]);
	tt_tail_close(tail);
	door_close(&told);
	return status;
}
