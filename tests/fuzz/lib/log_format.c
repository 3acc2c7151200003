/* SPDX-License-Identifier: MIT */
/* The format of log lines, and numbers of the environment. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libtrace_thr/src/primitives/log_format.h"
#include "libtrace_thr/src/trace/parse_number.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct tt_log_record record = {10, "message", "thread", 7, 42};
	char *text = malloc(size + 1), *line;
	struct tt_log_format *format;
	uint64_t number;

	memcpy(text, bytes, size);
	text[size] = '\0';
	if (!tt_log_format_parse(text, &format)) {
		line = tt_log_format_render(format, &record, &size);
		if (line && (!size || line[size - 1] != '\n'))
			abort();
		free(line);
		tt_log_format_free(format);
	}
	tt_number_parse(text, 10, &number);
	tt_number_parse(text, 16, &number);
	free(text);
	return 0;
}
