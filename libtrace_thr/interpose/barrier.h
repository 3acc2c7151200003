/*
 * Barriers: what fork needs of them.
 */
#ifndef TT_BARRIER_H
#define TT_BARRIER_H

/* In the child: another thread may have been at it. */
void tt_barriers_after_fork_in_child(void);

#endif /* TT_BARRIER_H */
