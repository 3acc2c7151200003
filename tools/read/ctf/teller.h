/* SPDX-License-Identifier: MIT */
/*
 * Telling what is next in a stream.
 */
#ifndef TT_READ_CTF_TELLER_H
#define TT_READ_CTF_TELLER_H

#include "tools/read/ctf/folder.h"

/* Who is told; all the caller's. */
struct tt_ctf_teller {
	struct tt_telling *telling; /* of events of ours and losses; NULL: nobody */
	struct tt_modules *modules; /* of those of modules; NULL: nobody */
};

enum tt_ctf_told {
	TT_TOLD_ON,    /* it was told, or says nothing to those who are told */
	TT_TOLD_STOP,  /* likewise, and the handler wants no more */
	TT_TOLD_LATER, /* the metadata do not describe it yet */
	TT_TOLD_WRONG, /* *error says why it cannot be read */
};

/* What TT_TOLD_LATER is where nothing more will come. */
extern const char tt_ctf_undescribed[];

/* Looks at what is next in the stream, past what says nothing to anybody. False with *error. */
bool tt_ctf_look(struct tt_ctf_stream *stream, GError **error);

/* Tells the item of the stream, which has one, and looks at what follows. */
enum tt_ctf_told tt_ctf_tell(const struct tt_ctf_teller *teller, struct tt_ctf_stream *stream, GError **error);

#endif /* TT_READ_CTF_TELLER_H */
