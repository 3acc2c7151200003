/* SPDX-License-Identifier: MIT */
/* Modules are told before the events, though LTTng writes them later. */
#include "tests/unit/tools/leaks.h"
#include "tests/unit/tools/reading.h"

#define BIN_INFO "u64 _baddr; u64 _memsz; string _path; u8 _is_pic; u8 _has_build_id; u8 _has_debug_link;"

/* The number of events told when each module was. */
struct order {
	GArray *events_before;
	guint events;
	int64_t module_ns;
	bool go_on;
};

static bool count_event(const struct tt_event *event, void *data)
{
	(void)event;
	((struct order *)data)->events++;
	return true;
}

static bool note_module(const struct tt_module *module, void *data)
{
	struct order *order = data;

	g_array_append_val(order->events_before, order->events);
	order->module_ns = module->time_ns;
	return order->go_on;
}

static void put_event(struct ctf *ctf, unsigned class, uint64_t time_ns)
{
	ctf_event(ctf, class, time_ns, 41);
	ctf_what(ctf, 41, "worker", "queue", 7);
}

static void put_module(struct ctf *ctf, unsigned class, uint64_t time_ns)
{
	ctf_event(ctf, class, time_ns, 41);
	ctf_put(ctf, 0x10000, 8);
	ctf_put(ctf, 0x1000, 8);
	ctf_text(ctf, "/bin/a");
	ctf_put(ctf, 1, 1);
	ctf_put(ctf, 0, 1);
	ctf_put(ctf, 0, 1);
}

/* What is told of the trace of the fixture. */
static void read_in_order(struct fixture *f, struct order *order)
{
	const struct tt_trace_handler handler = {.event = count_event, .module = note_module};

	order->events_before = g_array_new(FALSE, FALSE, sizeof(guint));
	assert_true(tt_trace_read(f->folder, &handler, order, &f->summary, &f->error));
}

static void check_first(struct fixture *f)
{
	struct order order = {.go_on = true};

	read_in_order(f, &order);
	assert_int_equal(order.events, 2);
	assert_int_equal(f->summary.events, 2);
	assert_int_equal(order.events_before->len, 1);
	assert_int_equal(g_array_index(order.events_before, guint, 0), 0);
	assert_int_equal(order.module_ns, 20);
	g_array_free(order.events_before, TRUE);
}

/* As trace-thr record does it: a channel for the modules. */
static void test_own_stream(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	put_event(&ctf, 0, 10);
	put_event(&ctf, 0, 30);
	ctf_end_stream(&ctf);
	ctf_stream(&ctf, 1);
	ctf_class(&ctf, "lttng_ust_statedump:bin_info", BIN_INFO);
	put_module(&ctf, ctf.n_classes - 1, 20);
	ctf_end(&ctf);
	check_first(f);
}

/* As a recording by hand. */
static void test_one_stream(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);

	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	ctf_class(&ctf, "lttng_ust_statedump:bin_info", BIN_INFO);
	put_event(&ctf, 0, 10);
	put_module(&ctf, 1, 20);
	put_event(&ctf, 0, 30);
	ctf_end(&ctf);
	check_first(f);
}

static void test_stop(void **state)
{
	struct fixture *f = *state;
	struct ctf ctf = ctf_begin(f->folder);
	struct order order = {.go_on = false};

	ctf_class(&ctf, "trace_thr:event_clear", CTF_WHAT);
	ctf_class(&ctf, "lttng_ust_statedump:bin_info", BIN_INFO);
	put_event(&ctf, 0, 10);
	put_module(&ctf, 1, 20);
	put_module(&ctf, 1, 21);
	ctf_end(&ctf);
	read_in_order(f, &order);
	assert_int_equal(order.events_before->len, 1);
	assert_int_equal(order.events, 0);
	g_array_free(order.events_before, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_own_stream), TEST(test_one_stream), TEST(test_stop)};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
