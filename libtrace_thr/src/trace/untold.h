/* SPDX-License-Identifier: MIT */
/*
 * Calls of the program that could not be told: see untold.c.
 */
#ifndef TT_TRACE_UNTOLD_H
#define TT_TRACE_UNTOLD_H

/* Counts one. From any thread, at any moment. */
void tt_untold_count(void);

/* Tells how many there are since the last time, if any. The calling thread is one that is told. */
void tt_untold_tell(void);

/* In a forked child: the parent tells its own. */
void tt_untold_after_fork_in_child(void);

/* The interposer's posts that wait to be told, of the calling thread; NULL in a library without one. See inside.h. */
void tt_emit_deferred_posts(void) __attribute__((weak, visibility("hidden")));

#endif /* TT_TRACE_UNTOLD_H */
