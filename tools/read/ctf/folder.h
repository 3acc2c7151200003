/* SPDX-License-Identifier: MIT */
/*
 * A CTF folder: its metadata and its streams. Both may grow.
 */
#ifndef TT_READ_CTF_FOLDER_H
#define TT_READ_CTF_FOLDER_H

#include "tools/read/ctf/tsdl/class.h"
#include "tools/read/ctf/tsdl/metadata.h"
#include "tools/read/ctf/decode/stream.h"

struct tt_ctf_folder {
	char *path;
	struct tt_ctf_layout *layout;
	struct tt_ctf_metadata *metadata;
	struct tt_ctf_clocks *clocks; /* the caller's */
	GPtrArray *streams;           /* struct tt_ctf_stream, in no order */
	GHashTable *names;            /* of their files */
	GHashTable *classes;          /* struct tt_ctf_event_class → struct tt_ctf_class */
};

/* Nothing is read yet. */
struct tt_ctf_folder *tt_ctf_folder_new(const char *path, struct tt_ctf_clocks *clocks);
void tt_ctf_folder_free(struct tt_ctf_folder *folder);

/* Reads the metadata, as tt_ctf_metadata_read. */
bool tt_ctf_folder_read(struct tt_ctf_folder *folder, bool all, GError **error);

/* Finds streams and their packets, as tt_ctf_stream_find. */
bool tt_ctf_folder_find(struct tt_ctf_folder *folder, bool all, GError **error);

/* The class of the event that is next in a stream. NULL: the metadata do not describe it yet; or, with *error, it is
 * not known. */
struct tt_ctf_class *tt_ctf_folder_class(struct tt_ctf_stream *stream, GError **error);

#endif /* TT_READ_CTF_FOLDER_H */
