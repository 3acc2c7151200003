/* SPDX-License-Identifier: MIT */
/*
 * Steering, by its functions: what is a plan; that a pause ends when the cycle can close, by its time, and by the
 * budget; that only threads of one cycle are let go; that they can meet before; and who only has a lock, or asks for
 * one. Call sites are addresses of this program, by number.
 */
#include "steer_case.h"

#include <dlfcn.h>
#include <link.h>

static void plans_are_read(void **state)
{
	(void)state;
	struct tt_steer_plan read;
	char text[] = "pause 5\nbudget 70\nmeet\nring 2\nedge\nheld x+y+0x1f\nwanted lib.so+0x2\nwanted x+0x3\n"
		      "edge\nheld h+0\nwanted w+0xffffffffffffffff\n";

	assert_true(tt_steer_plan_parse(text, &read));
	assert_int_equal(read.pause_ms, 5);
	assert_int_equal(read.budget_ms, 70);
	assert_true(read.meet);
	assert_int_equal(read.n, 2);
	assert_int_equal(read.ring, 2);
	const struct tt_steer_site *wanted = &read.edges[0].sites[TT_STEER_WANTED];
	assert_string_equal(read.edges[0].sites[TT_STEER_HELD].frames[0].module, "x+y");
	assert_int_equal(read.edges[0].sites[TT_STEER_HELD].frames[0].offset, 0x1f);
	assert_int_equal(wanted->n, 2);
	assert_string_equal(wanted->frames[1].module, "x");
	assert_true(read.edges[1].sites[TT_STEER_WANTED].frames[0].offset == UINT64_MAX);
}

static void what_is_none_is_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = {
	    "",
	    "edge\nheld x+1\nwanted x+2\n",                                     /* one alone is no cycle */
	    "ring 2\nedge\nheld x+1\nwanted x+2\nedge\nheld x+1\n",             /* asks for nothing */
	    "ring 3\nedge\nheld x+1\nwanted x+2\nedge\nheld x+1\nwanted x+2\n", /* too few */
	    "ring 4294967295\nedge\nheld x+1\nwanted x+2\nedge\nheld x+1\nwanted x+2\n",
	    "edge\nheld x+1\nedge\nheld x+2\n",                       /* nobody asks */
	    "edge\nwanted x+1\nedge\nwanted x+2\n",                   /* nobody has */
	    "waits x+1\nedge\nheld x+1\nedge\nwanted x+2\n",          /* of no edge */
	    "held x+1\nedge\nheld x+1\nwanted x+2\nedge\n",           /* of no edge */
	    "edge\nheld x\nwanted x+2\nedge\nheld x+1\nwanted x+2\n", /* no offset */
	    "edge\nheld +1\nwanted x+2\nedge\nheld x+1\nwanted x+2\n",
	    "edge\nheld x+1g\nwanted x+2\nedge\nheld x+1\nwanted x+2\n",
	    "pause -1\nedge\nheld x+1\nwanted x+2\nedge\nheld x+1\nwanted x+2\n",
	    "pause 4294967296\nedge\nheld x+1\nwanted x+2\nedge\nheld x+1\nwanted x+2\n",
	    "budget x\nedge\nheld x+1\nwanted x+2\nedge\nheld x+1\nwanted x+2\n",
	    "meet 1\nedge\nheld x+1\nwanted x+2\nedge\nheld x+1\nwanted x+2\n",
	    "edge 1\nheld x+1\nwanted x+2\nedge\nheld x+1\nwanted x+2\n",
	    "pause\nedge\nheld x+1\nwanted x+2\nedge\nheld x+1\nwanted x+2\n",
	    "edge\nheld x+1\nwanted x+2\nedge\nheld x+1\nwanted x+2\nasked x+3\n",
	    "wait 1\nedge\nheld x+1\nwanted x+2\nedge\nheld x+1\nwanted x+2\n",
	};
	struct tt_steer_plan read;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char *text = strdup(wrong[i]);
		must(text);
		assert_false(tt_steer_plan_parse(text, &read));
		free(text);
	}
	char many[2 + TT_STEER_EDGES * 32] = "";
	for (int i = 0; i <= TT_STEER_EDGES; i++)
		strcat(many, "edge\nheld x+1\nwanted x+2\n");
	assert_false(tt_steer_plan_parse(many, &read));
}

static void sites_are_found_by_module_and_offset(void **state)
{
	(void)state;
	struct tt_steer_plan read;

	must(tt_steer_plan_parse(plan(0, 0), &read));
	assert_int_equal(tt_steer_plan_match(&read, TT_STEER_HELD, site(HELD_1)), 0); /* not looked for yet */
	assert_true(tt_steer_plan_find(&read));
	assert_int_equal(tt_steer_plan_match(&read, TT_STEER_HELD, site(HELD_1)), 1);
	assert_int_equal(tt_steer_plan_match(&read, TT_STEER_WANTED, site(WANTED_2)), 2);
	assert_int_equal(tt_steer_plan_match(&read, TT_STEER_WANTED, site(HELD_1)), 0);
	must(tt_steer_plan_parse(plan(0, 0), &read));
	read.n = 1; /* what lies behind the edges is none */
	assert_true(tt_steer_plan_find(&read));
	assert_true(read.edges[0].sites[TT_STEER_WANTED].frames[0].address != 0);
	assert_int_equal(read.edges[1].sites[TT_STEER_WANTED].frames[0].address, 0);
	read.edges[1].sites[TT_STEER_WANTED].frames[0].address = (uintptr_t)site(WANTED_2);
	assert_int_equal(tt_steer_plan_match(&read, TT_STEER_WANTED, site(WANTED_1)), 1);
	assert_int_equal(tt_steer_plan_match(&read, TT_STEER_WANTED, site(WANTED_2)), 0);
	assert_int_equal(tt_steer_plan_edges(&read, TT_STEER_WANTED), 1);
	char absent[] = "edge\nheld gone.so+1\nwanted x+2\nedge\nheld x+1\nwanted x+2\n";
	must(tt_steer_plan_parse(absent, &read));
	assert_false(tt_steer_plan_find(&read));
}

/* Where the innermost functions of the nest below return to. */
static const void *returns[3];

__attribute__((noinline)) static uint32_t match_here(const struct tt_steer_plan *of)
{
	returns[0] = __builtin_return_address(0);
	uint32_t edges = tt_steer_plan_match(of, TT_STEER_WANTED, returns[0]);
	__asm__ volatile("" : "+r"(edges));
	return edges;
}

__attribute__((noinline)) static uint32_t inner(const struct tt_steer_plan *of)
{
	returns[1] = __builtin_return_address(0);
	uint32_t edges = match_here(of);
	__asm__ volatile("" : "+r"(edges));
	return edges;
}

__attribute__((noinline)) static uint32_t outer(const struct tt_steer_plan *of)
{
	returns[2] = __builtin_return_address(0);
	uint32_t edges = inner(of);
	__asm__ volatile("" : "+r"(edges));
	return edges;
}

/* For all calls, so that each has the same three frames. */
__attribute__((noinline)) static uint32_t top(const struct tt_steer_plan *of)
{
	uint32_t edges = outer(of);
	__asm__ volatile("" : "+r"(edges));
	return edges;
}

__attribute__((noinline)) static uint32_t another(const struct tt_steer_plan *of)
{
	uint32_t edges = inner(of);
	__asm__ volatile("" : "+r"(edges));
	return edges;
}

static ptrdiff_t offset(int i)
{
	return (const char *)returns[i] - (const char *)site(0);
}

/* Sites of a call chain, as far as one is recorded. */
static void call_chains_differ_in_any_frame(void **state)
{
	(void)state;
	struct tt_steer_plan read;
	char text[sizeof plan_text], name[256];
	const char *whole = strstr(plan(0, 0), "held ") + 5;

	if (dlsym(RTLD_DEFAULT, "__tsan_init")) /* there are no call chains, see call_chain.c */
		skip();
	snprintf(name, sizeof name, "%.*s", (int)(strchr(whole, '+') - whole), whole);
	memset(&read, 0, sizeof read);
	top(&read); /* learns the places */
	snprintf(text, sizeof text,
	         "edge\nheld %s+1\nwanted %s+0x%tx\nwanted %s+0x%tx\nwanted %s+0x%tx\n"
	         "edge\nheld %s+1\nwanted %s+0x%tx\nwanted %s+0x%tx\nwanted %s+0x%tx\n"
	         "edge\nheld %s+1\nwanted %s+0x%tx\n",
	         name, name, offset(0), name, offset(1), name, offset(2), name, name, offset(0), name, offset(1), name,
	         offset(2) + 1, name, name, offset(0));
	must(tt_steer_plan_parse(text, &read) && tt_steer_plan_find(&read));
	assert_int_equal(top(&read), 7); /* without call chains the first frame is all there is */
	must(!setenv("TRACE_THR_STACK", "8", 1));
	tt_stack_prepare();
	if (tt_stack_depth == 1) /* no unwinder is here */
		skip();
	assert_int_equal(top(&read), 5);
	assert_int_equal(another(&read), 4);
	tt_stack_depth = 3; /* the third frame is beyond what is taken */
	assert_int_equal(top(&read), 5);
	tt_stack_depth = 2;
	assert_int_equal(top(&read), 7);
	tt_stack_depth = 1;
}

/* Whether a thread that has its lock pauses where it asks for another: a pause takes all the time of these plans. */
static bool pauses_in(const struct link_map *library)
{
	tt_steer_acquired(&a, (const void *)(library->l_addr + HELD_1));
	tt_steer_request(&b, (const void *)(library->l_addr + WANTED_1));
	bool paused = !tt_steering;
	tt_steer_released_now(&a);
	return paused;
}

/* Its sites are looked for again as a thread begins. */
static void a_library_that_comes_later(void **state)
{
	(void)state;
	char text[sizeof plan_text];

	snprintf(text, sizeof text,
	         "pause 1\nbudget 1\nring 2\nedge\nheld libutil.so.1+0x%x\nwanted libutil.so.1+0x%x\n"
	         "edge\nheld x+1\nwanted x+2\n",
	         HELD_1, WANTED_1);
	steer_by(text);
	const struct link_map *library = dlopen("libutil.so.1", RTLD_NOW);
	must(library);
	assert_false(pauses_in(library));
	joined(started(nothing, NULL));
	assert_true(pauses_in(library));
}

static void walk_alone(void *walk_of_second)
{
	walk(walk_of_second);
	must(tt_steering); /* the other one is not here: the pause took its time */
}

/* Threads of the parent have no part in the child. */
static void parts_stay_behind_in_a_fork(void **state)
{
	(void)state;
	struct walk first = {&a, &b, HELD_1, WANTED_1, 0, 0}, second = {&b, &a, HELD_2, WANTED_2, 0, 0};

	steer(300, 1000 * 1000);
	tthr_thread *thread = started(walk, &first);
	wait_until(__atomic_load_n(&first.got, __ATOMIC_ACQUIRE));
	nap();
	in_child(walk_alone, &second);
	joined(thread);
}

/* After a pause, which lets nobody cancel the thread. */
static void cancellation_is_as_it_was(void **state)
{
	(void)state;
	struct walk alone = {&a, &b, HELD_1, WANTED_1, 0, 0};
	int before;

	steer(1, 10);
	errno = 77;
	walk(&alone);
	assert_int_equal(errno, 77);
	must(!pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before));
	assert_int_equal(before, PTHREAD_CANCEL_ENABLE);
}

static void what_is_no_plan_steers_nothing(void **state)
{
	(void)state;
	int error_output = dup(STDERR_FILENO), out[2];
	char text[256] = "";

	tt_steering = false;
	must(!pipe(out) && dup2(out[1], STDERR_FILENO) != -1);
	must(!setenv("TRACE_THR_STEER", "nonsense", 1));
	tt_steer_prepare();
	must(dup2(error_output, STDERR_FILENO) != -1 && !close(error_output) && !close(out[1]));
	assert_false(tt_steering);
	assert_true(read(out[0], text, sizeof text - 1) > 0 && strstr(text, "TRACE_THR_STEER"));
	close(out[0]);
	must(!unsetenv("TRACE_THR_STEER"));
	tt_steer_prepare();
	assert_false(tt_steering);
}

static void a_pause_ends_when_the_cycle_can_close(void **state)
{
	(void)state;
	struct walk first = {&a, &b, HELD_1, WANTED_1, 0, 0}, second = {&b, &a, HELD_2, WANTED_2, 0, 0};

	steer(1000 * 1000, 1000 * 1000);
	tthr_thread *thread = started(walk, &first);
	nap();
	assert_false(is_done(&first)); /* it would have to wait for the pause's end, 1000 s */
	walk(&second);
	joined(thread);
	assert_true(is_done(&first));
	assert_false(tt_steering); /* the plan is carried out */
}

static void *walk_having_read_thrice(void *arg)
{
	struct walk *walk = arg;

	for (int i = 0; i < 3; i++)
		tt_steer_acquired(walk->has, site(walk->held));
	for (int i = 0; i < 2; i++)
		tt_steer_released(walk->has);
	tt_steer_request(walk->wants, site(walk->wanted));
	__atomic_store_n(&walk->done, 1, __ATOMIC_RELEASE);
	tt_steer_released(walk->has);
	return NULL;
}

/* As a reader does: what was got thrice is still held when it was released twice. */
static void a_release_is_of_one_acquire(void **state)
{
	(void)state;
	struct walk first = {&a, &b, HELD_1, WANTED_1, 0, 0}, second = {&b, &a, HELD_2, WANTED_2, 0, 0};

	steer(1000 * 1000, 1000 * 1000);
	tthr_thread *thread = started(walk_having_read_thrice, &first);
	nap();
	nap();
	assert_false(is_done(&first));
	walk(&second);
	joined(thread);
	assert_false(tt_steering);
}

static void other_locks_close_nothing(void **state)
{
	(void)state;
	struct walk first = {&a, &b, HELD_1, WANTED_1, 0, 0}, second = {&c, &a, HELD_2, WANTED_2, 0, 0};

	steer(50, 1000 * 1000);
	double begin = now();
	tthr_thread *thread = started(walk, &first);
	walk(&second);
	joined(thread);
	assert_true(now() - begin >= 0.05);
	assert_true(tt_steering);
}

/* As in a ring, but of no ring: each asks for what another has, the last one too. */
static void all_that_is_asked_for_is_had(void **state)
{
	(void)state;
	struct walk first = {&a, &b, HELD_1, WANTED_1, 0, 0}, of_nobody = {&b, &c, HELD_2, WANTED_2, 0, 0},
		    second = {&b, &a, HELD_2, WANTED_2, 0, 0};
	char *text = plan(300, 1000 * 1000), *ring = strstr(text, "ring 2\n");

	memmove(ring, ring + strlen("ring 2\n"), strlen(ring + strlen("ring 2\n")) + 1);
	steer_by(text);
	tthr_thread *thread = started(walk, &first);
	walk(&of_nobody);
	joined(thread);
	assert_true(tt_steering);
	first.got = first.done = 0;
	steer(1000 * 1000, 1000 * 1000);
	thread = started(walk, &first);
	walk(&second);
	joined(thread);
	assert_false(tt_steering);
}

static void other_sites_pause_nobody(void **state)
{
	(void)state;
	struct walk elsewhere = {&a, &b, OTHER, WANTED_1, 0, 0}, asks_elsewhere = {&a, &b, HELD_1, OTHER, 0, 0},
		    mixed = {&a, &b, HELD_1, WANTED_2, 0, 0}, same = {&a, &a, HELD_1, WANTED_1, 0, 0};

	/* A pause would be longer than any test. */
	steer(1000 * 1000, 1000 * 1000);
	walk(&elsewhere);
	walk(&asks_elsewhere);
	walk(&mixed);
	walk(&same);
	assert_true(tt_steering);
}

static void all_pausing_ends_with_the_budget(void **state)
{
	(void)state;
	struct walk alone = {&a, &b, HELD_1, WANTED_1, 0, 0};

	steer(20, 50);
	double begin = now();
	for (int i = 0; i < 100; i++)
		walk(&alone);
	assert_false(tt_steering);
	assert_true(now() - begin < 1.9); /* 2 s, if each had paused */
}

static void threads_meet_before_they_get_a_lock(void **state)
{
	(void)state;
	struct walk first = {&a, &b, HELD_1, WANTED_1, 0, 0}, second = {&b, &a, HELD_2, WANTED_2, 0, 0};
	char text[sizeof plan_text + 8];

	snprintf(text, sizeof text, "meet\n%s", plan(1000 * 1000, 1000 * 1000));
	steer_by(text);
	tthr_thread *thread = started(walk, &first);
	nap();
	assert_false(__atomic_load_n(&first.got, __ATOMIC_ACQUIRE));
	walk(&second);
	joined(thread);
	assert_true(first.got && is_done(&first));
	assert_false(tt_steering);
}

static void circles_of_three_close(void **state)
{
	(void)state;
	static const char *const locks[] = {&a, &b, &c};
	char text[sizeof plan_text];
	struct walk walks[3];
	tthr_thread *threads[3];
	char *name = strchr(plan(0, 0), '\n'); /* the program's name stands there */

	name = strstr(name, "held ") + 5;
	*strchr(name, '+') = '\0';
	int n = snprintf(text, sizeof text, "pause 1000000\nbudget 1000000\nring 3\n");
	for (int i = 0; i < 3; i++) /* all philosophers at the same sites */
		n += snprintf(text + n, sizeof text - (size_t)n, "edge\nheld %s+0x%x\nwanted %s+0x%x\n", name, HELD_1,
		              name, WANTED_1);
	steer_by(text);
	for (int i = 0; i < 3; i++) {
		walks[i] = (struct walk){locks[i], locks[(i + 1) % 3], HELD_1, WANTED_1, 0, 0};
		threads[i] = started(walk, &walks[i]);
	}
	for (int i = 0; i < 3; i++)
		joined(threads[i]);
	assert_false(tt_steering);
}

/* One that waits with a lock for something else is not paused; who asks for that lock is, until it is had. */
static void who_asks_is_paused_until_it_is_had(void **state)
{
	(void)state;
	struct walk asks = {&c, &a, OTHER, WANTED_2, 0, 0};
	char text[sizeof plan_text], *name = strstr(plan(0, 0), "held ") + 5;

	*strchr(name, '+') = '\0';
	snprintf(text, sizeof text,
	         "pause 1000000\nbudget 1000000\nedge\nheld %s+0x%x\nwaits %s+0x%x\nedge\nwanted %s+0x%x\n", name,
	         HELD_1, name, WANTED_1, name, WANTED_2);
	steer_by(text);
	tthr_thread *thread = started(walk, &asks);
	nap();
	assert_false(is_done(&asks));
	tt_steer_acquired(&b, site(HELD_1)); /* another lock */
	nap();
	assert_false(is_done(&asks));
	tt_steer_acquired(&a, site(HELD_1));
	joined(thread);
	assert_true(is_done(&asks));
	assert_false(tt_steering);
	tt_steer_released_now(&b);
	tt_steer_released_now(&a);
}

/* A reader asks for what it has, and a writer goes first. */
static void who_reads_again_waits_for_a_writer(void **state)
{
	(void)state;
	struct walk reads = {&a, &a, HELD_1, WANTED_1, 0, 0}, writes = {&c, &a, OTHER, WANTED_2, 0, 0};
	char text[sizeof plan_text], *name = strstr(plan(0, 0), "held ") + 5;

	*strchr(name, '+') = '\0';
	snprintf(text, sizeof text,
	         "pause 1000000\nbudget 1000000\nring 1\nedge\nheld %s+0x%x\nwanted %s+0x%x\nedge\nwanted %s+0x%x\n",
	         name, HELD_1, name, WANTED_1, name, WANTED_2);
	steer_by(text);
	tthr_thread *thread = started(walk, &reads);
	nap();
	assert_false(is_done(&reads));
	double begin = now();
	walk(&writes);
	joined(thread);
	assert_true(now() - begin >= 0.05); /* which is gone on its way by then */
	assert_true(is_done(&reads));
	assert_false(tt_steering);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plans_are_read),
	    cmocka_unit_test(what_is_none_is_refused),
	    cmocka_unit_test(sites_are_found_by_module_and_offset),
	    cmocka_unit_test(call_chains_differ_in_any_frame),
	    cmocka_unit_test(a_library_that_comes_later),
	    cmocka_unit_test(what_is_no_plan_steers_nothing),
	    cmocka_unit_test(parts_stay_behind_in_a_fork),
	    cmocka_unit_test(cancellation_is_as_it_was),
	    cmocka_unit_test(a_pause_ends_when_the_cycle_can_close),
	    cmocka_unit_test(a_release_is_of_one_acquire),
	    cmocka_unit_test(other_locks_close_nothing),
	    cmocka_unit_test(all_that_is_asked_for_is_had),
	    cmocka_unit_test(other_sites_pause_nobody),
	    cmocka_unit_test(all_pausing_ends_with_the_budget),
	    cmocka_unit_test(threads_meet_before_they_get_a_lock),
	    cmocka_unit_test(circles_of_three_close),
	    cmocka_unit_test(who_asks_is_paused_until_it_is_had),
	    cmocka_unit_test(who_reads_again_waits_for_a_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
