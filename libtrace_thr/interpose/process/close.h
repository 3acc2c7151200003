/* SPDX-License-Identifier: MIT */
/*
 * File descriptors: see files.c.
 */
#ifndef TT_INTERPOSE_PROCESS_CLOSE_H
#define TT_INTERPOSE_PROCESS_CLOSE_H

/* A call of close or close_range, to which `syscall` jumps (futex.c). */
long tt_close_syscall(long number, long a, long b, long c, long d, long e, long f)
    __attribute__((visibility("hidden")));

#endif /* TT_INTERPOSE_PROCESS_CLOSE_H */
