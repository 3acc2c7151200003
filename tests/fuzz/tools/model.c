/* SPDX-License-Identifier: MIT */
/*
 * Events in any order, to the model, all rules, the look for a hang in mid-run, and every format of report: eight bytes
 * are an event of one of a few processes, threads and objects. No sequence is impossible: a trace may begin in the
 * middle, lose events or be made up.
 */
#include "tests/fuzz/files.h"

#include <stdio.h>

#include "tools/check/check.h"
#include "tools/check/actual/live_hangs.h"
#include "tools/report/formats.h"

enum { EVENT_SIZE = 8, MOST_EVENTS = 160 };

static const char *const names[] = {"alice", "bob", "carol", "Thread-1", "MainThread", "Lock-1", "lib+0x10", ""};

/* What byte of an event is what. */
enum { TYPE, WHO, WHAT, A, B, C, D, PLACE };

static struct tt_event event_of(const uint8_t *bytes, unsigned n)
{
	struct tt_event event = {.type = bytes[TYPE] % TT_N_EVENT_TYPES};

	event.pid = 1 + bytes[WHO] / 128;
	event.thread_id = 1 + bytes[WHO] % 6;
	event.thread = names[event.thread_id % G_N_ELEMENTS(names)];
	event.time_ns = 1000 + (int64_t)n * 1000 + (bytes[PLACE] & 1 ? -500 : 0);
	event.caller = 1 + bytes[PLACE] % 16;
	if (event.type != TT_EVENT_log_message) {
		event.id = bytes[WHAT] & 0x40 ? 1 + bytes[WHAT] % 6 : 10 + bytes[WHAT] % 8;
		event.name = names[bytes[WHAT] % G_N_ELEMENTS(names)];
	}
	event.kind = bytes[A] % 16;
	event.mode = bytes[A] >> 4 & 3;
	event.why = event.result = event.how = bytes[B] % 8;
	event.limit = bytes[B] >> 4 & 3;
	event.daemon = bytes[B] >> 7;
	event.level = event.object = bytes[B];
	event.depth = event.index = event.n_waiting = event.woken = bytes[C] % 8;
	event.parties = bytes[C] >> 4;
	event.native_id = bytes[C];
	event.lock = 10 + bytes[D] % 8;
	event.holder = event.waker = bytes[D] % 8;
	event.value = event.n = event.bound = bytes[D] == 255 ? UINT64_MAX : bytes[D] % 8;
	event.target = bytes[D];
	event.ppid = bytes[D] % 3;
	event.timeout_ns = bytes[D] & 0x80 ? TT_NO_TIMEOUT : bytes[D] * 1000;
	event.interval_ns = bytes[D];
	event.asked = bytes[D] & 0x40 ? -1 : bytes[D] % 8;
	event.old = event.text = event.call = event.recording = names[bytes[A] % G_N_ELEMENTS(names)];
	return event;
}

static void report(struct tt_check *check, const struct tt_check_options *options)
{
	static const char *const formats[] = {"text", "json", "sarif", "junit", "github"};
	g_autoptr(GPtrArray) checks = g_ptr_array_new();
	struct tt_report all = {.checks = checks, .options = options};
	static FILE *nowhere;

	nowhere = nowhere ? nowhere : fopen("/dev/null", "we");
	g_ptr_array_add(checks, check);
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
		tt_report_format_find(formats[i])->write(&all, nowhere);
	tt_report_suppressions(&all, nowhere);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct tt_check_options options = TT_CHECK_DEFAULTS;
	struct tt_hangs *hangs = tt_hangs_new(1);
	unsigned n = (unsigned)MIN(size / EVENT_SIZE, MOST_EVENTS);

	options.all = size & 1;
	struct tt_check *check = tt_check_new(&options);
	for (unsigned i = 0; i < n; i++) {
		struct tt_event event = event_of(bytes + (size_t)i * EVENT_SIZE, i);
		tt_check_feed(check, &event);
		tt_check_feed(tt_hangs_check(hangs), &event);
		if (i % 16 == 15)
			tt_hangs_look(hangs, event.time_ns);
	}
	tt_check_finish(check);
	report(check, &options);
	tt_check_free(check);
	tt_hangs_free(hangs);
	return 0;
}
