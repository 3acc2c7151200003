#include "feed.h"

/*
 * What another order of the run can lead into, and what it cannot: for each thing that orders threads the smallest run
 * in which it keeps two apart, and the nearest in which it does not.
 */

enum { X = A + 23, Y, Z };
enum { S1 = 300, S2, S3 };

static void assert_predicted(struct feed *feed)
{
	assert_n(feed, 1);
	assert_rule(found(feed, 0), "TT010", TT_LEVEL_PREDICTED);
}

static void assert_potential(struct feed *feed)
{
	assert_n(feed, 1);
	assert_rule(found(feed, 0), "TT011", TT_LEVEL_POTENTIAL);
	assert_int_equal(found(feed, 0)->witness->len, 0);
}

/* Nothing without `all`; with it the reason. */
static void assert_excluded(struct feed *feed, const char *why)
{
	assert_n(feed, 1);
	assert_rule(found(feed, 0), "TT011", TT_LEVEL_INVERSION);
	if (!has_note(found(feed, 0), why))
		fail_msg("the reason is: %s", (const char *)found(feed, 0)->notes->pdata[0]);
}

/* `T1 acquires`: a step of the first finding. */
static void assert_step(const struct feed *feed, guint i, const char *thread, enum tt_event_type type,
                        const char *object)
{
	const GArray *witness = found(feed, 0)->witness;
	assert_true(i < witness->len);
	const struct tt_witness_step *step = &g_array_index(witness, struct tt_witness_step, i);

	assert_string_equal(step->thread->name, thread);
	assert_string_equal(tt_event_type_names[step->type], tt_event_type_names[type]);
	assert_string_equal(step->object->name, object);
	assert_int_equal(step->blocks, i + found(feed, 0)->edges->len >= witness->len);
}

static struct feed all_of_it(void)
{
	struct feed feed = feed_new(true);

	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 1);
	for (unsigned who = T1; who <= T5; who++)
		starts(&feed, MAIN, who);
	return feed;
}

/* Each way in which T1 can let T2 go on: what T2 does to wait, what T1 does to let it, and how T2 goes on. */

static void wait_condition(struct feed *feed)
{
	acquires(feed, T2, G);
	FEED(feed, T2, cond_wait, .id = COND, .lock = G);
	releases(feed, T2, G);
}

static void let_condition(struct feed *feed)
{
	FEED(feed, T1, cond_notify, .id = COND, .asked = 1, .woken = 1);
}

static void leave_condition(struct feed *feed)
{
	FEED(feed, T2, cond_woken, .id = COND, .result = TT_WAKE_NOTIFIED, .waker = T1);
	acquires(feed, T2, G);
	releases(feed, T2, G);
}

static void wait_event(struct feed *feed)
{
	FEED(feed, T2, event_wait, .id = EVENT);
}

static void let_event(struct feed *feed)
{
	FEED(feed, T1, event_set, .id = EVENT, .woken = 1);
}

static void leave_event(struct feed *feed)
{
	FEED(feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_SET, .waker = T1);
}

static void wait_sem(struct feed *feed)
{
	FEED(feed, MAIN, sem_init, .id = SEM);
	FEED(feed, T2, sem_wait, .id = SEM);
}

static void let_sem(struct feed *feed)
{
	posts(feed, T1);
}

static void leave_sem(struct feed *feed)
{
	takes(feed, T2);
}

static void wait_barrier(struct feed *feed)
{
	FEED(feed, T2, barrier_wait, .id = BARRIER, .parties = 2);
}

static void let_barrier(struct feed *feed)
{
	FEED(feed, T1, barrier_passed, .id = BARRIER, .index = 1);
}

static void leave_barrier(struct feed *feed)
{
	FEED(feed, T2, barrier_passed, .id = BARRIER, .waker = T1);
}

static void wait_signal(struct feed *feed)
{
	feed->kind = TT_KIND_LOCK;
	acquires(feed, T2, Z);
	waits(feed, T2, Z, T2);
}

static void let_signal(struct feed *feed)
{
	releases(feed, T1, Z);
}

static void leave_signal(struct feed *feed)
{
	acquires(feed, T2, Z);
}

static const struct {
	const char *what;
	void (*wait)(struct feed *feed), (*let)(struct feed *feed), (*leave)(struct feed *feed);
} ways[] = {
    {"condition \"object-200\"", wait_condition, let_condition, leave_condition},
    {"event \"object-201\"", wait_event, let_event, leave_event},
    {"semaphore \"object-202\"", wait_sem, let_sem, leave_sem},
    {"barrier \"object-203\"", wait_barrier, let_barrier, leave_barrier},
    {"lock \"Z\"", wait_signal, let_signal, leave_signal},
};

/* T1 nests, lets T2 go on, which then nests the other way. */
static void test_let_go_after(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		struct feed feed = all_of_it();

		ways[i].wait(&feed);
		NESTS(&feed, T1, A, B);
		ways[i].let(&feed);
		ways[i].leave(&feed);
		NESTS(&feed, T2, B, A);
		g_autofree char *why = g_strdup_printf("%s puts what T1 does here before what T2 does", ways[i].what);
		assert_excluded(&feed, why);
		feed_free(&feed);
	}
	(void)state;
}

/* T1 lets T2 go on before it nests. The steps say so. */
static void test_let_go_before(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		struct feed feed = all_of_it();

		ways[i].wait(&feed);
		ways[i].let(&feed);
		NESTS(&feed, T1, A, B);
		ways[i].leave(&feed);
		NESTS(&feed, T2, B, A);
		assert_predicted(&feed);
		feed_free(&feed);
	}
	(void)state;
}

static void test_steps(void **state)
{
	struct feed feed = all_of_it();

	wait_event(&feed);
	let_event(&feed);
	NESTS(&feed, T1, A, B);
	leave_event(&feed);
	NESTS(&feed, T2, B, A);
	assert_predicted(&feed);
	assert_step(&feed, 0, "T1", TT_EVENT_event_set, "object-201");
	assert_step(&feed, 1, "T1", TT_EVENT_lock_acquired, "A");
	assert_step(&feed, 2, "T2", TT_EVENT_event_woken, "object-201");
	assert_step(&feed, 3, "T2", TT_EVENT_lock_acquired, "B");
	assert_step(&feed, 4, "T1", TT_EVENT_lock_wait, "B");
	assert_step(&feed, 5, "T2", TT_EVENT_lock_wait, "A");
	assert_int_equal(found(&feed, 0)->witness->len, 6);
	feed_free(&feed);
	(void)state;
}

/* An event that was set when T2 came to it, so that it did not wait; and was cleared and set again before. */
static void test_event_that_was_set(void **state)
{
	struct feed feed = all_of_it();

	let_event(&feed);
	NESTS(&feed, T1, A, B);
	FEED(&feed, T1, event_clear, .id = EVENT);
	let_event(&feed);
	FEED(&feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_SET);
	NESTS(&feed, T2, B, A);
	assert_excluded(&feed, "event \"object-201\" puts");
	feed_free(&feed);

	feed = all_of_it();
	let_event(&feed);
	NESTS(&feed, T1, A, B);
	let_event(&feed);
	FEED(&feed, T2, event_woken, .id = EVENT, .result = TT_WAKE_SET);
	NESTS(&feed, T2, B, A);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

/* The post that a wait needs is that which made up for the first value. */
static void test_semaphore_with_a_value(void **state)
{
	for (unsigned value = 0; value < 2; value++) {
		struct feed feed = all_of_it();

		FEED(&feed, MAIN, sem_init, .id = SEM, .value = value);
		NESTS(&feed, T1, A, B);
		posts(&feed, T1);
		takes(&feed, T2);
		NESTS(&feed, T2, B, A);
		if (value == 0)
			assert_excluded(&feed, "semaphore");
		else
			assert_predicted(&feed);
		feed_free(&feed);
	}
	(void)state;
}

/* Who comes after a barrier comes after all that came to it, the last or not. */
static void test_barrier_of_three(void **state)
{
	struct feed feed = all_of_it();

	NESTS(&feed, T1, A, B);
	FEED(&feed, T1, barrier_wait, .id = BARRIER, .parties = 3);
	FEED(&feed, T2, barrier_wait, .id = BARRIER, .parties = 3);
	FEED(&feed, T3, barrier_passed, .id = BARRIER);
	FEED(&feed, T2, barrier_passed, .id = BARRIER, .waker = T3);
	NESTS(&feed, T2, B, A);
	assert_excluded(&feed, "barrier");
	feed_free(&feed);

	feed = all_of_it();
	FEED(&feed, T1, barrier_wait, .id = BARRIER, .parties = 3);
	FEED(&feed, T2, barrier_wait, .id = BARRIER, .parties = 3);
	FEED(&feed, T3, barrier_passed, .id = BARRIER);
	FEED(&feed, T1, barrier_passed, .id = BARRIER, .waker = T3);
	NESTS(&feed, T1, A, B);
	FEED(&feed, T2, barrier_passed, .id = BARRIER, .waker = T3);
	NESTS(&feed, T2, B, A);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

/* Critical sections keep their order: see may_deadlock. */
static void test_sections_keep_their_order(void **state)
{
	struct feed feed = feed_new(false);

	may_deadlock(&feed);
	assert_potential(&feed);
	feed_free(&feed);

	/* T5's section of C comes first here. */
	feed = feed_new(false);
	FEED(&feed, MAIN, sem_init, .id = SEM);
	NESTS(&feed, T5, C);
	posts(&feed, T5);
	NESTS(&feed, T3, C, D);
	takes(&feed, T4);
	NESTS(&feed, T4, D, C);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

static void post(struct feed *feed, unsigned who, unsigned sem)
{
	FEED(feed, who, sem_released, .id = sem, .n = 1, .value = 1);
}

static void take(struct feed *feed, unsigned who, unsigned sem)
{
	FEED(feed, who, sem_acquired, .id = sem);
}

/*
 * The end of one section brings in another, whose end brings in a third, and that the end of T1's section of A: the
 * closure is not done before all that has followed. Without the last link it is no matter.
 */
static void test_fixpoint(void **state)
{
	for (int linked = 0; linked < 2; linked++) {
		struct feed feed = all_of_it();

		for (unsigned sem = S1; sem <= S3; sem++)
			FEED(&feed, MAIN, sem_init, .id = sem);
		acquires(&feed, T5, Y);
		post(&feed, T5, S2);
		take(&feed, T1, S2);
		acquires(&feed, T4, X);
		post(&feed, T4, S1);
		take(&feed, T1, S1);
		NESTS(&feed, T1, A, B);
		if (linked)
			NESTS(&feed, T5, A);
		releases(&feed, T5, Y);
		NESTS(&feed, T4, Y);
		releases(&feed, T4, X);
		acquires(&feed, T3, X);
		post(&feed, T3, S3);
		releases(&feed, T3, X);
		take(&feed, T2, S3);
		NESTS(&feed, T2, B, A);
		if (linked)
			assert_potential(&feed);
		else
			assert_predicted(&feed);
		feed_free(&feed);
	}
	(void)state;
}

/* The first moments are swallowed, later ones are not. */
static void test_later_moments(void **state)
{
	struct feed feed = all_of_it();

	wait_event(&feed);
	NESTS(&feed, T1, A, B);
	let_event(&feed);
	leave_event(&feed);
	NESTS(&feed, T2, B, A);
	NESTS(&feed, T1, A, B);
	assert_predicted(&feed);
	/* The second nesting of T1: its sites are those. */
	assert_true(tt_finding_edge(found(&feed, 0), 0)->held_caller >
	            tt_finding_edge(found(&feed, 0), 1)->held_caller);
	feed_free(&feed);
	(void)state;
}

/* Rule 2: readers wait for readers only behind a writer, and that is a third. */

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

/* Rule 4: a try asks for nothing, but what it got is held. */
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

/* Rule 7: the lock that the maker holds for as long as the thread lives; not if it lets go before. */
static void test_inherited_guard(void **state)
{
	for (int over = 0; over < 2; over++) {
		struct feed feed = feed_new(true);

		acquires(&feed, MAIN, G);
		starts(&feed, MAIN, T1);
		NESTS(&feed, T1, A, B);
		exits(&feed, T1);
		if (!over)
			releases(&feed, MAIN, G);
		joins(&feed, MAIN, T1);
		if (over)
			releases(&feed, MAIN, G);
		NESTS(&feed, T2, G, B, A);
		if (over)
			assert_excluded(&feed, "T2 holds mutex \"G\" there, which MainThread holds for as long as T1");
		else
			assert_predicted(&feed);
		feed_free(&feed);
	}
	(void)state;
}

/* Two that are made and joined under one lock can meet all the same. */
static void test_siblings_under_a_guard(void **state)
{
	struct feed feed = feed_new(true);

	acquires(&feed, MAIN, G);
	starts(&feed, MAIN, T1);
	starts(&feed, MAIN, T2);
	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	exits(&feed, T1);
	exits(&feed, T2);
	joins(&feed, MAIN, T1);
	joins(&feed, MAIN, T2);
	releases(&feed, MAIN, G);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

/* Rule 8: nobody can know of a lock that was just made; unless its maker has done something since that shows it. */
static void test_just_made(void **state)
{
	for (int shown = 0; shown < 2; shown++) {
		struct feed feed = feed_new(true);

		FEED(&feed, T1, lock_init, .id = A, .kind = TT_KIND_MUTEX);
		if (shown)
			FEED(&feed, T1, event_set, .id = EVENT);
		NESTS(&feed, T1, A, B);
		NESTS(&feed, T2, B, A);
		if (shown)
			assert_predicted(&feed);
		else
			assert_excluded(&feed, "T1 has made mutex \"A\" and has done nothing since");
		feed_free(&feed);
	}
	(void)state;
}

/* A static lock is told as made by the call that comes to it first: that hides nothing. */
static void test_first_sight_is_no_making(void **state)
{
	struct feed feed = feed_new(true);

	for (unsigned lock = A; lock <= B; lock++) {
		FEED(&feed, T1, lock_init, .id = lock, .kind = TT_KIND_LOCK);
		feed.n--;
		acquires(&feed, T1, lock);
	}
	releases(&feed, T1, B);
	releases(&feed, T1, A);
	NESTS(&feed, T2, B, A);
	assert_predicted(&feed);
	feed_free(&feed);
	(void)state;
}

/* Rule 9: the lock of a condition is asked for again, with what is still held. */
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

/* Rules 7 and 10: a join is a request for what the thread has until it ends. */
static void test_join_under_lock(void **state)
{
	for (int ordered = 0; ordered < 2; ordered++) {
		struct feed feed = feed_new(false);

		starts(&feed, MAIN, T1);
		NESTS(&feed, T1, A);
		if (ordered)
			FEED(&feed, T1, event_set, .id = EVENT, .woken = 0);
		exits(&feed, T1);
		if (ordered)
			FEED(&feed, MAIN, event_woken, .id = EVENT, .result = TT_WAKE_SET);
		acquires(&feed, MAIN, A);
		joins(&feed, MAIN, T1);
		releases(&feed, MAIN, A);
		assert_n(&feed, ordered ? 0 : 1);
		if (!ordered) {
			assert_rule(found(&feed, 0), "TT013", TT_LEVEL_PREDICTED);
			assert_true(strstr(found(&feed, 0)->verdict, "MainThread joins T1 while holding mutex \"A\"") !=
			            NULL);
		}
		feed_free(&feed);
	}
	(void)state;
}

/*
 * The last one at a barrier comes to it with A held, which the other had before, and so would wait with it if it came
 * first; not so if the other has A only later.
 */
static void test_last_at_a_barrier(void **state)
{
	for (int after = 0; after < 2; after++) {
		struct feed feed = three_threads();

		if (!after)
			NESTS(&feed, T1, A);
		FEED(&feed, T1, barrier_wait, .id = BARRIER, .parties = 2);
		acquires(&feed, T2, A);
		FEED(&feed, T2, barrier_passed, .id = BARRIER, .index = 1);
		releases(&feed, T2, A);
		FEED(&feed, T1, barrier_passed, .id = BARRIER, .waker = T2);
		if (after)
			NESTS(&feed, T1, A);
		assert_n(&feed, after ? 0 : 1);
		if (!after) {
			assert_rule(found(&feed, 0), "TT013", TT_LEVEL_PREDICTED);
			assert_string_equal(tt_finding_edge(found(&feed, 0), 0)->thread->name, "T2");
		}
		feed_free(&feed);
	}
	(void)state;
}

/*
 * A nested monitor: T2 waits with A held. T1 comes to A before it lets T2 go on, but had A before T2 did; or comes to
 * it after that only; or another lets T2 go on as well, who has nothing to do with A.
 */
static void test_wake_up_under_lock(void **state)
{
	enum { BEFORE, AFTER, ANOTHER };

	for (size_t i = 0; i < G_N_ELEMENTS(ways) - 1; i++) {
		for (int how = BEFORE; how <= ANOTHER; how++) {
			struct feed feed = all_of_it();

			if (ways[i].wait == wait_barrier && how == ANOTHER)
				FEED(&feed, MAIN, barrier_init, .id = BARRIER, .parties = 2);
			if (how != AFTER)
				NESTS(&feed, T1, A);
			acquires(&feed, T2, A);
			ways[i].wait(&feed);
			ways[i].let(&feed);
			ways[i].leave(&feed);
			releases(&feed, T2, A);
			if (how == AFTER)
				NESTS(&feed, T1, A);
			if (how == ANOTHER) {
				FEED(&feed, T3, cond_notify, .id = COND, .asked = 1);
				FEED(&feed, T3, event_set, .id = EVENT);
				posts(&feed, T3);
				FEED(&feed, T3, barrier_wait, .id = BARRIER, .parties = 2);
			}
			assert_n(&feed, how == BEFORE ? 1 : 0);
			if (how == BEFORE) {
				assert_rule(found(&feed, 0), "TT013", TT_LEVEL_PREDICTED);
				assert_int_equal(found(&feed, 0)->edges->len, 2);
				assert_string_equal(edge_text(tt_finding_edge(found(&feed, 0), 1)), "T1 has - wants A");
			}
			feed_free(&feed);
		}
	}
	(void)state;
}

/* What failed must fail again: T2 found C taken, so T1 has it then. */
static void test_a_try_that_failed(void **state)
{
	struct feed feed = all_of_it();

	acquires(&feed, T1, C);
	FEED(&feed, T2, lock_failed, .id = C, .kind = TT_KIND_MUTEX, .why = TT_FAILURE_BUSY);
	releases(&feed, T1, C);
	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	assert_predicted(&feed);
	feed_free(&feed);

	/* It was T1's second time, after the nesting. */
	feed = all_of_it();
	NESTS(&feed, T1, A, B);
	acquires(&feed, T1, C);
	FEED(&feed, T2, lock_failed, .id = C, .kind = TT_KIND_MUTEX, .why = TT_FAILURE_BUSY);
	releases(&feed, T1, C);
	NESTS(&feed, T2, B, A);
	assert_potential(&feed);
	feed_free(&feed);
	(void)state;
}

/* With lost events, or locks from before the trace, nothing is predicted. */
static void test_loss(void **state)
{
	struct feed feed = feed_new(false);
	struct tt_loss loss = {.begin_ns = 0, .end_ns = 1, .count = 1};

	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	tt_check_lose(feed.check, &loss);
	assert_potential(&feed);
	feed_free(&feed);

	feed = feed_new(false);
	waits(&feed, T3, G, T4);
	NESTS(&feed, T1, A, B);
	NESTS(&feed, T2, B, A);
	assert_potential(&feed);
	assert_true(has_note(found(&feed, 0), "from before the trace"));
	feed_free(&feed);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_let_go_after),
	    cmocka_unit_test(test_let_go_before),
	    cmocka_unit_test(test_steps),
	    cmocka_unit_test(test_event_that_was_set),
	    cmocka_unit_test(test_semaphore_with_a_value),
	    cmocka_unit_test(test_barrier_of_three),
	    cmocka_unit_test(test_sections_keep_their_order),
	    cmocka_unit_test(test_fixpoint),
	    cmocka_unit_test(test_later_moments),
	    cmocka_unit_test(test_readers),
	    cmocka_unit_test(test_semaphore_as_lock),
	    cmocka_unit_test(test_semaphore_as_gate),
	    cmocka_unit_test(test_try),
	    cmocka_unit_test(test_inherited_guard),
	    cmocka_unit_test(test_siblings_under_a_guard),
	    cmocka_unit_test(test_just_made),
	    cmocka_unit_test(test_first_sight_is_no_making),
	    cmocka_unit_test(test_condition_asks_again),
	    cmocka_unit_test(test_join_under_lock),
	    cmocka_unit_test(test_wake_up_under_lock),
	    cmocka_unit_test(test_last_at_a_barrier),
	    cmocka_unit_test(test_a_try_that_failed),
	    cmocka_unit_test(test_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
