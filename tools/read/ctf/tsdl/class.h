/* SPDX-License-Identifier: MIT */
/*
 * How the events of a class are read: what they are, and where their fields go.
 */
#ifndef TT_READ_CTF_TSDL_CLASS_H
#define TT_READ_CTF_TSDL_CLASS_H

#include <stdbool.h>

#include "tools/read/ctf/decode/fill.h"
#include "tools/read/delivery/modules.h"
#include "tools/read/delivery/delivery.h"

struct tt_ctf_class {
	bool is_ours, is_known; /* of the provider; one that this version knows: see delivery.h */
	bool is_dump;           /* of modules: see modules.h */
	enum tt_dump_kind dump;
	struct tt_fill *fill; /* of struct tt_event, if it is known; else of struct tt_dump, if it is one */
	struct tt_event blank;
	const struct tt_field **fields;
};

/* NULL with *why, of the caller to free, if the metadata have what this reader does not know. */
struct tt_ctf_class *tt_ctf_class_new(const struct tt_ctf_layout *layout, const struct tt_ctf_event_class *event,
                                      char **why);
void tt_ctf_class_free(struct tt_ctf_class *class);

#endif /* TT_READ_CTF_TSDL_CLASS_H */
