#include "tools/report/schedule.h"

enum { WIDTH = 104, INDENT = 8, GAP = 3 };

/* A step of the schedule. */
struct step {
	guint edge;
	int64_t time_ns;
	char *text;
};

static void clear_step(void *data)
{
	g_free(((struct step *)data)->text);
}

static gint earlier(gconstpointer a, gconstpointer b)
{
	const struct step *x = a, *y = b;
	return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static void add_step(GArray *steps, guint edge, int64_t time_ns, const char *verb, const struct tt_object *object)
{
	struct step step = {edge, time_ns, g_strdup_printf("%s %s", verb, object->name)};
	g_array_append_val(steps, step);
}

/* A once is not acquired: its routine runs. */
static bool runs(const struct tt_object *object)
{
	return object->family == TT_FAMILY_LOCK && object->kind == TT_KIND_ONCE;
}

/* What happened, in its order; of what did not happen, the order in which it could. */
static GArray *steps_of(const struct tt_finding *finding)
{
	GArray *steps = g_array_new(FALSE, FALSE, sizeof(struct step));
	bool happened = finding->rule->count == TT_COUNT_DEADLOCK;

	g_array_set_clear_func(steps, clear_step);
	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_edge *edge = tt_finding_edge(finding, i);
		if (edge->held && edge->held->family != TT_FAMILY_THREAD)
			add_step(steps, i, edge->held_ns, runs(edge->held) ? "runs" : "acquires", edge->held);
	}
	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_edge *edge = tt_finding_edge(finding, i);
		bool joins = edge->wanted->family == TT_FAMILY_THREAD;
		add_step(steps, i, edge->wanted_ns, joins ? "joins" : "waits for", edge->wanted);
	}
	if (happened)
		g_array_sort(steps, earlier);
	return steps;
}

static const char *name_of(const struct tt_finding *finding, guint edge)
{
	return tt_finding_edge(finding, edge)->thread->name;
}

/* The width of each thread's column. */
static int *widths_of(const struct tt_finding *finding, const GArray *steps, int *total)
{
	int *widths = g_new0(int, finding->edges->len);

	*total = INDENT;
	for (guint i = 0; i < finding->edges->len; i++)
		widths[i] = tt_text_width(name_of(finding, i));
	for (guint i = 0; i < steps->len; i++) {
		const struct step *step = &g_array_index(steps, struct step, i);
		widths[step->edge] = MAX(widths[step->edge], tt_text_width(step->text));
	}
	for (guint i = 0; i < finding->edges->len; i++)
		*total += widths[i] + GAP;
	return widths;
}

static void put_columns(struct tt_report_pen *pen, const struct tt_finding *finding, const GArray *steps,
                        const int *widths)
{
	guint n = finding->edges->len;

	tt_put(pen, TT_PLAIN, "%*s", INDENT, "");
	for (guint i = 0; i < n; i++)
		tt_put_padded(pen, TT_NAME, i + 1 < n ? widths[i] + GAP : 0, name_of(finding, i));
	tt_put(pen, TT_PLAIN, "\n%*s", INDENT, "");
	for (guint i = 0; i < n; i++) {
		g_autofree char *line = g_strnfill((gsize)widths[i], '-');
		tt_put_padded(pen, TT_DIM, i + 1 < n ? widths[i] + GAP : 0, line);
	}
	tt_put(pen, TT_PLAIN, "\n");
	for (guint i = 0; i < steps->len; i++) {
		const struct step *step = &g_array_index(steps, struct step, i);
		int before = 0;
		for (guint j = 0; j < step->edge; j++)
			before += widths[j] + GAP;
		tt_put(pen, TT_DIM, "%*u  ", INDENT - 2, i + 1);
		tt_put(pen, TT_PLAIN, "%*s", before, "");
		tt_put(pen, TT_PLAIN, "%s\n", step->text);
	}
}

static void put_lines(struct tt_report_pen *pen, const struct tt_finding *finding, const GArray *steps)
{
	int width = 0;

	for (guint i = 0; i < finding->edges->len; i++)
		width = MAX(width, tt_text_width(name_of(finding, i)));
	for (guint i = 0; i < steps->len; i++) {
		const struct step *step = &g_array_index(steps, struct step, i);
		tt_put(pen, TT_DIM, "%*u  ", INDENT - 2, i + 1);
		tt_put_padded(pen, TT_NAME, width + 1, name_of(finding, step->edge));
		tt_put(pen, TT_PLAIN, "%s\n", step->text);
	}
}

void tt_put_schedule(struct tt_report_pen *pen, const struct tt_finding *finding)
{
	bool happened = finding->rule->count == TT_COUNT_DEADLOCK;
	GArray *steps = steps_of(finding);
	int total;
	g_autofree int *widths = widths_of(finding, steps, &total);

	tt_put(pen, TT_PLAIN, happened ? "    What happened:\n\n" : "    What could happen:\n\n");
	if (total <= WIDTH)
		put_columns(pen, finding, steps, widths);
	else
		put_lines(pen, finding, steps);
	tt_put(pen, happened ? TT_BAD : TT_WARN, "\n%*s*** DEADLOCK ***\n\n", INDENT, "");
	g_array_free(steps, TRUE);
}
