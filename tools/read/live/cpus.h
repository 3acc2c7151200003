/* SPDX-License-Identifier: MIT */
/*
 * The CPUs of this machine. LTTng has a buffer for each that may be plugged in one day, which are hundreds on some
 * virtual machines.
 */
#ifndef TT_READ_LIVE_CPUS_H
#define TT_READ_LIVE_CPUS_H

#include <stdint.h>

/* The highest number of a CPU that is plugged in, switched on or not; INT64_MAX if that cannot be told. */
int64_t tt_cpus_last_present(void);

/* The highest number in the kernel's list of CPUs: `0-3,8`. INT64_MAX if it is none. */
int64_t tt_cpus_last_of(const char *list);

#endif /* TT_READ_LIVE_CPUS_H */
