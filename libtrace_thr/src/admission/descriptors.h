/* SPDX-License-Identifier: MIT */
/*
 * Descriptors: whether the process may open as many files as LTTng needs. With fewer LTTng waits for ever, in its
 * constructor, for what it cannot be given.
 */
#ifndef TT_ADMISSION_DESCRIPTORS_H
#define TT_ADMISSION_DESCRIPTORS_H

#include <stdbool.h>

/*
 * Whether LTTng may have its descriptors, and the program still some. To be asked before LTTng has any. False also says
 * so to the recorder. Of a process that nobody records: true.
 */
bool tt_descriptors_suffice(void);

#endif /* TT_ADMISSION_DESCRIPTORS_H */
