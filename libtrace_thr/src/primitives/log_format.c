/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/primitives/log_format.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>

#include "tracepoints/vocabulary.h"

enum { WIDTH_MAX = 9999, TEXT_MAX = 32 };

/* A field: its text, which is in `room` or anywhere else. */
struct field {
	const char *name;
	bool is_number;
	const char *(*text)(const struct tt_log_record *record, char room[TEXT_MAX]);
};

/* A piece of the format: a field, or else literal text. */
struct piece {
	const struct field *field;
	const char *text;
	size_t length;
	size_t width;
	bool left;
};

struct tt_log_format {
	size_t n;
	struct piece *pieces;
	char text[];
};

const char *tt_log_level_name(int level)
{
#define NAME_(word, name, value) {value, word},
	static const struct {
		int value;
		const char *word;
	} levels[] = {TT_LOG_LEVELS(NAME_)};
#undef NAME_

	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		if (levels[i].value == level)
			return levels[i].word;
	return NULL;
}

/* Local time, as Python's logging has it: with a comma before the milliseconds. */
static const char *asctime_text(const struct tt_log_record *record, char room[TEXT_MAX])
{
	char seconds[sizeof "0000-00-00 00:00:00"] = "";
	struct timespec now;
	struct tm local;

	(void)record;
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &local);
	strftime(seconds, sizeof seconds, "%Y-%m-%d %H:%M:%S", &local);
	snprintf(room, TEXT_MAX, "%s,%03d", seconds, (int)(now.tv_nsec / 1000000));
	return room;
}

static const char *levelname_text(const struct tt_log_record *record, char room[TEXT_MAX])
{
	(void)room;
	return tt_log_level_name(record->level);
}

static const char *levelno_text(const struct tt_log_record *record, char room[TEXT_MAX])
{
	snprintf(room, TEXT_MAX, "%d", record->level);
	return room;
}

static const char *message_text(const struct tt_log_record *record, char room[TEXT_MAX])
{
	(void)room;
	return record->message;
}

static const char *name_text(const struct tt_log_record *record, char room[TEXT_MAX])
{
	(void)record;
	(void)room;
	return "root";
}

static const char *process_text(const struct tt_log_record *record, char room[TEXT_MAX])
{
	snprintf(room, TEXT_MAX, "%" PRIu32, record->pid);
	return room;
}

static const char *thread_text(const struct tt_log_record *record, char room[TEXT_MAX])
{
	snprintf(room, TEXT_MAX, "%" PRIu64, record->thread_id);
	return room;
}

static const char *thread_name_text(const struct tt_log_record *record, char room[TEXT_MAX])
{
	(void)room;
	return record->thread_name;
}

static const struct field fields[] = {
    {"asctime", false, asctime_text}, {"levelname", false, levelname_text},
    {"levelno", true, levelno_text},  {"message", false, message_text},
    {"name", false, name_text},       {"process", true, process_text},
    {"thread", true, thread_text},    {"threadName", false, thread_name_text},
};

static const struct field *find_field(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (strlen(fields[i].name) == length && !memcmp(fields[i].name, name, length))
			return &fields[i];
	return NULL;
}

/* Parses what follows a percent sign. Returns what comes after it, or NULL if it is wrong. */
static const char *parse_field(const char *at, struct piece *piece)
{
	if (*at == '%') {
		*piece = (struct piece){.text = at, .length = 1};
		return at + 1;
	}
	const char *end = *at == '(' ? strchr(at, ')') : NULL;
	*piece = (struct piece){.field = end ? find_field(at + 1, (size_t)(end - at - 1)) : NULL};
	if (!piece->field)
		return NULL;
	for (at = end + 1; *at == '-'; at++)
		piece->left = true;
	for (; isdigit((unsigned char)*at); at++) {
		piece->width = piece->width * 10 + (size_t)(*at - '0');
		if (piece->width > WIDTH_MAX)
			return NULL;
	}
	return *at == 's' || (*at == 'd' && piece->field->is_number) ? at + 1 : NULL;
}

static int parse(struct tt_log_format *format)
{
	for (const char *at = format->text; *at;) {
		struct piece *piece = &format->pieces[format->n++];
		size_t length = strcspn(at, "%");
		if (length) {
			*piece = (struct piece){.text = at, .length = length};
			at += length;
			continue;
		}
		at = parse_field(at + 1, piece);
		if (!at)
			return EINVAL;
	}
	return 0;
}

int tt_log_format_parse(const char *text, struct tt_log_format **format)
{
	size_t size = strlen(text) + 1;
	struct tt_log_format *made = calloc(1, sizeof *made + size);
	int error = ENOMEM;

	if (!made)
		goto out;
	made->pieces = calloc(size, sizeof *made->pieces); /* each has at least one character of the text */
	if (!made->pieces)
		goto out;
	memcpy(made->text, text, size);
	error = parse(made);
out:
	if (error)
		tt_log_format_free(made);
	else
		*format = made;
	return error;
}

void tt_log_format_free(struct tt_log_format *format)
{
	if (format)
		free(format->pieces);
	free(format);
}

/* How many characters the UTF-8 text has: each has one byte that does not continue another. */
static size_t count_characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void pad(FILE *line, size_t n)
{
	while (n--)
		fputc(' ', line);
}

static void put_field(FILE *line, const struct piece *piece, const struct tt_log_record *record)
{
	char room[TEXT_MAX];
	const char *text = piece->field->text(record, room);
	size_t length = piece->width ? count_characters(text) : 0;
	size_t spaces = MAX(piece->width, length) - length;

	pad(line, piece->left ? 0 : spaces);
	fputs(text, line);
	pad(line, piece->left ? spaces : 0);
}

char *tt_log_format_render(const struct tt_log_format *format, const struct tt_log_record *record, size_t *size)
{
	char *text = NULL;
	FILE *line = open_memstream(&text, size);

	if (!line)
		return NULL;
	for (size_t i = 0; i < format->n; i++) {
		const struct piece *piece = &format->pieces[i];
		if (piece->field)
			put_field(line, piece, record);
		else
			fwrite(piece->text, 1, piece->length, line);
	}
	fputc('\n', line);
	bool failed = ferror(line);
	if (fclose(line) || failed) {
		free(text);
		return NULL;
	}
	return text;
}
