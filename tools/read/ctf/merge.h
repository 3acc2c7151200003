/* SPDX-License-Identifier: MIT */
/*
 * Streams in order of time: a heap of those that have something next. Of the same time, the stream of the lower rank is
 * first.
 */
#ifndef TT_READ_CTF_MERGE_H
#define TT_READ_CTF_MERGE_H

#include "tools/read/ctf/decode/stream.h"

struct tt_ctf_merge {
	GPtrArray *heap; /* struct tt_ctf_stream */
};

struct tt_ctf_merge tt_ctf_merge_new(void);
void tt_ctf_merge_free(struct tt_ctf_merge *merge);

/* Takes in a stream, if it has something next, which is known. */
void tt_ctf_merge_add(struct tt_ctf_merge *merge, struct tt_ctf_stream *stream);

/* Whose item is first; NULL: no stream has one. */
static inline struct tt_ctf_stream *tt_ctf_merge_first(const struct tt_ctf_merge *merge)
{
	return merge->heap->len ? merge->heap->pdata[0] : NULL;
}

/* The first stream has another item next, or none; it is known. */
void tt_ctf_merge_changed(struct tt_ctf_merge *merge);

#endif /* TT_READ_CTF_MERGE_H */
