/* SPDX-License-Identifier: MIT */
/*
 * The door of a recording, as a process and the recorder agree on it: a process asks to be let in before it has an
 * event to tell. LTTng records only those that were.
 *
 * A process connects to the door, a socket (AF_UNIX, SOCK_SEQPACKET), says nothing, and gets one packet: the token of
 * the recording, a text, if it is let in now; an empty text if it is none of the recorder's descendants. The kernel
 * tells the recorder who it is.
 */
#ifndef TT_DOOR_H
#define TT_DOOR_H

/* The environment variable that has the door's path. */
#define TT_DOOR_VARIABLE "TRACE_THR_DOOR"

/*
 * Where root's doors are, for processes that have lost the variable. Each bears the time at which it was made, in hex
 * digits, all of one length: of recorders one in the other, the inner one is the later.
 */
#define TT_DOORS "/run/lttng/trace-thr"

/* The longest answer, with its zero. */
enum { TT_DOOR_ANSWER_SIZE = 32 };

#endif /* TT_DOOR_H */
