/* SPDX-License-Identifier: MIT */
/*
 * The hot event, recorded with one copy: lock_acquired and lock_released.
 *
 * The probe that LTTng's macros generate writes an event field by field, each through a function pointer into the ring
 * buffer: with the nine fields of a lock event that is more than half of its cost. Where the architecture needs no
 * alignment the fields lie one behind the other, so they are put together on the stack and written at once. What is
 * recorded is the same to the byte (tests/tool/fast_hold.sh); what it saves is in `make bench`.
 *
 * A session with a filter or a trigger on the event, and a name too long for the stack's buffer, take the generated
 * probe. The structures touched are those that lttng/ust-events.h declares as the ABI between probes and LTTng-UST.
 */
#ifndef TT_FAST_HOLD_H
#define TT_FAST_HOLD_H

#include <lttng/ust-events.h>

/* Registers `probes` with LTTng-UST, with the lock events' probe replaced. In place of lttng_ust_probe_register. */
struct lttng_ust_registered_probe *tt_probe_register(const struct lttng_ust_probe_desc *probes);

#endif /* TT_FAST_HOLD_H */
