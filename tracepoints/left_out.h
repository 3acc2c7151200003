/* SPDX-License-Identifier: MIT */
/*
 * What a process that stays out of its recording, and the recorder, agree on: see
 * libtrace_thr/src/admission/left_out.h.
 */
#ifndef TT_LEFT_OUT_AGREED_H
#define TT_LEFT_OUT_AGREED_H

/* The name of the recorder's socket in the abstract name space, of the name of the recording (TRACE_THR_RECORDING). */
#define TT_LEFT_OUT_SOCKET "trace-thr/left-out/%s"

/* A packet there is a reason, and a program's name. */
#define TT_LEFT_OUT_CLOCK 'c'   /* its clock is not the recorder's */
#define TT_LEFT_OUT_FILES 'f'   /* it may open too few files for LTTng */
#define TT_LEFT_OUT_SECCOMP 's' /* it gives up system calls, and leaves the recording for that */

/* Not left out, but it keeps its capabilities over a change of user, in which glibc may end it for LTTng's threads. */
#define TT_LEFT_OUT_KEEPS 'k'

#endif /* TT_LEFT_OUT_AGREED_H */
