/* SPDX-License-Identifier: MIT */
#include "play.h"

/* The replay on its own: locks, tries, readers and writers. */

static void takes_lock(struct play *play, unsigned who, enum tt_mode mode)
{
	FEED(&play->past.feed, who, lock_acquired, .id = A, .kind = play->past.feed.kind, .depth = 1, .mode = mode);
}

static void gives_lock(struct play *play, unsigned who, enum tt_mode mode)
{
	FEED(&play->past.feed, who, lock_released, .id = A, .kind = play->past.feed.kind, .mode = mode);
}

static void waits_to_write(struct play *play, unsigned who)
{
	FEED(&play->past.feed, who, lock_wait, .id = A, .kind = play->past.feed.kind);
}

static void fails_to(struct play *play, unsigned who, enum tt_mode mode, enum tt_failure why)
{
	FEED(&play->past.feed, who, lock_failed, .id = A, .kind = play->past.feed.kind, .mode = mode, .why = why);
}

/* T1 has the lock in one mode, gives it back or not, and T2 takes it in another. */
static void test_who_has_a_lock(void **state)
{
	static const struct {
		enum tt_mode first, then;
		bool together;
	} modes[] = {{TT_MODE_EXCLUSIVE, TT_MODE_EXCLUSIVE, false},
	             {TT_MODE_EXCLUSIVE, TT_MODE_SHARED, false},
	             {TT_MODE_SHARED, TT_MODE_EXCLUSIVE, false},
	             {TT_MODE_SHARED, TT_MODE_SHARED, true}};

	for (guint i = 0; i < 2 * G_N_ELEMENTS(modes); i++) {
		enum tt_mode first = modes[i / 2].first, then = modes[i / 2].then;
		bool keeps = i % 2, can = !keeps || modes[i / 2].together;
		struct play play = begin();

		play.past.feed.kind = TT_KIND_RWLOCK;
		takes_lock(&play, T1, first);
		if (keeps)
			stops(&play, T1);
		gives_lock(&play, T1, first);
		takes_lock(&play, T2, then);
		(can ? assert_plays : assert_stuck)(&play, "a lock");
	}
	(void)state;
}

/* Of all threads, also the first. */
static void test_the_first_thread(void **state)
{
	struct play play = begin();

	for (unsigned who = T1; who <= T5; who++)
		stops(&play, who);
	takes_lock(&play, T1, TT_MODE_EXCLUSIVE);
	gives_lock(&play, T1, TT_MODE_EXCLUSIVE);
	FEED(&play.past.feed, MAIN, barrier_reset, .id = BARRIER);
	assert_stuck(&play, "what it does last cannot happen");
	(void)state;
}

/* A writer that was let in waits no longer. */
static void test_a_writer_waits_once(void **state)
{
	struct play play = begin();

	play.past.feed.kind = TT_KIND_RWLOCK_WRITER;
	for (int i = 0; i < 2; i++) {
		waits_to_write(&play, T2);
		takes_lock(&play, T2, TT_MODE_EXCLUSIVE);
		gives_lock(&play, T2, TT_MODE_EXCLUSIVE);
	}
	takes_lock(&play, T2, TT_MODE_EXCLUSIVE);
	gives_lock(&play, T2, TT_MODE_EXCLUSIVE);
	fails_to(&play, T3, TT_MODE_SHARED, TT_FAILURE_BUSY);
	assert_stuck(&play, "nobody waits");
	(void)state;
}

/* The last of two readers lets a writer in. */
static void test_each_reader_counts(void **state)
{
	struct play play = begin(), other = begin();

	for (int i = 0; i < 2; i++) {
		struct play *p = i ? &other : &play;
		p->past.feed.kind = TT_KIND_RWLOCK;
		takes_lock(p, T1, TT_MODE_SHARED);
		takes_lock(p, T2, TT_MODE_SHARED);
		gives_lock(p, T1, TT_MODE_SHARED);
		if (i)
			stops(p, T2);
		gives_lock(p, T2, TT_MODE_SHARED);
		takes_lock(p, T3, TT_MODE_EXCLUSIVE);
	}
	assert_plays(&play, "both gave it back");
	assert_stuck(&other, "one of them has it");
	(void)state;
}

static void test_who_asks_for_a_lock(void **state)
{
	for (int has = 0; has < 3; has++) {
		for (int mode = 0; mode < 2; mode++) {
			struct play play = begin();

			play.past.feed.kind = TT_KIND_RWLOCK;
			takes_lock(&play, T1, has == 1 ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE);
			if (has == 2)
				gives_lock(&play, T1, TT_MODE_EXCLUSIVE);
			asks_to(&play, T2, A, mode ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE);
			bool blocked = has == 0 || (has == 1 && !mode);
			(blocked ? assert_plays : assert_passes)(&play, "it asks for a lock");
		}
	}
	(void)state;
}

/* All who ask must be blocked, not only the first. */
static void test_all_who_ask(void **state)
{
	struct play play = begin();

	acquires(&play.past.feed, T1, A);
	NESTS(&play.past.feed, T2, B);
	asks(&play, T2, A);
	asks(&play, T1, B);
	assert_passes(&play, "nobody has B");
	(void)state;
}

/* T3 reads while T2 waits to write: a lock of the kind where writers go first, or of another. */
static void test_a_writer_that_waits(void **state)
{
	for (int i = 0; i < 6; i++) {
		struct play play = begin();
		bool first = i < 4;

		play.past.feed.kind = first ? TT_KIND_RWLOCK_WRITER : TT_KIND_RWLOCK;
		takes_lock(&play, T1, TT_MODE_SHARED);
		waits_to_write(&play, T2);
		if (i == 0 || i == 4)
			stops(&play, T2);
		if (i == 3) /* it gives up */
			fails_to(&play, T2, TT_MODE_EXCLUSIVE, TT_FAILURE_TIMEOUT);
		takes_lock(&play, T3, TT_MODE_SHARED);
		if (i == 0) {
			assert_stuck(&play, "it waits to the end");
			continue;
		}
		gives_lock(&play, T3, TT_MODE_SHARED);
		gives_lock(&play, T1, TT_MODE_SHARED);
		takes_lock(&play, i == 3 ? T3 : T2, TT_MODE_EXCLUSIVE);
		assert_plays(&play, "it does not wait to the end, or writers do not go first");
	}
	(void)state;
}

/* A try fails if the lock is taken, or a writer waits; or for a reason of its own. */
static void test_a_try_that_fails(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct play play = begin();

		takes_lock(&play, T1, TT_MODE_EXCLUSIVE);
		if (i % 2)
			stops(&play, T4);
		fails_to(&play, T2, TT_MODE_EXCLUSIVE, TT_FAILURE_BUSY);
		gives_lock(&play, T1, TT_MODE_EXCLUSIVE);
		fails_to(&play, T2, TT_MODE_EXCLUSIVE, i / 2 ? TT_FAILURE_ERROR : TT_FAILURE_BUSY);
		(i / 2 ? assert_plays : assert_stuck)(&play, "the lock is free again");
	}
	(void)state;
}

/* What T3 tries is to read; T1 reads, and T2 waits to write from a moment on. */
static void test_a_try_behind_a_writer(void **state)
{
	for (int i = 0; i < 5; i++) {
		struct play play = begin();

		play.past.feed.kind = i == 4 ? TT_KIND_RWLOCK : TT_KIND_RWLOCK_WRITER;
		takes_lock(&play, T1, TT_MODE_SHARED);
		waits_to_write(&play, T2);
		if (i == 1 || i == 2)
			fails_to(&play, T2, TT_MODE_EXCLUSIVE, TT_FAILURE_TIMEOUT);
		if (i == 2 || i == 3) {
			stops(&play, T2);
			asks(&play, T2, A);
		}
		fails_to(&play, T3, TT_MODE_SHARED, TT_FAILURE_BUSY);
		if (i == 1 || i == 4)
			assert_stuck(&play, "no writer waits, or it does not go first");
		else
			assert_plays(&play, "a writer waits, or may do so");
	}
	(void)state;
}

/* Who is to wait in the end may wait from where it has come to that on, and keeps out all who come to read then. */
static void test_who_is_to_write(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct play play = begin();

		play.past.feed.kind = TT_KIND_RWLOCK_WRITER;
		NESTS(&play.past.feed, T1, B);
		takes_lock(&play, T1, TT_MODE_SHARED);
		if (i == 3)
			NESTS(&play.past.feed, T2, C);
		if (i != 3)
			stops(&play, T2);
		asks_to(&play, T2, i == 1 ? B : A, i == 2 ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE);
		fails_to(&play, T3, TT_MODE_SHARED, TT_FAILURE_BUSY);
		if (i == 3) {
			NESTS(&play.past.feed, T2, C);
			expect(&play, false, play.past.history->len - 3, "it comes to that later");
		} else if (i) {
			assert_stuck(&play, "it asks for another lock, or to read");
		} else {
			takes_lock(&play, T4, TT_MODE_SHARED);
			assert_stuck(&play, "from then on it waits");
		}
	}
	(void)state;
}

/* In the end: a reader is behind another who asks to write, where writers go first. */
static void test_behind_one_who_asks(void **state)
{
	for (int i = 0; i < 5; i++) {
		struct play play = begin();

		play.past.feed.kind = i == 1 ? TT_KIND_RWLOCK : TT_KIND_RWLOCK_WRITER;
		takes_lock(&play, T1, TT_MODE_SHARED);
		acquires(&play.past.feed, T4, B);
		if (i == 4)
			asks(&play, T2, A);
		asks_to(&play, T3, A, TT_MODE_SHARED);
		if (i < 2 || i == 3)
			asks(&play, T2, i == 3 ? B : A);
		(i == 0 || i == 4 ? assert_plays : assert_passes)(&play, "it asks to read");
	}
	(void)state;
}

/* It is not behind itself. */
static void test_one_who_writes_alone(void **state)
{
	struct play play = begin();

	play.past.feed.kind = TT_KIND_RWLOCK_WRITER;
	NESTS(&play.past.feed, T1, A);
	asks(&play, T2, A);
	assert_passes(&play, "the lock is free");
	(void)state;
}

/* A lock that one takes and another gives back. */
static void test_a_lock_as_a_signal(void **state)
{
	for (int i = 0; i < 5; i++) {
		struct play play = begin();

		if (i == 1)
			stops(&play, T1);
		takes_lock(&play, T1, TT_MODE_EXCLUSIVE);
		fails_to(&play, T3, TT_MODE_EXCLUSIVE, TT_FAILURE_BUSY);
		if (i == 2)
			stops(&play, T2);
		gives_lock(&play, T2, TT_MODE_EXCLUSIVE);
		if (i == 3)
			fails_to(&play, T3, TT_MODE_EXCLUSIVE, TT_FAILURE_BUSY);
		if (i != 3 && i != 1)
			takes_lock(&play, T1, TT_MODE_EXCLUSIVE);
		if (i == 4)
			fails_to(&play, T3, TT_MODE_EXCLUSIVE, TT_FAILURE_BUSY);
		if (i == 1)
			expect(&play, false, play.past.history->len - 2, "nobody took it");
		else
			(i == 0 || i == 4 ? assert_plays : assert_stuck)(&play, "a lock that is a signal");
	}
	(void)state;
}

/* It was not taken: nobody can give it. */
static void test_a_signal_is_given_once(void **state)
{
	struct play play = begin();

	takes_lock(&play, T1, TT_MODE_EXCLUSIVE);
	gives_lock(&play, T2, TT_MODE_EXCLUSIVE);
	stops(&play, T1);
	takes_lock(&play, T1, TT_MODE_EXCLUSIVE);
	gives_lock(&play, T2, TT_MODE_EXCLUSIVE);
	assert_stuck(&play, "it has been given");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_who_has_a_lock),        cmocka_unit_test(test_the_first_thread),
	    cmocka_unit_test(test_a_writer_waits_once),   cmocka_unit_test(test_each_reader_counts),
	    cmocka_unit_test(test_who_asks_for_a_lock),   cmocka_unit_test(test_all_who_ask),
	    cmocka_unit_test(test_a_writer_that_waits),   cmocka_unit_test(test_a_try_that_fails),
	    cmocka_unit_test(test_a_try_behind_a_writer), cmocka_unit_test(test_who_is_to_write),
	    cmocka_unit_test(test_behind_one_who_asks),   cmocka_unit_test(test_one_who_writes_alone),
	    cmocka_unit_test(test_a_lock_as_a_signal),    cmocka_unit_test(test_a_signal_is_given_once),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
