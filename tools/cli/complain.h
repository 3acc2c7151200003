/* What a command says when it cannot: one line on stderr, made as printf does, with the remedy in it. */
#ifndef TT_CLI_COMPLAIN_H
#define TT_CLI_COMPLAIN_H

#include <stdbool.h>

#include <glib.h>

/* Returns TT_EXIT_USAGE. */
int tt_complain(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Returns false. */
bool tt_refuse(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif /* TT_CLI_COMPLAIN_H */
