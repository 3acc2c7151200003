#include "leaks.h"
#include "past.h"

#include "tools/check/replay.h"

/*
 * The replay on its own: a past, of which each thread does a beginning. Whether all of that can happen, what is the
 * first that cannot, and whether those who ask in the end are blocked.
 */

enum { MOST_ASKERS = 3, MOST_THREADS = 8 };

struct play {
	struct past past;
	uint32_t done[MOST_THREADS];
	struct tt_replay_request askers[MOST_ASKERS];
	guint n;
};

static struct play begin(void)
{
	struct play play = {.past = past_begin()};

	memset(play.done, 0xff, sizeof play.done);
	for (unsigned who = T1; who <= T5; who++)
		starts(&play.past.feed, MAIN, who);
	return play;
}

/* The thread does no more than it has done up to here. */
static void stops(struct play *play, unsigned who)
{
	struct tt_moment now = past_now(&play->past, who);

	play->done[now.thread] = now.position;
}

/* The thread asks for the object in the end. */
static void asks_to(struct play *play, unsigned who, unsigned id, enum tt_mode mode)
{
	const struct tt_object *object = tt_model_object(play->past.history->process, id);

	assert_true(play->n < MOST_ASKERS);
	play->askers[play->n++] = (struct tt_replay_request){past_number(&play->past, who), object->number, mode};
}

static void asks(struct play *play, unsigned who, unsigned id)
{
	asks_to(play, who, id, TT_MODE_EXCLUSIVE);
}

static void expect(struct play *play, bool ok, uint32_t stuck, const char *what)
{
	uint32_t at = 0;

	past_end(&play->past);
	for (guint i = 0; i < MOST_THREADS; i++)
		play->done[i] = MIN(play->done[i], play->past.history->len);
	if (tt_replay(play->past.links, play->done, play->askers, play->n, &at) != ok)
		fail_msg("%s: it can%s", what, ok ? "not" : "");
	if (at != stuck)
		fail_msg("%s: stuck at %u, not at %u", what, at, stuck);
	past_free(&play->past);
}

/* All can happen, and who asks is blocked; all can, and one who asks is not; the last action cannot happen. */
static void assert_plays(struct play *play, const char *what)
{
	expect(play, true, TT_NOWHERE, what);
}

static void assert_passes(struct play *play, const char *what)
{
	expect(play, false, TT_NOWHERE, what);
}

static void assert_stuck(struct play *play, const char *what)
{
	expect(play, false, play->past.history->len - 1, what);
}

/* Locks. */

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

/* Semaphores. */

static void takes_place(struct play *play, unsigned who)
{
	FEED(&play->past.feed, who, sem_acquired, .id = SEM);
}

static void gives_places(struct play *play, unsigned who, uint64_t n)
{
	FEED(&play->past.feed, who, sem_released, .id = SEM, .n = n);
}

static struct play begin_places(uint64_t n)
{
	struct play play = begin();

	FEED(&play.past.feed, MAIN, sem_init, .id = SEM, .value = n, .bound = UINT64_MAX);
	return play;
}

static void test_so_many_places(void **state)
{
	struct play play = begin_places(2), other = begin_places(2), failed = begin_places(1);

	for (int i = 0; i < 2; i++) {
		struct play *p = i ? &other : &play;
		takes_place(p, T1);
		takes_place(p, T2);
		if (i)
			stops(p, T1);
		gives_places(p, T1, 1);
		takes_place(p, T3);
	}
	assert_plays(&play, "one was given back");
	assert_stuck(&other, "none was given back");
	FEED(&failed.past.feed, T2, sem_failed, .id = SEM, .why = TT_FAILURE_ERROR);
	takes_place(&failed, T1);
	FEED(&failed.past.feed, T2, sem_failed, .id = SEM, .why = TT_FAILURE_BUSY);
	gives_places(&failed, T1, 1);
	FEED(&failed.past.feed, T2, sem_failed, .id = SEM, .why = TT_FAILURE_BUSY);
	assert_stuck(&failed, "there is a place");
	(void)state;
}

/* Signals: of each post as many as it says. */
static void test_so_many_signals(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct play play = begin_places(0);

		gives_places(&play, T1, 2);
		takes_place(&play, T2);
		takes_place(&play, T2);
		if (i)
			stops(&play, T1);
		gives_places(&play, T1, 1);
		takes_place(&play, T3);
		(i ? assert_stuck : assert_plays)(&play, "posts");
	}
	(void)state;
}

/* Who asks for a place is blocked if all who have one ask as well. */
static void test_who_asks_for_a_place(void **state)
{
	for (int i = 0; i < 6; i++) {
		struct play play = begin_places(i == 0 ? 3 : 2);

		takes_place(&play, T1);
		takes_place(&play, i == 5 ? T1 : T2);
		if (i == 2 || i == 3) {
			gives_places(&play, T1, 1);
			takes_place(&play, T3);
		}
		if (i == 4)
			gives_places(&play, T2, 1);
		asks(&play, i == 3 ? T3 : T1, SEM);
		if (i != 1)
			asks(&play, T2, SEM);
		bool blocked = i == 3 || i == 5;
		(blocked ? assert_plays : assert_passes)(&play, "it asks for a place");
	}
	(void)state;
}

/* The one who has the only place does not ask; nobody has any; and what a semaphore began with is not known. */
static void test_few_places(void **state)
{
	struct play one = begin_places(1), none = begin_places(0), unknown = begin();

	takes_place(&one, T1);
	asks(&one, T2, SEM);
	assert_passes(&one, "who has it goes on");
	asks(&none, T2, SEM);
	assert_plays(&none, "there is none");
	FEED(&unknown.past.feed, T2, sem_failed, .id = SEM, .why = TT_FAILURE_BUSY);
	assert_plays(&unknown, "there was none");
	(void)state;
}

/* Both of its places are given back at once, and nobody's else. */
static void test_places_given_at_once(void **state)
{
	struct play play = begin_places(4);

	takes_place(&play, T1);
	takes_place(&play, T2);
	takes_place(&play, T1);
	takes_place(&play, T1);
	gives_places(&play, T1, 2);
	takes_place(&play, T3);
	takes_place(&play, T3);
	asks(&play, T1, SEM);
	asks(&play, T2, SEM);
	asks(&play, T3, SEM);
	assert_plays(&play, "all who have a place ask");
	(void)state;
}

/* Events. */

static void waits_for_event(struct play *play, unsigned who)
{
	FEED(&play->past.feed, who, event_wait, .id = EVENT);
}

static void sets(struct play *play, unsigned who)
{
	FEED(&play->past.feed, who, event_set, .id = EVENT);
}

static void clears(struct play *play, unsigned who)
{
	FEED(&play->past.feed, who, event_clear, .id = EVENT);
}

static void leaves_event(struct play *play, unsigned who, enum tt_wake result)
{
	FEED(&play->past.feed, who, event_woken, .id = EVENT, .result = result, .waker = T1);
}

static void test_an_event_is_set(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct play play = begin();

		if (i < 2)
			waits_for_event(&play, T2);
		if (i % 2)
			stops(&play, T1);
		sets(&play, T1);
		leaves_event(&play, T2, TT_WAKE_SET);
		(i % 2 ? assert_stuck : assert_plays)(&play, "who waits, or comes then");
	}
	(void)state;
}

/* It was set, and is no longer: who waited then goes on, who comes later does not. */
static void test_an_event_is_cleared(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct play play = begin();

		if (i == 0)
			waits_for_event(&play, T2);
		sets(&play, T1);
		if (i == 1)
			waits_for_event(&play, T2);
		if (i == 3)
			stops(&play, T1);
		clears(&play, T1);
		if (i >= 2)
			waits_for_event(&play, T2);
		leaves_event(&play, T2, i < 2 ? TT_WAKE_SET : TT_WAKE_TIMEOUT);
		(i == 3 ? assert_stuck : assert_plays)(&play, "an event that was cleared");
	}
	(void)state;
}

static void test_a_woken_waiter_has_no_timeout(void **state)
{
	struct play play = begin(), second = begin();

	waits_for_event(&play, T2);
	sets(&play, T1);
	clears(&play, T1);
	leaves_event(&play, T2, TT_WAKE_TIMEOUT);
	assert_stuck(&play, "it was let go");
	/* That it was let go once says nothing of its next wait. */
	waits_for_event(&second, T2);
	sets(&second, T1);
	leaves_event(&second, T2, TT_WAKE_SET);
	clears(&second, T1);
	leaves_event(&second, T2, TT_WAKE_SET);
	assert_stuck(&second, "it does not wait");
	(void)state;
}

static void test_who_asks_for_an_event(void **state)
{
	for (int i = 0; i < 5; i++) {
		struct play play = begin();

		if (i != 1)
			waits_for_event(&play, T2);
		if (i == 0)
			clears(&play, T1); /* nobody has set it */
		if (i >= 2)
			sets(&play, T1);
		if (i >= 3)
			clears(&play, T1);
		if (i == 1)
			clears(&play, T1);
		if (i == 4)
			leaves_event(&play, T2, TT_WAKE_SET);
		asks(&play, T2, EVENT);
		(i == 2 || i == 3 ? assert_passes : assert_plays)(&play, "it asks for an event");
	}
	(void)state;
}

/* Conditions. */

static void waits_for(struct play *play, unsigned who)
{
	FEED(&play->past.feed, who, cond_wait, .id = COND, .lock = A);
}

static void notifies(struct play *play, unsigned who, int64_t n)
{
	FEED(&play->past.feed, who, cond_notify, .id = COND, .asked = n, .woken = n < 0 ? 2 : (uint32_t)n);
}

static void leaves(struct play *play, unsigned who, enum tt_wake result)
{
	FEED(&play->past.feed, who, cond_woken, .id = COND, .result = result, .waker = T1);
}

static struct play begin_condition(uint8_t kind)
{
	struct play play = begin();

	FEED(&play.past.feed, MAIN, lock_init, .id = A, .kind = kind);
	FEED(&play.past.feed, MAIN, cond_init, .id = COND, .lock = A);
	return play;
}

static const uint8_t kinds[] = {TT_KIND_LOCK, TT_KIND_RLOCK, TT_KIND_MUTEX};

/* Two wait, two notify: each lets one go. */
static void test_each_notify_counts(void **state)
{
	for (guint i = 0; i < 3 * G_N_ELEMENTS(kinds); i++) {
		struct play play = begin_condition(kinds[i / 3]);

		waits_for(&play, T2);
		waits_for(&play, T3);
		notifies(&play, T1, 1);
		leaves(&play, T2, TT_WAKE_NOTIFIED);
		if (i % 3 == 1)
			stops(&play, T1);
		notifies(&play, T1, 1);
		leaves(&play, T3, i % 3 == 2 ? TT_WAKE_TIMEOUT : TT_WAKE_NOTIFIED);
		(i % 3 == 1 ? assert_stuck : assert_plays)(&play, "two notifies");
	}
	(void)state;
}

static void test_a_notify_of_several(void **state)
{
	for (guint i = 0; i < 2 * G_N_ELEMENTS(kinds); i++) {
		struct play play = begin_condition(kinds[i / 2]);

		for (unsigned who = T2; who <= T4; who++)
			waits_for(&play, who);
		notifies(&play, T1, i % 2 ? -1 : 2);
		leaves(&play, T2, TT_WAKE_NOTIFIED);
		leaves(&play, T3, TT_WAKE_NOTIFIED);
		asks(&play, T4, COND);
		(i % 2 ? assert_passes : assert_plays)(&play, "the third of those who wait");
	}
	(void)state;
}

/* Whom a condition of pthreads wakes is not known: who asks could be the one. One of the library wakes the first. */
static void test_who_asks_for_a_condition(void **state)
{
	for (guint i = 0; i < 2 * G_N_ELEMENTS(kinds); i++) {
		struct play play = begin_condition(kinds[i / 2]);
		bool known = kinds[i / 2] != TT_KIND_MUTEX;

		waits_for(&play, T2);
		waits_for(&play, T3);
		notifies(&play, T1, 1);
		asks(&play, i % 2 ? T2 : T3, COND);
		(known && i % 2 == 0 ? assert_plays : assert_passes)(&play, "it asks for a condition");
	}
	(void)state;
}

/* More than wait are asked for: who comes later is none of them. */
static void test_a_notify_of_more_than_wait(void **state)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct play play = begin_condition(kinds[i]);

		notifies(&play, T1, 1);
		waits_for(&play, T2);
		notifies(&play, T1, 3);
		leaves(&play, T2, TT_WAKE_NOTIFIED);
		waits_for(&play, T3);
		asks(&play, T3, COND);
		assert_plays(&play, "it comes later");
	}
	(void)state;
}

/* Whose time was over is not among those who wait. */
static void test_who_has_left(void **state)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct play play = begin_condition(kinds[i]);

		waits_for(&play, T2);
		leaves(&play, T2, TT_WAKE_TIMEOUT);
		waits_for(&play, T3);
		notifies(&play, T1, 1);
		leaves(&play, T3, TT_WAKE_NOTIFIED);
		waits_for(&play, T4);
		asks(&play, T4, COND);
		assert_plays(&play, "the notify was for T3");
	}
	(void)state;
}

/* One who waits for another, and one who does not wait. */
static void test_who_waits_at_a_condition(void **state)
{
	struct play play = begin_condition(TT_KIND_LOCK);

	waits_for(&play, T2);
	notifies(&play, T1, 1);
	leaves(&play, T2, TT_WAKE_NOTIFIED);
	asks(&play, T2, COND);
	assert_passes(&play, "it waits no longer");
	(void)state;
}

/* Woken without a cause: that can be at any time. */
static void test_without_a_cause(void **state)
{
	struct play play = begin();

	waits_for(&play, T2);
	leaves(&play, T2, TT_WAKE_NOTIFIED);
	assert_plays(&play, "nobody woke it");
	(void)state;
}

/* What other processes can do is not in the history. */
static void test_shared(void **state)
{
	struct play play = begin_condition(TT_KIND_MUTEX), lock = begin();

	FEED(&play.past.feed, MAIN, object_shared, .id = COND, .object = TT_OBJECT_CONDITION);
	waits_for(&play, T2);
	expect(&play, false, play.past.history->len - 2, "a condition between processes");
	FEED(&lock.past.feed, MAIN, object_shared, .id = A, .object = TT_OBJECT_LOCK);
	takes_lock(&lock, T1, TT_MODE_EXCLUSIVE);
	asks(&lock, T2, A);
	assert_plays(&lock, "a lock between processes");
	(void)state;
}

/* Barriers. */

static void arrives(struct play *play, unsigned who, uint32_t parties)
{
	FEED(&play->past.feed, who, barrier_wait, .id = BARRIER, .parties = parties);
}

static void passes(struct play *play, unsigned who, unsigned waker)
{
	FEED(&play->past.feed, who, barrier_passed, .id = BARRIER, .waker = waker);
}

/* Two rounds of three: without one who arrives, or the last, nobody passes. */
static void test_rounds(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct play play = begin();

		for (int round = 0; round < 2; round++) {
			if (i == 1 && round)
				stops(&play, T3);
			arrives(&play, T2, 3);
			arrives(&play, T3, 3);
			if (i == 2 && round)
				stops(&play, T1);
			passes(&play, T1, 0);
			if (i == 1 && round)
				break;
			passes(&play, T2, T1);
			if (i == 2 && round)
				break;
			passes(&play, T3, T1);
		}
		if (i == 3) {
			arrives(&play, T2, 3);
			asks(&play, T2, BARRIER);
			asks(&play, T3, BARRIER);
		}
		(i == 1 || i == 2 ? assert_stuck : assert_plays)(&play, "a round");
	}
	(void)state;
}

/* Who asks would be the last, or not; who has been let go is not blocked. */
static void test_who_asks_at_a_barrier(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct play play = begin();

		arrives(&play, T2, i == 1 ? 2 : 3);
		if (i == 3) {
			arrives(&play, T3, 3);
			passes(&play, T1, 0);
		}
		asks(&play, i == 0 || i == 1 ? T1 : T2, BARRIER);
		(i == 0 || i == 2 ? assert_plays : assert_passes)(&play, "it asks at a barrier");
	}
	(void)state;
}

static void test_a_barrier_of_unknown_parties(void **state)
{
	struct play play = begin();

	passes(&play, T1, 0);
	assert_plays(&play, "nobody says how many");
	(void)state;
}

static void test_broken_barriers(void **state)
{
	for (int i = 0; i < 3; i++) {
		struct play play = begin();

		if (i == 0)
			FEED(&play.past.feed, T1, barrier_broken, .id = BARRIER, .why = TT_BREAK_ABORT);
		if (i == 1)
			FEED(&play.past.feed, T1, barrier_abort, .id = BARRIER);
		if (i == 2)
			FEED(&play.past.feed, T1, barrier_reset, .id = BARRIER);
		assert_stuck(&play, "what becomes of it is not known");
	}
	(void)state;
}

/* Threads. */

static void test_threads(void **state)
{
	for (int i = 0; i < 7; i++) {
		enum { T6 = T5 + 1 };
		struct play play = begin();

		if (i == 1)
			stops(&play, MAIN);
		if (i != 2) /* its making was not seen */
			FEED(&play.past.feed, MAIN, thread_create, .id = T6);
		FEED(&play.past.feed, T6, thread_start, .id = T6);
		if (i == 1) {
			assert_stuck(&play, "nobody made it");
			continue;
		}
		if (i == 3 || i == 4)
			stops(&play, T6);
		exits(&play.past.feed, T6);
		if (i >= 5)
			asks(&play, MAIN, T6);
		if (i == 5)
			stops(&play, T6);
		if (i == 4)
			FEED(&play.past.feed, MAIN, thread_join_done, .id = T6, .result = TT_WAKE_TIMEOUT);
		else if (i < 4)
			joins(&play.past.feed, MAIN, T6);
		if (i == 5) /* of its end nothing is done */
			play.done[past_number(&play.past, T6)]--;
		(i == 3 ? assert_stuck : i == 6 ? assert_passes : assert_plays)(&play, "a thread");
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_who_has_a_lock),
	    cmocka_unit_test(test_the_first_thread),
	    cmocka_unit_test(test_a_writer_waits_once),
	    cmocka_unit_test(test_each_reader_counts),
	    cmocka_unit_test(test_who_asks_for_a_lock),
	    cmocka_unit_test(test_all_who_ask),
	    cmocka_unit_test(test_a_writer_that_waits),
	    cmocka_unit_test(test_a_try_that_fails),
	    cmocka_unit_test(test_a_try_behind_a_writer),
	    cmocka_unit_test(test_who_is_to_write),
	    cmocka_unit_test(test_behind_one_who_asks),
	    cmocka_unit_test(test_one_who_writes_alone),
	    cmocka_unit_test(test_a_lock_as_a_signal),
	    cmocka_unit_test(test_a_signal_is_given_once),
	    cmocka_unit_test(test_so_many_places),
	    cmocka_unit_test(test_so_many_signals),
	    cmocka_unit_test(test_who_asks_for_a_place),
	    cmocka_unit_test(test_few_places),
	    cmocka_unit_test(test_places_given_at_once),
	    cmocka_unit_test(test_an_event_is_set),
	    cmocka_unit_test(test_an_event_is_cleared),
	    cmocka_unit_test(test_a_woken_waiter_has_no_timeout),
	    cmocka_unit_test(test_who_asks_for_an_event),
	    cmocka_unit_test(test_each_notify_counts),
	    cmocka_unit_test(test_a_notify_of_several),
	    cmocka_unit_test(test_who_asks_for_a_condition),
	    cmocka_unit_test(test_a_notify_of_more_than_wait),
	    cmocka_unit_test(test_who_has_left),
	    cmocka_unit_test(test_who_waits_at_a_condition),
	    cmocka_unit_test(test_without_a_cause),
	    cmocka_unit_test(test_shared),
	    cmocka_unit_test(test_rounds),
	    cmocka_unit_test(test_who_asks_at_a_barrier),
	    cmocka_unit_test(test_a_barrier_of_unknown_parties),
	    cmocka_unit_test(test_broken_barriers),
	    cmocka_unit_test(test_threads),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
