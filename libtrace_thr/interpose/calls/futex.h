/* SPDX-License-Identifier: MIT */
/*
 * Futexes, as the rest of the interposer needs them: see futex.c.
 */
#ifndef TT_INTERPOSE_CALLS_FUTEX_H
#define TT_INTERPOSE_CALLS_FUTEX_H

typedef long tt_syscall_fn(long number, long a, long b, long c, long d, long e, long f);

/* What libc's `syscall` stands before: that of libc, once the interposer is set up. */
extern tt_syscall_fn *tt_next_syscall __attribute__((visibility("hidden")));

/* A call of futex, to which `syscall` jumps: with the registers and the stack of the program's call. */
long tt_futex_syscall(long number, long a, long b, long c, long d, long e, long f)
    __attribute__((visibility("hidden")));

/* For fork, in the child: none of those who waited is there. */
void tt_futexes_after_fork_in_child(void);

#endif /* TT_INTERPOSE_CALLS_FUTEX_H */
