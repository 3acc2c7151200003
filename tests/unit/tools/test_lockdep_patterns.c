/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "feed.h"

/*
 * The patterns of lockdep's self-test (Linux, lib/locking-selftest.c), in each kind of lock: which may deadlock.
 *
 * A pattern is a word for each thread: the locks that it takes, nested. A capital is taken in exclusive mode, a small
 * letter in shared mode. The threads run one after the other, so this run gets through, in each order of the threads.
 *
 * lockdep judges classes of locks in one thread; here each word is a thread of its own, and verdicts are those of
 * POSIX. The self-test's cases of interrupts, of wait/wound mutexes and of RCU have nothing to stand for here; unlock
 * without lock and init of a held lock are misuse, not order.
 */

enum { MOST_WORDS = 4 };

static const uint8_t exclusive_kinds[] = {TT_KIND_LOCK,       TT_KIND_RLOCK, TT_KIND_MUTEX,  TT_KIND_RECURSIVE,
                                          TT_KIND_ERRORCHECK, TT_KIND_SPIN,  TT_KIND_RWLOCK, TT_KIND_RWLOCK_WRITER};
static const uint8_t shared_kinds[] = {TT_KIND_RWLOCK, TT_KIND_RWLOCK_WRITER};

struct locks {
	uint8_t kinds[26]; /* of each letter */
};

static struct locks locks_of(uint8_t kind)
{
	struct locks locks;

	memset(locks.kinds, kind, sizeof locks.kinds);
	return locks;
}

static struct tt_event event_of(const struct locks *locks, enum tt_event_type type, char letter)
{
	bool shared = g_ascii_islower(letter);
	unsigned number = (unsigned)(g_ascii_toupper(letter) - 'A');

	return (struct tt_event){
	    .type = type,
	    .id = A + number,
	    .kind = locks->kinds[number],
	    .mode = shared ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE,
	    .depth = type == TT_EVENT_lock_acquired,
	};
}

static void nest(struct feed *feed, unsigned who, const struct locks *locks, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < n; i++)
		feed_event(feed, who, event_of(locks, TT_EVENT_lock_acquired, word[i]));
	for (size_t i = n; i-- > 0;)
		feed_event(feed, who, event_of(locks, TT_EVENT_lock_released, word[i]));
}

/* The words in the given order, each by its own thread, or all by the first. */
static bool predicts(const struct locks *locks, char *const *words, const unsigned *order, unsigned n, bool one_thread)
{
	struct feed feed = feed_new(false);
	bool may = false;

	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 1);
	for (unsigned i = 0; i < n; i++)
		starts(&feed, MAIN, T1 + i);
	for (unsigned i = 0; i < n; i++)
		nest(&feed, one_thread ? T1 : T1 + order[i], locks, words[order[i]]);
	feed_finish(&feed);
	for (guint i = 0; i < n_found(&feed); i++) {
		assert_true(found(&feed, i)->level < TT_LEVEL_ACTUAL);
		may |= found(&feed, i)->level == TT_LEVEL_PREDICTED && strcmp(found(&feed, i)->rule->id, "TT010") == 0;
	}
	feed_free(&feed);
	return may;
}

/* The next order of the threads; false after the last. */
static bool next_order(unsigned *order, unsigned n)
{
	unsigned i = n - 1, j = n - 1;

	while (i > 0 && order[i - 1] >= order[i])
		i--;
	if (i == 0)
		return false;
	while (order[j] <= order[i - 1])
		j--;
	unsigned swapped = order[i - 1];
	order[i - 1] = order[j];
	order[j] = swapped;
	for (j = n - 1; i < j; i++, j--) {
		swapped = order[i];
		order[i] = order[j];
		order[j] = swapped;
	}
	return true;
}

static void assert_pattern(const struct locks *locks, const char *pattern, bool expected)
{
	g_auto(GStrv) words = g_strsplit(pattern, " ", -1);
	unsigned n = g_strv_length(words), order[MOST_WORDS] = {0, 1, 2, 3};

	g_assert(n >= 1 && n <= MOST_WORDS);
	do {
		if (predicts(locks, words, order, n, false) != expected)
			fail_msg("%s of kind %s, beginning with T%u: a deadlock is %s", pattern,
			         tt_word_lock_kind(locks->kinds[0]), order[0] + 1, expected ? "missed" : "made up");
		if (predicts(locks, words, order, n, true))
			fail_msg("%s: one thread cannot deadlock with itself later", pattern);
	} while (next_order(order, n));
}

/* Circles of two, three and four, and the nearest that are none. */
static void test_exclusive(void **state)
{
	static const struct {
		const char *pattern;
		bool deadlock;
	} cases[] = {
	    {"AB BA", true},
	    {"AB BC CA", true},
	    {"AB CA BC", true},
	    {"AB BC CD DA", true},
	    {"AB CD BD DA", true},
	    {"AB CD BC DA", true},
	    /* across what is nested between */
	    {"ABC CA", true},
	    {"ABCD DA", true},
	    /* the order is the same, or does not close */
	    {"AB AB", false},
	    {"AB BC AC", false},
	    {"AB BC CD AD", false},
	    {"AB CD BC AD", false},
	    /* a lock around both; around one; around two of three, which is enough */
	    {"GAB GBA", false},
	    {"GAB BA", true},
	    {"GAB GBC CA", false},
	    {"GAB HBC CA", true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (size_t k = 0; k < G_N_ELEMENTS(exclusive_kinds); k++) {
			struct locks locks = locks_of(exclusive_kinds[k]);
			assert_pattern(&locks, cases[i].pattern, cases[i].deadlock);
		}
	}
	(void)state;
}

/*
 * Readers. lockdep holds all readers of its rw_semaphore for unfair, so there every circle fails; its rwlock lets
 * readers pass, as POSIX by default. A rwlock of glibc that prefers writers lets a reader wait for readers only behind
 * a writer that waits: so it can deadlock where some thread writes the lock between two that read it.
 */
static void test_shared(void **state)
{
	static const struct {
		const char *pattern;
		bool deadlock[G_N_ELEMENTS(shared_kinds)];
	} cases[] = {
	    /* rlock_ABBA1, 2, 3 */
	    {"aB BA", {true, true}},
	    {"aB Ba", {false, false}},
	    {"AB BA", {true, true}},
	    /* The chain-cache case: a third writes. */
	    {"aB Ba BA", {true, true}},
	    {"ab ba", {false, false}},
	    {"Ab Ba", {true, true}},
	    {"AB ba", {true, true}},
	    {"aB bA", {true, true}},
	    {"Ab bA", {false, false}},
	    {"ab BA", {true, true}},
	    /* W1R2_W2R3_W3R1, W1W2_R2R3_W3R1, and the two that are none: W1W2_R2R3_R3W1, W1R2_R2R3_W3W1 */
	    {"Ab Bc Ca", {true, true}},
	    {"AB bc Ca", {true, true}},
	    {"AB bc cA", {false, false}},
	    {"Ab bc CA", {false, false}},
	    {"ab bc ca", {false, false}},
	    /* A gate that both read lets both in; one that either writes does not. */
	    {"gAB gBA", {true, true}},
	    {"GAB gBA", {false, false}},
	    {"gAB GBA", {false, false}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (size_t k = 0; k < G_N_ELEMENTS(shared_kinds); k++) {
			struct locks locks = locks_of(shared_kinds[k]);
			assert_pattern(&locks, cases[i].pattern, cases[i].deadlock[k]);
		}
	}
	(void)state;
}

/* An rwlock A with a B of another kind, as the mixed cases of the self-test. */
static void test_mixed(void **state)
{
	for (size_t k = 0; k < G_N_ELEMENTS(exclusive_kinds); k++) {
		for (size_t r = 0; r < G_N_ELEMENTS(shared_kinds); r++) {
			struct locks locks = locks_of(exclusive_kinds[k]);
			locks.kinds[0] = shared_kinds[r];
			assert_pattern(&locks, "aB BA", true);
			assert_pattern(&locks, "aB Ba", false);
			assert_pattern(&locks, "AB BA", true);
			assert_pattern(&locks, "AB Ba", true);
		}
	}
	(void)state;
}

/*
 * AA: a thread asks for what it has. How that ends depends on the kind: the thread waits for itself, for good; it has
 * it twice; or libc refuses (errorcheck; and an rwlock that the thread has written).
 */
enum again { WAITS, HAS_IT_TWICE, IS_REFUSED };

static void ask_again(struct feed *feed, uint8_t kind, const char *word, enum again again)
{
	struct locks locks = locks_of(kind);
	struct tt_event event = event_of(&locks, TT_EVENT_lock_acquired, word[1]);

	feed_event(feed, T1, event_of(&locks, TT_EVENT_lock_acquired, word[0]));
	if (again == WAITS) {
		event.type = TT_EVENT_lock_wait;
		event.holder = g_ascii_isupper(word[0]) ? T1 : 0;
	} else if (again == IS_REFUSED) {
		event.type = TT_EVENT_lock_failed;
		event.why = TT_FAILURE_ERROR;
	}
	event.depth = again == HAS_IT_TWICE && event.mode == TT_MODE_EXCLUSIVE ? 2 : 1;
	feed_event(feed, T1, event);
}

static void test_again(void **state)
{
	static const struct {
		const char *word;
		uint8_t kind;
		enum again again;
	} cases[] = {
	    {"AA", TT_KIND_LOCK, WAITS},
	    {"AA", TT_KIND_MUTEX, WAITS},
	    {"AA", TT_KIND_SPIN, WAITS},
	    {"AA", TT_KIND_RLOCK, HAS_IT_TWICE},
	    {"AA", TT_KIND_RECURSIVE, HAS_IT_TWICE},
	    {"AA", TT_KIND_ERRORCHECK, IS_REFUSED},
	    {"AA", TT_KIND_RWLOCK, IS_REFUSED},
	    {"AA", TT_KIND_RWLOCK_WRITER, IS_REFUSED},
	    /* rlock_AA1, AA2, AA3 */
	    {"aa", TT_KIND_RWLOCK, HAS_IT_TWICE},
	    {"aa", TT_KIND_RWLOCK_WRITER, HAS_IT_TWICE},
	    {"aA", TT_KIND_RWLOCK, WAITS},
	    {"aA", TT_KIND_RWLOCK_WRITER, WAITS},
	    {"Aa", TT_KIND_RWLOCK, IS_REFUSED},
	    {"Aa", TT_KIND_RWLOCK_WRITER, IS_REFUSED},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = three_threads();

		ask_again(&feed, cases[i].kind, cases[i].word, cases[i].again);
		assert_n(&feed, cases[i].again == WAITS);
		if (cases[i].again == WAITS)
			assert_rule(found(&feed, 0), "TT002", TT_LEVEL_ACTUAL);
		feed_free(&feed);
	}
	(void)state;
}

/* Two locks of one kind are two locks: lockdep's AA of one class is no deadlock of a thread with itself. */
static void test_two_of_a_class(void **state)
{
	for (size_t k = 0; k < G_N_ELEMENTS(exclusive_kinds); k++) {
		struct locks locks = locks_of(exclusive_kinds[k]);
		assert_pattern(&locks, "AB", false);
		assert_pattern(&locks, "AB AB", false);
	}
	(void)state;
}

/* Where writers go first, a reader can wait for a reader, or for itself, behind another that writes. */
static void test_behind_a_writer(void **state)
{
	static const struct {
		const char *pattern;
		uint8_t kind;
		bool deadlock;
	} cases[] = {
	    {"aB Ba A", TT_KIND_RWLOCK_WRITER, true},     {"aB Ba A", TT_KIND_RWLOCK, false},
	    {"aB Ba", TT_KIND_RWLOCK_WRITER, false},      {"Ab bc CA B", TT_KIND_RWLOCK_WRITER, true},
	    {"Ab bc CA C", TT_KIND_RWLOCK_WRITER, false}, {"aa a", TT_KIND_RWLOCK_WRITER, false},
	    {"aa A", TT_KIND_RWLOCK_WRITER, true},        {"aa A", TT_KIND_RWLOCK, false},
	    {"Gaa GA", TT_KIND_RWLOCK_WRITER, false},     {"gaa gA", TT_KIND_RWLOCK_WRITER, true},
	    {"aba A", TT_KIND_RWLOCK_WRITER, true},       {"ab ba A B", TT_KIND_RWLOCK_WRITER, true},
	    {"ab ba A B", TT_KIND_RWLOCK, false},         {"ab ba A", TT_KIND_RWLOCK_WRITER, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct locks locks = locks_of(cases[i].kind);
		assert_pattern(&locks, cases[i].pattern, cases[i].deadlock);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_exclusive),      cmocka_unit_test(test_shared),
	    cmocka_unit_test(test_mixed),          cmocka_unit_test(test_again),
	    cmocka_unit_test(test_two_of_a_class), cmocka_unit_test(test_behind_a_writer),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
