#include <inttypes.h>

#include "tools/report/pen.h"
#include "tools/report/schedule.h"
#include "tools/report/text.h"

/* A finding of more threads than MOST_EDGES, and more findings than MOST_SHOWN, are cut short unless all is asked for.
 */
enum { WIDTH = 104, MOST_EDGES = 16, MOST_SHOWN = 20, MOST_FRAMES = 8 };

/* A report in the making. */
struct report {
	struct tt_report_pen pen;
	const struct tt_check *check;
	bool all;
	bool pids; /* there are several processes: say which */
};

static const char *const meanings[] = {
    [TT_LEVEL_INVERSION] = "a circular lock order that cannot deadlock in any order of this run",
    [TT_LEVEL_POTENTIAL] = "the pattern of a deadlock; whether some order of this run leads into it is not decided",
    [TT_LEVEL_PREDICTED] = "another order of this run's events leads into it",
    [TT_LEVEL_CONFIRMED] = "a second run was steered into it",
    [TT_LEVEL_ACTUAL] = "threads of this run are blocked for good",
};

static bool is_shown(bool all, const struct tt_finding *finding)
{
	return all || finding->level > TT_LEVEL_INVERSION;
}

/* Threads and what they have and want. */

static void put_thread(struct report *report, const struct tt_thread *thread)
{
	tt_put(&report->pen, TT_NAME, "%s", thread->name);
	if (report->pids)
		tt_put(&report->pen, TT_DIM, "  pid %" PRIu32, thread->process->pid);
	if (thread->native_id)
		tt_put(&report->pen, TT_DIM, "  tid %" PRIu32, thread->native_id);
	if (thread->daemon)
		tt_put(&report->pen, TT_DIM, "  daemon");
}

static char *mode_text(const struct tt_object *object, enum tt_mode mode, const char *note)
{
	g_autofree char *name = tt_object_phrase(object);
	return g_strdup_printf("%s%s%s%s", name, mode == TT_MODE_SHARED ? ", shared" : "", note ? ", " : "",
	                       note ? note : "");
}

/* Below a row, the chain of calls that led to its site, as far as the program's own functions go. */
static void put_chain(struct report *report, const struct tt_thread *thread, uint64_t caller,
                      const struct tt_stack *stack)
{
	uint32_t pid = thread->process->pid;
	const struct tt_site *shown = tt_symbols_site(report->check->symbols, pid, caller, stack);
	g_autoptr(GPtrArray) frames = stack ? tt_symbols_frames(report->check->symbols, pid, caller, stack) : NULL;
	guint begin = 0, end = frames ? frames->len : 0;

	while (end > 0 && !((const struct tt_site *)frames->pdata[end - 1])->own)
		end--;
	while (begin < end && frames->pdata[begin] != shown)
		begin++;
	for (guint i = begin + 1; i < MIN(end, begin + 1 + MOST_FRAMES); i++) {
		g_autofree char *site = tt_site_text(frames->pdata[i]);
		tt_put(&report->pen, TT_DIM, "            called from %s\n", site);
	}
}

/* One row: `holds      lock "A"  since +0.000123 s, acquired at worker examples/x.c:12`. */
static void put_row(struct report *report, const char *verb, int width, const char *object, const char *when,
                    int64_t time_ns, const char *where, const struct tt_thread *thread, uint64_t caller,
                    const struct tt_stack *stack)
{
	g_autofree char *time = tt_check_time_text(report->check, time_ns);
	/* Another program may have run in the process later. */
	tt_symbols_at(report->check->symbols, time_ns);
	g_autofree char *site =
	    tt_site_text(tt_symbols_site(report->check->symbols, thread->process->pid, caller, stack));

	tt_put(&report->pen, TT_PLAIN, "        %-10s ", verb);
	tt_put_padded(&report->pen, TT_PLAIN, width, object);
	tt_put(&report->pen, TT_PLAIN, "  %s %s, %s ", when, time, where);
	tt_put(&report->pen, TT_BOLD, "%s\n", site);
}

static bool is_once(const struct tt_object *object)
{
	return object->family == TT_FAMILY_LOCK && object->kind == TT_KIND_ONCE;
}

static void put_hold(struct report *report, const struct tt_edge *edge, bool still, int width)
{
	g_autofree char *object = mode_text(edge->held, edge->held_mode, NULL);
	bool runs = is_once(edge->held);
	const char *verb = runs ? still ? "runs" : "ran" : still ? "holds" : "held";

	if (edge->held_caller) {
		put_row(report, verb, width, object, still ? "since" : "from", edge->held_ns,
		        runs ? "called at" : "acquired at", edge->thread, edge->held_caller, edge->held_stack);
		put_chain(report, edge->thread, edge->held_caller, edge->held_stack);
		return;
	}
	tt_put(&report->pen, TT_PLAIN, "        %-10s ", verb);
	tt_put_padded(&report->pen, TT_PLAIN, width, object);
	tt_put(&report->pen, TT_PLAIN, "  since before the %s\n", edge->thread->left_behind ? "fork" : "trace began");
}

static void put_wait(struct report *report, const struct tt_edge *edge, bool still, int width)
{
	g_autofree char *object = mode_text(edge->wanted, edge->wanted_mode, edge->note);
	g_autofree char *time = tt_check_time_text(report->check, edge->wanted_ns);
	const char *verb = still ? "waits for" : "asked for";

	if (edge->wanted_caller) {
		put_row(report, verb, width, object, still ? "since" : "at  ", edge->wanted_ns, "at", edge->thread,
		        edge->wanted_caller, edge->wanted_stack);
		put_chain(report, edge->thread, edge->wanted_caller, edge->wanted_stack);
		return;
	}
	/* Nobody in the program called: the library joins threads when the process exits. */
	tt_put(&report->pen, TT_PLAIN, "        %-10s ", verb);
	tt_put_padded(&report->pen, TT_PLAIN, width, object);
	tt_put(&report->pen, TT_PLAIN, "  since %s, at the exit of the process\n", time);
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
static void put_holder(struct report *report, const struct tt_finding *finding, guint i)
{
	const struct tt_edge *next = tt_finding_edge(finding, (i + 1) % finding->edges->len);
	const struct tt_object *wanted = tt_finding_edge(finding, i)->wanted;
	bool self = finding->edges->len == 1;

	if (!finding->cycle || wanted->family == TT_FAMILY_THREAD)
		return;
	if (wanted->family == TT_FAMILY_CONDITION) {
		g_autofree char *lock = tt_object_phrase(next->held);
		tt_put(&report->pen, TT_PLAIN, "        %-10s %s, held by ", "needs back", lock);
	} else {
		const char *how = !next->held ? "behind" : is_once(wanted) ? "run by" : "held by";
		tt_put(&report->pen, TT_PLAIN, "        %-10s ", how);
	}
	tt_put(&report->pen, TT_NAME, "%s%s\n", next->thread->name,
	       self         ? ", the same thread"
	       : next->held ? ""
	                    : ", which waits to write");
}

static void put_edge(struct report *report, const struct tt_finding *finding, guint i, int width)
{
	const struct tt_edge *edge = tt_finding_edge(finding, i);
	bool happened = finding->rule->count == TT_COUNT_DEADLOCK;

	tt_put(&report->pen, TT_PLAIN, "    ");
	put_thread(report, edge->thread);
	if (edge->note && !edge->wanted)
		tt_put(&report->pen, TT_PLAIN, "  %s", edge->note);
	tt_put(&report->pen, TT_PLAIN, "\n");
	if (edge->held && edge->held->family != TT_FAMILY_THREAD)
		put_hold(report, edge, happened, width);
	if (edge->wanted)
		put_wait(report, edge, happened, width);
	if (edge->wanted && happened)
		put_holder(report, finding, i);
}

/* At most so many: the first ones and the last, with which a cycle closes. */
static void put_edges(struct report *report, const struct tt_finding *finding, guint most)
{
	guint n = finding->edges->len, skipped = n > most ? n - most : 0;
	int width = row_width(finding);

	for (guint i = 0; i < n; i++) {
		if (skipped > 0 && i == most - 1) {
			tt_put(&report->pen, TT_PLAIN, "    ... and %u more\n", skipped);
			i += skipped;
		}
		put_edge(report, finding, i, width);
	}
}

static void put_blocked(struct report *report, const struct tt_finding *finding)
{
	if (finding->blocked->len == 0)
		return;
	tt_put(&report->pen, TT_PLAIN, "    Blocked by it as well:\n\n");
	for (guint i = 0; i < finding->blocked->len; i++) {
		const struct tt_edge *edge = &g_array_index(finding->blocked, struct tt_edge, i);
		tt_put(&report->pen, TT_PLAIN, "    ");
		put_thread(report, edge->thread);
		tt_put(&report->pen, TT_PLAIN, "\n");
		put_wait(report, edge, true, 0);
	}
	tt_put(&report->pen, TT_PLAIN, "\n");
}

static void put_note(struct report *report, const char *head, const char *text)
{
	tt_put(&report->pen, TT_PLAIN, "    ");
	tt_put(&report->pen, TT_BOLD, "%s", head);
	g_autofree char *rest = g_strdup_printf("%s%s", *head ? " " : "", text);
	tt_put_wrapped(&report->pen, TT_PLAIN, 4, WIDTH, rest);
}

static void put_finding(struct report *report, const struct tt_finding *finding)
{
	bool bad = finding->level >= TT_LEVEL_PREDICTED;
	guint shown = report->all ? finding->edges->len : MIN(finding->edges->len, MOST_EDGES);

	tt_put(&report->pen, bad ? TT_BAD : TT_WARN, "%s %s (%s)", finding->rule->id, finding->rule->title,
	       tt_level_name(finding->level));
	tt_put(&report->pen, TT_PLAIN, ": ");
	tt_put_wrapped(&report->pen, TT_BOLD, 4, WIDTH, finding->verdict);
	tt_put(&report->pen, TT_PLAIN, "\n");
	put_edges(report, finding, shown);
	tt_put(&report->pen, TT_PLAIN, "\n");
	if (finding->cycle && finding->level != TT_LEVEL_INVERSION && finding->edges->len <= shown)
		tt_put_schedule(&report->pen, finding);
	put_blocked(report, finding);
	for (guint i = 0; i < finding->notes->len; i++)
		put_note(report, "", finding->notes->pdata[i]);
	tt_put(&report->pen, TT_PLAIN, "\n");
	put_note(report, "What to do:", finding->remedy);
	tt_put(&report->pen, TT_PLAIN, "\n");
}

/* The trace as a whole. */

static void put_levels(struct report *report)
{
	bool used[TT_LEVEL_ACTUAL + 1] = {false};

	for (guint i = 0; i < report->check->findings->len; i++) {
		const struct tt_finding *finding = report->check->findings->pdata[i];
		if (is_shown(report->all, finding))
			used[finding->level] = true;
	}
	for (int level = TT_LEVEL_ACTUAL; level >= TT_LEVEL_INVERSION; level--) {
		if (used[level])
			tt_put(&report->pen, TT_DIM, "Level %s: %s.\n", tt_level_name((enum tt_level)level),
			       meanings[level]);
	}
}

static guint count_threads(const struct tt_check *check)
{
	guint n = 0;

	for (guint i = 0; i < check->model->processes->len; i++)
		n += ((struct tt_process *)check->model->processes->pdata[i])->threads->len;
	return n;
}

static void put_clean(struct report *report)
{
	guint threads = count_threads(report->check);
	g_autofree char *lost = tt_check_loss_text(report->check);

	tt_put(&report->pen, TT_BOLD, "none found in this trace: %" PRIu64 " event%s, %u thread%s, %s lost\n",
	       report->check->events, report->check->events == 1 ? "" : "s", threads, threads == 1 ? "" : "s", lost);
	if (tt_check_lost(report->check))
		tt_put(&report->pen, TT_PLAIN,
		       "This is no verdict, since events are missing: record again without --drop.\n");
}

static void put_check(struct report *report)
{
	const struct tt_check *check = report->check;
	guint shown = 0;

	report->pids = check->model->processes->len > 1;
	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		if (!is_shown(report->all, finding))
			continue;
		if (!finding->told && (shown < MOST_SHOWN || report->all))
			put_finding(report, finding);
		shown++;
	}
	if (shown > MOST_SHOWN && !report->all)
		tt_put(&report->pen, TT_BOLD, "... and %u more findings: --all shows them.\n\n", shown - MOST_SHOWN);
	put_levels(report);
	if (shown == 0)
		put_clean(report);
	for (guint i = 0; i < check->limits->len; i++)
		put_note(report, "Limit:", check->limits->pdata[i]);
}

void tt_tally_add(struct tt_tally *tally, const struct tt_check *check, const struct tt_check_options *options)
{
	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		tally->findings[finding->rule->count] += is_shown(options->all, finding);
	}
	tally->events_lost += check->loss.events;
	tally->packets_lost += check->loss.packets;
}

void tt_tally_put(const struct tt_tally *tally, FILE *out)
{
	guint deadlocks = tally->findings[TT_COUNT_DEADLOCK], inversions = tally->findings[TT_COUNT_INVERSION];

	fprintf(out, "trace-thr: %u deadlock%s, %u inversion%s, 0 suppressed, %" PRIu64 " event%s", deadlocks,
	        deadlocks == 1 ? "" : "s", inversions, inversions == 1 ? "" : "s", tally->events_lost,
	        tally->events_lost == 1 ? "" : "s");
	if (tally->packets_lost > 0)
		fprintf(out, " and %" PRIu64 " packet%s", tally->packets_lost, tally->packets_lost == 1 ? "" : "s");
	fputs(" lost\n", out);
}

void tt_report_findings(const struct tt_check *check, FILE *out)
{
	struct report report = {.pen = tt_report_pen(out), .check = check, .pids = check->model->processes->len > 1};

	for (guint i = 0; i < check->findings->len; i++)
		put_finding(&report, check->findings->pdata[i]);
}

void tt_report_texts(const GPtrArray *checks, const struct tt_check_options *options, FILE *out)
{
	struct report report = {.pen = tt_report_pen(out), .all = options->all};
	struct tt_tally tally = {.events_lost = 0};

	for (guint i = 0; i < checks->len; i++) {
		report.check = checks->pdata[i];
		if (checks->len > 1)
			tt_put(&report.pen, TT_BOLD, "%s%s:\n\n", i > 0 ? "\n" : "", report.check->path);
		put_check(&report);
		tt_tally_add(&tally, report.check, options);
	}
	tt_tally_put(&tally, out);
}

void tt_report_text(const struct tt_check *check, const struct tt_check_options *options, FILE *out)
{
	g_autoptr(GPtrArray) checks = g_ptr_array_new();

	g_ptr_array_add(checks, (void *)(uintptr_t)check);
	tt_report_texts(checks, options, out);
}
