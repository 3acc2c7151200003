/* SPDX-License-Identifier: MIT */
/*
 * The call chain of an event, beyond its caller, as text.
 */
#ifndef TT_EVENTS_CALL_CHAIN_TEXT_H
#define TT_EVENTS_CALL_CHAIN_TEXT_H

#include <glib.h>

#include "tools/read/event.h"
#include "tools/symbols/symbols.h"

/*
 * `insert < work < main`: the functions of the calls beyond the caller, innermost first; where one has no name, its
 * place in its file, or its address. The caller's to free; NULL if there is no chain.
 */
char *tt_chain_text(struct tt_symbols *symbols, const struct tt_event *event);

/*
 * The same for people: the functions beyond `site`, which is shown already, wherever in the chain it is; without those
 * at the end that only start the program or a thread. NULL if that leaves none.
 */
char *tt_chain_text_beyond(struct tt_symbols *symbols, const struct tt_event *event, const struct tt_site *site);

#endif /* TT_EVENTS_CALL_CHAIN_TEXT_H */
