/* SPDX-License-Identifier: MIT */
/* What of a SARIF report GitHub's code scanning does not take. */
#include <zlib.h>

#include <glib.h>

#include "tools/report/formats.h"

/*
 * As documented by GitHub ("SARIF results exceed limits", "SARIF file is too large"): results that are shown, and that
 * are taken at all; bytes, compressed as gzip does.
 */
enum { MOST_SHOWN = 5000, MOST_TAKEN = 25000, MOST_BYTES = 10 * 1000 * 1000 };

static guint count(const struct tt_report *report)
{
	guint results = 0;

	for (guint i = 0; i < report->checks->len; i++) {
		const struct tt_check *check = report->checks->pdata[i];
		for (guint j = 0; j < check->findings->len; j++)
			results += tt_report_has(report, check->findings->pdata[j]);
	}
	return results;
}

/* What small text cannot exceed is not tried. */
static bool is_large(const char *text, size_t size)
{
	uLongf compressed = compressBound(size);

	if (size <= MOST_BYTES)
		return false;
	g_autofree Bytef *room = g_malloc(compressed);
	return compress(room, &compressed, (const Bytef *)text, size) != Z_OK || compressed > MOST_BYTES;
}

char *tt_report_sarif_excess(const struct tt_report *report, const char *text, size_t size)
{
	guint results = count(report);
	bool refused = results > MOST_TAKEN || is_large(text, size);

	if (!refused && results <= MOST_SHOWN)
		return NULL;
	return g_strdup_printf(
	    "the SARIF report has %u results: GitHub %s; check fewer traces at once, or suppress what "
	    "is known",
	    results,
	    refused ? "takes 25000, and 10 MB when compressed, so it will refuse this report" : "shows 5000 of them");
}
