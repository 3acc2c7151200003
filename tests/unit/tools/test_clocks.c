#include "past.h"
#include "ways.h"

/*
 * Happens-before: each thing that orders two threads does so in every order of the run, and orders no more than it has
 * to: not what was done after it, nor what the other did before.
 */

/* The clocks of all moments of the past, which is over. */
static struct tt_clocks *clocks_of(const struct past *past)
{
	g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_autoptr(GHashTable) wanted = g_hash_table_new(NULL, NULL);
	struct tt_request all = {.positions = positions};

	for (uint32_t i = 0; i < past->history->len; i++)
		g_array_append_val(positions, i);
	g_hash_table_add(wanted, &all);
	return tt_clocks_new(past->links, wanted);
}

/* Two moments, and whether what is done at the first must be over before the second. */
struct claim {
	struct tt_moment first, second;
	bool ordered;
	const char *what;
};

enum { MOST_CLAIMS = 20 };

struct tale {
	struct past past;
	struct claim claims[MOST_CLAIMS];
	unsigned n;
};

static struct tale begin(void)
{
	return (struct tale){.past = past_begin()};
}

/* With five threads. */
static struct tale begin_threads(void)
{
	struct tale tale = begin();

	for (unsigned who = T1; who <= T5; who++)
		starts(&tale.past.feed, MAIN, who);
	return tale;
}

static void expect(struct tale *tale, struct tt_moment first, struct tt_moment second, bool ordered, const char *what)
{
	assert_true(tale->n < MOST_CLAIMS);
	tale->claims[tale->n++] = (struct claim){first, second, ordered, what};
}

static void before(struct tale *tale, struct tt_moment first, struct tt_moment second, const char *what)
{
	expect(tale, first, second, true, what);
	expect(tale, second, first, false, what);
}

static void unordered(struct tale *tale, struct tt_moment first, struct tt_moment second, const char *what)
{
	expect(tale, first, second, false, what);
	expect(tale, second, first, false, what);
}

/* Judges and ends the tale. */
static void end(struct tale *tale)
{
	past_end(&tale->past);
	struct tt_clocks *clocks = clocks_of(&tale->past);

	assert_false(clocks->full);
	for (unsigned i = 0; i < tale->n; i++) {
		const struct claim *claim = &tale->claims[i];
		if (tt_clocks_before(clocks, claim->first, claim->second, NULL) != claim->ordered)
			fail_msg("%s: %u of thread %u is %s before %u of thread %u", claim->what, claim->first.position,
			         claim->first.thread, claim->ordered ? "not" : "said to be", claim->second.position,
			         claim->second.thread);
	}
	tt_clocks_free(clocks);
	past_free(&tale->past);
}

/* An action that orders nothing: a lock of the thread's own. */
static struct tt_moment acts(struct tale *tale, unsigned who)
{
	struct tt_moment moment = past_now(&tale->past, who);

	NESTS(&tale->past.feed, who, 150 + who);
	return moment;
}

/* What one thread does is in order; what two do that have nothing to do with each other is not. */
static void test_program_order(void **state)
{
	struct tale tale = begin_threads();
	struct tt_moment first = acts(&tale, T1), second = acts(&tale, T2), third = acts(&tale, T1);

	before(&tale, first, third, "one thread");
	unordered(&tale, first, second, "two threads");
	unordered(&tale, third, second, "two threads");
	end(&tale);
	(void)state;
}

static void test_making_of_a_thread(void **state)
{
	struct tale tale = begin();
	struct tt_moment made = acts(&tale, MAIN);

	FEED(&tale.past.feed, MAIN, thread_create, .id = T1);
	struct tt_moment later = acts(&tale, MAIN);
	FEED(&tale.past.feed, T1, thread_start, .id = T1);
	struct tt_moment first = acts(&tale, T1);
	before(&tale, made, first, "before the making");
	unordered(&tale, later, first, "after the making");
	end(&tale);
	(void)state;
}

/* A join that gave up orders nothing. */
static void test_join(void **state)
{
	static const enum tt_wake results[] = {TT_WAKE_JOINED, TT_WAKE_TIMEOUT};

	for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
		struct tale tale = begin_threads();
		struct tt_moment last = acts(&tale, T1), early = acts(&tale, T2);

		exits(&tale.past.feed, T1);
		FEED(&tale.past.feed, T2, thread_join_done, .id = T1, .result = results[i]);
		struct tt_moment joined = acts(&tale, T2);
		if (results[i] == TT_WAKE_JOINED)
			before(&tale, last, joined, "joined");
		else
			unordered(&tale, last, joined, "the time was over");
		unordered(&tale, last, early, "before the join");
		end(&tale);
	}
	(void)state;
}

/* A condition, an event, a semaphore made with 0, a barrier, a lock that another gives back. */
static void test_ways(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		struct tale tale = begin_threads();
		struct feed *feed = &tale.past.feed;
		struct tt_moment early = acts(&tale, T2);

		ways[i].wait(feed);
		struct tt_moment first = acts(&tale, T1), letting = past_now(&tale.past, T1);
		ways[i].let(feed);
		struct tt_moment later = acts(&tale, T1), leaving = past_now(&tale.past, T2);
		ways[i].leave(feed);
		struct tt_moment second = acts(&tale, T2);
		before(&tale, first, second, ways[i].what);
		before(&tale, letting, second, ways[i].what);
		unordered(&tale, first, early, ways[i].what);
		unordered(&tale, later, second, ways[i].what);
		/* What the waiter did is known to the other at a barrier only. */
		expect(&tale, early, later, ways[i].wait == wait_barrier, ways[i].what);
		expect(&tale, first, leaving, false, ways[i].what);
		end(&tale);
	}
	(void)state;
}

/* What is known goes on from thread to thread, and by which action is told. */
static void test_chain(void **state)
{
	struct past past = past_begin();
	struct feed *feed = &past.feed;

	for (unsigned who = T1; who <= T3; who++)
		starts(feed, MAIN, who);
	for (unsigned sem = SEM; sem <= SEM + 1; sem++)
		FEED(feed, MAIN, sem_init, .id = sem);
	struct tt_moment first = past_now(&past, T1);
	NESTS(feed, T1, A);
	FEED(feed, T1, sem_released, .id = SEM, .n = 1);
	FEED(feed, T2, sem_acquired, .id = SEM);
	FEED(feed, T2, sem_released, .id = SEM + 1, .n = 1);
	uint32_t wait = past_now(&past, T3).position, through = 0;
	FEED(feed, T3, sem_acquired, .id = SEM + 1);
	struct tt_moment second = past_now(&past, T3);
	NESTS(feed, T3, A);
	past_end(&past);
	struct tt_clocks *clocks = clocks_of(&past);
	assert_true(tt_clocks_before(clocks, first, second, &through));
	assert_int_equal(through, wait);
	tt_clocks_free(clocks);
	past_free(&past);
	(void)state;
}

/* Critical sections can change places, of any kind of lock; but those who come after a once come after its routine. */
static void test_locks(void **state)
{
	static const uint8_t kinds[] = {TT_KIND_MUTEX, TT_KIND_RLOCK, TT_KIND_RWLOCK, TT_KIND_SPIN, TT_KIND_ONCE};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct tale tale = begin_threads();
		struct tt_moment first = acts(&tale, T1);

		tale.past.feed.kind = kinds[i];
		NESTS(&tale.past.feed, T1, A);
		NESTS(&tale.past.feed, T2, A);
		struct tt_moment second = acts(&tale, T2);
		if (kinds[i] == TT_KIND_ONCE)
			before(&tale, first, second, "once");
		else
			unordered(&tale, first, second, tt_word_lock_kind(kinds[i]));
		end(&tale);
	}
	(void)state;
}

/* A try that failed does not have to fail again. */
static void test_failure(void **state)
{
	struct tale tale = begin_threads();
	struct tt_moment first = acts(&tale, T1);

	acquires(&tale.past.feed, T1, A);
	FEED(&tale.past.feed, T2, lock_failed, .id = A, .kind = TT_KIND_MUTEX, .why = TT_FAILURE_BUSY);
	unordered(&tale, first, acts(&tale, T2), "a try that failed");
	end(&tale);
	(void)state;
}

/* With n places at first, wait j needs j - n posts: the first of them. */
static void test_semaphore_with_a_value(void **state)
{
	for (unsigned value = 0; value < 3; value++) {
		struct tale tale = begin_threads();
		struct feed *feed = &tale.past.feed;
		struct tt_moment posted[3];

		FEED(feed, MAIN, sem_init, .id = SEM, .value = value);
		for (unsigned i = 0; i < 3; i++) {
			posted[i] = acts(&tale, T1);
			posts(feed, T1);
		}
		for (unsigned j = 0; j < 3; j++) {
			takes(feed, T2);
			struct tt_moment taken = acts(&tale, T2);
			for (unsigned i = 0; i < 3; i++)
				expect(&tale, posted[i], taken, i + value <= j, "semaphore");
		}
		end(&tale);
	}
	(void)state;
}

/* One that was made before the trace had what its first event says. */
static void test_semaphore_from_before(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;

	FEED(feed, T2, sem_acquired, .id = SEM, .value = 1);
	struct tt_moment first = acts(&tale, T1);
	posts(feed, T1);
	takes(feed, T2);
	struct tt_moment second = acts(&tale, T2);
	takes(feed, T2);
	struct tt_moment third = acts(&tale, T2);
	unordered(&tale, first, second, "there were two places");
	before(&tale, first, third, "and no third");
	end(&tale);
	(void)state;
}

/* A post of many lets so many go on; the rest is for the next post. As many as there can be cost no more than one. */
static void test_post_of_many(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;

	FEED(feed, MAIN, sem_init, .id = SEM);
	struct tt_moment first = acts(&tale, T1);
	FEED(feed, T1, sem_released, .id = SEM, .n = 2);
	struct tt_moment later = acts(&tale, T1);
	FEED(feed, T1, sem_released, .id = SEM, .n = UINT32_MAX);
	for (unsigned i = 0; i < 3; i++) {
		takes(feed, T2 + i);
		struct tt_moment taken = acts(&tale, T2 + i);
		before(&tale, first, taken, "a post of two");
		expect(&tale, later, taken, i == 2, "the post after it");
	}
	end(&tale);
	(void)state;
}

/* Arrivals come before each departure of their round, departures before none. */
static void test_barrier_of_three(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;
	struct tt_moment arrived[3], waiting, left[3];

	for (unsigned i = 0; i < 3; i++)
		arrived[i] = acts(&tale, T1 + i);
	FEED(feed, T1, barrier_wait, .id = BARRIER, .parties = 3);
	FEED(feed, T2, barrier_wait, .id = BARRIER, .parties = 3);
	waiting = past_now(&tale.past, T2);
	FEED(feed, T3, barrier_passed, .id = BARRIER, .index = 2);
	left[2] = acts(&tale, T3);
	FEED(feed, T1, barrier_passed, .id = BARRIER, .waker = T3);
	left[0] = acts(&tale, T1);
	FEED(feed, T2, barrier_passed, .id = BARRIER, .waker = T3);
	left[1] = acts(&tale, T2);
	expect(&tale, arrived[0], waiting, false, "arrivals");
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned j = 0; j < 3; j++)
			expect(&tale, arrived[i], left[j], true, "arrival and departure");
		expect(&tale, left[i], left[(i + 1) % 3], false, "departures");
		expect(&tale, arrived[i], arrived[(i + 1) % 3], false, "arrivals");
	}
	end(&tale);
	(void)state;
}

/* Who comes in one round waits for nobody of another. */
static void test_rounds_of_a_barrier(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;
	struct tt_moment first = acts(&tale, T1);

	FEED(feed, T1, barrier_wait, .id = BARRIER, .parties = 2);
	FEED(feed, T2, barrier_passed, .id = BARRIER, .index = 1);
	FEED(feed, T1, barrier_passed, .id = BARRIER, .waker = T2);
	FEED(feed, T3, barrier_wait, .id = BARRIER, .parties = 2);
	FEED(feed, T4, barrier_passed, .id = BARRIER, .index = 1);
	FEED(feed, T3, barrier_passed, .id = BARRIER, .waker = T4);
	unordered(&tale, first, acts(&tale, T4), "another round");
	end(&tale);
	(void)state;
}

/* Two wait; the second is notified first. */
static struct tt_moment notify_twice(struct tale *tale, struct tt_moment left[2])
{
	struct feed *feed = &tale->past.feed;

	for (unsigned who = T2; who <= T3; who++) {
		acquires(feed, who, G);
		FEED(feed, who, cond_wait, .id = COND, .lock = G);
		releases(feed, who, G);
	}
	FEED(feed, T4, cond_notify, .id = COND, .asked = 1, .woken = 1);
	struct tt_moment second = acts(tale, T5);
	FEED(feed, T5, cond_notify, .id = COND, .asked = 1, .woken = 1);
	for (unsigned who = T3; who >= T2; who--) {
		FEED(feed, who, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED);
		left[who - T2] = acts(tale, who);
	}
	return second;
}

/* The library's wake in the order in which they came; of pthreads it is the first notify that can have been it. */
static void test_conditions(void **state)
{
	static const struct {
		uint8_t kind;
		unsigned woken; /* by the second notify */
	} cases[] = {{TT_KIND_LOCK, T3}, {TT_KIND_RLOCK, T3}, {TT_KIND_MUTEX, T2}, {TT_KIND_ERRORCHECK, T2}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tale tale = begin_threads();
		struct tt_moment left[2];

		tale.past.feed.kind = cases[i].kind;
		struct tt_moment second = notify_twice(&tale, left);
		for (unsigned j = 0; j < 2; j++)
			expect(&tale, second, left[j], T2 + j == cases[i].woken, tt_word_lock_kind(cases[i].kind));
		end(&tale);
	}
	(void)state;
}

/* All who wait come after a notify of all; who came to wait after it, or whose time was over, does not. */
static void test_notify_all(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;

	FEED(feed, T2, cond_wait, .id = COND, .lock = G);
	FEED(feed, T3, cond_wait, .id = COND, .lock = G);
	FEED(feed, T4, cond_wait, .id = COND, .lock = G, .timeout_ns = 1);
	struct tt_moment first = acts(&tale, T1);
	FEED(feed, T1, cond_notify, .id = COND, .asked = -1);
	FEED(feed, T5, cond_wait, .id = COND, .lock = G);
	for (unsigned who = T2; who <= T5; who++) {
		FEED(feed, who, cond_woken, .id = COND, .result = who == T4 ? TT_WAKE_TIMEOUT : TT_WAKE_NOTIFIED);
		expect(&tale, first, acts(&tale, who), who == T2 || who == T3, feed_name(who));
	}
	end(&tale);
	(void)state;
}

/* Who finds an event set comes after what set it, which is not a set since; a clear ends that. */
static void test_event_that_is_set(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;
	struct tt_moment cleared = acts(&tale, T1);

	FEED(feed, T1, event_set, .id = EVENT);
	FEED(feed, T1, event_clear, .id = EVENT);
	struct tt_moment first = acts(&tale, T3);
	FEED(feed, T3, event_set, .id = EVENT);
	struct tt_moment again = acts(&tale, T4);
	FEED(feed, T4, event_set, .id = EVENT);
	FEED(feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_SET);
	struct tt_moment second = acts(&tale, T2);
	before(&tale, first, second, "set");
	unordered(&tale, again, second, "set already");
	unordered(&tale, cleared, second, "cleared");
	end(&tale);
	(void)state;
}

/* Nor does one whose time was over. */
static void test_event_timeout(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;

	FEED(feed, T2, event_wait, .id = EVENT, .timeout_ns = 1);
	struct tt_moment first = acts(&tale, T1);
	FEED(feed, T1, event_set, .id = EVENT);
	FEED(feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_TIMEOUT);
	unordered(&tale, first, acts(&tale, T2), "the time was over");
	end(&tale);
	(void)state;
}

/* A timer is a thread: what comes before its start comes before it fires. */
static void test_timer(void **state)
{
	struct tale tale = begin();
	struct feed *feed = &tale.past.feed;
	struct tt_moment first = acts(&tale, MAIN);

	FEED(feed, MAIN, timer_start, .id = T1, .interval_ns = 1000);
	FEED(feed, MAIN, thread_create, .id = T1);
	FEED(feed, T1, thread_start, .id = T1);
	struct tt_moment later = acts(&tale, MAIN);
	FEED(feed, T1, timer_fired, .id = T1);
	struct tt_moment fired = acts(&tale, T1);
	before(&tale, first, fired, "started");
	unordered(&tale, later, fired, "after the start");
	end(&tale);
	(void)state;
}

/* Nobody uses what is not made; but who makes it by coming to it first makes it for nobody. */
static void test_making_of_an_object(void **state)
{
	for (int first_sight = 0; first_sight < 2; first_sight++) {
		struct tale tale = begin_threads();
		struct feed *feed = &tale.past.feed;
		struct tt_moment first = acts(&tale, T1);

		FEED(feed, T1, lock_init, .id = A, .kind = TT_KIND_LOCK);
		if (first_sight)
			feed->n--;
		acquires(feed, T1, A);
		releases(feed, T1, A);
		NESTS(feed, T2, A);
		if (first_sight)
			unordered(&tale, first, acts(&tale, T2), "first sight");
		else
			before(&tale, first, acts(&tale, T2), "made");
		end(&tale);
	}
	(void)state;
}

/* What was done to it comes before its end. */
static void test_end_of_an_object(void **state)
{
	struct tale tale = begin_threads();
	struct feed *feed = &tale.past.feed;
	struct tt_moment first = acts(&tale, T1);

	NESTS(feed, T1, A);
	FEED(feed, T2, lock_destroy, .id = A, .kind = TT_KIND_MUTEX);
	before(&tale, first, acts(&tale, T2), "destroyed");
	end(&tale);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_program_order),
	    cmocka_unit_test(test_making_of_a_thread),
	    cmocka_unit_test(test_join),
	    cmocka_unit_test(test_ways),
	    cmocka_unit_test(test_chain),
	    cmocka_unit_test(test_locks),
	    cmocka_unit_test(test_failure),
	    cmocka_unit_test(test_semaphore_with_a_value),
	    cmocka_unit_test(test_semaphore_from_before),
	    cmocka_unit_test(test_post_of_many),
	    cmocka_unit_test(test_barrier_of_three),
	    cmocka_unit_test(test_rounds_of_a_barrier),
	    cmocka_unit_test(test_conditions),
	    cmocka_unit_test(test_notify_all),
	    cmocka_unit_test(test_event_that_is_set),
	    cmocka_unit_test(test_event_timeout),
	    cmocka_unit_test(test_timer),
	    cmocka_unit_test(test_making_of_an_object),
	    cmocka_unit_test(test_end_of_an_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
