/* SPDX-License-Identifier: MIT */
/*
 * The guard: what a damaged trace makes of Babeltrace.
 *
 * Nearly all damage Babeltrace reports. But Debian builds it with its assertions on, and some numbers that a damaged
 * stream can hold (a packet of negative size, an array longer than its packet) fail one, or lead it astray in memory;
 * and packets of no size it counts for ever, and takes memory for each. After that there is no going on, so the program
 * ends there with the line and the status that unusable input has. The text of a failed assertion is not shown. Crashes
 * of our own stay what they are.
 *
 *     tt_crash_guard_begin(path);
 *     … call Babeltrace …
 *     tt_crash_guard_ours(true);  … it calls us: code of ours …  tt_crash_guard_ours(false);
 *     tt_crash_guard_end();
 *
 * One at a time, in one thread.
 */
#ifndef TT_READ_BT_CRASH_GUARD_H
#define TT_READ_BT_CRASH_GUARD_H

#include <stdbool.h>

/* `path` is the trace, for the line. */
void tt_crash_guard_begin(const char *path);
void tt_crash_guard_ours(bool ours);
void tt_crash_guard_end(void);

#endif /* TT_READ_BT_CRASH_GUARD_H */
