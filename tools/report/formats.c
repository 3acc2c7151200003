#include "tools/report/formats.h"

#include <string.h>

const struct tt_report_format tt_report_formats[] = {
    {"text", tt_report_text},   {"json", tt_report_json},     {"sarif", tt_report_sarif},
    {"junit", tt_report_junit}, {"github", tt_report_github}, {NULL, NULL},
};

const struct tt_report_format *tt_report_format_find(const char *name)
{
	const struct tt_report_format *format = tt_report_formats;

	while (name && format->name && strcmp(format->name, name) != 0)
		format++;
	return format->name ? format : NULL;
}
