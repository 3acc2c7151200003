/* SPDX-License-Identifier: MIT */
/*
 * A binary heap. Mostly the stream that was first still is: then a change costs the comparison with two others.
 */
#include "tools/read/ctf/merge.h"

struct tt_ctf_merge tt_ctf_merge_new(void)
{
	return (struct tt_ctf_merge){.heap = g_ptr_array_new()};
}

void tt_ctf_merge_free(struct tt_ctf_merge *merge)
{
	g_ptr_array_free(merge->heap, TRUE);
}

static bool is_before(const struct tt_ctf_stream *a, const struct tt_ctf_stream *b)
{
	return a->time_ns < b->time_ns || (a->time_ns == b->time_ns && a->rank < b->rank);
}

void tt_ctf_merge_add(struct tt_ctf_merge *merge, struct tt_ctf_stream *stream)
{
	guint at = merge->heap->len;
	gpointer *heap;

	if (stream->item == TT_ITEM_NONE)
		return;
	g_ptr_array_add(merge->heap, stream);
	heap = merge->heap->pdata;
	for (; at && is_before(stream, heap[(at - 1) / 2]); at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = stream;
}

void tt_ctf_merge_changed(struct tt_ctf_merge *merge)
{
	gpointer *heap = merge->heap->pdata;
	struct tt_ctf_stream *stream = heap[0];
	guint at = 0, n;

	if (stream->item == TT_ITEM_NONE) {
		stream = heap[merge->heap->len - 1];
		g_ptr_array_set_size(merge->heap, (gint)merge->heap->len - 1);
	}
	n = merge->heap->len;
	if (!n)
		return;
	for (;;) {
		guint below = 2 * at + 1;

		if (below + 1 < n && is_before(heap[below + 1], heap[below]))
			below++;
		if (below >= n || !is_before(heap[below], stream))
			break;
		heap[at] = heap[below];
		at = below;
	}
	heap[at] = stream;
}
