/* SPDX-License-Identifier: MIT */
/* A screen of the terminal's picture at work: what the files that draw its parts share. */
#ifndef TT_TIMELINE_TERM_TERM_INTERNAL_H
#define TT_TIMELINE_TERM_TERM_INTERNAL_H

#include "tools/timeline/term/grid.h"
#include "tools/timeline/lanes.h"
#include "tools/timeline/scale.h"
#include "tools/timeline/term/term.h"

enum tt_sign {
	TT_SIGN_RUN,
	TT_SIGN_WAIT,
	TT_SIGN_BLOCKED,
	TT_SIGN_NEW,
	TT_SIGN_EXIT,
	TT_SIGN_ABANDONED,
	TT_SIGN_TAKE,
	TT_SIGN_KEEP,
	TT_SIGN_LET_GO,
	TT_SIGN_BRIEF,
	TT_SIGN_LOG,
	TT_SIGN_SIGNAL,
	TT_SIGN_FAILED,
	TT_SIGN_MISUSE,
	TT_SIGN_FROM,
	TT_SIGN_STRETCHED,
	TT_SIGN_CUT,
	TT_SIGN_AXIS,
	TT_SIGN_TICK,
	TT_SIGN_DOT,
	TT_N_SIGNS,
};

struct tt_screen {
	const struct tt_lanes *lanes;
	const struct tt_term_options *options;
	struct tt_scale *scale;
	struct tt_grid *grid;
	int left;           /* the column where the axis begins */
	int *tops;          /* the row of each lane */
	bool left_out_logs; /* in some lane, as they crowd */
	bool *seen;         /* which signs are in the picture, for the legend */
};

/* The character of a sign, which is now in the picture. */
gunichar tt_sign(const struct tt_screen *screen, enum tt_sign sign);

/* Text as the terminal can show it. The caller's to free. */
char *tt_screen_text(const struct tt_screen *screen, const char *text);

void tt_screen_lane(struct tt_screen *screen, const struct tt_lane *lane);
void tt_screen_axis(struct tt_screen *screen);
void tt_screen_legend(struct tt_screen *screen, GString *out);

#endif /* TT_TIMELINE_TERM_TERM_INTERNAL_H */
