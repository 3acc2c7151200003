/* SPDX-License-Identifier: MIT */
/*
 * The file `metadata` of a trace, which grows while programs register their events.
 *
 * LTTng writes it in packets of its own (CTF 1.8, 7.1); plain text is read as well. A packet is taken when it is whole,
 * and what it says when that is.
 */
#ifndef TT_READ_CTF_TSDL_METADATA_H
#define TT_READ_CTF_TSDL_METADATA_H

#include <stdbool.h>

#include <glib.h>

#include "tools/read/ctf/tsdl/layout.h"

struct tt_ctf_metadata;

/* Of the folder `path`. */
struct tt_ctf_metadata *tt_ctf_metadata_new(const char *path);
void tt_ctf_metadata_free(struct tt_ctf_metadata *metadata);

/*
 * Adds what is new to the layout. With `all`, nothing more will come: then what is there in part is damage. False with
 * *error.
 */
bool tt_ctf_metadata_read(struct tt_ctf_metadata *metadata, struct tt_ctf_layout *layout, bool all, GError **error);

#endif /* TT_READ_CTF_TSDL_METADATA_H */
