/* SPDX-License-Identifier: MIT */
/*
 * Left out: a process that stays out of its recording says so to the recorder, that it may say whose events are
 * missing.
 */
#ifndef TT_ADMISSION_LEFT_OUT_H
#define TT_ADMISSION_LEFT_OUT_H

#include <stdbool.h>

/* Notes whose recording it is. To be called once, before the program can change its environment. */
void tt_left_out_prepare(void);

/* Whether somebody records this process. */
bool tt_left_out_matters(void);

/* Says it, with a reason of tracepoints/left_out.h. Nothing, where nobody records us; whether it arrives is of no
 * interest to the program.
 */
void tt_left_out_tell(char reason);

/* Says what could not be said, in a thread of LTTng's whose socket was the last descriptor. */
void tt_left_out_tell_again(void);

#endif /* TT_ADMISSION_LEFT_OUT_H */
