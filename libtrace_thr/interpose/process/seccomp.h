/* SPDX-License-Identifier: MIT */
/*
 * A program that gives up system calls: see seccomp.c.
 */
#ifndef TT_INTERPOSE_PROCESS_SECCOMP_H
#define TT_INTERPOSE_PROCESS_SECCOMP_H

/* It is about to do so: the process leaves the recording. */
void tt_seccomp_comes(void);

/* A call of seccomp, to which `syscall` jumps (futex.c). */
long tt_seccomp_syscall(long number, long a, long b, long c, long d, long e, long f)
    __attribute__((visibility("hidden")));

#endif /* TT_INTERPOSE_PROCESS_SECCOMP_H */
