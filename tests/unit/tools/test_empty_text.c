/* SPDX-License-Identifier: MIT */
/*
 * An empty text is empty, whatever the text of an earlier event was: Babeltrace 2.0 shows that one again.
 */
#include "tests/unit/tools/leaks.h"
#include "tests/unit/tools/reading.h"

/* Events of either sort. Babeltrace hands out a dozen or so at a time, and uses them again for later ones. */
enum { ENOUGH = 100 };

/* What was told of a field. */
struct texts {
	size_t offset;
	unsigned n, wrong;
};

/* Texts first, then empty ones. */
static const char *text_of(unsigned i)
{
	return i < ENOUGH ? "of an earlier event" : "";
}

static bool note_text(const struct tt_event *event, void *data)
{
	struct texts *texts = data;
	const char *text = *(char *const *)(const void *)((const char *)event + texts->offset);

	texts->wrong += strcmp(text, text_of(texts->n++)) != 0;
	return true;
}

/* Events with this field alone. */
static void check_field(struct fixture *f, const struct tt_field *field)
{
	const struct tt_trace_handler handler = {.event = note_text};
	g_autofree char *member = g_strdup_printf("string _%s;", field->name);
	g_autofree char *folder = g_build_filename(f->folder, field->name, NULL);
	struct texts texts = {.offset = field->offset};
	struct tt_trace_summary summary;
	struct ctf ctf = ctf_begin(folder);

	ctf_class(&ctf, "trace_thr:thread_start", member);
	for (unsigned i = 0; i < 2 * ENOUGH; i++) {
		ctf_event(&ctf, 0, 10 + i, 41);
		ctf_text(&ctf, text_of(i));
	}
	ctf_end(&ctf);
	assert_true(tt_trace_read(folder, &handler, &texts, &summary, &f->error));
	assert_int_equal(texts.n, 2 * ENOUGH);
	if (texts.wrong)
		fail_msg("%s: %u are wrong", field->name, texts.wrong);
}

static void test_every_field(void **state)
{
	unsigned n = 0;

	for (const struct tt_field *field = tt_fields; field->name; field++) {
		if (field->type != TT_FIELD_TEXT)
			continue;
		check_field(*state, field);
		n++;
	}
	assert_true(n >= 6);
}

/* Of the state dump. */
static void test_path_of_a_module(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	ctf_class(&ctf, "lttng_ust_statedump:bin_info",
	          "u64 _baddr; u64 _memsz; string _path; u8 _is_pic; u8 _has_build_id; u8 _has_debug_link;");
	for (unsigned i = 0; i < 2 * ENOUGH; i++) {
		ctf_event(&ctf, 1, 10 + i, 41);
		ctf_put(&ctf, 0x10000 * (i + 1), 8);
		ctf_put(&ctf, 0x1000, 8);
		ctf_text(&ctf, text_of(i));
		ctf_put(&ctf, 1, 1);
		ctf_put(&ctf, 0, 1);
		ctf_put(&ctf, 0, 1);
	}
	ctf_end(&ctf);
	assert_reads(f);
	assert_true(f->told.modules->len >= ENOUGH);
	for (guint i = 0; i < f->told.modules->len; i++) {
		const struct tt_module *module = &g_array_index(f->told.modules, struct tt_module, i);
		assert_string_equal(module->path, text_of((unsigned)(module->base / 0x10000) - 1));
	}
}

/* A process without a token is not taken for one that has what was told before. */
static void test_token(void **state)
{
	struct fixture *f = *state;
	const char *manifest = "{\"program\": [\"p\"], \"recording\": \"c0ffee\", \"pid\": 41, \"begin_ns\": 1, "
			       "\"end_ns\": 2, \"exit_status\": 0, \"signal\": 0, \"timed_out\": false, "
			       "\"interrupted\": false}\n";
	g_autofree char *folder = g_build_filename(f->folder, "ust", NULL);
	struct ctf ctf = ctf_begin(folder);

	ctf_class(&ctf, "trace_thr:thread_start",
	          CTF_WHAT "u8 _daemon; u32 _native_id; u32 _ppid; u64 _target; string _recording;");
	for (uint32_t i = 0; i < 2 * ENOUGH; i++) {
		ctf_event(&ctf, 0, 10 + i, 41 + i);
		ctf_what(&ctf, 41 + i, "MainThread", "MainThread", 1);
		ctf_put(&ctf, 0, 1);
		ctf_put(&ctf, 41 + i, 4);
		ctf_put(&ctf, 1, 4);
		ctf_put(&ctf, 0, 8);
		ctf_text(&ctf, i < ENOUGH ? "c0ffee" : "");
	}
	ctf_end(&ctf);
	ctf_write(f->folder, "trace-thr.json", manifest, strlen(manifest));
	assert_reads(f);
	assert_int_equal(f->summary.events, ENOUGH);
	assert_int_equal(f->summary.other_processes, ENOUGH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_every_field), TEST(test_path_of_a_module), TEST(test_token)};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
