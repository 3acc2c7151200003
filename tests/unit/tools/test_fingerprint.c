/* SPDX-License-Identifier: MIT */
#include "leaks.h"
#include "feed.h"
#include "tools/finding/fingerprint.h"

/* Fingerprints: what a finding is known by, and what does not matter. */

/* Of the only finding. Interned. */
static const char *print_of(struct feed *feed)
{
	assert_n(feed, 1);
	assert_int_equal(strlen(found(feed, 0)->fingerprint), 16);
	const char *fingerprint = g_intern_string(found(feed, 0)->fingerprint);
	feed_free(feed);
	return fingerprint;
}

/* A deadlock of T1, who has the first lock, and T2. The second half can come first. */
static struct feed abba(const char *first, const char *second, bool other_first)
{
	struct feed feed = feed_new(false);

	for (unsigned i = 0; i < 2; i++) {
		unsigned n = i ^ other_first;
		FEED(&feed, T1 + n, lock_acquired, .id = A + n, .name = n ? second : first, .depth = 1);
	}
	for (unsigned i = 0; i < 2; i++)
		FEED(&feed, T2 - i, lock_wait, .id = A + i, .name = i ? second : first, .holder = T1 + i);
	return feed;
}

static void test_the_same(void **state)
{
	struct feed one = abba("A", "B", false), later = abba("A", "B", false), turned = abba("A", "B", true);

	later.pid = 4711;
	const char *expected = print_of(&one);
	assert_string_equal(print_of(&later), expected);
	assert_string_equal(print_of(&turned), expected);
	(void)state;
}

static void test_another(void **state)
{
	struct feed one = abba("A", "B", false), lock = abba("A", "C", false), inversion = feed_new(false);

	NESTS(&inversion, T1, A, B);
	NESTS(&inversion, T2, B, A);
	const char *expected = print_of(&one);
	assert_string_not_equal(print_of(&lock), expected);
	assert_string_not_equal(print_of(&inversion), expected); /* another rule */
	(void)state;
}

/* Which threads of a pool meet differs from run to run; so does what was only counted out. */
static void test_counted_names(void **state)
{
	struct feed one = abba("Lock-1", "mutex conn.c:120#2", false);
	struct feed other = abba("Lock-7", "mutex conn.c:131", false);

	assert_string_equal(print_of(&one), print_of(&other));
	(void)state;
}

/* As many runners as there are lack the same one. */
static void test_crowds(void **state)
{
	const char *prints[2];

	for (unsigned i = 0; i < 2; i++) {
		struct feed feed = feed_new(false);
		for (unsigned j = 0; j <= i; j++)
			FEED(&feed, T1 + j, barrier_wait, .id = BARRIER, .parties = 4, .index = j, .n_waiting = j + 1);
		prints[i] = print_of(&feed);
	}
	assert_string_equal(prints[0], prints[1]);
	(void)state;
}

/* Of an inversion across runs, this run shows a part only: what the others have is told by the classes. */
static void test_classes(void **state)
{
	static const char *const classes[][2] = {{"\"A\"", "\"B\""}, {"\"B\"", "\"A\""}, {"\"A\"", "\"C\""}};
	struct feed feed = abba("A", "B", false);
	const char *prints[G_N_ELEMENTS(classes)];

	assert_n(&feed, 1);
	struct tt_finding *finding = feed.check->findings->pdata[0];
	for (size_t i = 0; i < G_N_ELEMENTS(classes); i++) {
		g_ptr_array_set_size(finding->classes, 0);
		for (size_t j = 0; j < 2; j++)
			g_ptr_array_add(finding->classes, g_strdup(classes[i][j]));
		g_autofree char *fingerprint = tt_fingerprint(feed.check, finding);
		prints[i] = g_intern_string(fingerprint);
	}
	assert_string_equal(prints[0], prints[1]);
	assert_string_not_equal(prints[0], prints[2]);
	assert_string_not_equal(prints[0], finding->fingerprint);
	feed_free(&feed);
	(void)state;
}

/* T1 and T2 nested at sites `at` and following in a file without symbols. */
static struct feed stripped(uint64_t at, uint8_t build, const char *module)
{
	struct feed feed = feed_new(false);
	const struct tt_module there = {.pid = feed.pid,
	                                .time_ns = FEED_ORIGIN,
	                                .size = 1 << 20,
	                                .path = module,
	                                .build_id = &build,
	                                .build_id_size = build ? 1 : 0};

	feed.n = (guint)at; /* which callers are counted from */
	if (module)
		tt_symbols_add(feed.check->symbols, &there);
	for (unsigned i = 0; i < 2; i++)
		FEED(&feed, T1 + i, lock_acquired, .id = A + i, .name = "mutex", .depth = 1);
	for (unsigned i = 0; i < 2; i++)
		FEED(&feed, T2 - i, lock_wait, .id = A + i, .name = "mutex", .holder = T1 + i);
	return feed;
}

/* Of a deadlock at those sites. Interned. */
static const char *print_of_stripped(uint64_t at, uint8_t build, const char *module, bool firm)
{
	struct feed feed = stripped(at, build, module);

	assert_n(&feed, 1);
	assert_int_equal(tt_fingerprint_is_firm(feed.check, found(&feed, 0)), firm);
	const char *fingerprint = g_intern_string(found(&feed, 0)->fingerprint);
	feed_free(&feed);
	return fingerprint;
}

/* Code without functions is known by its build and offsets; without those, an address says nothing. */
static void test_no_functions(void **state)
{
	const char *one = print_of_stripped(0x100, 1, "/a/libx.so", true);

	assert_string_equal(print_of_stripped(0x100, 1, "/b/libx.so", true), one);
	assert_string_not_equal(print_of_stripped(0x200, 1, "/a/libx.so", true), one);
	assert_string_not_equal(print_of_stripped(0x100, 2, "/a/libx.so", true), one);
	assert_string_not_equal(print_of_stripped(0x100, 0, "/a/libx.so", false), one);
	assert_string_equal(print_of_stripped(0x100, 0, NULL, false), print_of_stripped(0x200, 0, NULL, false));
	(void)state;
}

static void test_lasting_names(void **state)
{
	static const struct {
		const char *name, *lasts;
	} cases[] = {
	    {"queue_lock", "queue_lock"},
	    {"queue-2", "queue-2"}, /* the program's own number */
	    {"Lock-12", "Lock-"},
	    {"RLock-1", "RLock-"},
	    {"Lock-12 of mine", "Lock- of mine"},
	    {"My Lock-12", "My Lock-12"},
	    {"Thread-3 (worker)", "Thread- (worker)"},
	    {"Thread-3 (0x55d0c0ffee)", "Thread- (0x)"},
	    {"mutex 0x55d0c0ffee", "mutex 0x"},
	    {"pool+0x28", "pool+0x"},
	    {"conn.c:120", "conn.c:"},
	    {"conn.cpp:120#3", "conn.cpp:"},
	    {"host:80", "host:80"},
	    {"", ""},
	    {"\xff", "\xef\xbf\xbd"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *lasts = tt_stable_name(cases[i].name);
		assert_string_equal(lasts, cases[i].lasts);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_same),     cmocka_unit_test(test_another), cmocka_unit_test(test_counted_names),
	    cmocka_unit_test(test_crowds),       cmocka_unit_test(test_classes), cmocka_unit_test(test_lasting_names),
	    cmocka_unit_test(test_no_functions),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
