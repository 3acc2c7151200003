/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "feed.h"

/*
 * Where a writer that waits goes first, one who reads can wait for one who reads, or for itself, if a writer comes
 * between. The patterns alone are in test_lockdep_patterns.c.
 */

static const uint8_t kind = TT_KIND_RWLOCK_WRITER;

static void reads(struct feed *feed, unsigned who, enum tt_limit limit)
{
	FEED(feed, who, lock_acquired, .id = A, .kind = kind, .mode = TT_MODE_SHARED, .depth = 1, .limit = limit);
}

static void ends_read(struct feed *feed, unsigned who)
{
	FEED(feed, who, lock_released, .id = A, .kind = kind, .mode = TT_MODE_SHARED);
}

static void reads_twice(struct feed *feed, unsigned who, enum tt_limit limit)
{
	reads(feed, who, TT_LIMIT_NONE);
	reads(feed, who, limit);
	ends_read(feed, who);
	ends_read(feed, who);
}

static void writes(struct feed *feed, unsigned who, enum tt_limit limit)
{
	FEED(feed, who, lock_acquired, .id = A, .kind = kind, .depth = 1, .limit = limit);
	FEED(feed, who, lock_released, .id = A, .kind = kind);
}

static void test_reading_again(void **state)
{
	struct feed feed = three_threads();

	reads_twice(&feed, T1, TT_LIMIT_NONE);
	writes(&feed, T2, TT_LIMIT_NONE);
	assert_n(&feed, 1);
	const struct tt_finding *finding = found(&feed, 0);
	const GArray *witness = finding->witness;

	assert_rule(finding, "TT010", TT_LEVEL_PREDICTED);
	assert_string_equal(finding->verdict,
	                    "T1 asks to read rwlock \"A\" again while it reads it, behind a writer that waits for it");
	assert_int_equal(finding->edges->len, 1);
	assert_true(has_note(finding, "another, writing thread: T2"));
	assert_int_equal(witness->len, 3);
	assert_string_equal(g_array_index(witness, struct tt_witness_step, 1).thread->name, "T2");
	assert_true(g_array_index(witness, struct tt_witness_step, 1).blocks);
	assert_string_equal(g_array_index(witness, struct tt_witness_step, 2).thread->name, "T1");
	assert_true(g_array_index(witness, struct tt_witness_step, 2).blocks);
	/* the second read's site: each event has its own */
	assert_int_equal(g_array_index(witness, struct tt_witness_step, 2).caller,
	                 g_array_index(witness, struct tt_witness_step, 0).caller + 1);
	feed_free(&feed);
	(void)state;
}

/* What does not wait, or not for good, or never meets a writer. */
static void test_none(void **state)
{
	static const struct {
		enum tt_limit again, write;
		unsigned writer; /* 0: none */
	} cases[] = {
	    {TT_LIMIT_TRY, TT_LIMIT_NONE, T2},  {TT_LIMIT_NONE, TT_LIMIT_TRY, T2}, {TT_LIMIT_NONE, TT_LIMIT_TIMED, T2},
	    {TT_LIMIT_NONE, TT_LIMIT_NONE, T1}, {TT_LIMIT_NONE, TT_LIMIT_NONE, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = three_threads();

		reads_twice(&feed, T1, cases[i].again);
		if (cases[i].writer)
			writes(&feed, cases[i].writer, cases[i].write);
		assert_n(&feed, 0);
		feed_free(&feed);
	}
	(void)state;
}

static void test_time_limit(void **state)
{
	struct feed feed = three_threads();

	reads_twice(&feed, T1, TT_LIMIT_TIMED);
	writes(&feed, T2, TT_LIMIT_NONE);
	assert_n(&feed, 1);
	assert_rule(found(&feed, 0), "TT011", TT_LEVEL_POTENTIAL);
	assert_true(has_note(found(&feed, 0), "Recoverable"));
	feed_free(&feed);
	(void)state;
}

/* The only writer is done before the reader is made: told with --all only, and why. */
static void test_writer_before(void **state)
{
	for (unsigned all = 0; all <= 1; all++) {
		struct feed feed = feed_new(all);

		FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 1);
		writes(&feed, MAIN, TT_LIMIT_NONE);
		starts(&feed, MAIN, T1);
		reads_twice(&feed, T1, TT_LIMIT_NONE);
		assert_n(&feed, all);
		if (all) {
			assert_rule(found(&feed, 0), "TT011", TT_LEVEL_INVERSION);
			assert_true(has_note(found(&feed, 0), "starting and joining threads"));
		}
		feed_free(&feed);
	}
	(void)state;
}

/* It did wait, for the second read; and does not ask any less the next time. */
static void test_waited(void **state)
{
	struct feed feed = three_threads();

	reads(&feed, T1, TT_LIMIT_NONE);
	FEED(&feed, T1, lock_wait, .id = A, .kind = kind, .mode = TT_MODE_SHARED, .timeout_ns = TT_NO_TIMEOUT);
	reads(&feed, T1, TT_LIMIT_NONE);
	ends_read(&feed, T1);
	ends_read(&feed, T1);
	acquires(&feed, T1, B);
	reads(&feed, T1, TT_LIMIT_NONE);
	ends_read(&feed, T1);
	releases(&feed, T1, B);
	FEED(&feed, T2, lock_acquired, .id = A, .kind = kind, .depth = 1);
	acquires(&feed, T2, B);
	releases(&feed, T2, B);
	FEED(&feed, T2, lock_released, .id = A, .kind = kind);
	assert_n(&feed, 2);
	assert_rule(found(&feed, 0), "TT010", TT_LEVEL_PREDICTED);
	assert_rule(found(&feed, 1), "TT010", TT_LEVEL_PREDICTED);
	feed_free(&feed);
	(void)state;
}

/* Also with --all: no thread is the writer that it would wait behind. */
static void test_own_writer(void **state)
{
	struct feed feed = feed_new(true);

	starts(&feed, MAIN, T1);
	reads_twice(&feed, T1, TT_LIMIT_NONE);
	writes(&feed, T1, TT_LIMIT_NONE);
	assert_n(&feed, 0);
	feed_free(&feed);
	(void)state;
}

static void waits_to_write(struct feed *feed, unsigned who)
{
	FEED(feed, who, lock_wait, .id = A, .kind = kind, .timeout_ns = TT_NO_TIMEOUT);
}

static void fails_to_read(struct feed *feed, unsigned who)
{
	FEED(feed, who, lock_failed, .id = A, .kind = kind, .mode = TT_MODE_SHARED, .why = TT_FAILURE_BUSY);
}

/*
 * T1 gives up reading since T2, which is in no way part of what is read, waits to write: so it does again, though
 * nobody writes then.
 */
static void test_gives_up_again(void **state)
{
	struct feed feed = three_threads();

	starts(&feed, MAIN, T3);
	reads(&feed, T3, TT_LIMIT_NONE);
	waits_to_write(&feed, T2);
	fails_to_read(&feed, T1);
	acquires(&feed, T1, B);
	ends_read(&feed, T3);
	reads(&feed, T1, TT_LIMIT_NONE);
	ends_read(&feed, T1);
	releases(&feed, T1, B);
	FEED(&feed, T2, lock_acquired, .id = A, .kind = kind, .depth = 1);
	NESTS(&feed, T2, B);
	FEED(&feed, T2, lock_released, .id = A, .kind = kind);
	assert_n(&feed, 1);
	assert_rule(found(&feed, 0), "TT010", TT_LEVEL_PREDICTED);
	feed_free(&feed);
	(void)state;
}

/*
 * The writer behind which T2 is to wait at the end, MAIN, makes T1 give up before, so it waits from then on. Then
 * nobody can read any more: not predicted if T2 needs that T3 does so first.
 */
static void test_writer_waits_from_then_on(void **state)
{
	for (unsigned needs = 0; needs < 2; needs++) {
		struct feed feed = three_threads();

		starts(&feed, MAIN, T3);
		FEED(&feed, MAIN, sem_init, .id = SEM, .value = 0);
		reads(&feed, T1, TT_LIMIT_NONE);
		waits_to_write(&feed, MAIN);
		fails_to_read(&feed, T1);
		NESTS(&feed, T1, B);
		ends_read(&feed, T1);
		writes(&feed, MAIN, TT_LIMIT_NONE);
		if (needs) {
			reads(&feed, T3, TT_LIMIT_NONE);
			ends_read(&feed, T3);
			FEED(&feed, T3, sem_released, .id = SEM, .n = 1, .value = 1);
			FEED(&feed, T2, sem_acquired, .id = SEM);
		}
		acquires(&feed, T2, B);
		reads(&feed, T2, TT_LIMIT_NONE);
		ends_read(&feed, T2);
		releases(&feed, T2, B);
		assert_n(&feed, 1);
		assert_rule(found(&feed, 0), needs ? "TT011" : "TT010",
		            needs ? TT_LEVEL_POTENTIAL : TT_LEVEL_PREDICTED);
		feed_free(&feed);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reading_again),  cmocka_unit_test(test_none),
	    cmocka_unit_test(test_time_limit),     cmocka_unit_test(test_writer_before),
	    cmocka_unit_test(test_waited),         cmocka_unit_test(test_own_writer),
	    cmocka_unit_test(test_gives_up_again), cmocka_unit_test(test_writer_waits_from_then_on),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
