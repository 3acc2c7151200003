/* SPDX-License-Identifier: MIT */
#include "tools/timeline/lanes.h"

#include "tools/timeline/wakes.h"
#include "tools/timeline/tooltips.h"

static bool in_window(const struct tt_lanes *lanes, int64_t begin_ns, int64_t end_ns)
{
	return end_ns >= lanes->selection.from_ns && begin_ns <= lanes->selection.to_ns;
}

/* Counts one more thing kept. */
static void keep(struct tt_lanes *lanes)
{
	lanes->full = ++lanes->kept > TT_LANES_LIMIT;
}

/* The thread does something else from now on. */
static void turn(struct tt_lanes *lanes, struct tt_lane *lane, int64_t now_ns, enum tt_doing doing)
{
	struct tt_span *now = &lane->now;

	now->end_ns = now_ns;
	if (in_window(lanes, now->begin_ns, now_ns) && (now_ns > now->begin_ns || now->doing == TT_DOING_WAIT)) {
		g_array_append_val(lane->spans, *now);
		keep(lanes);
	}
	*now = (struct tt_span){.begin_ns = now_ns, .doing = (uint8_t)doing, .timeout_ns = TT_NO_TIMEOUT};
}

static void mark_clear(void *mark)
{
	g_free(((struct tt_mark *)mark)->text);
}

static void lane_free(void *data)
{
	struct tt_lane *lane = data;

	g_array_unref(lane->spans);
	g_array_unref(lane->bars);
	g_array_unref(lane->open);
	g_array_unref(lane->marks);
	g_free(lane);
}

/* The thread's lane. A thread that appears in mid-trace has run since before. */
static struct tt_lane *lane_of(struct tt_lanes *lanes, struct tt_thread *thread, int64_t now_ns)
{
	struct tt_lane *lane = g_hash_table_lookup(lanes->by_thread, thread);

	if (lane)
		return lane;
	lane = g_new0(struct tt_lane, 1);
	lane->thread = thread;
	lane->spans = g_array_new(false, false, sizeof(struct tt_span));
	lane->bars = g_array_new(false, false, sizeof(struct tt_bar));
	lane->open = g_array_new(false, false, sizeof(struct tt_bar));
	lane->marks = g_array_new(false, false, sizeof(struct tt_mark));
	g_array_set_clear_func(lane->marks, mark_clear);
	lane->now = (struct tt_span){.begin_ns = now_ns, .doing = TT_DOING_RUN, .timeout_ns = TT_NO_TIMEOUT};
	if (thread->state == TT_THREAD_NEW)
		lane->now.doing = TT_DOING_NEW;
	else if (!thread->started_ns)
		lane->now.begin_ns = thread->process->first_ns;
	lane->start_ns = lane->now.begin_ns;
	g_hash_table_insert(lanes->by_thread, thread, lane);
	return lane;
}

/* An arrow from `waker`, who did what wakes at from_ns (0: unknown, no arrow), to `woken`. */
static void draw_arrow(struct tt_lanes *lanes, struct tt_thread *waker, int64_t from_ns, struct tt_thread *woken,
                       struct tt_object *object, int64_t since_ns, int64_t now_ns)
{
	struct tt_arrow arrow = {.from_ns = from_ns, .to_ns = now_ns, .object = object, .waited_ns = now_ns - since_ns};

	if (!from_ns || waker == woken || !in_window(lanes, from_ns, now_ns))
		return;
	arrow.from = lane_of(lanes, waker, from_ns);
	arrow.to = lane_of(lanes, woken, now_ns);
	g_array_append_val(lanes->arrows, arrow);
	keep(lanes);
}

static void begin(struct tt_lanes *lanes, const struct tt_event *event)
{
	if (!lanes->origin_ns)
		lanes->origin_ns = event->time_ns;
}

static void thread_began(struct tt_thread *thread, const struct tt_event *event, void *data)
{
	struct tt_lanes *lanes = data;

	begin(lanes, event);
	struct tt_lane *lane = lane_of(lanes, thread, event->time_ns);
	if (lane->now.doing != TT_DOING_NEW)
		return;
	int64_t created_ns = lane->now.begin_ns;
	turn(lanes, lane, event->time_ns, TT_DOING_RUN);
	lane->start_ns = event->time_ns;
	if (thread->creator)
		draw_arrow(lanes, thread->creator, event->time_ns, thread, thread->object, created_ns, event->time_ns);
}

static void thread_ended(struct tt_thread *thread, const struct tt_event *event, void *data)
{
	struct tt_lanes *lanes = data;

	begin(lanes, event);
	struct tt_lane *lane = lane_of(lanes, thread, event->time_ns);
	turn(lanes, lane, event->time_ns, TT_DOING_NEW);
	lane->now.begin_ns = INT64_MAX; /* nothing follows */
}

static void wait_began(struct tt_thread *thread, const struct tt_event *event, void *data)
{
	struct tt_lanes *lanes = data;

	begin(lanes, event);
	struct tt_lane *lane = lane_of(lanes, thread, event->time_ns);
	turn(lanes, lane, event->time_ns, TT_DOING_WAIT);
	lane->now.object = thread->wait.object;
	lane->now.caller = thread->wait.caller;
	lane->now.timeout_ns = thread->wait.timeout_ns;
}

static void wait_ended(struct tt_thread *thread, enum tt_outcome outcome, struct tt_thread *waker,
                       const struct tt_event *event, void *data)
{
	struct tt_lanes *lanes = data;

	begin(lanes, event);
	struct tt_lane *lane = lane_of(lanes, thread, event->time_ns);
	struct tt_span *wait = &lane->now;
	struct tt_object *object = wait->object;
	int64_t since_ns = wait->begin_ns;

	wait->outcome = (uint8_t)outcome;
	wait->waker = waker;
	turn(lanes, lane, event->time_ns, TT_DOING_RUN);
	if (object && waker)
		draw_arrow(lanes, waker, tt_wakes_take(lanes->acts, object, waker, since_ns), thread, object, since_ns,
		           event->time_ns);
}

static void hold_began(struct tt_hold *hold, const struct tt_event *event, void *data)
{
	struct tt_lanes *lanes = data;

	begin(lanes, event);
	struct tt_lane *lane = lane_of(lanes, hold->thread, event->time_ns);
	struct tt_bar bar = {.begin_ns = event->time_ns,
	                     .object = hold->object,
	                     .acquired_at = hold->caller,
	                     .depth = hold->depth,
	                     .mode = (uint8_t)hold->mode,
	                     .open = true};
	g_array_append_val(lane->open, bar);
}

/* The lane's hold of the object that began last, of those that go on; -1 if it has none. */
static int open_hold(const struct tt_lane *lane, const struct tt_object *object)
{
	for (int i = (int)lane->open->len - 1; i >= 0; i--)
		if (g_array_index(lane->open, struct tt_bar, i).object == object)
			return i;
	return -1;
}

static void hold_ended(struct tt_hold *hold, const struct tt_event *event, void *data)
{
	struct tt_lanes *lanes = data;

	begin(lanes, event);
	struct tt_lane *lane = lane_of(lanes, hold->thread, event->time_ns);
	int i = open_hold(lane, hold->object);
	if (i < 0)
		return;
	struct tt_bar bar = g_array_index(lane->open, struct tt_bar, i);
	g_array_remove_index(lane->open, (unsigned)i);
	bar.end_ns = event->time_ns;
	bar.released_at = event->caller;
	bar.open = false;
	if (in_window(lanes, bar.begin_ns, bar.end_ns)) {
		g_array_append_val(lane->bars, bar);
		keep(lanes);
	}
}

/* A lock taken again by its holder. */
static void note_depth(struct tt_lane *lane, const struct tt_object *object, const struct tt_event *event)
{
	int i = event->type == TT_EVENT_lock_acquired ? open_hold(lane, object) : -1;

	if (i >= 0) {
		struct tt_bar *bar = &g_array_index(lane->open, struct tt_bar, i);
		bar->depth = MAX(bar->depth, event->depth);
	}
}

static void event_seen(struct tt_thread *thread, struct tt_object *object, const struct tt_event *event, void *data)
{
	struct tt_lanes *lanes = data;
	struct tt_mark mark = {.time_ns = event->time_ns, .object = object, .caller = event->caller};

	begin(lanes, event);
	lanes->events++;
	lanes->last_ns = event->time_ns;
	if (!thread)
		return;
	struct tt_lane *lane = lane_of(lanes, thread, event->time_ns);
	if (event->type == TT_EVENT_thread_create && object && object->thread)
		lane_of(lanes, object->thread, event->time_ns);
	note_depth(lane, object, event);
	if (object)
		tt_wakes_add(lanes->acts, thread, object, event);
	if (!in_window(lanes, mark.time_ns, mark.time_ns))
		return;
	mark.text = tt_tooltip_event(event, &mark.kind);
	if (mark.text) {
		g_array_append_val(lane->marks, mark);
		keep(lanes);
	}
}

static const struct tt_observer observer = {
    .thread_began = thread_began,
    .thread_ended = thread_ended,
    .wait_began = wait_began,
    .wait_ended = wait_ended,
    .hold_began = hold_began,
    .hold_ended = hold_ended,
    .event = event_seen,
};

struct tt_lanes *tt_lanes_new(struct tt_model *model, const struct tt_selection *selection)
{
	struct tt_lanes *lanes = g_new0(struct tt_lanes, 1);

	lanes->lanes = g_ptr_array_new();
	lanes->arrows = g_array_new(false, false, sizeof(struct tt_arrow));
	lanes->selection = *selection;
	lanes->by_thread = g_hash_table_new_full(NULL, NULL, NULL, lane_free);
	lanes->acts = tt_wakes_new();
	tt_model_observe(model, &observer, lanes);
	return lanes;
}

void tt_lanes_free(struct tt_lanes *lanes)
{
	if (!lanes)
		return;
	g_ptr_array_unref(lanes->lanes);
	g_array_unref(lanes->arrows);
	g_hash_table_unref(lanes->by_thread);
	g_hash_table_unref(lanes->acts);
	g_free(lanes);
}

const char *tt_lane_ending(const struct tt_lanes *lanes, const struct tt_lane *lane)
{
	const struct tt_thread *thread = lane->thread;

	if (thread->state == TT_THREAD_ABANDONED && thread->ended_ns <= lanes->to_ns)
		return "abandoned";
	if (thread->state == TT_THREAD_EXITED && thread->ended_ns <= lanes->to_ns)
		return tt_word_end(thread->end);
	return NULL;
}

const struct tt_span *tt_lane_blocked(const struct tt_lane *lane)
{
	const struct tt_span *last;

	if (!lane->spans->len)
		return NULL;
	last = &g_array_index(lane->spans, struct tt_span, lane->spans->len - 1);
	return last->doing == TT_DOING_BLOCKED ? last : NULL;
}
