/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "prediction.h"
#include "ways.h"

/*
 * What asks, what is held and what it excludes, for a prediction: modes, semaphores that are used as locks, tries, and
 * the lock of a condition.
 */

/* Readers wait for readers only behind a writer, and that is a third. */

static void reads(struct feed *feed, unsigned who, unsigned lock, uint8_t kind)
{
	FEED(feed, who, lock_acquired, .id = lock, .kind = kind, .mode = TT_MODE_SHARED, .depth = 1);
}

static void ends_reading(struct feed *feed, unsigned who, unsigned lock, uint8_t kind)
{
	FEED(feed, who, lock_released, .id = lock, .kind = kind, .mode = TT_MODE_SHARED);
}

static void feed_readers(struct feed *feed, uint8_t kind, unsigned writer)
{
	reads(feed, T1, A, kind);
	NESTS(feed, T1, B);
	ends_reading(feed, T1, A, kind);
	acquires(feed, T2, B);
	reads(feed, T2, A, kind);
	ends_reading(feed, T2, A, kind);
	releases(feed, T2, B);
	if (writer) {
		FEED(feed, writer, lock_acquired, .id = A, .kind = kind, .depth = 1);
		FEED(feed, writer, lock_released, .id = A, .kind = kind);
	}
}

static void test_readers(void **state)
{
	static const struct {
		uint8_t kind;
		unsigned writer;
		guint n;
	} cases[] = {{TT_KIND_RWLOCK, T3, 0},
	             {TT_KIND_RWLOCK_WRITER, 0, 0},
	             {TT_KIND_RWLOCK_WRITER, T2, 0},
	             {TT_KIND_RWLOCK_WRITER, T3, 1}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = feed_new(true);

		feed_readers(&feed, cases[i].kind, cases[i].writer);
		assert_n(&feed, cases[i].n);
		if (cases[i].n) {
			const GArray *witness = found(&feed, 0)->witness;
			assert_rule(found(&feed, 0), "TT010", TT_LEVEL_PREDICTED);
			assert_true(has_note(found(&feed, 0), "a third, writing thread: T3"));
			assert_int_equal(witness->len, 5);
			assert_string_equal(g_array_index(witness, struct tt_witness_step, 2).thread->name, "T3");
		}
		feed_free(&feed);
	}
	(void)state;
}

/* A semaphore made with one place, and given back by who took it, is a lock; with two it is none. */
static void test_semaphore_as_lock(void **state)
{
	for (unsigned value = 1; value <= 2; value++) {
		struct feed feed = feed_new(true);

		FEED(&feed, MAIN, sem_init, .id = SEM, .value = value);
		take(&feed, T1, SEM);
		NESTS(&feed, T1, A);
		post(&feed, T1, SEM);
		acquires(&feed, T2, A);
		take(&feed, T2, SEM);
		post(&feed, T2, SEM);
		releases(&feed, T2, A);
		if (value == 1)
			assert_predicted(&feed);
		else
			assert_n(&feed, 0);
		feed_free(&feed);
	}
	(void)state;
}

/* As a gate, likewise: of two places both can be taken. */
static void test_semaphore_as_gate(void **state)
{
	for (unsigned value = 1; value <= 2; value++) {
		struct feed feed = feed_new(true);

		FEED(&feed, MAIN, sem_init, .id = SEM, .value = value);
		for (unsigned who = T1; who <= T2; who++) {
			take(&feed, who, SEM);
			NESTS(&feed, who, who == T1 ? A : B, who == T1 ? B : A);
			post(&feed, who, SEM);
		}
		if (value == 1)
			assert_excluded(&feed, "both hold semaphore");
		else
			assert_predicted(&feed);
		feed_free(&feed);
	}
	(void)state;
}

/* A try asks for nothing, but what it got is held. */
static void test_try(void **state)
{
	for (int first = 0; first < 2; first++) {
		struct feed feed = feed_new(true);

		NESTS(&feed, T1, A, B);
		FEED(&feed, T2, lock_acquired, .id = B, .kind = TT_KIND_MUTEX, .depth = 1,
		     .limit = first ? TT_LIMIT_TRY : TT_LIMIT_NONE);
		FEED(&feed, T2, lock_acquired, .id = A, .kind = TT_KIND_MUTEX, .depth = 1,
		     .limit = first ? TT_LIMIT_NONE : TT_LIMIT_TRY);
		releases(&feed, T2, A);
		releases(&feed, T2, B);
		assert_n(&feed, first ? 1 : 0);
		feed_free(&feed);
	}
	(void)state;
}

/* The lock of a condition is asked for again, with what is still held. */
static void test_condition_asks_again(void **state)
{
	struct feed feed = all_of_it();

	acquires(&feed, T2, A);
	acquires(&feed, T2, G);
	FEED(&feed, T2, cond_wait, .id = COND, .lock = G);
	releases(&feed, T2, G);
	acquires(&feed, T1, G);
	let_condition(&feed);
	releases(&feed, T1, G);
	FEED(&feed, T2, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED, .waker = T1);
	acquires(&feed, T2, G);
	releases(&feed, T2, G);
	releases(&feed, T2, A);
	NESTS(&feed, T3, G, A);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_readers),
	    cmocka_unit_test(test_semaphore_as_lock),
	    cmocka_unit_test(test_semaphore_as_gate),
	    cmocka_unit_test(test_try),
	    cmocka_unit_test(test_condition_asks_again),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
