/* SPDX-License-Identifier: MIT */
/*
 * Colours of objects: one that is held in one lane and waited for in another has the same colour in both. The colours
 * are few, and differ for colour-blind people (after Okabe and Ito); names are always written as well. Objects beyond
 * the palette, and threads that are joined, are grey.
 */
#ifndef TT_PALETTE_H
#define TT_PALETTE_H

#include "tools/timeline/lanes.h"

/* Number of colours, the last of which is grey. */
#define TT_COLOURS 7

struct tt_colour {
	const char *strong; /* outlines and hatching */
	const char *tint;   /* fills that dark text is read on */
};

extern const struct tt_colour tt_colours[TT_COLOURS];

/* Gives the colours to the objects that are held or waited for longest. struct tt_object * → number of a colour. */
GHashTable *tt_palette_new(const struct tt_lanes *lanes);

/* An object's colour in tt_colours. A condition and the lock that it made for itself share one. */
unsigned tt_palette_colour(GHashTable *palette, const struct tt_object *object);

/* The object of a colour, for the legend; NULL if it is not used. Of a condition and its own lock, the condition. */
const struct tt_object *tt_palette_object(GHashTable *palette, unsigned colour);

#endif /* TT_PALETTE_H */
