/* SPDX-License-Identifier: MIT */
#include "tests/unit/tools/leaks.h"
#include "tests/unit/tools/reading.h"
#include <glib/gstdio.h>

#include "tools/read/recording/manifest.h"

#define LOCK_WAIT CTF_WHAT "u8 _kind; u8 _mode; i64 _timeout_ns; u64 _holder;"
#define THREAD_START CTF_WHAT "u8 _daemon; u32 _native_id; u32 _ppid; u64 _target; string _recording;"

static void test_fields(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);
	const struct tt_event *event;

	ctf_class(&ctf, "trace_thr:lock_wait", LOCK_WAIT);
	ctf_event(&ctf, 0, 5000, 41);
	ctf_what(&ctf, 41, "worker", "queue", 7);
	ctf_put(&ctf, TT_KIND_MUTEX, 1);
	ctf_put(&ctf, TT_MODE_SHARED, 1);
	ctf_put(&ctf, (uint64_t)TT_NO_TIMEOUT, 8);
	ctf_put(&ctf, 9, 8);
	ctf_end(&ctf);

	assert_reads(f);
	assert_int_equal(f->summary.events, 1);
	assert_int_equal(f->summary.begin_ns, 5000);
	event = event_at(f, 0);
	assert_int_equal(event->type, TT_EVENT_lock_wait);
	assert_int_equal(event->time_ns, 5000);
	assert_int_equal(event->pid, 41);
	assert_string_equal(event->thread, "worker");
	assert_int_equal(event->thread_id, 2);
	assert_int_equal(event->caller, 0x1234);
	assert_string_equal(event->name, "queue");
	assert_int_equal(event->id, 7);
	assert_int_equal(event->kind, TT_KIND_MUTEX);
	assert_int_equal(event->mode, TT_MODE_SHARED);
	assert_int_equal(event->timeout_ns, TT_NO_TIMEOUT);
	assert_int_equal(event->holder, 9);
	assert_int_equal(event->depth, 0);
}

static bool check_list(const struct tt_event *event, void *data)
{
	static const char *const names[] = {"kind", "mode", "depth"};
	unsigned *seen = data;

	for (*seen = 0; event->fields[*seen]; ++*seen)
		if (*seen >= 3 || strcmp(event->fields[*seen]->name, names[*seen]) != 0)
			return false;
	return true;
}

/* An event says which fields it carries, after those that all have. */
static void test_list_of_fields(void **state)
{
	struct fixture *f = *state;
	const struct tt_trace_handler handler = {.event = check_list};
	unsigned seen = 0;

	write_holds(f->folder, (uint64_t[]){1, 0});
	assert_true(tt_trace_read(f->folder, &handler, &seen, &f->summary, &f->error));
	assert_int_equal(seen, 3);
}

/* A log line has no object; an event without a time limit says so. */
static void test_absent_fields(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:log_message", CTF_WHO "u8 _level; string _text;");
	ctf_event(&ctf, 0, 1, 41);
	ctf_put(&ctf, 41, 4);
	ctf_text(&ctf, "worker");
	ctf_put(&ctf, 2, 8);
	ctf_put(&ctf, 0, 8);
	ctf_put(&ctf, TT_LOG_INFO, 1);
	ctf_text(&ctf, "hello");
	ctf_end(&ctf);

	assert_reads(f);
	assert_null(event_at(f, 0)->name);
	assert_int_equal(event_at(f, 0)->id, 0);
	assert_int_equal(event_at(f, 0)->timeout_ns, TT_NO_TIMEOUT);
	assert_int_equal(event_at(f, 0)->level, TT_LOG_INFO);
	assert_string_equal(event_at(f, 0)->text, "hello");
}

/* Fields of another type or size, unknown ones, and missing ones. */
static void test_another_version(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);
	const struct tt_event *event;

	ctf_class(&ctf, "trace_thr:lock_acquired",
	          "i64 _pid; u64 _thread; u32 _id; u16 _kind; string _mode; u64 _depth; string _news;");
	ctf_event(&ctf, 0, 1, 41);
	ctf_put(&ctf, 41, 8);
	ctf_put(&ctf, 99, 8);
	ctf_put(&ctf, 7, 4);
	ctf_put(&ctf, 300, 2);
	ctf_text(&ctf, "exclusive");
	ctf_put(&ctf, UINT64_MAX, 8);
	ctf_text(&ctf, "of a later version");
	ctf_end(&ctf);

	assert_reads(f);
	event = event_at(f, 0);
	assert_int_equal(event->pid, 41);
	assert_non_null(event->thread);
	assert_non_null(event->name);
	assert_int_equal(event->id, 7);
	assert_int_equal(event->kind, UINT8_MAX); /* and not 300 cut to 44 */
	assert_int_equal(event->depth, UINT32_MAX);
}

static void test_unknown_events(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:lock_stolen", CTF_WHAT);
	ctf_class(&ctf, "other:thing", "u8 _x;");
	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	ctf_event(&ctf, 0, 1, 41);
	ctf_what(&ctf, 41, "worker", "queue", 7);
	ctf_event(&ctf, 1, 2, 41);
	ctf_put(&ctf, 0, 1);
	ctf_event(&ctf, 2, 3, 41);
	ctf_what(&ctf, 41, "worker", "flag", 8);
	ctf_end(&ctf);

	assert_reads(f);
	assert_int_equal(f->summary.events, 1);
	assert_int_equal(f->summary.unknown, 1);
	assert_int_equal(f->summary.begin_ns, 3);
	assert_string_equal(event_at(f, 0)->name, "flag");
}

static void test_text_is_valid(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	for (uint64_t i = 1; i <= 2; i++) {
		ctf_event(&ctf, 0, i, 41);
		ctf_what(&ctf, 41, "b\xffg", i == 1 ? "caf\xc3\xa9" : "\xc3", 7);
	}
	ctf_end(&ctf);

	assert_reads(f);
	for (guint i = 0; i < 2; i++) {
		assert_string_equal(event_at(f, i)->thread, "b\xef\xbf\xbdg");
		assert_true(g_utf8_validate(event_at(f, i)->name, -1, NULL));
	}
	assert_string_equal(event_at(f, 0)->name, "caf\xc3\xa9");
}

static void test_loss(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	for (uint64_t i = 0; i < 3; i++) {
		ctf_event(&ctf, 0, 100 * (i + 1), 41);
		ctf_what(&ctf, 41, "worker", "flag", 7);
		ctf.discarded = i == 0 ? 0 : 12;
		ctf.sequence = i == 2 ? 5 : i; /* packets 2 to 4 are missing */
		ctf_packet(&ctf);
	}
	ctf_end(&ctf);

	assert_reads(f);
	assert_int_equal(f->summary.events, 3);
	assert_int_equal(f->summary.lost, 12);
	assert_int_equal(f->summary.lost_packets, 3);
	assert_int_equal(f->told.losses->len, 2);
	assert_int_equal(g_array_index(f->told.losses, struct tt_discarded, 0).count, 12);
	assert_int_equal(g_array_index(f->told.losses, struct tt_discarded, 0).begin_ns, 100);
	assert_int_equal(g_array_index(f->told.losses, struct tt_discarded, 0).end_ns, 200);
	assert_int_equal(g_array_index(f->told.losses, struct tt_discarded, 1).packets, 3);
	for (guint i = 0; i < 2; i++) { /* of the file stream_0 */
		const struct tt_discarded *loss = &g_array_index(f->told.losses, struct tt_discarded, i);
		assert_string_equal(loss->buffer.channel, "stream");
		assert_int_equal(loss->buffer.cpu, 0);
		assert_int_equal(loss->buffer.pid, -1);
		assert_false(loss->torn);
	}
}

/* What the library says to be untold is a loss, and no event. */
static void test_untold(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:untold", CTF_WHO "u64 _n;");
	ctf_event(&ctf, 0, 70, 41);
	ctf_put(&ctf, 41, 4);
	ctf_text(&ctf, "worker");
	ctf_put(&ctf, 2, 8);
	ctf_put(&ctf, 0, 8);
	ctf_put(&ctf, 8, 8);
	ctf_end(&ctf);

	assert_reads(f);
	assert_int_equal(f->summary.untold, 8);
	assert_int_equal(f->summary.events, 0);
	assert_int_equal(f->summary.lost, 0);
	assert_int_equal(f->told.losses->len, 1);
	assert_int_equal(g_array_index(f->told.losses, struct tt_discarded, 0).count, 8);
	assert_non_null(g_array_index(f->told.losses, struct tt_discarded, 0).why);
}

/* What is lost of a stream that cannot have our events is no loss. */
static void test_loss_of_others(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	ctf_event(&ctf, 0, 50, 41);
	ctf_what(&ctf, 41, "worker", "flag", 7);
	ctf_end_stream(&ctf);
	ctf_stream(&ctf, 1);
	ctf_class(&ctf, "other:thing", "u8 _x;");
	for (uint64_t i = 0; i < 2; i++) {
		ctf_event(&ctf, 1, 100 * (i + 1), 41);
		ctf_put(&ctf, 0, 1);
		ctf.discarded = 12 * i;
		ctf_packet(&ctf);
	}
	ctf_end(&ctf);
	assert_reads(f);
	assert_int_equal(f->summary.events, 1);
	assert_int_equal(f->summary.lost, 0);
	assert_int_equal(f->told.losses->len, 0);
}

/* What was recorded beside ours, in a folder of its own, is not even looked at. */
static void test_other_folder(void **state)
{
	struct fixture *f = *state;
	char *ours = g_build_filename(f->folder, "ust", NULL);
	char *others = g_build_filename(f->folder, "kernel", NULL);
	struct ctf ctf = ctf_begin(others);

	ctf_class(&ctf, "sched_switch", "u8 _x;");
	ctf_event(&ctf, 0, 1, 41);
	ctf_end(&ctf); /* its event has no fields: whoever reads it fails */
	write_holds(ours, (uint64_t[]){1, 2, 0});
	assert_reads(f);
	assert_int_equal(f->summary.events, 2);
	g_free(ours);
	g_free(others);
}

/* One folder for each user or process: read as one trace, in order of time. */
static void test_several_folders(void **state)
{
	struct fixture *f = *state;
	char *a = g_build_filename(f->folder, "ust", "uid", "0", NULL);
	char *b = g_build_filename(f->folder, "ust", "uid", "1000", NULL);

	write_holds(a, (uint64_t[]){1, 4, 5, 0});
	write_holds(b, (uint64_t[]){2, 3, 6, 0});
	assert_reads(f);
	assert_int_equal(f->summary.events, 6);
	for (guint i = 0; i < 6; i++)
		assert_int_equal(event_at(f, i)->time_ns, i + 1);
	assert_int_equal(f->summary.begin_ns, 1);
	assert_int_equal(f->summary.end_ns, 6);
	g_free(a);
	g_free(b);
}

static void test_stop(void **state)
{
	struct fixture *f = *state;

	write_holds(f->folder, (uint64_t[]){1, 2, 3, 4, 0});
	f->told.stop_at = 2;
	assert_reads(f);
	assert_int_equal(f->told.events->len, 2);
	assert_null(f->error);
}

static void test_no_events(void **state)
{
	struct fixture *f = *state;

	write_holds(f->folder, (uint64_t[]){0});
	assert_reads(f);
	assert_int_equal(f->summary.events, 0);
	assert_int_equal(f->summary.begin_ns, 0);
}

#define BIN_INFO "u64 _baddr; u64 _memsz; string _path; u8 _is_pic; u8 _has_build_id; u8 _has_debug_link;"
#define BUILD_ID "u64 _baddr; u32 __build_id_length; u8 _build_id[ __build_id_length ];"

static void put_bin_info(struct ctf *ctf, uint32_t pid, uint64_t base, const char *path, bool has_build_id)
{
	ctf_event(ctf, 0, 1, pid);
	ctf_put(ctf, base, 8);
	ctf_put(ctf, 0x1000, 8);
	ctf_text(ctf, path);
	ctf_put(ctf, 1, 1);
	ctf_put(ctf, has_build_id, 1);
	ctf_put(ctf, 0, 1);
}

static void put_build_id(struct ctf *ctf, uint32_t pid, uint64_t base, uint8_t first)
{
	ctf_event(ctf, 1, 1, pid);
	ctf_put(ctf, base, 8);
	ctf_put(ctf, 3, 4);
	ctf_put(ctf, first, 1);
	ctf_put(ctf, 2, 1);
	ctf_put(ctf, 3, 1);
}

static void test_modules(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);
	const struct tt_module *modules;

	ctf_class(&ctf, "lttng_ust_statedump:bin_info", BIN_INFO);
	ctf_class(&ctf, "lttng_ust_statedump:build_id", BUILD_ID);
	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	put_bin_info(&ctf, 41, 0x10000, "/bin/a", true);
	put_bin_info(&ctf, 42, 0x20000, "/bin/b", true); /* two processes at once */
	put_build_id(&ctf, 41, 0x50000, 0xc);            /* of a file that nobody named */
	put_build_id(&ctf, 41, 0x10000, 0xa);
	put_build_id(&ctf, 42, 0x20000, 0xb);
	put_bin_info(&ctf, 41, 0x30000, "/lib/none", false);
	put_bin_info(&ctf, 41, 0x40000, "/lib/lost", true); /* its build id is missing */
	ctf_end(&ctf);

	assert_reads(f);
	assert_int_equal(f->summary.events, 0);
	assert_int_equal(f->summary.modules, 4);
	modules = (const struct tt_module *)(void *)f->told.modules->data;
	assert_int_equal(modules[0].pid, 41);
	assert_int_equal(modules[0].base, 0x10000);
	assert_int_equal(modules[0].size, 0x1000);
	assert_string_equal(modules[0].path, "/bin/a");
	assert_int_equal(modules[0].build_id_size, 3);
	assert_memory_equal(modules[0].build_id, "\x0a\x02\x03", 3);
	assert_string_equal(modules[1].path, "/bin/b");
	assert_memory_equal(modules[1].build_id, "\x0b\x02\x03", 3);
	assert_string_equal(modules[2].path, "/lib/none");
	assert_null(modules[2].build_id);
	assert_string_equal(modules[3].path, "/lib/lost");
	assert_null(modules[3].build_id);
}

static void put_module(struct ctf *ctf, unsigned class, uint64_t base)
{
	ctf_event(ctf, class, 1, 41);
	ctf_put(ctf, 41, 4);
	ctf_text(ctf, "main");
	ctf_put(ctf, 1, 8);
	ctf_put(ctf, 0, 8);
	ctf_put(ctf, base, 8);
	ctf_put(ctf, 0x2000, 8);
}

/* Those of the library's own events, which are no events to the reader. */
static void test_own_modules(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);
	const struct tt_module *modules;

	ctf_class(&ctf, "trace_thr:module_loaded",
	          CTF_WHO
	          "u64 _base; u64 _size; string _path; u8 __build_id_length; u8 _build_id[ __build_id_length ];");
	ctf_class(&ctf, "trace_thr:module_unloaded", CTF_WHO "u64 _base; u64 _size;");
	put_module(&ctf, 0, 0x10000);
	ctf_text(&ctf, "/lib/plugin");
	ctf_put(&ctf, 2, 1);
	ctf_put(&ctf, 0x0201, 2);
	put_module(&ctf, 1, 0x10000);
	ctf_end(&ctf);

	assert_reads(f);
	assert_int_equal(f->summary.events, 0);
	assert_int_equal(f->summary.unknown, 0);
	assert_int_equal(f->summary.modules, 2);
	modules = (const struct tt_module *)(void *)f->told.modules->data;
	assert_int_equal(modules[0].pid, 41);
	assert_int_equal(modules[0].base, 0x10000);
	assert_int_equal(modules[0].size, 0x2000);
	assert_string_equal(modules[0].path, "/lib/plugin");
	assert_int_equal(modules[0].build_id_size, 2);
	assert_memory_equal(modules[0].build_id, "\x01\x02", 2);
	assert_true(modules[0].exact);
	assert_false(modules[0].gone);
	assert_int_equal(modules[1].base, 0x10000);
	assert_true(modules[1].gone);
}

static void put_start(struct ctf *ctf, uint64_t time_ns, uint32_t pid, uint32_t ppid, const char *recording)
{
	ctf_event(ctf, 0, time_ns, pid);
	ctf_what(ctf, pid, "MainThread", "MainThread", 1);
	ctf_put(ctf, 0, 1);
	ctf_put(ctf, pid, 4);
	ctf_put(ctf, ppid, 4);
	ctf_put(ctf, 0, 8);
	ctf_text(ctf, recording);
}

/*
 * The recorded program is 40: it made 41, which made 42. 50 and 51 are not of its family. 43 is, by the recording's
 * token: what started it made no event.
 */
static void test_recorded_program_only(void **state)
{
	static const struct {
		uint32_t pid, ppid;
		const char *recording;
	} starts[] = {{40, 1, "r"},  {50, 1, ""},  {41, 40, ""}, {51, 50, "s"},
	              {43, 60, "r"}, {42, 41, ""}, {40, 1, "r"}};
	struct fixture *f = *state;
	char *trace = g_build_filename(f->folder, "ust", NULL);
	struct ctf ctf = ctf_begin(trace);
	char *arguments[] = {(char[]){"prog"}, NULL};
	char token[] = "r";
	const struct tt_manifest manifest = {
	    .program = arguments, .recording = token, .pid = 40, .begin_ns = 1, .end_ns = 9};

	ctf_class(&ctf, "trace_thr:thread_start", THREAD_START);
	for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
		put_start(&ctf, i + 1, starts[i].pid, starts[i].ppid, starts[i].recording);
	ctf_end(&ctf);
	g_free(trace);
	assert_true(tt_manifest_write(f->folder, &manifest, &f->error));

	assert_reads(f);
	assert_int_equal(f->summary.events, 5);
	assert_int_equal(f->summary.other_processes, 2);
	for (guint i = 0; i < 5; i++)
		assert_in_range(event_at(f, i)->pid, 40, 43);
}

/* What the manifest adds: losses, and programs that are missing. Without events there is nothing to add to. */
static void test_what_the_manifest_says(void **state)
{
	struct fixture *f = *state;
	char *trace = g_build_filename(f->folder, "ust", NULL);
	struct ctf ctf = ctf_begin(trace);
	char *arguments[] = {(char[]){"prog"}, NULL};
	char *unrecorded[] = {(char[]){"/bin/a: static"}, (char[]){"/bin/b: set-user-id"}, NULL};
	struct tt_manifest manifest = {.program = arguments,
	                               .pid = 40,
	                               .torn = true,
	                               .unrecorded = unrecorded,
	                               .cut = TT_CUT_CONSUMER,
	                               .cut_ns = 7};

	ctf_class(&ctf, "trace_thr:thread_start", THREAD_START);
	put_start(&ctf, 1, 40, 1, "");
	ctf_end(&ctf);
	g_free(trace);
	assert_true(tt_manifest_write(f->folder, &manifest, &f->error));
	assert_reads(f);
	assert_int_equal(f->summary.events, 1);
	assert_int_equal(f->summary.unrecorded, 2);
	assert_true(f->summary.torn);
	assert_int_equal(f->summary.lost_packets, 1);
	assert_int_equal(f->summary.cuts, 1);
	assert_int_equal(f->told.losses->len, 2);
	const struct tt_discarded *torn = &g_array_index(f->told.losses, struct tt_discarded, 0);
	assert_true(torn->torn);
	assert_int_equal(torn->begin_ns, -1);
	assert_int_equal(torn->end_ns, -1);
	assert_int_equal(torn->count, 0);
	assert_int_equal(torn->buffer.cpu, -1);
	assert_int_equal(torn->buffer.pid, -1);
	assert_non_null(g_array_index(f->told.losses, struct tt_discarded, 1).why);
}

/* A manifest that cannot be read or understood makes the trace unreadable. */
static void test_wrong_manifest(void **state)
{
	struct fixture *f = *state;
	char *trace = g_build_filename(f->folder, "ust", NULL);
	g_autofree char *path = g_build_filename(f->folder, TT_MANIFEST_FILE, NULL);
	struct ctf ctf = ctf_begin(trace);
	const struct tt_trace_handler nothing = {NULL, NULL, NULL};

	ctf_class(&ctf, "trace_thr:thread_start", THREAD_START);
	put_start(&ctf, 1, 40, 1, "");
	ctf_end(&ctf);
	g_free(trace);
	g_mkdir(path, 0755);
	assert_false(tt_trace_read(f->folder, &nothing, NULL, &f->summary, &f->error));
	assert_true(g_error_matches(f->error, G_FILE_ERROR, G_FILE_ERROR_ISDIR));
	assert_non_null(strstr(f->error->message, path));
	g_clear_error(&f->error);
	g_rmdir(path);
	assert_true(g_file_set_contents(path, "{}", -1, NULL));
	assert_false(tt_trace_read(f->folder, &nothing, NULL, &f->summary, &f->error));
	assert_non_null(strstr(f->error->message, path));
	g_clear_error(&f->error);
	g_unlink(path);
	assert_true(tt_trace_read(f->folder, &nothing, NULL, &f->summary, &f->error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_fields),
	    TEST(test_list_of_fields),
	    TEST(test_absent_fields),
	    TEST(test_another_version),
	    TEST(test_unknown_events),
	    TEST(test_text_is_valid),
	    TEST(test_loss),
	    TEST(test_loss_of_others),
	    TEST(test_untold),
	    TEST(test_other_folder),
	    TEST(test_several_folders),
	    TEST(test_stop),
	    TEST(test_no_events),
	    TEST(test_modules),
	    TEST(test_own_modules),
	    TEST(test_recorded_program_only),
	    TEST(test_what_the_manifest_says),
	    TEST(test_wrong_manifest),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
