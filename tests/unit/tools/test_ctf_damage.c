/* SPDX-License-Identifier: MIT */
/*
 * Damage to a trace of LTTng's layout, at random: it is told or it is not, but nothing is read that is not there, and
 * there is an end. The sanitizers look on (make sanitize). More of it, beside Babeltrace: tests/doors/mutate.
 */
#include "tests/unit/tools/reading.h"

#include "tests/doors/doors.h"
#include "tests/doors/mutate.h"
#include "tests/unit/tools/lttng.h"
#include "tools/read/live/tail.h"

enum { TIMES = 1500 };

static void write_trace(const char *folder, const struct lttng_form *form)
{
	struct lttng t = lttng_begin(form);

	lttng_class(&t, 0, "trace_thr:lock_acquired", LTTNG_HOLD);
	lttng_class(&t, 1, "other:thing", LTTNG_U8("x"));
	for (unsigned n = 0; n < 40; n++) {
		lttng_event(&t, 0, 1000 + n);
		lttng_fields(&t, 8);
		lttng_number(&t, 41, 4);
		lttng_text(&t, "worker");
		lttng_number(&t, n, 8);
		lttng_number(&t, n, 8);
		lttng_text(&t, "queue");
		lttng_number(&t, n, 8);
		lttng_number(&t, 1, 1);
		lttng_number(&t, 1, 1);
		lttng_number(&t, 1, 4);
		lttng_number(&t, 1, 1);
		lttng_number(&t, n % 5, 1);
		lttng_fields(&t, 8); /* also before none */
		for (unsigned i = 0; i < n % 5; i++)
			lttng_number(&t, i, 8);
		lttng_event(&t, 1, 1000 + n);
		lttng_number(&t, 1, 1);
		if (n % 10 == 9)
			lttng_packet(&t);
	}
	lttng_end(&t, folder);
}

static void assert_reads_whole(const char *folder)
{
	struct door door = door_open(&tt_source_fast, folder);

	if (!door.ok)
		fail_msg("%s", door.error->message);
	assert_int_equal(door.lines->len, 40);
	door_close(&door);
}

/* What reads along finds an end as well, and tells no more than there is. */
static void read_along(const char *folder)
{
	static const struct tt_trace_handler handler = {door_event, door_module, door_loss};
	struct door told = {.ok = true};
	struct tt_tail *tail;

	told.lines = g_array_new(FALSE, FALSE, sizeof(struct door_line));
	g_array_set_clear_func(told.lines, door_clear_line);
	tail = tt_tail_open(folder, &(struct tt_tail_options){.root = 0}, &handler, &told);
	if (tt_tail_poll(tail, NULL) && tt_tail_read_until(tail, tt_tail_complete(tail), NULL) != TT_TAIL_FAILED)
		tt_tail_end(tail, NULL);
	assert_true(told.lines->len <= 100);
	tt_tail_close(tail);
	door_close(&told);
}

static void damage(const struct lttng_form *form, guint32 seed)
{
	g_autofree char *whole = g_dir_make_tmp("trace-thr-test-XXXXXX", NULL);
	g_autofree char *damaged = g_dir_make_tmp("trace-thr-test-XXXXXX", NULL);
	unsigned failed = 0;
	GArray *files;

	write_trace(whole, form);
	assert_reads_whole(whole);
	files = mutate_open(whole);
	for (guint32 i = 0; i < TIMES; i++) {
		GRand *random = g_rand_new_with_seed(seed + i);
		struct door door;

		mutate_trace(random, files, damaged);
		door = door_open(&tt_source_fast, damaged);
		if (!door.ok) {
			failed++;
			assert_non_null(door.error);
			assert_null(strchr(door.error->message, '\n'));
			assert_true(g_utf8_validate(door.error->message, -1, NULL));
		}
		door_close(&door);
		read_along(damaged);
		g_rand_free(random);
	}
	assert_in_range(failed, TIMES / 4, TIMES - 1);
	g_array_free(files, TRUE);
	remove_tree(whole);
	remove_tree(damaged);
}

static void test_large(void **state)
{
	(void)state;
	damage(&(struct lttng_form){.large = true}, 1);
}

static void test_compact(void **state)
{
	(void)state;
	damage(&(struct lttng_form){.aligned = true, .plain = true}, 100000);
}

static void test_big_endian(void **state)
{
	(void)state;
	damage(&(struct lttng_form){.big_endian = true}, 200000);
}

static void assert_both_fail(const char *folder)
{
	struct door ours = door_open(&tt_source_fast, folder), theirs = door_open(&tt_source_babeltrace, folder);

	assert_false(ours.ok);
	assert_false(theirs.ok);
	assert_int_equal(ours.error->code, TT_TRACE_ERROR_UNREADABLE);
	door_close(&ours);
	door_close(&theirs);
}

/* A stream in which the time goes back, by each door. */
static void test_time_goes_back(void **state)
{
	struct fixture *f = *state;

	static const uint64_t times[] = {1000, 3000, 2000};
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	for (unsigned i = 0; i < G_N_ELEMENTS(times); i++) {
		ctf_event(&ctf, 0, times[i], 41);
		ctf_what(&ctf, 41, "worker", "flag", i);
	}
	ctf.last_ns = 3000;
	ctf_end(&ctf);
	assert_both_fail(f->folder);
}

/* A packet of two events whose head tells other times. */
static void write_packet(const char *folder, uint64_t begin, uint64_t end)
{
	struct ctf ctf = ctf_begin(folder);

	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	for (uint64_t time = 2000; time <= 3000; time += 1000) {
		ctf_event(&ctf, 0, time, 41);
		ctf_what(&ctf, 41, "worker", "flag", time);
	}
	ctf.first_ns = begin;
	ctf.last_ns = end;
	ctf_end(&ctf);
}

/* An event is neither before its packet nor behind it. */
static void test_out_of_packet(void **state)
{
	struct fixture *f = *state;

	write_packet(f->folder, 1000, 2999);
	assert_both_fail(f->folder);
	write_packet(f->folder, 2001, 4000);
	assert_both_fail(f->folder);
	write_packet(f->folder, 5000, 4000);
	assert_both_fail(f->folder);
	write_packet(f->folder, 2000, 3000);
	assert_reads(f);
}

/* A stream of another trace is not read by this one's layout. */
static void test_another_trace(void **state)
{
	struct fixture *f = *state;
	g_autofree char *path = g_build_filename(f->folder, "events_0", NULL), *bytes = NULL;
	struct door ours;
	gsize size;

	write_trace(f->folder, &(struct lttng_form){.large = true});
	assert_true(g_file_get_contents(path, &bytes, &size, NULL));
	bytes[5] ^= 1;
	ctf_write(f->folder, "events_0", bytes, size);
	ours = door_open(&tt_source_fast, f->folder);
	assert_false(ours.ok);
	assert_non_null(strstr(ours.error->message, "another trace"));
	door_close(&ours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_large),          TEST(test_compact),       TEST(test_big_endian),
	    TEST(test_time_goes_back), TEST(test_out_of_packet), TEST(test_another_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
