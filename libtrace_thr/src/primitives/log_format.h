/* SPDX-License-Identifier: MIT */
/*
 * The format of log lines: `%(threadName)-10s %(message)s`, parsed once, rendered for each line.
 */
#ifndef TT_PRIMITIVES_LOG_FORMAT_H
#define TT_PRIMITIVES_LOG_FORMAT_H

#include <stddef.h>
#include <stdint.h>

struct tt_log_format;

/* What a line tells. */
struct tt_log_record {
	int level;
	const char *message;
	const char *thread_name;
	uint64_t thread_id;
	uint32_t pid;
};

/* Parses `text` into *format. EINVAL for what is no field or no conversion of it; ENOMEM. */
int tt_log_format_parse(const char *text, struct tt_log_format **format);
void tt_log_format_free(struct tt_log_format *format);

/* The line of a record, with its newline, for free(3); its length to *size. NULL without memory. */
char *tt_log_format_render(const struct tt_log_format *format, const struct tt_log_record *record, size_t *size);

/* DEBUG, INFO, …, or NULL for a level that there is not. */
const char *tt_log_level_name(int level);

#endif /* TT_PRIMITIVES_LOG_FORMAT_H */
