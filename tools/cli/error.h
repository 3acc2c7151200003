/* SPDX-License-Identifier: MIT */
/*
 * What a command says beside its output: one line on stderr, made as printf does; when it cannot, with the remedy in
 * it. Paths, arguments and what libraries say of them are in these lines: none can end them, or be obeyed by a
 * terminal.
 */
#ifndef TT_CLI_ERROR_H
#define TT_CLI_ERROR_H

#include <stdbool.h>

#include <glib.h>

/* What is worth knowing. */
void tt_note(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Returns TT_EXIT_USAGE. */
int tt_error(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Returns false. */
bool tt_error_false(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif /* TT_CLI_ERROR_H */
