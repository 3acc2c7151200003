/* SPDX-License-Identifier: MIT */
/* Which events make a mark in a lane, of which kind, and in what words. */
#include "tools/timeline/tooltips.h"

#include "tools/text/display_text.h"

/* The longest log line that is told, in columns. */
#define LOG_COLUMNS 400

static char *log_message(const struct tt_event *event)
{
	const char *level = tt_word_log_level(event->level);

	return level ? g_strdup_printf("%s %s", level, event->text) : g_strdup(event->text);
}

static char *misuse(const struct tt_event *event)
{
	const char *why = tt_word_misuse(event->why);

	return g_strdup_printf("%s(%s) is refused: %s", event->call, event->name, why ? why : "unknown reason");
}

static char *rename_thread(const struct tt_event *event)
{
	return g_strdup_printf("renames %s to %s", event->old, event->name);
}

static char *failed(const struct tt_event *event)
{
	const char *why = tt_word_failure(event->why);

	return g_strdup_printf("does not get %s: %s", event->name, why ? why : "unknown reason");
}

static char *timed_out(const struct tt_event *event)
{
	return event->result == TT_WAKE_TIMEOUT ? g_strdup_printf("waits for %s too long: timeout", event->name) : NULL;
}

static char *notify(const struct tt_event *event)
{
	if (!event->woken)
		return g_strdup_printf("notifies %s: nobody waits", event->name);
	return g_strdup_printf("notifies %s: wakes %u", event->name, event->woken);
}

static char *wake(const struct tt_event *event)
{
	return event->woken
	           ? g_strdup_printf("wakes %s: %u wait%s", event->name, event->woken, event->woken == 1 ? "s" : "")
	           : g_strdup_printf("wakes %s: nobody waits", event->name);
}

static char *set(const struct tt_event *event)
{
	return event->woken ? g_strdup_printf("sets %s: wakes %u", event->name, event->woken)
	                    : g_strdup_printf("sets %s", event->name);
}

static char *clear(const struct tt_event *event)
{
	return g_strdup_printf("clears %s", event->name);
}

static char *arrive_last(const struct tt_event *event)
{
	bool last = event->waker == 0 || event->waker == event->thread_id;

	return last ? g_strdup_printf("is the last to arrive at %s", event->name) : NULL;
}

static char *broken(const struct tt_event *event)
{
	const char *why = tt_word_break(event->why);

	return g_strdup_printf("finds %s broken: %s", event->name, why ? why : "unknown reason");
}

static char *abort_barrier(const struct tt_event *event)
{
	return g_strdup_printf("aborts %s", event->name);
}

static char *reset(const struct tt_event *event)
{
	return g_strdup_printf("resets %s", event->name);
}

static char *fire(const struct tt_event *event)
{
	return g_strdup_printf("%s fires", event->name);
}

static char *cancel(const struct tt_event *event)
{
	return g_strdup_printf("cancels %s", event->name);
}

static const struct {
	enum tt_mark_kind kind;
	char *(*text)(const struct tt_event *event); /* NULL, or returns NULL: no mark */
} marks[TT_N_EVENT_TYPES] = {
    [TT_EVENT_log_message] = {TT_MARK_LOG, log_message},
    [TT_EVENT_misuse] = {TT_MARK_MISUSE, misuse},
    [TT_EVENT_thread_rename] = {TT_MARK_SIGNAL, rename_thread},
    [TT_EVENT_thread_join_done] = {TT_MARK_FAILED, timed_out},
    [TT_EVENT_lock_failed] = {TT_MARK_FAILED, failed},
    [TT_EVENT_cond_notify] = {TT_MARK_SIGNAL, notify},
    [TT_EVENT_cond_woken] = {TT_MARK_FAILED, timed_out},
    [TT_EVENT_event_set] = {TT_MARK_SIGNAL, set},
    [TT_EVENT_event_clear] = {TT_MARK_SIGNAL, clear},
    [TT_EVENT_event_woken] = {TT_MARK_FAILED, timed_out},
    [TT_EVENT_sem_failed] = {TT_MARK_FAILED, failed},
    [TT_EVENT_barrier_passed] = {TT_MARK_SIGNAL, arrive_last},
    [TT_EVENT_barrier_broken] = {TT_MARK_FAILED, broken},
    [TT_EVENT_barrier_abort] = {TT_MARK_SIGNAL, abort_barrier},
    [TT_EVENT_barrier_reset] = {TT_MARK_SIGNAL, reset},
    [TT_EVENT_futex_woken] = {TT_MARK_FAILED, timed_out},
    [TT_EVENT_futex_wake] = {TT_MARK_SIGNAL, wake},
    [TT_EVENT_timer_fired] = {TT_MARK_SIGNAL, fire},
    [TT_EVENT_timer_cancelled] = {TT_MARK_SIGNAL, cancel},
};

char *tt_tooltip_event(const struct tt_event *event, enum tt_mark_kind *kind)
{
	g_autofree char *text = marks[event->type].text ? marks[event->type].text(event) : NULL;
	g_autofree char *clean = text ? tt_text_clean(text) : NULL;

	*kind = marks[event->type].kind;
	return clean ? tt_text_fit(clean, LOG_COLUMNS, "…") : NULL;
}
