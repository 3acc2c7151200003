/* SPDX-License-Identifier: MIT */
/*
 * All CTF folders of a recording, and their streams.
 */
#ifndef TT_READ_CTF_SET_H
#define TT_READ_CTF_SET_H

#include "tools/read/ctf/folder.h"

struct tt_ctf_set {
	char *path;
	struct tt_ctf_clocks *clocks;
	GPtrArray *folders; /* struct tt_ctf_folder */
	GHashTable *paths;  /* of the folders */
	GPtrArray *streams; /* struct tt_ctf_stream of all folders, sorted by path, which is their rank */
};

/* Of the folder `path`, which need not be there. Nothing is read yet. */
struct tt_ctf_set *tt_ctf_set_new(const char *path);
void tt_ctf_set_free(struct tt_ctf_set *set);

/* Adds a folder. */
void tt_ctf_set_add(struct tt_ctf_set *set, const char *folder);

/* Adds the folders that have come. False with *error. */
bool tt_ctf_set_look(struct tt_ctf_set *set, GError **error);

/* Reads metadata and finds packets in all folders; `all`: nothing more will come. False with *error. */
bool tt_ctf_set_find(struct tt_ctf_set *set, bool all, GError **error);

#endif /* TT_READ_CTF_SET_H */
