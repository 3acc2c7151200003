/* SPDX-License-Identifier: MIT */
/*
 * Reading along: up to when a recording counts as read, and when beacons are asked. The tail is one of this test's own,
 * whose streams it makes: a turn of the reading is one call of tt_tail_poll.
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

enum { MOST_STREAMS = 8, TURNS = 20, ROOT = 0, NOBODY = 65534 };

/* What there is to read, and what was done. */
static struct world {
	struct tt_tail_stream streams[MOST_STREAMS];
	guint n;
	bool pending;
	void (*turn)(struct world *world); /* what happens before each */
	enum tt_tail_result result;
	enum tt_live_next next;
	int turns;
	int64_t begin_ns, told_ns; /* of the last tt_tail_read_until; 0: none */
	int64_t listed_ns;         /* when the folder was looked through last */
	int asked[2];              /* of root, of another */
	uint32_t cpus[2];
	bool asked_modules, undescribed; /* modules: of them; there are some that no metadata describe */
	bool deaf;
	struct tt_live_state state;
	struct tt_trace_summary summary;
} world;

static int64_t now_ns(void)
{
	return g_get_real_time() * 1000;
}

struct tt_tail *tt_tail_open(const char *folder, const struct tt_tail_options *options,
                             const struct tt_trace_handler *handler, void *data)
{
	(void)handler;
	(void)data;
	assert_string_equal(folder, "/folder");
	assert_int_equal(options->root, 100);
	assert_string_equal(options->recording, "token");
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
	world.listed_ns = now_ns();
	if (world.turn)
		world.turn(&world);
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
	return world.undescribed;
}

enum tt_tail_result tt_tail_read_until(struct tt_tail *tail, int64_t time_ns, GError **error)
{
	(void)tail;
	assert_true(time_ns > world.told_ns);
	assert_true(time_ns <= world.listed_ns);
	for (guint i = 0; i < world.n; i++) /* an event of the end's own time is in the next packet */
		assert_true(world.streams[i].aside || !world.streams[i].packets || time_ns < world.streams[i].end_ns);
	if (world.result == TT_TAIL_READ)
		world.told_ns = time_ns;
	else if (world.result != TT_TAIL_LATER)
		g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE, "disorder");
	return world.result;
}

const struct tt_trace_summary *tt_tail_summary(const struct tt_tail *tail)
{
	(void)tail;
	return &world.summary;
}

static enum tt_live_next on_pause(const struct tt_live_state *state, void *data)
{
	(void)data;
	world.state = *state;
	return ++world.turns >= TURNS ? TT_LIVE_STOP : world.next;
}

static bool on_ask(uint32_t uid, uint32_t n_cpus, bool modules, void *data)
{
	(void)data;
	world.asked[uid != ROOT]++;
	world.cpus[uid != ROOT] = n_cpus;
	world.asked_modules |= modules;
	return !world.deaf;
}

static int begin(void **state)
{
	(void)state;
	world = (struct world){.next = TT_LIVE_NEWS, .result = TT_TAIL_READ, .begin_ns = now_ns()};
	return 0;
}

static void add_stream(int64_t uid, int64_t cpu, int64_t end_ns)
{
	world.streams[world.n++] = (struct tt_tail_stream){
	    .path = "", .channel = "events", .cpu = cpu, .uid = uid, .packets = 1, .end_ns = end_ns};
}

static bool read_along(GError **error)
{
	static const struct tt_live_source source = {.folder = "/folder", .recorder = 100, .recording = "token"};
	static const struct tt_live_handler handler = {.pause = on_pause, .ask = on_ask};

	return tt_live_read(&source, &handler, NULL, error);
}

/* Buffers that are known to the end of time: what was not listed yet is not. tt_tail_read_until looks at it. */
static void test_never_past_the_last_listing(void **state)
{
	add_stream(ROOT, 0, INT64_MAX - 1);
	assert_true(read_along(NULL));
	assert_true(world.told_ns > world.begin_ns);
	(void)state;
}

static void answer_root(struct world *now)
{
	for (guint i = 0; i < now->n; i++)
		if (now->streams[i].uid == ROOT)
			now->streams[i].end_ns = now_ns();
}

static void answer_first(struct world *now)
{
	now->streams[0].end_ns = now_ns();
}

/* A user comes, whose buffers have said nothing yet: the time stands, and this user is asked, with all CPUs. */
static void another_comes(struct world *now)
{
	answer_root(now);
	if (now->turns < TURNS / 2)
		return;
	if (now->n == 2) {
		add_stream(NOBODY, 0, TT_TAIL_NEVER);
		add_stream(NOBODY, 2, TT_TAIL_NEVER);
		now->begin_ns = now->told_ns;
		now->pending = true;
	}
}

static void test_a_user_who_comes_stops_the_time(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	add_stream(ROOT, 1, TT_TAIL_NEVER);
	world.turn = another_comes;
	assert_true(read_along(NULL));
	assert_int_equal(world.told_ns, world.begin_ns);
	assert_int_equal(world.cpus[0], 2);
	assert_int_equal(world.cpus[1], 3);
	assert_true(world.asked[1] > 0);
	assert_int_equal(world.state.silent_uid, NOBODY);
	assert_true(world.state.silent_ns > 0);
	assert_true(world.state.behind_ns > 0);
	(void)state;
}

/* Each is asked, with all of its CPUs; streams are in the order of their names. */
static void test_each_user_is_asked(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	add_stream(ROOT, 10, TT_TAIL_NEVER);
	add_stream(ROOT, 2, TT_TAIL_NEVER);
	add_stream(NOBODY, 1, TT_TAIL_NEVER);
	assert_true(read_along(NULL));
	assert_int_equal(world.asked[0], 1);
	assert_int_equal(world.asked[1], 1);
	assert_int_equal(world.cpus[0], 11);
	assert_int_equal(world.cpus[1], 2);
	(void)state;
}

static void other_answers(struct world *now)
{
	another_comes(now);
	for (guint i = 2; i < now->n; i++)
		now->streams[i].end_ns = now->asked[1] ? now_ns() : TT_TAIL_NEVER;
}

static void test_and_goes_on_when_it_answers(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	add_stream(ROOT, 1, TT_TAIL_NEVER);
	world.turn = other_answers;
	assert_true(read_along(NULL));
	assert_true(world.told_ns > world.begin_ns);
	assert_int_equal(world.state.silent_ns, 0);
	(void)state;
}

/* Of buffers set aside nothing is asked, and they are not waited for. */
static void test_modules_are_not_waited_for(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	add_stream(NOBODY, 0, TT_TAIL_NEVER);
	world.streams[1].aside = true;
	world.turn = answer_root;
	assert_true(read_along(NULL));
	assert_true(world.told_ns > world.begin_ns);
	assert_int_equal(world.asked[1], 0);
	assert_false(world.asked_modules);
	assert_int_equal(world.state.modules_ns, 0);
	(void)state;
}

static void modules_are_wanted(struct world *now)
{
	answer_root(now);
	if (now->turns == TURNS / 2)
		now->next = TT_LIVE_MODULES; /* from the next turn on */
	if (now->turns <= TURNS / 2 + 1)
		now->begin_ns = now->told_ns;
}

static void answer_modules_when_asked(struct world *now)
{
	answer_root(now);
	if (now->asked_modules)
		now->streams[1].end_ns = now_ns() - 5000000;
}

/* Who wants them too gets the time only as far as the modules are known as well. */
static void test_modules_are_waited_for_where_wanted(void **state)
{
	for (int undescribed = 0; undescribed < 2; undescribed++) {
		begin(NULL);
		add_stream(ROOT, 0, TT_TAIL_NEVER);
		add_stream(ROOT, 0, TT_TAIL_NEVER);
		world.streams[1].aside = true;
		world.turn = answer_modules_when_asked;
		world.next = TT_LIVE_MODULES;
		world.undescribed = undescribed;
		assert_true(read_along(NULL));
		assert_true(world.asked_modules);
		assert_true(world.asked[0] > 1); /* the first request was of before they were wanted */
		assert_true(world.told_ns > world.begin_ns - 5000000);
		assert_true(world.told_ns < world.streams[1].end_ns);
		assert_int_equal(world.state.modules_ns, undescribed ? 0 : world.told_ns);
	}
	(void)state;
}

static void modules_are_wanted_later(struct world *now)
{
	if (now->turns == 2)
		now->next = TT_LIVE_MODULES;
	for (guint i = 0; i < now->n && now->asked_modules; i++)
		now->streams[i].end_ns = now_ns();
}

/* A request that is not answered yet is not of them: another is made. */
static void test_modules_are_asked_beside_a_request(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	world.streams[1].aside = true;
	world.turn = modules_are_wanted_later;
	assert_true(read_along(NULL));
	assert_true(world.asked[0] >= 2);
	assert_true(world.asked_modules);
	assert_true(world.state.modules_ns > 0);
	(void)state;
}

/* They are silent: the time stands. */
static void test_modules_that_do_not_come(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	add_stream(NOBODY, 0, TT_TAIL_NEVER);
	world.streams[1].aside = true;
	world.turn = modules_are_wanted;
	assert_true(read_along(NULL));
	assert_int_equal(world.told_ns, world.begin_ns);
	assert_int_equal(world.state.modules_ns, 0);
	assert_int_equal(world.state.silent_uid, NOBODY);
	(void)state;
}

/* Nor is that of a CPU that is not plugged in, unless there is something in its buffer. */
static void test_absent_cpus_are_not_waited_for(void **state)
{
	for (uint64_t packets = 0; packets < 2; packets++) {
		begin(NULL);
		add_stream(ROOT, 0, TT_TAIL_NEVER);
		add_stream(ROOT, 1000000, TT_TAIL_NEVER);
		world.streams[1].packets = packets;
		world.turn = answer_first;
		assert_true(read_along(NULL));
		assert_int_equal(world.told_ns > world.begin_ns, !packets);
		assert_int_equal(world.cpus[0], packets ? 1000001 : 1);
	}
	(void)state;
}

static void test_lists_of_cpus(void **state)
{
	assert_int_equal(tt_cpus_last_of("0\n"), 0);
	assert_int_equal(tt_cpus_last_of("0-1\n"), 1);
	assert_int_equal(tt_cpus_last_of("0-3,8,10-127\n"), 127);
	assert_int_equal(tt_cpus_last_of(""), INT64_MAX);
	assert_int_equal(tt_cpus_last_of("0-"), INT64_MAX);
	assert_int_equal(tt_cpus_last_of("0-99999999999"), INT64_MAX);
	assert_int_equal(tt_cpus_last_of("2147483647"), INT32_MAX);
	assert_int_equal(tt_cpus_last_of("2147483648"), INT64_MAX);
	assert_int_equal(tt_cpus_last_of("all"), INT64_MAX);
	assert_in_range(tt_cpus_last_present(), 0, INT32_MAX);
	(void)state;
}

/* Once all buffers are known, who only wants news asks for nothing more. */
static void test_quiet_asks_for_nothing(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	world.turn = answer_root;
	assert_true(read_along(NULL));
	assert_int_equal(world.asked[0], 1);
	assert_int_equal(world.state.behind_ns, 0);
	(void)state;
}

static void test_pending_asks(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	world.turn = answer_root;
	world.pending = true;
	assert_true(read_along(NULL));
	assert_true(world.asked[0] > 1);
	(void)state;
}

/* Of a moment before the folder was looked through. */
static void answer_of_before(struct world *now)
{
	now->streams[0].end_ns = now_ns() - 5000000;
}

static void test_time_is_asked_for(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	world.turn = answer_of_before;
	world.next = TT_LIVE_TIME;
	assert_true(read_along(NULL));
	assert_true(world.asked[0] > 1);
	(void)state;
}

static void test_no_more_before_an_answer(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	world.next = TT_LIVE_TIME;
	world.pending = true;
	assert_true(read_along(NULL));
	assert_int_equal(world.asked[0], 1);
	assert_int_equal(world.told_ns, 0);
	assert_int_equal(world.state.complete_ns, 0);
	(void)state;
}

/* What describes the next event is not there yet: what was told stays what it was, and it is tried again. */
static void test_later(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	world.turn = answer_root;
	world.result = TT_TAIL_LATER;
	assert_true(read_along(NULL));
	assert_int_equal(world.state.complete_ns, 0);
	assert_int_equal(world.turns, TURNS);
	(void)state;
}

static void test_disorder_ends_it(void **state)
{
	GError *error = NULL;

	add_stream(ROOT, 0, TT_TAIL_NEVER);
	world.turn = answer_root;
	world.result = TT_TAIL_DISORDER;
	assert_false(read_along(&error));
	assert_string_equal(error->message, "disorder");
	g_error_free(error);
	(void)state;
}

static void test_without_a_beacon(void **state)
{
	GError *error = NULL;

	add_stream(ROOT, 0, TT_TAIL_NEVER);
	world.deaf = true;
	assert_false(read_along(&error));
	assert_true(g_error_matches(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE));
	g_error_free(error);
	(void)state;
}

/* Something comes after the folder was looked through, and a while passes until it is again: so long it is behind. */
static void is_held_up(struct world *now)
{
	if (now->turns < TURNS / 2)
		answer_root(now);
	if (now->turns == TURNS / 2)
		g_usleep(100000);
	now->pending = now->turns > TURNS / 2;
}

static void test_behind_since_the_last_listing(void **state)
{
	add_stream(ROOT, 0, TT_TAIL_NEVER);
	world.turn = is_held_up;
	assert_true(read_along(NULL));
	assert_true(world.state.behind_ns >= 100000000 + (TURNS / 2 - 2) * 10000000);
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_never_past_the_last_listing, begin),
	    cmocka_unit_test_setup(test_a_user_who_comes_stops_the_time, begin),
	    cmocka_unit_test_setup(test_each_user_is_asked, begin),
	    cmocka_unit_test_setup(test_and_goes_on_when_it_answers, begin),
	    cmocka_unit_test_setup(test_modules_are_not_waited_for, begin),
	    cmocka_unit_test_setup(test_modules_are_waited_for_where_wanted, begin),
	    cmocka_unit_test_setup(test_modules_are_asked_beside_a_request, begin),
	    cmocka_unit_test_setup(test_modules_that_do_not_come, begin),
	    cmocka_unit_test_setup(test_absent_cpus_are_not_waited_for, begin),
	    cmocka_unit_test(test_lists_of_cpus),
	    cmocka_unit_test_setup(test_quiet_asks_for_nothing, begin),
	    cmocka_unit_test_setup(test_pending_asks, begin),
	    cmocka_unit_test_setup(test_time_is_asked_for, begin),
	    cmocka_unit_test_setup(test_no_more_before_an_answer, begin),
	    cmocka_unit_test_setup(test_later, begin),
	    cmocka_unit_test_setup(test_disorder_ends_it, begin),
	    cmocka_unit_test_setup(test_without_a_beacon, begin),
	    cmocka_unit_test_setup(test_behind_since_the_last_listing, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
