/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tools/check/check.h"

#include "tools/finding/fingerprint.h"
#include "tools/finding/access.h"
#include "tools/check/rules.h"
#include "tools/text/sanitize.h"

/* A family at work. */
struct watch {
	const struct tt_rule_family *family;
	void *state;
};

static const char *const level_names[] = {
    [TT_LEVEL_INVERSION] = "inversion", [TT_LEVEL_POTENTIAL] = "potential", [TT_LEVEL_PREDICTED] = "predicted",
    [TT_LEVEL_CONFIRMED] = "confirmed", [TT_LEVEL_ACTUAL] = "actual",
};

const char *tt_level_name(enum tt_level level)
{
	return level_names[level];
}

bool tt_level_parse(const char *word, enum tt_level *level)
{
	for (size_t i = 0; i < G_N_ELEMENTS(level_names); i++) {
		if (strcmp(word, level_names[i]) == 0) {
			*level = (enum tt_level)i;
			return true;
		}
	}
	return false;
}

static void free_watch(void *data)
{
	struct watch *watch = data;

	if (watch->family->free)
		watch->family->free(watch->state);
	g_free(watch);
}

static void free_finding(void *data)
{
	tt_finding_free(data);
}

struct tt_check *tt_check_new_without_rules(void)
{
	struct tt_check *check = g_new0(struct tt_check, 1);

	check->model = tt_model_new();
	check->symbols = tt_symbols_new();
	check->names = tt_symbol_names_new(check->symbols);
	tt_event_loss_init(&check->loss);
	check->findings = g_ptr_array_new_with_free_func(free_finding);
	check->limits = g_ptr_array_new_with_free_func(g_free);
	check->watches = g_ptr_array_new_with_free_func(free_watch);
	return check;
}

struct tt_check *tt_check_new(const struct tt_check_options *options)
{
	struct tt_check *check = tt_check_new_without_rules();

	check->all = options->all;
	for (size_t i = 0; tt_rule_families[i]; i++) {
		struct watch *watch = g_new0(struct watch, 1);
		watch->family = tt_rule_families[i];
		if (watch->family->begin)
			watch->state = watch->family->begin(check, options);
		g_ptr_array_add(check->watches, watch);
	}
	return check;
}

void tt_check_free(struct tt_check *check)
{
	if (!check)
		return;
	g_ptr_array_free(check->watches, TRUE);
	g_ptr_array_free(check->findings, TRUE);
	g_ptr_array_free(check->limits, TRUE);
	tt_event_loss_clear(&check->loss);
	tt_symbol_names_free(check->names);
	tt_symbols_free(check->symbols);
	tt_model_free(check->model);
	g_clear_error(&check->failure);
	g_free(check->path);
	g_free(check);
}

void tt_check_feed(struct tt_check *check, const struct tt_event *event)
{
	struct tt_event room;

	if (check->events++ == 0)
		check->begin_ns = event->time_ns;
	tt_model_feed(check->model, tt_symbol_names_apply(check->names, event, &room));
}

static void on_named(uint32_t pid, uint64_t id, const char *before, const char *name, void *data)
{
	tt_model_rename(data, pid, id, before, name);
}

void tt_check_add_module(struct tt_check *check, const struct tt_module *module)
{
	tt_symbol_names_add(check->names, module, on_named, check->model);
}

void tt_check_add_discarded(struct tt_check *check, const struct tt_discarded *loss)
{
	tt_event_loss_add(&check->loss, loss);
}

/* The surest first; of one level in the order of finding. */
static gint surer(gconstpointer a, gconstpointer b)
{
	const struct tt_finding *const *x = a, *const *y = b;
	return (int)(*y)->level - (int)(*x)->level;
}

/*
 * Fingerprints look up the sites of a finding. The report does so again; but what is said before it must know which
 * files are not what was recorded, and the symbols look only when asked: so also of the threads that are blocked by it.
 */
static void take_fingerprints(struct tt_check *check)
{
	for (guint i = 0; i < check->findings->len; i++) {
		struct tt_finding *finding = check->findings->pdata[i];

		if (!finding->fingerprint)
			finding->fingerprint = tt_fingerprint(check, finding);
		for (guint j = 0; j < finding->blocked->len; j++) {
			struct tt_access place = tt_edge_request(&g_array_index(finding->blocked, struct tt_edge, j));
			tt_access_site(check, &place);
		}
	}
}

void tt_check_sort_findings(struct tt_check *check)
{
	g_ptr_array_sort(check->findings, surer);
	take_fingerprints(check);
}

void tt_check_finish(struct tt_check *check)
{
	for (guint i = 0; i < check->watches->len; i++) {
		const struct watch *watch = check->watches->pdata[i];
		watch->family->finish(check, watch->state);
	}
	tt_check_sort_findings(check);
}

static bool on_event(const struct tt_event *event, void *data)
{
	tt_check_feed(data, event);
	return true;
}

static bool on_module(const struct tt_module *module, void *data)
{
	tt_check_add_module(data, module);
	return true;
}

static bool on_loss(const struct tt_discarded *loss, void *data)
{
	tt_check_add_discarded(data, loss);
	return true;
}

struct tt_check *tt_check_read(const char *path, const struct tt_check_options *options, GError **error)
{
	static const struct tt_trace_handler handler = {on_event, on_module, on_loss};
	struct tt_check *check = tt_check_new(options);

	check->path = tt_harmless_name(path);
	if (!tt_trace_read(path, &handler, check, &check->summary, error)) {
		tt_check_free(check);
		return NULL;
	}
	tt_check_finish(check);
	if (check->failure) {
		g_propagate_error(error, g_steal_pointer(&check->failure));
		tt_check_free(check);
		return NULL;
	}
	return check;
}

bool tt_check_has_discarded(const struct tt_check *check)
{
	return check->loss.last_ns != INT64_MIN;
}

char *tt_event_loss_text(const struct tt_check *check)
{
	return tt_discarded_count_text(check->loss.events, check->loss.packets);
}

/* What is known of when it was. */
static char *span_text(const struct tt_check *check, const struct tt_discarded_by_buffer *lost)
{
	g_autofree char *begin = NULL, *end = NULL;

	if (lost->torn)
		return g_strdup(" at the end, since a program was killed while it wrote an event");
	if (lost->begin_ns == INT64_MIN)
		return g_strdup(", nobody knows when");
	begin = tt_check_time_text(check, lost->begin_ns);
	if (lost->end_ns == INT64_MAX)
		return g_strdup_printf(" after %s", begin);
	end = tt_check_time_text(check, lost->end_ns);
	return g_strdup_printf(" between %s and %s", begin, end);
}

char *tt_check_discarded_text(const struct tt_check *check, const struct tt_discarded_by_buffer *lost)
{
	g_autofree char *count = tt_discarded_count_text(lost->events, lost->packets);
	g_autofree char *span = span_text(check, lost);
	g_autofree char *buffer = tt_discarded_buffer_text(&lost->buffer);

	if (lost->why && lost->events)
		return g_strdup_printf("%s: %s lost%s", lost->why, count, span);
	if (lost->why)
		return g_strdup_printf("%s%s: an unknown number of events is lost", lost->why,
		                       lost->begin_ns == INT64_MIN ? "" : span);
	return g_strdup_printf("%s lost%s%s%s", count, span, buffer ? ", of " : "", buffer ? buffer : "");
}

guint tt_check_threads(const struct tt_check *check)
{
	guint n = 0;

	for (guint i = 0; i < check->model->processes->len; i++)
		n += ((struct tt_process *)check->model->processes->pdata[i])->threads->len;
	return n;
}

const char *tt_check_program(const struct tt_check *check, const struct tt_process *process)
{
	tt_symbols_at(check->symbols, process->last_ns);
	return tt_symbols_program(check->symbols, process->pid);
}

char *tt_check_time_text(const struct tt_check *check, int64_t time_ns)
{
	return g_strdup_printf("%+.6f s", (double)(time_ns - check->begin_ns) / 1e9);
}

enum tt_verdict tt_check_verdict(const struct tt_check *check, const struct tt_check_options *options)
{
	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		if (finding->level >= options->fail_on && tt_finding_is_open(finding))
			return TT_VERDICT_FAILS;
	}
	return tt_check_has_discarded(check) ? TT_VERDICT_UNKNOWN : TT_VERDICT_PASSES;
}
