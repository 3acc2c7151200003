/* SPDX-License-Identifier: MIT */
/* The kernel's list of the CPUs that are present. */
#include "tools/read/live/cpus.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

int64_t tt_cpus_last_of(const char *list)
{
	size_t length = strcspn(list, "\n");
	int64_t last = 0;
	bool number = false;

	if (strspn(list, "0123456789,-") != length)
		return INT64_MAX;
	for (size_t i = 0; i < length; i++) {
		number = g_ascii_isdigit(list[i]);
		if (number)
			last = (i > 0 && g_ascii_isdigit(list[i - 1]) ? last * 10 : 0) + (list[i] - '0');
		if (last > INT32_MAX)
			return INT64_MAX;
	}
	return number ? last : INT64_MAX;
}

int64_t tt_cpus_last_present(void)
{
	g_autofree char *list = NULL;

	g_file_get_contents("/sys/devices/system/cpu/present", &list, NULL, NULL);
	return tt_cpus_last_of(list ? list : "");
}
