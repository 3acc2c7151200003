/* SPDX-License-Identifier: MIT */
/*
 * What the model's files share: finding and making its parts (model.c), the transitions that observers are told of
 * (transitions.c), and what each event means (events.c, locks.c, conditions.c).
 */
#ifndef TT_MODEL_MODEL_INTERNAL_H
#define TT_MODEL_MODEL_INTERNAL_H

#include "tools/model/model.h"

/* The event at hand, with who and what it is about looked up. */
struct tt_model_step {
	struct tt_model *model;
	const struct tt_event *event;
	struct tt_process *process;
	struct tt_thread *thread;
	struct tt_object *object; /* NULL: of none */
};

/* Finding, or making. `name` may be NULL, of those known by their id only. */
struct tt_thread *tt_model_get_or_add_thread(struct tt_process *process, uint64_t id, const char *name);
struct tt_object *tt_model_get_or_add_object(struct tt_process *process, uint64_t id, enum tt_family family,
                                             const char *name);

/* The program that follows, after exec, in the process. */
struct tt_process *tt_model_replace_process(struct tt_model *model, struct tt_process *process);

/* A thread that is seen to live. */
void tt_model_begin_thread(const struct tt_model_step *step, struct tt_thread *thread);
void tt_model_end_thread(const struct tt_model_step *step, struct tt_thread *thread, enum tt_thread_state state);

/* A wait of the step's thread. One that is under way, whose end was not seen, ends first. */
void tt_model_begin_wait(const struct tt_model_step *step, const struct tt_wait *wait);

/* Ends the wait of the step's thread for the step's object, if it has one. */
void tt_model_end_wait(const struct tt_model_step *step, enum tt_outcome outcome, struct tt_thread *waker);

/* A hold of the step's object by a thread; tt_model_hold_of finds it. */
struct tt_hold *tt_model_begin_hold(const struct tt_model_step *step, const struct tt_hold *hold);
void tt_model_end_hold(const struct tt_model_step *step, struct tt_hold *hold);

/* Remembers that the step's thread may have let a waiter of the step's object go on. */
void tt_model_note_waker(const struct tt_model_step *step);

/* Call chains: a table of them, and the one copy in it of the event's; NULL for none. */
GHashTable *tt_model_stacks_new(void);
const struct tt_stack *tt_model_stack(const struct tt_model_step *step);

/* How long the call that got the step's object would have waited. */
enum tt_limit tt_model_limit(const struct tt_model_step *step);

/* Who acted on the step's object so that its thread went on; NULL unknown. */
struct tt_thread *tt_model_waker(const struct tt_model_step *step);

/* The first `n` of those who wait have been let go, in the order in which they began. */
void tt_model_wake(struct tt_object *object, uint64_t n);

/* Ends a wait that another thread ended, or its time limit. */
void tt_model_end_woken_wait(const struct tt_model_step *step);

/* What the events of conditions mean; and that a waiter of one waits no longer. */
void tt_model_cond_init(const struct tt_model_step *step);
void tt_model_cond_wait(const struct tt_model_step *step);
void tt_model_cond_notify(const struct tt_model_step *step);
void tt_model_cond_left(struct tt_object *condition, const struct tt_wait *wait, enum tt_outcome outcome);

/* Any of those who wait for the step's object, which wakes in no known order, may have been let go; all if n < 0. */
void tt_model_wake_any(const struct tt_model_step *step, int64_t n);

/* What the events of locks mean. */
void tt_model_lock_init(const struct tt_model_step *step);
void tt_model_lock_wait(const struct tt_model_step *step);
void tt_model_lock_acquired(const struct tt_model_step *step);
void tt_model_lock_released(const struct tt_model_step *step);
void tt_model_lock_inconsistent(const struct tt_model_step *step);

/* Looks the event's thread and object up and applies it. */
void tt_model_apply(struct tt_model_step *step);

/* Tells every observer of the model. */
#define TT_NOTIFY(step, callback, ...)                                                                                 \
	do {                                                                                                           \
		const GArray *told_ = (step)->model->observers;                                                        \
		for (guint i_ = 0; i_ < told_->len; i_++) {                                                            \
			const struct tt_watcher *w_ = &g_array_index(told_, struct tt_watcher, i_);                    \
			if (w_->observer->callback)                                                                    \
				w_->observer->callback(__VA_ARGS__, (step)->event, w_->data);                          \
		}                                                                                                      \
	} while (0)

struct tt_watcher {
	const struct tt_observer *observer;
	void *data;
};

#endif /* TT_MODEL_MODEL_INTERNAL_H */
