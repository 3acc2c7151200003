/* SPDX-License-Identifier: MIT */
#include "tools/text/duration.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

char *tt_duration_text(int64_t ns)
{
	static const struct {
		double ns;
		const char *unit;
	} units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}, {1, "ns"}};
	size_t i = 0;

	if (ns == 0)
		return g_strdup("0");
	/* What rounds up to 1000 of a unit is 1 of the next. */
	while (i + 1 < G_N_ELEMENTS(units) && (double)ns < units[i].ns * 0.9995)
		i++;
	double value = (double)ns / units[i].ns;
	int decimals = value >= 99.95 || i == 3 ? 0 : value >= 9.995 ? 1 : 2;
	g_autofree char *digits = g_strdup_printf("%.*f", decimals, value);
	for (size_t end = strlen(digits); decimals && (digits[end - 1] == '0' || digits[end - 1] == '.'); end--) {
		bool point = digits[end - 1] == '.';
		digits[end - 1] = '\0';
		if (point)
			break;
	}
	return g_strdup_printf("%s %s", digits, units[i].unit);
}
