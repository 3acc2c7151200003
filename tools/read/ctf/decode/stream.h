/* SPDX-License-Identifier: MIT */
/*
 * A stream: a file of packets, one after the other. First packets are found, by their heads; then read, one at a time,
 * event by event. Both may go on when the file has grown.
 */
#ifndef TT_READ_CTF_DECODE_STREAM_H
#define TT_READ_CTF_DECODE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "tools/read/ctf/tsdl/clock.h"
#include "tools/read/ctf/decode/event_head.h"
#include "tools/read/ctf/decode/packet.h"
#include "tools/read/trace.h"

/* What is next in a stream. */
enum tt_ctf_item {
	TT_ITEM_NONE,  /* no packet was found beyond */
	TT_ITEM_LOSS,  /* `loss`, in order of its beginning */
	TT_ITEM_EVENT, /* of the class `id`, whose fields begin at `at` */
};

struct tt_ctf_folder;

enum { TT_STREAM_CLASSES = 128 };

struct tt_ctf_stream {
	/* whose it is: the caller's */
	char *path;
	struct tt_ctf_folder *folder;
	const struct tt_ctf_layout *layout;
	struct tt_ctf_clocks *clocks;
	guint rank; /* among streams, for events of the same time */
	int fd;     /* -1: not open */

	/* what is common to its packets, from the first one on */
	const struct tt_ctf_stream_class *class; /* NULL: no packet yet */
	uint64_t instance;
	const struct tt_ctf_time *time;
	struct tt_event_head head;

	/* found */
	uint64_t found;     /* the bytes of whole packets */
	uint64_t packets;   /* their number */
	int64_t end_ns;     /* of the last; INT64_MIN: none */
	uint64_t found_end; /* the same in cycles; 0: none */

	/* read: the packet at hand, and what is next in it */
	uint8_t *bytes;
	size_t room;
	uint64_t next; /* where the packet after it begins */
	struct tt_ctf_packet packet, before;
	uint64_t at, cycles;
	struct tt_discarded losses[2]; /* before its events */
	unsigned n_losses;
	enum tt_ctf_item item;
	int64_t time_ns; /* of the item */
	uint64_t id;

	struct tt_ctf_class
	    *classes[TT_STREAM_CLASSES]; /* those of the lowest numbers, as far as they are found: folder.c */
};

/* Nothing is opened yet. */
struct tt_ctf_stream *tt_ctf_stream_new(const char *path, const struct tt_ctf_layout *layout,
                                        struct tt_ctf_clocks *clocks);
void tt_ctf_stream_free(struct tt_ctf_stream *stream);

/*
 * Finds the packets that are there beyond those found. With `all`, nothing more will come: then what is there in part,
 * or not described, is damage. False with *error.
 */
bool tt_ctf_stream_find(struct tt_ctf_stream *stream, bool all, GError **error);

/* Goes back to the first packet. */
void tt_ctf_stream_rewind(struct tt_ctf_stream *stream);

/* Looks at what is next, if that is not known. False with *error. */
bool tt_ctf_stream_peek(struct tt_ctf_stream *stream, GError **error);

/* The loss, which is next; the caller then looks at what follows. */
struct tt_discarded tt_ctf_stream_take_loss(struct tt_ctf_stream *stream);

/* The event, which is next, ends at that place; the caller then looks at what follows. */
void tt_ctf_stream_pass(struct tt_ctf_stream *stream, uint64_t end);

/* Sets *error to what is wrong in the stream. False. */
bool tt_ctf_stream_fail(const struct tt_ctf_stream *stream, const char *why, GError **error);

#endif /* TT_READ_CTF_DECODE_STREAM_H */
