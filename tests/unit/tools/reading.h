/* SPDX-License-Identifier: MIT */
/*
 * What the tests of reading share: a folder for a trace, and what a reading of it told.
 */
#ifndef TT_TESTS_READING_H
#define TT_TESTS_READING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/doors/doors.h"
#include "tests/unit/tools/ctf.h"
#include "tools/read/trace.h"

#define LOCK_HOLD CTF_WHAT "u8 _kind; u8 _mode; u32 _depth;"

/* What a reading told. Strings of events are copied: they are lent. */
struct told {
	GArray *events;   /* struct tt_event */
	GPtrArray *words; /* thread and name of each */
	GArray *modules;  /* struct tt_module */
	GArray *losses;   /* struct tt_discarded */
	unsigned stop_at; /* after so many events; 0 never */
};

struct fixture {
	char *folder;
	struct told told;
	struct tt_trace_summary summary;
	GError *error;
	bool doors_differ; /* of the next trace that is read, for a reason that the test names */
};

static inline bool tell_event(const struct tt_event *event, void *data)
{
	struct told *told = data;
	struct tt_event copy = *event;

	copy.thread = g_strdup(event->thread);
	copy.name = g_strdup(event->name);
	copy.text = g_strdup(event->text);
	copy.fields = NULL;
	g_ptr_array_add(told->words, (gpointer)(uintptr_t)copy.thread);
	g_ptr_array_add(told->words, (gpointer)(uintptr_t)copy.name);
	g_ptr_array_add(told->words, (gpointer)(uintptr_t)copy.text);
	g_array_append_val(told->events, copy);
	return told->events->len != told->stop_at;
}

static inline bool tell_module(const struct tt_module *module, void *data)
{
	struct told *told = data;
	struct tt_module copy = *module;

	copy.path = g_strdup(module->path);
	copy.build_id = g_memdup2(module->build_id, module->build_id_size);
	g_ptr_array_add(told->words, (gpointer)(uintptr_t)copy.path);
	g_ptr_array_add(told->words, (gpointer)(uintptr_t)copy.build_id);
	g_array_append_val(told->modules, copy);
	return true;
}

static inline bool tell_loss(const struct tt_discarded *loss, void *data)
{
	g_array_append_val(((struct told *)data)->losses, *loss);
	return true;
}

/* Whatever a test has written is the same through both doors, if our own can open it. */
static inline void assert_doors_agree(const char *folder)
{
	struct door ours = door_open(&tt_source_fast, folder), theirs;
	struct tt_trace_summary summary;
	const struct tt_trace_handler nothing = {NULL, NULL, NULL};
	void *opened = tt_source_fast.open(folder, &nothing, NULL, &summary, NULL);

	if (opened) {
		tt_source_fast.close(opened);
		theirs = door_open(&tt_source_babeltrace, folder);
		g_autofree char *difference = door_difference(&theirs, &ours);

		if (difference)
			fail_msg("%s", difference);
		door_close(&theirs);
	}
	door_close(&ours);
}

static inline bool read_trace(struct fixture *f)
{
	const struct tt_trace_handler handler = {tell_event, tell_module, tell_loss};

	if (f->doors_differ)
		f->doors_differ = false;
	else
		assert_doors_agree(f->folder);
	return tt_trace_read(f->folder, &handler, &f->told, &f->summary, &f->error);
}

static inline void assert_reads(struct fixture *f)
{
	if (!read_trace(f))
		fail_msg("%s", f->error->message);
}

static inline const struct tt_event *event_at(struct fixture *f, guint i)
{
	assert_true(i < f->told.events->len);
	return &g_array_index(f->told.events, struct tt_event, i);
}

static inline int set_up(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->folder = g_dir_make_tmp("trace-thr-test-XXXXXX", NULL);
	f->told.events = g_array_new(FALSE, FALSE, sizeof(struct tt_event));
	f->told.words = g_ptr_array_new_with_free_func(g_free);
	f->told.modules = g_array_new(FALSE, FALSE, sizeof(struct tt_module));
	f->told.losses = g_array_new(FALSE, FALSE, sizeof(struct tt_discarded));
	*state = f;
	return f->folder ? 0 : -1;
}

static inline void remove_tree(const char *path)
{
	GDir *folder = g_dir_open(path, 0, NULL);

	for (const char *name; folder && (name = g_dir_read_name(folder));) {
		char *below = g_build_filename(path, name, NULL);

		remove_tree(below);
		g_free(below);
	}
	if (folder)
		g_dir_close(folder);
	g_remove(path);
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	remove_tree(f->folder);
	g_array_free(f->told.events, TRUE);
	g_ptr_array_free(f->told.words, TRUE);
	g_array_free(f->told.modules, TRUE);
	g_array_free(f->told.losses, TRUE);
	g_clear_error(&f->error);
	g_free(f->folder);
	g_free(f);
	return 0;
}

/* The error has the code, and is one line that ends in a remedy. */
static inline void assert_fails(struct fixture *f, int code)
{
	assert_false(read_trace(f));
	assert_non_null(f->error);
	assert_int_equal(f->error->domain, TT_TRACE_ERROR);
	assert_int_equal(f->error->code, code);
	assert_null(strchr(f->error->message, '\n'));
	assert_non_null(strstr(f->error->message, ": "));
}

/* A trace of lock_acquired events on a lock `queue`, at the times given, 0 at the end. */
static inline void write_holds(const char *folder, const uint64_t *times)
{
	struct ctf ctf = ctf_begin(folder);

	ctf_class(&ctf, "trace_thr:lock_acquired", LOCK_HOLD);
	for (; *times; times++) {
		ctf_event(&ctf, 0, *times, 41);
		ctf_what(&ctf, 41, "worker", "queue", *times);
		ctf_put(&ctf, TT_KIND_RLOCK, 1);
		ctf_put(&ctf, TT_MODE_EXCLUSIVE, 1);
		ctf_put(&ctf, 2, 4);
	}
	ctf_end(&ctf);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif /* TT_TESTS_READING_H */
