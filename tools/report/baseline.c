/* SPDX-License-Identifier: MIT */
#include "tools/report/baseline.h"

#include <jansson.h>

#include "tools/finding/fingerprint.h"
#include "tools/read/recording/bounded_file.h"
#include "tools/text/sanitize.h"
#include "tools/report/json.h"

/* Adds the fingerprints of the findings. False if that is not what a report has. */
static bool add_trace(struct tt_baseline *baseline, const json_t *trace)
{
	const json_t *findings = json_object_get(trace, "findings"), *finding;
	size_t i;

	if (!json_is_array(findings))
		return false;
	json_array_foreach(findings, i, finding)
	{
		const char *fingerprint = json_string_value(json_object_get(finding, "fingerprint"));
		if (!fingerprint)
			return false;
		if (g_hash_table_contains(baseline->found, fingerprint))
			continue;
		char *copy = tt_harmless_name(fingerprint); /* one of our own is */
		g_ptr_array_add(baseline->fingerprints, copy);
		g_hash_table_insert(baseline->found, copy, GUINT_TO_POINTER(false));
	}
	return true;
}

static bool add_report(struct tt_baseline *baseline, const json_t *report)
{
	const char *format = json_string_value(json_object_get(report, "format"));
	const json_t *traces = json_object_get(report, "traces"), *trace;
	bool ok = g_strcmp0(format, TT_JSON_FORMAT) == 0 && json_is_array(traces);
	size_t i;

	json_array_foreach(traces, i, trace)
	{
		ok = ok && add_trace(baseline, trace);
	}
	return ok;
}

struct tt_baseline *tt_baseline_read(const char *path, GError **error)
{
	struct tt_baseline *baseline = g_new0(struct tt_baseline, 1);
	json_error_t cause;
	g_autofree char *text = NULL;
	g_autoptr(GError) unreadable = NULL;
	size_t size;
	bool read = tt_bounded_file_read(path, &text, &size, &unreadable);
	json_t *report = read ? json_loadb(text, size, JSON_REJECT_DUPLICATES, &cause) : NULL;

	baseline->path = tt_harmless_name(path);
	baseline->fingerprints = g_ptr_array_new_with_free_func(g_free);
	baseline->found = g_hash_table_new(g_str_hash, g_str_equal);
	if (!report || !add_report(baseline, report)) {
		g_autofree char *at = report ? NULL : g_strdup_printf(" (%s)", read ? cause.text : unreadable->message);
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
		            "%s is no baseline%s: name a report that trace-thr check --format json wrote", path,
		            at ? at : "");
		g_clear_pointer(&baseline, tt_baseline_free);
	}
	json_decref(report);
	return baseline;
}

void tt_baseline_free(struct tt_baseline *baseline)
{
	if (!baseline)
		return;
	g_hash_table_destroy(baseline->found);
	g_ptr_array_unref(baseline->fingerprints);
	g_free(baseline->path);
	g_free(baseline);
}

void tt_baseline_apply(struct tt_baseline *baseline, struct tt_check *check)
{
	for (guint i = 0; i < check->findings->len; i++) {
		struct tt_finding *finding = check->findings->pdata[i];
		gpointer key;

		if (!g_hash_table_lookup_extended(baseline->found, finding->fingerprint, &key, NULL))
			continue;
		g_hash_table_insert(baseline->found, key, GUINT_TO_POINTER(true));
		finding->known = finding->level != TT_LEVEL_ACTUAL || tt_fingerprint_is_firm(check, finding);
	}
}

GPtrArray *tt_baseline_gone(const struct tt_baseline *baseline)
{
	GPtrArray *gone = g_ptr_array_new();

	for (guint i = 0; i < baseline->fingerprints->len; i++) {
		if (!g_hash_table_lookup(baseline->found, baseline->fingerprints->pdata[i]))
			g_ptr_array_add(gone, baseline->fingerprints->pdata[i]);
	}
	return gone;
}
