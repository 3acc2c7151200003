/* SPDX-License-Identifier: MIT */
/*
 * Findings to the last field, as text: of each edge who has what and wants what, in which mode, since when and where;
 * then those who are blocked by it, and the steps that lead there. A moment is the number of its event; `?` is unknown.
 */
#ifndef WHOLE_H
#define WHOLE_H

#include "leaks.h"
#include "prediction.h"
#include "ways.h"

/* When and where; both are of one event, but for what is put together from two. */
static inline void put_moment(GString *text, uint64_t caller, int64_t time_ns)
{
	int64_t n = time_ns ? (time_ns - FEED_ORIGIN) / 1000000 : 0;

	if (!caller)
		g_string_append_c(text, '?');
	else
		g_string_append_printf(text, "%u", (unsigned)caller);
	if (n != (int64_t)caller)
		g_string_append_printf(text, "/%d", (int)n);
}

static inline void put_object(GString *text, const struct tt_object *object, enum tt_mode mode)
{
	g_string_append(text, object ? object->name : "-");
	if (mode == TT_MODE_SHARED)
		g_string_append(text, " to read");
	g_string_append_c(text, ' ');
}

static inline void put_edge(GString *text, const char *what, const struct tt_edge *edge)
{
	g_string_append_printf(text, "%s%s has ", what, edge->thread->name);
	put_object(text, edge->held, edge->held_mode);
	put_moment(text, edge->held_caller, edge->held_ns);
	g_string_append(text, ", wants ");
	put_object(text, edge->wanted, edge->wanted_mode);
	put_moment(text, edge->wanted_caller, edge->wanted_ns);
	g_string_append_c(text, '\n');
}

static inline void put_finding(GString *text, const struct tt_finding *finding)
{
	g_string_append_printf(text, "%s %s\n", finding->rule->id, tt_level_name(finding->level));
	for (guint i = 0; i < finding->edges->len; i++)
		put_edge(text, "  ", tt_finding_edge(finding, i));
	for (guint i = 0; i < finding->blocked->len; i++)
		put_edge(text, "  blocked: ", &g_array_index(finding->blocked, struct tt_edge, i));
	for (guint i = 0; i < finding->witness->len; i++) {
		const struct tt_witness_step *step = &g_array_index(finding->witness, struct tt_witness_step, i);
		g_string_append_printf(text, "  %s: %s ", step->thread->name, tt_event_type_names[step->type]);
		put_object(text, step->object, step->mode);
		put_moment(text, step->caller, step->time_ns);
		g_string_append(text, step->blocks ? ", blocks\n" : "\n");
	}
}

/* Ends the feed, of which that is found. */
static inline void assert_whole(struct feed *feed, const char *wanted)
{
	g_autoptr(GString) text = g_string_new(NULL);

	feed_finish(feed);
	for (guint i = 0; i < n_found(feed); i++)
		put_finding(text, found(feed, i));
	if (strcmp(text->str, wanted) != 0)
		fail_msg("not what was wanted, but:\n%s", text->str);
	feed_free(feed);
}

#endif /* WHOLE_H */
