/* SPDX-License-Identifier: MIT */
#include <link.h>
#include <unistd.h>

#include "leaks.h"
#include "feed.h"
#include "tools/finding/fingerprint.h"
#include "tools/finding/access.h"
#include "tools/check/rules.h"
#include "tools/finding/suppressions.h"

/* Findings whose sites have names, which are functions of this program: what silences them, and what they are known by.
 */

static volatile int steps;

__attribute__((noinline)) static void take_first(void)
{
	steps += 1;
	steps += 2;
}

__attribute__((noinline)) static void take_second(void)
{
	steps += 3;
	steps += 4;
}

__attribute__((noinline)) static void drive(void)
{
	steps += 5;
	steps += 6;
}

static int look_at_self(struct dl_phdr_info *info, size_t size, void *data)
{
	struct tt_module *self = data;

	(void)size;
	self->base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type == PT_LOAD)
			self->size = MAX(self->size, info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz);
	}
	return 1;
}

/* A feed that knows this program. */
static struct feed begin(void)
{
	char path[4096] = "";
	struct feed feed = feed_new(false);
	struct tt_module self = {.pid = feed.pid, .time_ns = FEED_ORIGIN, .path = path};

	assert_true(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
	dl_iterate_phdr(look_at_self, &self);
	tt_symbols_add(feed.check->symbols, &self);
	return feed;
}

/* Within the function. */
static uint64_t in(void (*function)(void))
{
	return (uint64_t)(uintptr_t)function + 4;
}

/* A finding of T1, who has `held` and wants `wanted`, at those sites; 0 unknown. */
static struct tt_finding *add(struct feed *feed, const char *held, uint64_t held_at, const char *wanted,
                              uint64_t wanted_at)
{
	struct tt_finding *finding = tt_finding_new(&tt_rules[TT_RULE_ORDER], TT_LEVEL_POTENTIAL, NULL);

	FEED(feed, T1, lock_acquired, .id = A, .name = held, .depth = 1);
	FEED(feed, T1, lock_wait, .id = B, .name = wanted);
	struct tt_process *process = feed->check->model->processes->pdata[0];
	struct tt_edge edge = {.thread = tt_model_thread(process, T1),
	                       .held = tt_model_object(process, A),
	                       .held_caller = held_at,
	                       .held_ns = FEED_ORIGIN + 1,
	                       .wanted = tt_model_object(process, B),
	                       .wanted_mode = TT_MODE_SHARED,
	                       .wanted_caller = wanted_at,
	                       .wanted_ns = FEED_ORIGIN + 2};
	g_array_append_val(finding->edges, edge);
	g_ptr_array_add(feed->check->findings, finding);
	return finding;
}

static bool is_silenced(struct feed *feed, struct tt_finding *finding, const char *line)
{
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("trace-thr-test-XXXXXX", &path, NULL);

	close(fd);
	assert_true(g_file_set_contents(path, line, -1, NULL));
	struct tt_suppressions *suppressions = tt_suppressions_read(path, NULL);
	unlink(path);
	assert_non_null(suppressions);
	g_clear_pointer(&finding->suppressed, g_free);
	tt_suppressions_apply(suppressions, feed->check);
	tt_suppressions_free(suppressions);
	return finding->suppressed;
}

/* By function, file with and without its folder, of what is held and what is wanted, and of their callers. */
static void test_silenced(void **state)
{
	static const struct {
		const char *line;
		bool silences;
	} cases[] = {
	    {"TT011:function:take_first", true},
	    {"TT011:function:take_second", true},
	    {"TT011:take_*", true},
	    {"TT011:function:drive", true},
	    {"TT011:function:take", false},
	    {"TT011:lock:take_first", false},
	    {"TT011:thread:take_first", false},
	    {"TT011:file:take_first", false},
	    {"TT011:file:test_named_sites.c", true},
	    {"TT011:file:*tools/test_named_sites.c", true},
	    {"TT011:test_named_sites.c", true},
	    {"TT011:file:named_sites.c", false},
	    {"TT011:function:*.c", false},
	    {"TT010:function:take_first", false},
	};
	struct tt_stack *stack = g_malloc0(sizeof *stack + sizeof stack->frames[0]);

	stack->n = 1;
	stack->frames[0] = in(drive);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = begin();
		struct tt_finding *finding = add(&feed, "a", in(take_first), "b", in(take_second));

		tt_finding_edge(finding, 0)->wanted_stack = stack;
		if (is_silenced(&feed, finding, cases[i].line) != cases[i].silences)
			fail_msg("%s %s", cases[i].line, cases[i].silences ? "silences nothing" : "silences it");
		feed_free(&feed);
	}
	g_free(stack);
	(void)state;
}

/* Nobody knows where: nor then by files. */
static void test_no_sites(void **state)
{
	struct feed feed = begin();
	struct tt_finding *finding = add(&feed, "a", 0, "b", 0);

	assert_false(is_silenced(&feed, finding, "TT011:file:*"));
	assert_false(is_silenced(&feed, finding, "TT011:function:*"));
	assert_true(is_silenced(&feed, finding, "TT011:*"));
	feed_free(&feed);
	(void)state;
}

/* The line that silences it: by a name that is the same in the next run, else by the function, else by what there is.
 */
static void test_line_for(void **state)
{
	static const struct {
		const char *held, *wanted;
		bool sites;
		const char *line;
	} cases[] = {
	    {"a", "b", true, "TT011:lock:b"},
	    {"a", "Lock-2", true, "TT011:lock:a"},
	    {"Lock-1", "Lock-2", true, "TT011:function:take_second"},
	    {"Lock-1", "Lock-2", false, "TT011:lock:Lock-1"},
	    {"a", " b*c ", true, "TT011:lock:?b?c?"},
	    {"a", "b c", true, "TT011:lock:b c"},
	    {"a", " ", true, "TT011:lock:?"},
	    {"a", "b\nc", true, "TT011:lock:b?c"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct feed feed = begin();
		bool sites = cases[i].sites;
		struct tt_finding *finding =
		    add(&feed, cases[i].held, sites ? in(take_first) : 0, cases[i].wanted, sites ? in(take_second) : 0);
		g_autofree char *line = tt_suppression_for(feed.check, finding);

		assert_string_equal(line, cases[i].line);
		assert_true(is_silenced(&feed, finding, line));
		feed_free(&feed);
	}
	(void)state;
}

/* Of a thread that is joined the name is no lock's. */
static void test_line_for_threads(void **state)
{
	struct feed feed = begin();
	struct tt_finding *finding = add(&feed, "a", 0, "b", 0);
	struct tt_edge *edge = tt_finding_edge(finding, 0);

	edge->held = NULL;
	edge->wanted = edge->thread->object;
	g_autofree char *unknown = tt_suppression_for(feed.check, finding);
	assert_string_equal(unknown, "TT011:thread:T1");
	edge->wanted_caller = in(take_first);
	g_autofree char *known = tt_suppression_for(feed.check, finding);
	assert_string_equal(known, "TT011:function:take_first");
	g_array_set_size(finding->edges, 0);
	g_autofree char *any = tt_suppression_for(feed.check, finding);
	assert_string_equal(any, "TT011:*");
	feed_free(&feed);
	(void)state;
}

/* Baselines of earlier versions hold: what a finding is known by does not change. */
static void test_fingerprints_stay(void **state)
{
	static const char *const wanted[] = {"c30cd570799875fc", "2e8a4286a1b3dfe1", "3131a4536f6986af",
	                                     "2aa52e615beb8a3d", "2aa52e615beb8a3d"};

	for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
		struct feed feed = begin();
		bool sites = i == 1 || i == 2;
		struct tt_finding *finding =
		    add(&feed, "mutex conn.c:120#2", sites ? in(take_first) : 0, "b", sites ? in(take_second) : 0);

		if (i == 2)
			tt_finding_edge(finding, 0)->held = NULL;
		if (i >= 3) { /* a circle, begun at either end */
			struct tt_edge edge = *tt_finding_edge(finding, 0);
			edge.held = edge.thread->object;
			edge.held_mode = TT_MODE_SHARED;
			g_array_insert_val(finding->edges, i - 3, edge);
			finding->cycle = true;
		}
		g_autofree char *fingerprint = tt_fingerprint(feed.check, finding);
		assert_string_equal(fingerprint, wanted[i]);
		assert_int_equal(tt_fingerprint_is_firm(feed.check, finding), sites);
		feed_free(&feed);
	}
	(void)state;
}

/* Of three edges, two alike: the circle is the same wherever it begins. */
static void test_circle_of_three(void **state)
{
	const char *prints[3];

	for (unsigned i = 0; i < 3; i++) {
		struct feed feed = begin();
		struct tt_finding *finding = add(&feed, "a", 0, "b", 0);
		struct tt_edge edge = *tt_finding_edge(finding, 0), other = edge;

		other.wanted_mode = TT_MODE_EXCLUSIVE;
		finding->cycle = true;
		g_array_set_size(finding->edges, 0);
		for (unsigned j = 0; j < 3; j++)
			g_array_append_val(finding->edges, *((i + j) % 3 == 1 ? &other : &edge));
		g_autofree char *fingerprint = tt_fingerprint(feed.check, finding);
		prints[i] = g_intern_string(fingerprint);
		feed_free(&feed);
	}
	assert_string_equal(prints[0], prints[1]);
	assert_string_equal(prints[0], prints[2]);
	(void)state;
}

/* The callers of what is shown, as far as the program's own code goes. */
static void test_callers(void **state)
{
	struct tt_stack *stack = g_malloc0(sizeof *stack + 3 * sizeof stack->frames[0]);
	struct feed feed = begin();
	struct tt_finding *finding = add(&feed, "a", in(take_first), "b", in(take_second));
	guint first, end;

	stack->n = 3;
	stack->frames[0] = in(drive);
	stack->frames[1] = in(take_first);
	stack->frames[2] = 0x10; /* nobody knows what that is */
	tt_finding_edge(finding, 0)->wanted_stack = stack;
	struct tt_access wants = tt_edge_request(tt_finding_edge(finding, 0));
	struct tt_access holds = tt_edge_acquire(tt_finding_edge(finding, 0));
	g_autoptr(GPtrArray) frames = tt_access_frames(feed.check, &wants);
	g_autoptr(GPtrArray) none = tt_access_frames(feed.check, &holds);
	tt_access_callers(feed.check, &wants, frames, &first, &end);
	assert_int_equal(first, 1);
	assert_int_equal(end, 4);
	assert_string_equal(((const struct tt_site *)frames->pdata[first])->function, "drive");
	tt_access_callers(feed.check, &holds, none, &first, &end);
	assert_int_equal(first, end);
	tt_access_callers(feed.check, &wants, NULL, &first, &end);
	assert_int_equal(first, end);
	feed_free(&feed);
	g_free(stack);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_silenced),          cmocka_unit_test(test_no_sites),
	    cmocka_unit_test(test_line_for),          cmocka_unit_test(test_line_for_threads),
	    cmocka_unit_test(test_fingerprints_stay), cmocka_unit_test(test_circle_of_three),
	    cmocka_unit_test(test_callers),
	};

	take_first();
	take_second();
	drive();
	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
