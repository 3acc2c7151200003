/*
 * Which parts of threads can run at the same time, as far as starting and joining tell.
 *
 * A thread's life is cut into segments where it makes or has joined another. Before a segment come: the one before it
 * in its thread; for a thread's first, that of its maker when it was made; after a join, the last of the joined. Two
 * segments neither of which comes before the other are concurrent. Memory grows with the threads made and joined.
 */
#ifndef TT_CHECK_FORK_JOIN_H
#define TT_CHECK_FORK_JOIN_H

#include "tools/model/model.h"

struct tt_segment {
	struct tt_thread *thread;
	struct tt_segment *before; /* in its thread */
	struct tt_segment *other;  /* the maker's, or the joined's */
	guint number;              /* greater than that of all that come before it */
	guint visited;
};

struct tt_fork_join {
	GPtrArray *segments;
	GHashTable *current; /* struct tt_thread → its segment now */
	GHashTable *made_in; /* struct tt_thread → the segment of its maker */
	GHashTable *known;   /* private: answers already given */
	guint visit;
};

struct tt_fork_join *tt_fork_join_new(void);
void tt_fork_join_free(struct tt_fork_join *fork_join);

/* To be told of every event, after the model. */
void tt_fork_join_event(struct tt_fork_join *fork_join, struct tt_thread *thread, const struct tt_object *object,
                        const struct tt_event *event);

/* Where the thread is now. */
struct tt_segment *tt_fork_join_segment(struct tt_fork_join *fork_join, struct tt_thread *thread);

/* Whether all of `first` comes before all of `second`. */
bool tt_fork_join_before(struct tt_fork_join *fork_join, const struct tt_segment *first, struct tt_segment *second);

#endif /* TT_CHECK_FORK_JOIN_H */
