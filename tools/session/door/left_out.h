/* SPDX-License-Identifier: MIT */
/*
 * Left out: the processes that stay out of the recording (libtrace_thr/src/admission/left_out.h).
 */
#ifndef TT_SESSION_DOOR_LEFT_OUT_H
#define TT_SESSION_DOOR_LEFT_OUT_H

struct tt_left_out;

/* Hears of those of a recording from now on. NULL: it cannot be heard of them. */
struct tt_left_out *tt_left_out_new(const char *token);
void tt_left_out_free(struct tt_left_out *left_out);

/* Takes what there is to hear; to be called many times a second. NULL does nothing. */
void tt_left_out_listen(struct tt_left_out *left_out);

/* "prog (pid 7)" for each, and why, NULL at the end: the caller's. NULL: there is none. */
char **tt_left_out_all(const struct tt_left_out *left_out);

/* "prog (pid 7)": the last that keeps its capabilities over a change of user: the caller's. NULL: there is none. */
char *tt_left_out_keeps(const struct tt_left_out *left_out);

#endif /* TT_SESSION_DOOR_LEFT_OUT_H */
