/* SPDX-License-Identifier: MIT */
#include "tools/report/formats.h"

#include <string.h>

const struct tt_report_format tt_report_formats[] = {
    {.name = "text", .write = tt_report_text},
    {.name = "json", .write = tt_report_json, .document = true},
    {.name = "sarif", .write = tt_report_sarif, .document = true, .excess = tt_report_sarif_excess},
    {.name = "junit", .write = tt_report_junit, .document = true},
    {.name = "github", .write = tt_report_github},
    {.name = NULL},
};

const struct tt_report_format *tt_report_format_find(const char *name)
{
	const struct tt_report_format *format = tt_report_formats;

	while (name && format->name && strcmp(format->name, name) != 0)
		format++;
	return format->name ? format : NULL;
}
