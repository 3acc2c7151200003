/* SPDX-License-Identifier: MIT */
#include "tools/cli/error.h"
#include "tools/cli/trace_warnings.h"

#include <glib.h>

static void note(uint64_t count, const char *one, const char *many, const char *what)
{
	if (count)
		tt_note("%" G_GUINT64_FORMAT " %s %s", count, count == 1 ? one : many, what);
}

void tt_note_untold(uint64_t calls)
{
	note(calls, "call", "calls",
	     "of the program lost: made where none can be told, as a handler does that interrupts others many times "
	     "over, "
	     "or a thread after its end (docs/interpose.md)");
}

void tt_warn_about_trace(const struct tt_trace_summary *summary, const struct tt_symbols *symbols)
{
	tt_warn_about_recording(summary, symbols, false);
	note(summary->unrecorded, "program was", "programs were",
	     "started and not recorded: trace-thr.json beside the trace says which, and why");
}

void tt_warn_about_recording(const struct tt_trace_summary *summary, const struct tt_symbols *symbols, bool preloaded)
{
	note(summary->lost, "event", "events",
	     "lost: the tracer had no room (--drop), or a thread was kept from running in the midst of an event: a "
	     "larger /dev/shm (docker: --shm-size=1g) and fewer busy threads help");
	note(summary->lost_packets - summary->torn, "packet of events", "packets of events",
	     "lost: the tracer had no room");
	note(summary->torn, "packet of events", NULL,
	     "lost: the program was killed while it wrote an event; let it end by itself, or by SIGTERM");
	tt_note_untold(summary->untold);
	note(summary->unknown, "event", "events", "left out: they are of a later version; update trace-thr");
	note(summary->other_processes, "event", "events", "left out: other programs than the recorded one made them");
	if (!summary->events)
		tt_note("no events: %s; `trace-thr doctor` looks at this machine",
		        preloaded ? "does what the program starts get its environment, and is it linked dynamically?"
		                  : "was the program built with libtrace_thr, of this version, and does it use it? If "
		                    "not, record it with --preload");
	if (!symbols)
		return;
	if (summary->events && !summary->modules)
		tt_note("sites have no names, since the trace does not say what was loaded where: record with "
		        "`trace-thr record`, or as docs/events.md says");
	for (const char *const *path = tt_symbols_changed(symbols); *path; path++)
		tt_note("sites in %s have no names: it is another build now than the one recorded; "
		        "record it again, or put that build back",
		        *path);
}
