/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "tools/finding/access.h"
#include "tools/report/interleaving.h"
#include "tools/report/text.h"

/* A finding of more threads than this is cut short unless all is asked for. */
enum { MOST_EDGES = 16, MOST_FRAMES = 8 };

/* Threads and what they have and want. */

static void put_thread(struct tt_text *text, const struct tt_thread *thread)
{
	tt_put(&text->pen, TT_NAME, "%s", thread->name);
	if (text->pids) {
		const char *program = tt_check_program(text->check, thread->process);
		tt_put(&text->pen, TT_DIM, "  pid %" PRIu32, thread->process->pid);
		if (program)
			tt_put(&text->pen, TT_DIM, " (%s)", program);
	}
	if (thread->native_id)
		tt_put(&text->pen, TT_DIM, "  tid %" PRIu32, thread->native_id);
	if (thread->daemon)
		tt_put(&text->pen, TT_DIM, "  daemon");
}

static char *mode_text(const struct tt_object *object, enum tt_mode mode, const char *note)
{
	g_autofree char *name = tt_object_phrase(object);
	return g_strdup_printf("%s%s%s%s", name, mode == TT_MODE_SHARED ? ", shared" : "", note ? ", " : "",
	                       note ? note : "");
}

/* Below a row, the chain of calls that led to its site, as far as the program's own functions go. */
static void put_chain(struct tt_text *text, const struct tt_access *place)
{
	g_autoptr(GPtrArray) frames = place->stack ? tt_access_frames(text->check, place) : NULL;
	guint begin, end;

	if (!frames)
		return;
	tt_access_callers(text->check, place, frames, &begin, &end);
	for (guint i = begin; i < MIN(end, begin + MOST_FRAMES); i++) {
		g_autofree char *site = tt_site_text(frames->pdata[i]);
		tt_put(&text->pen, TT_DIM, "            called from %s\n", site);
	}
}

/* One row: `holds      lock "A"  since +0.000123 s, acquired at worker examples/x.c:12`. */
static void put_row(struct tt_text *text, const char *verb, int width, const char *object, const char *when,
                    const char *where, const struct tt_access *place)
{
	g_autofree char *time = tt_check_time_text(text->check, place->time_ns);
	g_autofree char *site = tt_site_text(tt_access_site(text->check, place));

	tt_put(&text->pen, TT_PLAIN, "        %-10s ", verb);
	tt_put_padded(&text->pen, TT_PLAIN, width, object);
	tt_put(&text->pen, TT_PLAIN, "  %s %s, %s ", when, time, where);
	tt_put(&text->pen, TT_BOLD, "%s\n", site);
	put_chain(text, place);
}

static void put_hold(struct tt_text *text, const struct tt_edge *edge, bool still, int width)
{
	g_autofree char *object = mode_text(edge->held, edge->held_mode, NULL);
	bool runs = tt_is_once(edge->held);
	struct tt_access place = tt_edge_acquire(edge);
	const char *verb = runs ? still ? "runs" : "ran" : still ? "holds" : "held";

	if (place.caller) {
		put_row(text, verb, width, object, still ? "since" : "from", runs ? "called at" : "acquired at",
		        &place);
		return;
	}
	tt_put(&text->pen, TT_PLAIN, "        %-10s ", verb);
	tt_put_padded(&text->pen, TT_PLAIN, width, object);
	tt_put(&text->pen, TT_PLAIN, "  since before the %s\n", edge->thread->left_behind ? "fork" : "trace began");
}

static void put_wait(struct tt_text *text, const struct tt_edge *edge, bool still, int width)
{
	g_autofree char *object = mode_text(edge->wanted, edge->wanted_mode, edge->note);
	g_autofree char *time = tt_check_time_text(text->check, edge->wanted_ns);
	struct tt_access place = tt_edge_request(edge);
	const char *verb = still ? "waits for" : "asked for";

	if (place.caller) {
		put_row(text, verb, width, object, still ? "since" : "at  ", "at", &place);
		return;
	}
	/* Nobody in the program called: the library joins threads when the process exits. */
	tt_put(&text->pen, TT_PLAIN, "        %-10s ", verb);
	tt_put_padded(&text->pen, TT_PLAIN, width, object);
	tt_put(&text->pen, TT_PLAIN, "  since %s, at the exit of the process\n", time);
}

static int row_width(const struct tt_finding *finding)
{
	int width = 0;

	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_edge *edge = tt_finding_edge(finding, i);
		g_autofree char *held = edge->held ? mode_text(edge->held, edge->held_mode, NULL) : g_strdup("");
		g_autofree char *wanted =
		    edge->wanted ? mode_text(edge->wanted, edge->wanted_mode, edge->note) : g_strdup("");
		width = MAX(width, MAX(tt_text_width(held), tt_text_width(wanted)));
	}
	return MIN(width, 48);
}

/* Who has what the thread of a cycle's edge wants. */
static void put_holder(struct tt_text *text, const struct tt_finding *finding, guint i)
{
	const struct tt_edge *next = tt_finding_edge(finding, (i + 1) % finding->edges->len);
	const struct tt_object *wanted = tt_finding_edge(finding, i)->wanted;
	bool self = finding->edges->len == 1;

	if (!finding->cycle || wanted->family == TT_FAMILY_THREAD)
		return;
	if (wanted->family == TT_FAMILY_CONDITION) {
		g_autofree char *lock = tt_object_phrase(next->held);
		tt_put(&text->pen, TT_PLAIN, "        %-10s %s, held by ", "needs back", lock);
	} else {
		const char *how = !next->held ? "behind" : tt_is_once(wanted) ? "run by" : "held by";
		tt_put(&text->pen, TT_PLAIN, "        %-10s ", how);
	}
	tt_put(&text->pen, TT_NAME, "%s%s\n", next->thread->name,
	       self         ? ", the same thread"
	       : next->held ? ""
	                    : ", which waits to write");
}

static void put_edge(struct tt_text *text, const struct tt_finding *finding, guint i, int width)
{
	const struct tt_edge *edge = tt_finding_edge(finding, i);
	bool happened = finding->rule->happened;

	tt_put(&text->pen, TT_PLAIN, "    ");
	put_thread(text, edge->thread);
	if (edge->note && !edge->wanted)
		tt_put(&text->pen, TT_PLAIN, "  %s", edge->note);
	tt_put(&text->pen, TT_PLAIN, "\n");
	if (edge->held && edge->held->family != TT_FAMILY_THREAD)
		put_hold(text, edge, happened, width);
	if (edge->wanted)
		put_wait(text, edge, happened, width);
	if (edge->wanted && happened)
		put_holder(text, finding, i);
}

/* At most so many: the first ones and the last, with which a cycle closes. */
static void put_edges(struct tt_text *text, const struct tt_finding *finding, guint most)
{
	guint n = finding->edges->len, skipped = n > most ? n - most : 0;
	int width = row_width(finding);

	for (guint i = 0; i < n; i++) {
		if (skipped > 0 && i == most - 1) {
			tt_put(&text->pen, TT_PLAIN, "    ... and %u more\n", skipped);
			i += skipped;
		}
		put_edge(text, finding, i, width);
	}
}

static void put_blocked(struct tt_text *text, const struct tt_finding *finding)
{
	if (finding->blocked->len == 0)
		return;
	tt_put(&text->pen, TT_PLAIN, "    Also blocked:\n\n");
	for (guint i = 0; i < finding->blocked->len; i++) {
		const struct tt_edge *edge = &g_array_index(finding->blocked, struct tt_edge, i);
		tt_put(&text->pen, TT_PLAIN, "    ");
		put_thread(text, edge->thread);
		tt_put(&text->pen, TT_PLAIN, "\n");
		put_wait(text, edge, true, 0);
	}
	tt_put(&text->pen, TT_PLAIN, "\n");
}

void tt_put_note(struct tt_text *text, const char *head, const char *note)
{
	tt_put(&text->pen, TT_PLAIN, "    ");
	tt_put(&text->pen, TT_BOLD, "%s", head);
	g_autofree char *rest = g_strdup_printf("%s%s", *head ? " " : "", note);
	tt_put_wrapped(&text->pen, TT_PLAIN, 4, TT_TEXT_WIDTH, rest);
}

static void put_head(struct tt_text *text, const struct tt_finding *finding)
{
	bool bad = finding->level >= TT_LEVEL_PREDICTED;

	tt_put(&text->pen, bad ? TT_BAD : TT_WARN, "%s %s (%s)", finding->rule->id, finding->rule->title,
	       tt_level_name(finding->level));
	tt_put(&text->pen, TT_PLAIN, ": ");
	tt_put_wrapped(&text->pen, TT_BOLD, 4, TT_TEXT_WIDTH, finding->verdict);
	tt_put(&text->pen, TT_PLAIN, "\n");
}

void tt_put_finding(struct tt_text *text, const struct tt_finding *finding)
{
	guint shown = text->all ? finding->edges->len : MIN(finding->edges->len, MOST_EDGES);
	bool whole = finding->edges->len <= shown && finding->level != TT_LEVEL_INVERSION;

	put_head(text, finding);
	put_edges(text, finding, shown);
	tt_put(&text->pen, TT_PLAIN, "\n");
	if (whole && (finding->cycle || finding->witness->len > 0))
		tt_put_schedule(&text->pen, text->check, finding, text->all);
	put_blocked(text, finding);
	for (guint i = 0; i < finding->notes->len; i++)
		tt_put_note(text, "", finding->notes->pdata[i]);
	tt_put(&text->pen, TT_PLAIN, "\n");
	if (finding->remedy)
		tt_put_note(text, "What to do:", finding->remedy);
	if (finding->fingerprint)
		tt_put(&text->pen, TT_DIM, "    Fingerprint %s\n", finding->fingerprint);
	tt_put(&text->pen, TT_PLAIN, "\n");
}
