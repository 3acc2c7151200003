/* SPDX-License-Identifier: MIT */
/*
 * The time base: whether this process has the clock by which its recording is ordered.
 */
#ifndef TT_TRACE_TIMEBASE_H
#define TT_TRACE_TIMEBASE_H

#include <stdbool.h>

/* Notes what the recorder says of its own. To be called once, before the program can change its environment. */
void tt_timebase_prepare(void);

/*
 * Whether events of this process would have times that compare with those of all others. False also tells the recorder
 * so, that it may say whose events are missing. Of a process that nobody records: true.
 */
bool tt_timebase_is_shared(void);

#endif /* TT_TRACE_TIMEBASE_H */
