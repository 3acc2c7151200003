/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tools/check/across/inversions.h"

/* An inversion across runs in words. */

const char tt_inversion_remedy[] =
    "Take these locks in one order in every program, or hold only one of them at a time.";

static const struct tt_inversion_part *part_of(const struct tt_inversion *inversion, guint i)
{
	return &g_array_index(inversion->parts, struct tt_inversion_part, i);
}

char *tt_inversion_verdict(const struct tt_inversion *inversion)
{
	enum { AT_MOST = 6 };
	guint n = inversion->parts->len, shown = n > AT_MOST ? AT_MOST - 1 : n;
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < shown; i++) {
		g_autofree char *name = tt_class_text(part_of(inversion, i)->order->held);
		g_string_append_printf(text, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", name);
	}
	if (shown < n)
		g_string_append_printf(text, " and %u more", n - shown);
	g_string_append_printf(text, " are taken in %s by different runs", n == 2 ? "both orders" : "a circular order");
	return g_string_free(text, FALSE);
}

/* A site of a row, relative to the working folder if it is below it, as others are shown. */
static char *site_text(const char *site)
{
	g_autofree char *folder = g_get_current_dir();
	g_autofree char *below = g_strconcat(folder, "/", NULL);
	const char *at = strstr(site, below);

	if (!at || (at != site && at[-1] != ' '))
		return g_strdup(site);
	return g_strdup_printf("%.*s%s", (int)(at - site), site, at + strlen(below));
}

char *tt_inversion_part_text(const struct tt_inversion_part *part)
{
	const struct tt_order *order = part->order;
	g_autofree char *run = tt_run_text(part->seen->run);
	g_autofree char *held = tt_class_text(order->held), *wanted = tt_class_text(order->wanted);
	g_autofree char *held_site = site_text(order->held_site), *wanted_site = site_text(order->wanted_site);

	return g_strdup_printf("In the run of %s, %s held %s%s, acquired at %s, and asked for %s%s%s at %s.", run,
	                       part->seen->role, held, order->held_mode == TT_MODE_SHARED ? ", shared" : "", held_site,
	                       wanted, order->wanted_mode == TT_MODE_SHARED ? ", shared" : "",
	                       order->timed ? ", with a time limit," : "", wanted_site);
}

/* Whether a class of the circle may be many locks. */
static bool has_many(const struct tt_inversion *inversion)
{
	for (guint i = 0; i < inversion->parts->len; i++) {
		if (part_of(inversion, i)->order->held->kind != TT_CLASS_VARIABLE)
			return true;
	}
	return false;
}

G_GNUC_PRINTF(2, 3) static void add(GPtrArray *lines, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_ptr_array_add(lines, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

GPtrArray *tt_inversion_grounds(const struct tt_inversion *inversion)
{
	GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);

	if (inversion->why) {
		add(notes, "It is no deadlock: %s.", inversion->why);
		return notes;
	}
	if (inversion->timed)
		add(notes, "Recoverable: a thread that asks with a time limit gives up and can go on.");
	add(notes,
	    "Checked: the threads are different, hold no lock in common there, and no run has all of these orders by "
	    "itself.");
	add(notes, "Not excluded: that what these runs did is never done by one process at the same time%s.",
	    has_many(inversion) ? ", or that locks of one name or made at one place differ" : "");
	return notes;
}

GPtrArray *tt_inversions_limits(const struct tt_inversions *inversions)
{
	static const char too_many[] = "There are too many lock orders in the database to look at them all: ";
	GPtrArray *limits = g_ptr_array_new_with_free_func(g_free);
	guint n = inversions->n_untried, n_cut = inversions->picture->n_cut, most = inversions->picture->most_orders;

	if (inversions->complete <= 1)
		add(limits, "%sinversions across runs may be missing.", too_many);
	else if (inversions->complete != G_MAXUINT)
		add(limits, "%sinversions across runs of more than %u locks may be missing.", too_many,
		    inversions->complete);
	if (n > 0)
		add(limits,
		    "Of %u circular lock order%s across runs there are too many ways to put %s together to try them "
		    "all: "
		    "inversions may be missing.",
		    n, n == 1 ? "" : "s", n == 1 ? "it" : "them");
	if (n_cut > 0)
		add(limits,
		    "Of %u pair%s of lock classes only %u orders of other runs were looked at, those with the fewest "
		    "further "
		    "locks: inversions across runs may be missing.%s",
		    n_cut, n_cut == 1 ? "" : "s", most,
		    most < TT_MAX_ORDERS ? " To look at more: trace-thr db check." : "");
	return limits;
}
