/* SPDX-License-Identifier: MIT */
/*
 * Reading along, by a clock of this test's own: how much is told at once, when beacons are asked, and how far behind
 * it says it is. All that takes time is a look through the folder, a step of telling and a sleep.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include "tools/read/live/cpus.h"
#include "tools/read/live/live.h"
#include "tools/read/live/tail.h"

#define VISIBLE __attribute__((visibility("default")))

enum { MS = 1000, SECOND = 1000 * MS, MOST = 256 };

static const int64_t begin_us = INT64_C(5000) * SECOND;

/* Times are in microseconds since the begin. */
static struct world {
	int64_t now;
	struct tt_tail_stream streams[12];
	guint n;
	int turns, most_turns;
	void (*turn)(void);
	int64_t sleeps[MOST + 1], told[MOST + 1],
	    asked[MOST + 1]; /* how long; up to when; when: the first MOST of them */
	int n_sleeps, n_told, n_asked;
	int64_t long_sleep, step_takes;
	bool pending, aside, stops;
	enum tt_live_next next;
	struct tt_live_state states[MOST + 1];
	int n_states;
	struct tt_trace_summary summary;
} world;

/* Where the next one goes: what is too much, to the end. */
static int next_of(int *n)
{
	int i = (*n)++;

	return MIN(i, MOST);
}

static int64_t us_of(int64_t ns)
{
	return ns / 1000 - begin_us;
}

static int64_t ns_at(int64_t us)
{
	return (begin_us + us) * 1000;
}

VISIBLE int clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	now->tv_sec = (begin_us + world.now) / SECOND - 77;
	now->tv_nsec = (begin_us + world.now) % SECOND * 1000;
	return 0;
}

VISIBLE gint64 g_get_real_time(void)
{
	return begin_us + world.now;
}

VISIBLE gint64 g_get_monotonic_time(void)
{
	return begin_us + world.now;
}

VISIBLE void g_usleep(gulong us)
{
	world.sleeps[next_of(&world.n_sleeps)] = (int64_t)us;
	world.now += world.n_sleeps == 1 && world.long_sleep ? world.long_sleep : (int64_t)us;
}

int64_t tt_cpus_last_present(void)
{
	return 3;
}

struct tt_tail *tt_tail_open(const char *folder, const struct tt_tail_options *options,
                             const struct tt_trace_handler *handler, void *data)
{
	(void)folder;
	(void)options;
	(void)handler;
	(void)data;
	return (struct tt_tail *)&world;
}

void tt_tail_close(struct tt_tail *tail)
{
	(void)tail;
}

bool tt_tail_poll(struct tt_tail *tail, GError **error)
{
	(void)tail;
	(void)error;
	world.turns++;
	if (world.turn)
		world.turn();
	return true;
}

guint tt_tail_n_streams(const struct tt_tail *tail)
{
	(void)tail;
	return world.n;
}

const struct tt_tail_stream *tt_tail_stream(const struct tt_tail *tail, guint i)
{
	(void)tail;
	return &world.streams[i];
}

bool tt_tail_pending(const struct tt_tail *tail)
{
	(void)tail;
	return world.pending;
}

bool tt_tail_pending_aside(const struct tt_tail *tail)
{
	(void)tail;
	return world.aside;
}

enum tt_tail_result tt_tail_read_until(struct tt_tail *tail, int64_t time_ns, GError **error)
{
	(void)tail;
	(void)error;
	world.told[next_of(&world.n_told)] = us_of(time_ns);
	world.now += world.step_takes;
	return world.stops ? TT_TAIL_STOPPED : TT_TAIL_READ;
}

const struct tt_trace_summary *tt_tail_summary(const struct tt_tail *tail)
{
	(void)tail;
	return &world.summary;
}

static enum tt_live_next on_pause(const struct tt_live_state *state, void *data)
{
	(void)data;
	world.states[next_of(&world.n_states)] = *state;
	return world.turns >= world.most_turns ? TT_LIVE_STOP : world.next;
}

static bool on_ask(uint32_t uid, uint32_t n_cpus, bool modules, void *data)
{
	(void)uid;
	(void)n_cpus;
	(void)modules;
	(void)data;
	world.asked[next_of(&world.n_asked)] = world.now;
	return true;
}

static void read_along(int turns)
{
	static const struct tt_live_source source = {.folder = "/folder"};
	static const struct tt_live_handler handler = {.pause = on_pause, .ask = on_ask};

	world.most_turns = turns;
	assert_true(tt_live_read(&source, &handler, NULL, NULL));
}

static int begin(void **state)
{
	(void)state;
	world = (struct world){.next = TT_LIVE_NEWS};
	return 0;
}

static void add_stream(int64_t cpu, int64_t end_ns)
{
	world.streams[world.n++] =
	    (struct tt_tail_stream){.path = "", .channel = "events", .cpu = cpu, .packets = 1, .end_ns = end_ns};
}

/* Where a step takes no time, each is twice the one before, up to a second; all but the clocks' millisecond is told. */
static void test_quick_steps(void **state)
{
	int64_t step = SECOND / 64, at = 0;

	add_stream(0, ns_at(10 * SECOND - MS) + 1);
	world.long_sleep = 10 * SECOND;
	read_along(3);
	for (int i = 0; i < world.n_told; i++) {
		at = MIN(at + step, 10 * SECOND - MS);
		assert_int_equal(world.told[i], at);
		assert_int_equal(us_of(world.states[i + 1].complete_ns), at);
		assert_int_equal(us_of(world.states[i + 1].modules_ns), us_of(0));
		step = MIN(2 * step, SECOND);
	}
	assert_int_equal(at, 10 * SECOND - MS);
	assert_int_equal(world.n_told, 16);
	(void)state;
}

/* With what a step takes: up to half the limit it grows, above the limit it shrinks, to a least one. */
static void test_slow_steps(void **state)
{
	static const struct {
		int64_t takes, first, second, third;
	} cases[] = {
	    {9999, 15625, 31250, 62500},
	    {10000, 15625, 15625, 15625},
	    {20000, 15625, 15625, 15625},
	    {20001, 15625, 7812, 3906},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		begin(state);
		add_stream(0, INT64_MAX - 1);
		world.long_sleep = 400 * MS;
		world.step_takes = cases[i].takes;
		read_along(3);
		assert_int_equal(world.told[0], cases[i].first);
		assert_int_equal(world.told[1] - world.told[0], cases[i].second);
		assert_in_range(world.told[2] - world.told[1], cases[i].third, cases[i].third + 1);
	}
	assert_in_range(world.told[20] - world.told[19], 100, 100);
	(void)state;
}

/* Modules are known up to a step where that was wanted, and nothing of them is missing. */
static void test_modules(void **state)
{
	for (int missing = 0; missing < 2; missing++) {
		begin(state);
		add_stream(0, ns_at(SECOND - MS) + 1);
		world.long_sleep = SECOND;
		world.next = TT_LIVE_MODULES;
		world.aside = missing;
		read_along(3);
		int64_t modules_ns = world.states[world.n_states - 1].modules_ns;
		assert_int_equal(modules_ns, missing ? 0 : ns_at(SECOND - MS));
	}
	(void)state;
}

static void test_stopped(void **state)
{
	add_stream(0, INT64_MAX - 1);
	world.long_sleep = SECOND;
	world.stops = true;
	read_along(100);
	assert_int_equal(world.turns, 2);
	assert_int_equal(world.n_told, 1);
	assert_int_equal(world.n_states, 1);
	(void)state;
}

static void answer_at_once(void)
{
	for (guint i = 0; i < world.n; i++)
		world.streams[i].end_ns = ns_at(world.now);
}

static void assert_asked(const int64_t *ms, int n)
{
	for (int i = 0; i < n; i++)
		if (i >= world.n_asked || world.asked[i] != ms[i] * MS)
			fail_msg("request %d of %d: at %d us, not %d ms", i, world.n_asked, (int)world.asked[i],
			         (int)ms[i]);
}

/* Every 25 ms, as far as there is a look then; later, when nothing new was seen, an eighth of how long. */
static void test_requests(void **state)
{
	static const int64_t first[] = {0, 30, 60, 90, 120, 150, 180, 210, 240, 280, 320, 370, 430, 500};

	add_stream(0, 0);
	world.turn = answer_at_once;
	world.next = TT_LIVE_TIME;
	read_along(60);
	assert_asked(first, G_N_ELEMENTS(first));
	begin(state);
	add_stream(0, 0);
	world.turn = answer_at_once;
	world.next = TT_LIVE_TIME;
	read_along(1500);
	assert_true(world.n_asked < MOST);
	int64_t last = world.asked[world.n_asked - 1] - world.asked[world.n_asked - 2];
	assert_in_range(last, SECOND, SECOND + 25 * MS); /* but a second at most */
	(void)state;
}

/* 4 ms for each buffer. */
static void test_requests_of_many(void **state)
{
	static const int64_t times[] = {0, 50, 100, 150, 200};

	for (int i = 0; i < 11; i++)
		add_stream(i, 0);
	world.turn = answer_at_once;
	world.next = TT_LIVE_TIME;
	read_along(30);
	assert_asked(times, G_N_ELEMENTS(times));
	(void)state;
}

/* Nobody answers: a second later again, and it says for how long. */
static void test_silence(void **state)
{
	static const int64_t times[] = {0, 1000, 2000};

	add_stream(0, ns_at(-1));
	world.streams[0].uid = 42;
	world.next = TT_LIVE_TIME;
	read_along(205);
	assert_asked(times, G_N_ELEMENTS(times));
	assert_int_equal(world.n_asked, 3);
	assert_int_equal(world.states[0].silent_ns, 0);
	for (int i = 1; i < 204; i++) {
		assert_int_equal(world.states[i].silent_ns, INT64_C(10000000) * i);
		assert_int_equal(world.states[i].silent_uid, 42);
		assert_int_equal(world.sleeps[i], 10 * MS); /* it is not quiet */
	}
	(void)state;
}

/* An answer is later than the request. */
static void test_answer(void **state)
{
	for (int later = 0; later < 2; later++) {
		begin(state);
		add_stream(0, ns_at(0) + later);
		world.next = TT_LIVE_TIME;
		read_along(2);
		assert_int_equal(world.states[1].silent_ns, later ? 0 : 10000000);
		assert_int_equal(world.states[1].silent_uid, later ? -1 : 0);
	}
	(void)state;
}

/* All is quiet after a second in which nothing new was seen. */
static void test_quiet(void **state)
{
	read_along(150);
	for (int i = 0; i < 149; i++)
		assert_int_equal(world.sleeps[i], i <= 100 ? 10 * MS : 25 * MS);
	(void)state;
}

/* Something is pending from the fourth turn on: behind since the last look at which nothing was. */
static void pend_from_the_fourth(void)
{
	world.pending = world.turns >= 4;
}

static void test_behind(void **state)
{
	add_stream(0, ns_at(-1));
	world.turn = pend_from_the_fourth;
	read_along(7);
	for (int i = 0; i < 7; i++)
		assert_int_equal(world.states[i].behind_ns, i < 3 ? 0 : INT64_C(10000000) * (i - 2));
	(void)state;
}

/* Events that were told are news as well. */
static void count_an_event(void)
{
	world.summary.events += world.turns < 50;
}

static void test_news(void **state)
{
	world.turn = count_an_event;
	read_along(160);
	assert_int_equal(world.sleeps[100], 10 * MS);
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_quick_steps, begin), cmocka_unit_test_setup(test_slow_steps, begin),
	    cmocka_unit_test_setup(test_modules, begin),     cmocka_unit_test_setup(test_stopped, begin),
	    cmocka_unit_test_setup(test_requests, begin),    cmocka_unit_test_setup(test_requests_of_many, begin),
	    cmocka_unit_test_setup(test_silence, begin),     cmocka_unit_test_setup(test_answer, begin),
	    cmocka_unit_test_setup(test_quiet, begin),       cmocka_unit_test_setup(test_behind, begin),
	    cmocka_unit_test_setup(test_news, begin),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
