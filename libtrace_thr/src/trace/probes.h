/* SPDX-License-Identifier: MIT */
/*
 * The probes of the trace: libtrace_thr-tracepoints.so, which stands beside this library and needs LTTng. Where either
 * is missing, nothing is traced and nobody is told.
 */
#ifndef TT_TRACE_PROBES_H
#define TT_TRACE_PROBES_H

/* Loads them, where they are: no event before that is recorded. */
void tt_probes_load(void);

/*
 * When the process exits: the calling thread leaves the event that it may be in the midst of, interrupted by the signal
 * handler that exits. LTTng's own destructors wait for the end of all events.
 */
void tt_probes_leave_event(void);

#endif /* TT_TRACE_PROBES_H */
