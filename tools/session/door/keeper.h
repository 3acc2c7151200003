/* SPDX-License-Identifier: MIT */
/*
 * The keeper of a recording's door (tracepoints/door.h): lets in who comes of the recorder, and strikes off who has
 * ended, since the kernel gives the numbers of processes again.
 */
#ifndef TT_SESSION_DOOR_KEEPER_H
#define TT_SESSION_DOOR_KEEPER_H

#include <stdbool.h>
#include <sys/types.h>

/* From the end of a process to its removal: LTTng has noticed the end by then, so that this costs it nothing. */
enum { TT_KEEPER_LATER_MS = 1000 };

struct tt_keeper {
	int listening;     /* the door's socket */
	pid_t recorder;    /* whose descendants are let in */
	int recorder_ends; /* readable when nobody is to be let in any more: the pidfd of the recorder, say */
	const char *token; /* of the recording: the answer */
	bool (*add)(pid_t pid, void *data); /* false: it cannot be recorded */
	void (*remove)(pid_t pid, void *data);
	void *data;
	bool *failed; /* set when one that should be recorded is not */
};

/* Keeps the door until the recorder ends. */
void tt_keeper_keep(const struct tt_keeper *keeper);

#endif /* TT_SESSION_DOOR_KEEPER_H */
