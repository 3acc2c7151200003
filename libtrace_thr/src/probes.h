/*
 * The probes of the trace: libtrace_thr-tracepoints.so, which stands beside this library and needs LTTng. Where either
 * is missing, nothing is traced and nobody is told.
 */
#ifndef TT_PROBES_H
#define TT_PROBES_H

/* Loads them, where they are: no event before that is recorded. */
void tt_probes_load(void);

/* Lets LTTng take its leave of this library: no event after that is recorded. */
void tt_probes_unload(void);

#endif /* TT_PROBES_H */
