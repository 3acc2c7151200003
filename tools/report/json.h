/* SPDX-License-Identifier: MIT */
/* What the readers and writers of JSON reports have in common. */
#ifndef TT_REPORT_JSON_H
#define TT_REPORT_JSON_H

#include <stdio.h>

#include <jansson.h>

/* Says in a report what it is. */
#define TT_JSON_FORMAT "trace-thr check"

/* A text of the program's, made valid UTF-8; null for NULL. */
json_t *tt_json_text(const char *text);

/* Sets the text in the object, unless it is NULL. */
void tt_json_set_text(json_t *object, const char *key, const char *text);

/* Writes it, indented, and gives back the reference. */
void tt_json_write(json_t *value, FILE *out);

#endif /* TT_REPORT_JSON_H */
