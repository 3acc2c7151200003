/* SPDX-License-Identifier: MIT */
/*
 * Fingerprints: by which a finding is known again in another run, or after the program was changed elsewhere.
 *
 * Of its rule and, of each thread's part, the objects by name, modes, and the function and file of both sites, or
 * where a site has no function, its module, the build id of that and the offset; of an
 * inversion across runs also the classes of all its locks. Not of
 * addresses, lines, process numbers, levels, times, or which of several threads it was. Numbers that were only counted
 * out (`Lock-3`, `mutex conn.c:120#2`) are left out of the names; those that the program gave stand. Where a circle
 * begins does not matter.
 */
#ifndef TT_FINDING_FINGERPRINT_H
#define TT_FINDING_FINGERPRINT_H

#include "tools/check/check.h"

/* Sixteen hexadecimal digits. The caller's to free. */
char *tt_fingerprint(const struct tt_check *check, const struct tt_finding *finding);

/*
 * Whether another finding of that fingerprint must be the same: at least one site of it is known by its function, or by
 * a build id and an offset. Else it was made of names of objects alone, which unrelated code may have as well.
 */
bool tt_fingerprint_is_firm(const struct tt_check *check, const struct tt_finding *finding);

/* A name of an object or thread without what changes from run to run. The caller's to free. */
char *tt_stable_name(const char *name);

#endif /* TT_FINDING_FINGERPRINT_H */
