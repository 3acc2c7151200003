/* SPDX-License-Identifier: MIT */
#include "tools/timeline/tooltips.h"

#include <string.h>

#include "tools/text/duration.h"
#include "tools/text/display_text.h"

/* The longest name, in columns, that is worth telling whole. */
#define NAME_COLUMNS 160

char *tt_moment_text(const struct tt_lanes *lanes, int64_t ns)
{
	return g_strdup_printf("%.6f s", (double)(ns - lanes->origin_ns) / 1e9);
}

static const char *clean_name(const char *name)
{
	if (!name || !*name)
		return "?";
	g_autofree char *clean = tt_text_clean(name);
	g_autofree char *fit = tt_text_fit(clean, NAME_COLUMNS, "…");
	return g_intern_string(fit);
}

const char *tt_object_name(const struct tt_object *object)
{
	return clean_name(object ? object->name : NULL);
}

const char *tt_thread_name(const struct tt_thread *thread)
{
	return clean_name(thread ? thread->name : NULL);
}

char *tt_object_text(const struct tt_object *object)
{
	static const char *const families[] = {
	    [TT_FAMILY_LOCK] = "lock",           [TT_FAMILY_CONDITION] = "condition", [TT_FAMILY_EVENT] = "event",
	    [TT_FAMILY_SEMAPHORE] = "semaphore", [TT_FAMILY_BARRIER] = "barrier",     [TT_FAMILY_THREAD] = "thread",
	    [TT_FAMILY_LOCAL] = "local",         [TT_FAMILY_FUTEX] = "futex",
	};
	const char *family = object ? families[object->family] : "";

	if (!object)
		return g_strdup("?");
	if (object->family == TT_FAMILY_LOCK && tt_word_lock_kind(object->kind))
		family = tt_word_lock_kind(object->kind);
	/* Not `lock lock`. */
	const char *name = tt_object_name(object);
	return strcmp(family, name) == 0 ? g_strdup(name) : g_strdup_printf("%s %s", family, name);
}

char *tt_wait_label(const struct tt_span *span)
{
	const char *name = tt_object_name(span->object);

	return span->object && span->object->family == TT_FAMILY_THREAD ? g_strdup_printf("join %s", name)
	                                                                : g_strdup(name);
}

char *tt_hold_label(const struct tt_bar *bar)
{
	const char *name = tt_object_name(bar->object);

	if (bar->mode == TT_MODE_SHARED)
		return g_strdup_printf("%s shared", name);
	return bar->depth > 1 ? g_strdup_printf("%s ×%u", name, bar->depth) : g_strdup(name);
}

/* Appends `\nat worker app.c:12`, if it is known, for a call at that time. */
static void add_site(GString *text, const char *before, const struct tt_lanes *lanes, const struct tt_thread *thread,
                     uint64_t caller, int64_t time_ns)
{
	if (lanes->symbols)
		tt_symbols_at(lanes->symbols, time_ns);
	const struct tt_site *site =
	    lanes->symbols ? tt_symbols_site(lanes->symbols, thread->process->pid, caller, NULL) : NULL;

	if (!site || (!site->function && !site->module))
		return;
	g_autofree char *where = tt_site_text(site);
	g_autofree char *clean = tt_text_clean(where);
	g_string_append_printf(text, "%s%s", before, clean);
}

static void add_times(GString *text, const struct tt_lanes *lanes, int64_t begin_ns, int64_t end_ns)
{
	g_autofree char *begin = tt_moment_text(lanes, begin_ns);
	g_autofree char *end = tt_moment_text(lanes, end_ns);
	g_autofree char *length = tt_duration_text(end_ns - begin_ns);

	g_string_append_printf(text, "\n%s to %s, %s", begin, end, length);
}

static void add_since(GString *text, const struct tt_lanes *lanes, int64_t begin_ns)
{
	g_autofree char *begin = tt_moment_text(lanes, begin_ns);

	g_string_append_printf(text, "\nsince %s, to the end of the trace", begin);
}

/* NULL where it is not known. */
static const char *program_of(const struct tt_lanes *lanes, const struct tt_process *process)
{
	if (!lanes->symbols)
		return NULL;
	tt_symbols_at(lanes->symbols, process->last_ns);
	return tt_symbols_program(lanes->symbols, process->pid);
}

char *tt_describe_group(const struct tt_lanes *lanes, unsigned i)
{
	const struct tt_lane *first = lanes->lanes->pdata[i];
	const struct tt_process *last = NULL, *process = first->thread->process;
	g_autoptr(GString) programs = g_string_new(NULL);

	do {
		const struct tt_process *now = ((const struct tt_lane *)lanes->lanes->pdata[i])->thread->process;
		const char *program = now == last ? NULL : program_of(lanes, now);
		g_autofree char *clean = program ? tt_text_clean(program) : NULL;
		if (clean)
			g_string_append_printf(programs, "%s%s", programs->len ? ", then " : "", clean);
		last = now;
	} while (++i < lanes->lanes->len && !tt_lanes_begin_group(lanes, i));
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "process %u", process->pid);
	if (programs->len)
		g_string_append_printf(text, " (%s)", programs->str);
	if (process->ppid)
		g_string_append_printf(text, ", child of %u", process->ppid);
	return g_string_free(text, FALSE);
}

char *tt_tooltip_lane(const struct tt_lanes *lanes, const struct tt_lane *lane)
{
	const struct tt_thread *thread = lane->thread;
	GString *text = g_string_new(NULL);
	const char *ending = tt_lane_ending(lanes, lane);
	const char *program = program_of(lanes, thread->process);
	g_autofree char *clean = program ? tt_text_clean(program) : NULL;

	g_string_append_printf(text, "%s%s %s", thread->daemon ? "daemon " : "", thread->timer ? "timer" : "thread",
	                       tt_thread_name(thread));
	g_string_append_printf(text, "\nprocess %u%s%s%s, id %" G_GUINT64_FORMAT, thread->process->pid,
	                       clean ? " (" : "", clean ? clean : "", clean ? ")" : "", thread->id);
	if (thread->native_id)
		g_string_append_printf(text, ", native id %u", thread->native_id);
	if (thread->creator)
		g_string_append_printf(text, "\nmade by %s", tt_thread_name(thread->creator));
	if (thread->started_ns) {
		g_autofree char *start = tt_moment_text(lanes, thread->started_ns);
		g_string_append_printf(text, "\nstarted at %s", start);
	}
	if (ending) {
		g_autofree char *end = tt_moment_text(lanes, thread->ended_ns);
		g_string_append_printf(text, "\n%s at %s", ending, end);
	}
	return g_string_free(text, false);
}

static void add_outcome(GString *text, const struct tt_span *span)
{
	static const char *const outcomes[] = {
	    [TT_OUTCOME_GOT] = "", [TT_OUTCOME_TIMEOUT] = "\ntimed out", [TT_OUTCOME_ERROR] = "\nended by an error"};

	g_string_append(text, outcomes[span->outcome]);
	if (span->waker)
		g_string_append_printf(text, "\nwoken by %s", tt_thread_name(span->waker));
}

char *tt_tooltip_span(const struct tt_lanes *lanes, const struct tt_lane *lane, const struct tt_span *span)
{
	GString *text = g_string_new(tt_thread_name(lane->thread));
	g_autofree char *object = tt_object_text(span->object);

	switch ((enum tt_doing)span->doing) {
	case TT_DOING_NEW:
		g_string_append(text, " is made, but not yet started");
		break;
	case TT_DOING_RUN:
		g_string_append(text, " runs, or sleeps");
		break;
	case TT_DOING_WAIT:
		g_string_append_printf(text, " waits for %s", object);
		break;
	case TT_DOING_BLOCKED:
		g_string_append_printf(text, " waits for %s and is still blocked at the end of the trace", object);
		break;
	}
	if (span->doing == TT_DOING_BLOCKED)
		add_since(text, lanes, span->begin_ns);
	else
		add_times(text, lanes, span->begin_ns, span->end_ns);
	if (span->timeout_ns != TT_NO_TIMEOUT) {
		g_autofree char *limit = tt_duration_text(span->timeout_ns);
		g_string_append_printf(text, ", at most %s", limit);
	}
	if (span->doing == TT_DOING_WAIT)
		add_outcome(text, span);
	add_site(text, "\nat ", lanes, lane->thread, span->caller, span->begin_ns);
	return g_string_free(text, false);
}

char *tt_tooltip_bar(const struct tt_lanes *lanes, const struct tt_lane *lane, const struct tt_bar *bar)
{
	g_autofree char *object = tt_object_text(bar->object);
	GString *text = g_string_new(tt_thread_name(lane->thread));

	g_string_append_printf(text, " holds %s", object);
	if (bar->mode == TT_MODE_SHARED)
		g_string_append(text, ", shared");
	if (bar->depth > 1)
		g_string_append_printf(text, ", %u deep", bar->depth);
	if (bar->open)
		add_since(text, lanes, bar->begin_ns);
	else
		add_times(text, lanes, bar->begin_ns, bar->end_ns);
	add_site(text, "\nacquired at ", lanes, lane->thread, bar->acquired_at, bar->begin_ns);
	add_site(text, "\nreleased at ", lanes, lane->thread, bar->released_at, bar->end_ns);
	return g_string_free(text, false);
}

char *tt_tooltip_mark(const struct tt_lanes *lanes, const struct tt_lane *lane, const struct tt_mark *mark)
{
	g_autofree char *moment = tt_moment_text(lanes, mark->time_ns);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s: %s\n%s", tt_thread_name(lane->thread), mark->text, moment);
	add_site(text, "\nat ", lanes, lane->thread, mark->caller, mark->time_ns);
	return g_string_free(text, false);
}

char *tt_tooltip_arrow(const struct tt_lanes *lanes, const struct tt_arrow *arrow)
{
	g_autofree char *object = tt_object_text(arrow->object);
	g_autofree char *from = tt_moment_text(lanes, arrow->from_ns);
	g_autofree char *to = tt_moment_text(lanes, arrow->to_ns);
	const char *waker = tt_thread_name(arrow->from->thread), *woken = tt_thread_name(arrow->to->thread);

	if (arrow->object->thread == arrow->to->thread)
		return g_strdup_printf("%s starts %s\n%s to %s", waker, woken, from, to);
	return g_strdup_printf("%s lets %s go on, by %s\n%s to %s", waker, woken, object, from, to);
}

static void add_holders(GString *text, const struct tt_lane *lane, const struct tt_object *object)
{
	for (unsigned i = 0; i < object->holds->len; i++) {
		const struct tt_hold *hold = object->holds->pdata[i];
		bool itself = hold->thread == lane->thread;
		g_string_append_printf(text, "%s%s", i ? ", " : ", held by ",
		                       itself ? "itself" : tt_thread_name(hold->thread));
	}
}

char *tt_tooltip_blocked(const struct tt_lanes *lanes, const struct tt_lane *lane)
{
	const struct tt_span *span = tt_lane_blocked(lane);
	g_autofree char *object = tt_object_text(span->object);
	g_autofree char *since = tt_moment_text(lanes, span->begin_ns);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s waits for %s", tt_thread_name(lane->thread), object);
	if (span->object)
		add_holders(text, lane, span->object);
	g_string_append_printf(text, ", since %s", since);
	if (span->timeout_ns != TT_NO_TIMEOUT) {
		g_autofree char *limit = tt_duration_text(span->timeout_ns);
		g_string_append_printf(text, " for at most %s", limit);
	}
	add_site(text, ", at ", lanes, lane->thread, span->caller, span->begin_ns);
	return g_string_free(text, false);
}

void tt_tooltip_extent(GString *text, const struct tt_lanes *lanes, const char *between, const char *then)
{
	g_autofree char *length = tt_duration_text(lanes->last_ns - lanes->origin_ns);

	g_string_append_printf(text, "%u thread%s%s%" G_GUINT64_FORMAT " event%s in %s", lanes->lanes->len,
	                       lanes->lanes->len == 1 ? "" : "s", between, lanes->events, lanes->events == 1 ? "" : "s",
	                       length);
	if (lanes->from_ns > lanes->origin_ns || !lanes->ends) {
		g_autofree char *from = tt_moment_text(lanes, lanes->from_ns);
		g_autofree char *to = tt_moment_text(lanes, lanes->to_ns);
		g_string_append_printf(text, "%sshown: %s to %s", then, from, to);
	}
	if (lanes->hidden)
		g_string_append_printf(text, "%s%u thread%s left out", then, lanes->hidden,
		                       lanes->hidden == 1 ? "" : "s");
	if (lanes->lost || lanes->lost_packets)
		g_string_append_printf(text, "%s%" G_GUINT64_FORMAT "%s events lost in recording", then, lanes->lost,
		                       lanes->lost_packets ? " and more" : "");
}
