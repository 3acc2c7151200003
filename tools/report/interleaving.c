/* SPDX-License-Identifier: MIT */
#include "tools/report/interleaving.h"

#include "tools/report/steps.h"

enum { WIDTH = 104, INDENT = 8, GAP = 3, MOST_STEPS = 40 };

/* The columns, and the first step to show. */
struct schedule {
	struct tt_text_writer *pen;
	const struct tt_steps *steps;
	const struct tt_check *check; /* to say the site of each step; NULL: the edges have said all of them */
	guint first;
	int *widths; /* of each thread */
	int total;
};

static const char *name_of(const struct schedule *schedule, guint thread)
{
	return ((const struct tt_thread *)schedule->steps->threads->pdata[thread])->name;
}

static const struct tt_report_step *step_of(const struct schedule *schedule, guint i)
{
	return &g_array_index(schedule->steps->steps, struct tt_report_step, i);
}

static void measure(struct schedule *schedule)
{
	guint threads = schedule->steps->threads->len;

	schedule->widths = g_new0(int, threads);
	schedule->total = INDENT;
	for (guint i = 0; i < threads; i++)
		schedule->widths[i] = tt_text_width(name_of(schedule, i));
	for (guint i = schedule->first; i < schedule->steps->steps->len; i++) {
		const struct tt_report_step *step = step_of(schedule, i);
		g_autofree char *text = tt_step_text(step);
		schedule->widths[step->thread] = MAX(schedule->widths[step->thread], tt_text_width(text));
	}
	for (guint i = 0; i < threads; i++)
		schedule->total += schedule->widths[i] + GAP;
}

static void put_heads(const struct schedule *schedule)
{
	guint n = schedule->steps->threads->len;

	tt_put(schedule->pen, TT_PLAIN, "%*s", INDENT, "");
	for (guint i = 0; i < n; i++)
		tt_put_padded(schedule->pen, TT_NAME, i + 1 < n ? schedule->widths[i] + GAP : 0, name_of(schedule, i));
	tt_put(schedule->pen, TT_PLAIN, "\n%*s", INDENT, "");
	for (guint i = 0; i < n; i++) {
		g_autofree char *line = g_strnfill((gsize)schedule->widths[i], '-');
		tt_put_padded(schedule->pen, TT_DIM, i + 1 < n ? schedule->widths[i] + GAP : 0, line);
	}
	tt_put(schedule->pen, TT_PLAIN, "\n");
}

/* Ends the line, with the site from that column on if there is room. */
static void put_site(const struct schedule *schedule, const struct tt_report_step *step, int column)
{
	if (schedule->check && step->place.caller) {
		g_autofree char *site = tt_site_text(tt_access_site(schedule->check, &step->place));
		int gap = MAX(GAP, column - schedule->pen->column);
		if (schedule->pen->column + gap + tt_text_width(site) <= WIDTH)
			tt_put(schedule->pen, TT_DIM, "%*s%s", gap, "", site);
	}
	tt_put(schedule->pen, TT_PLAIN, "\n");
}

static void put_columns(const struct schedule *schedule)
{
	put_heads(schedule);
	for (guint i = schedule->first; i < schedule->steps->steps->len; i++) {
		const struct tt_report_step *step = step_of(schedule, i);
		g_autofree char *text = tt_step_text(step);
		int before = 0;
		for (guint j = 0; j < step->thread; j++)
			before += schedule->widths[j] + GAP;
		tt_put(schedule->pen, TT_DIM, "%*u  ", INDENT - 2, i + 1);
		tt_put(schedule->pen, TT_PLAIN, "%*s%s", before, "", text);
		put_site(schedule, step, schedule->total);
	}
}

static void put_lines(const struct schedule *schedule)
{
	int width = 0;

	for (guint i = 0; i < schedule->steps->threads->len; i++)
		width = MAX(width, tt_text_width(name_of(schedule, i)));
	for (guint i = schedule->first; i < schedule->steps->steps->len; i++) {
		const struct tt_report_step *step = step_of(schedule, i);
		g_autofree char *text = tt_step_text(step);
		tt_put(schedule->pen, TT_DIM, "%*u  ", INDENT - 2, i + 1);
		tt_put_padded(schedule->pen, TT_NAME, width + 1, name_of(schedule, step->thread));
		tt_put(schedule->pen, TT_PLAIN, "%s", text);
		put_site(schedule, step, 0);
	}
}

void tt_put_schedule(struct tt_text_writer *pen, const struct tt_check *check, const struct tt_finding *finding,
                     bool all)
{
	bool happened = finding->rule->happened;
	struct tt_steps *steps = tt_steps_of(finding);
	bool witnessed = finding->witness->len > 0;
	struct schedule schedule = {.pen = pen, .steps = steps, .check = witnessed ? check : NULL};

	if (!all && steps->steps->len > MOST_STEPS)
		schedule.first = steps->steps->len - MOST_STEPS;
	measure(&schedule);
	tt_put(pen, TT_PLAIN, "    %s:\n\n",
	       happened    ? "What happened"
	       : witnessed ? "An order of this run's events that leads into it"
	                   : "What could happen");
	if (schedule.first > 0)
		tt_put(pen, TT_PLAIN, "%*s... %u steps, which --all shows, then\n\n", INDENT, "", schedule.first);
	if (schedule.total <= WIDTH)
		put_columns(&schedule);
	else
		put_lines(&schedule);
	tt_put(pen, happened ? TT_BAD : TT_WARN, "\n%*s*** DEADLOCK ***\n\n", INDENT, "");
	g_free(schedule.widths);
	tt_steps_free(steps);
}
