/* SPDX-License-Identifier: MIT */
/*
 * Logging: what fork has to know of it.
 */
#ifndef TT_PRIMITIVES_LOG_H
#define TT_PRIMITIVES_LOG_H

/* In the child of a fork: nobody is writing a line. */
void tt_log_after_fork_in_child(void);

#endif /* TT_PRIMITIVES_LOG_H */
