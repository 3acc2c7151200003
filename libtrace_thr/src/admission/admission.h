/* SPDX-License-Identifier: MIT */
/*
 * Admission: a process asks its recorder to be recorded, before LTTng learns of it. What nobody has let in costs the
 * recordings of others nothing, and is not in them.
 */
#ifndef TT_ADMISSION_ADMISSION_H
#define TT_ADMISSION_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>

/* Finds the door, once. Before the probes are loaded. */
void tt_admission_prepare(void);

/*
 * Whether the process can be in a recording at all: it has the clock of that, and descriptors enough. Once for a
 * process, at the first question: later, LTTng's descriptors would be counted as the program's. False also says so to
 * the recorder.
 */
bool tt_admission_is_possible(void);

/*
 * Asks, and waits for the answer. True: the process is let in, and `recording` has the token of the recording; or there
 * is no door, as in a session that was made by hand, and `recording` stays as it is. False: the recording is over, or
 * is none of ours.
 */
bool tt_admission_ask(char *recording, size_t size);

#endif /* TT_ADMISSION_ADMISSION_H */
