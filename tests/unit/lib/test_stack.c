/* SPDX-License-Identifier: MIT */
/*
 * Call chains: what is beyond the caller, how much of it, and that taking it allocates nothing. The functions of the
 * nest must stay as they are written: none inlined, no call the last thing of its function.
 */
#include "wait.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "libtrace_thr/src/trace/call_chain.h"

#define NEST __attribute__((noinline))
#define STAY __asm__ volatile("" ::: "memory")
#define RETURN_ADDRESS ((uint64_t)(uintptr_t)__builtin_return_address(0))

enum { DEEP = 100 };

static const char variable[] = "TRACE_THR_STACK";

static struct tt_stack room;
static uint64_t sites[8]; /* where each level of the nest returns to, the innermost first */

static unsigned n_backtraces;

/* Glibc's, which is asked for a while. */
int backtrace(void **frames, int size)
{
	union {
		void *address;
		int (*call)(void **frames, int size);
	} next = {.address = dlsym(RTLD_NEXT, "backtrace")};

	n_backtraces += size > 0;
	return next.call(frames, size);
}

/* As when the library loads, with the variable set so. */
static void prepare(const char *value)
{
	must(!(value ? setenv(variable, value, 1) : unsetenv(variable)));
	tt_stack_depth = 1;
	tt_stack_prepare();
}

/* As a function of the library does for its caller. */
static NEST void take(void)
{
	const struct tt_stack *stack = TT_STACK(__builtin_return_address(0));

	room.n = stack->n;
	memcpy(room.frames, stack->frames, stack->n * sizeof stack->frames[0]);
	STAY;
}

/* With a wrong idea of who called. */
static NEST void take_of_another(const void *caller)
{
	room.n = 0;
	if (tt_stack_depth > 1)
		tt_stack_take(&room, caller);
	STAY;
}

#define LEVEL(name, n, inner)                                                                                          \
	static NEST void name(void)                                                                                    \
	{                                                                                                              \
		sites[n] = RETURN_ADDRESS;                                                                             \
		inner;                                                                                                 \
		STAY;                                                                                                  \
	}
LEVEL(level_0, 0, take())
LEVEL(level_1, 1, level_0())
LEVEL(level_2, 2, level_1())
LEVEL(level_3, 3, level_2())
LEVEL(level_4, 4, level_3())
LEVEL(level_5, 5, level_4())
LEVEL(level_6, 6, level_5())
LEVEL(level_7, 7, level_6())

static NEST void dive(unsigned levels)
{
	if (levels)
		dive(levels - 1);
	else
		take();
	STAY;
}

static void assert_nest(unsigned n)
{
	assert_int_equal(room.n, n);
	for (unsigned i = 0; i < n; i++)
		assert_true(room.frames[i] == sites[i]);
}

/* Whether the descriptors are the two ends of one pipe. */
static bool are_a_pipe(const int ends[2])
{
	struct stat first, second;

	return !fstat(ends[0], &first) && !fstat(ends[1], &second) && S_ISFIFO(first.st_mode) &&
	       first.st_ino == second.st_ino && first.st_dev == second.st_dev && ends[0] != ends[1];
}

/* As a program that is started without one of the standard descriptors. */
static int look_at_descriptors(int closed)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		must((fcntl(fd, F_GETFD) == -1) == (fd == closed));
	must(are_a_pipe(tt_stack_pipe) && tt_stack_pipe[0] > STDERR_FILENO && tt_stack_pipe[1] > STDERR_FILENO);
	for (int fd = STDERR_FILENO + 1; fd < 200; fd++)
		must(fcntl(fd, F_GETFD) == -1 || fd == tt_stack_pipe[0] || fd == tt_stack_pipe[1]);
	return 0;
}

static void start_without(void *closed)
{
	const char number[] = {(char)('0' + *(const int *)closed), '\0'};

	for (int fd = STDERR_FILENO + 1; fd < 200; fd++)
		close(fd);
	must(!close(*(const int *)closed) && !setenv(variable, "8", 1));
	execl("/proc/self/exe", "test_stack", number, NULL);
	must(false);
}

/* Before the unwinder has its pipe: none of its numbers is that of a standard descriptor which is closed. */
static void standard_descriptors_stay_closed(void **state)
{
	(void)state;
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		in_child(start_without, &fd);
}

/* Among other descriptors, and pipes of which one end is elsewhere. */
static void the_unwinders_pipe_is_found(void **state)
{
	(void)state;
	int other[2], files[2] = {open("/dev/null", O_RDONLY), open("/dev/null", O_RDONLY)};

	must(files[0] != -1 && files[1] != -1 && !pipe(other));
	int far = fcntl(other[1], F_DUPFD, 200);
	must(far >= 200 && !close(other[1]));
	prepare("8");
	int first[2] = {tt_stack_pipe[0], tt_stack_pipe[1]};
	assert_true(are_a_pipe(first));
	assert_int_not_equal(first[0], other[0]);
	must(!close(files[0]));
	tt_stack_pipe[0] = tt_stack_pipe[1] = -1;
	prepare("8"); /* the pipe is there now, behind what is open */
	assert_int_equal(tt_stack_pipe[0], first[0]);
	assert_int_equal(tt_stack_pipe[1], first[1]);
	tt_stack_pipe[0] = tt_stack_pipe[1] = -1;
	/* The first that is free is now beyond the pipe; behind it is a file that is open twice, which is no pipe. */
	int low = fcntl(files[1], F_DUPFD, first[1] + 1), twice[2];
	must(low == files[0] || low > first[1]);
	for (int fd = 0; fd <= first[1]; fd++)
		must(fcntl(fd, F_GETFD) != -1 || fcntl(files[1], F_DUPFD, fd) == fd);
	for (int i = 0; i < 2; i++)
		must((twice[i] = fcntl(files[1], F_DUPFD, low + 2)) != -1);
	prepare("8");
	assert_int_equal(tt_stack_pipe[0], -1);
	close(low);
	close(twice[0]);
	close(twice[1]);
	close(files[0]);
	close(files[1]);
	close(other[0]);
	close(far);
}

static void beyond_the_caller_in_order(void **state)
{
	(void)state;
	prepare("8");
	assert_int_equal(tt_stack_depth, 8);
	level_7();
	assert_nest(7);
}

static void up_to_the_outermost(void **state)
{
	(void)state;
	void *all[TT_STACK_MAX];
	int n = backtrace(all, TT_STACK_MAX);

	assert_true(n > 1 && n < TT_STACK_MAX);
	prepare("64");
	level_1();
	assert_true(room.n > 1);
	assert_true(room.frames[room.n - 1] == (uint64_t)(uintptr_t)all[n - 1]);
}

static void no_deeper_than_asked(void **state)
{
	(void)state;
	prepare("3");
	level_7();
	assert_nest(2);
	prepare("2");
	level_7();
	assert_nest(1);
	prepare("9");
	level_7();
	assert_nest(8);
	prepare("12");
	assert_int_equal(tt_stack_depth, 12);
}

static void nothing_unless_asked(void **state)
{
	static const char *const values[] = {NULL, "", "1", "0", "-7", "deep", "-9223372036854775809"};

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		n_backtraces = 0;
		prepare(values[i]);
		assert_int_equal(n_backtraces, 0); /* and nothing is loaded for it */
		assert_int_equal(tt_stack_depth, 1);
		room.n = 9;
		level_7();
		assert_int_equal(room.n, 0);
	}
}

static void no_deeper_than_there_is_room(void **state)
{
	static const char *const values[] = {"64", "65", "4294967297", "99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		prepare(values[i]);
		assert_int_equal(tt_stack_depth, TT_STACK_MAX);
		dive(DEEP);
		assert_int_equal(room.n, TT_STACK_MAX - 1);
	}
}

static NEST void dive_with(unsigned levels, const void *caller)
{
	if (levels)
		dive_with(levels - 1, caller);
	else
		take_of_another(caller);
	STAY;
}

static unsigned n_between;

/* Whose caller is many functions away, as of a library that has many of its own. */
static NEST void take_from_afar(void)
{
	dive_with(n_between, __builtin_return_address(0));
	STAY;
}
LEVEL(far_0, 0, take_from_afar())
LEVEL(far_1, 1, far_0())
LEVEL(far_2, 2, far_1())
LEVEL(far_3, 3, far_2())

/* As far away as there is room for: to the very last place the chain is whole, and beyond it there is none. */
static void a_caller_that_is_far(void **state)
{
	(void)state;
	unsigned farthest = 0;

	prepare("4");
	for (n_between = 0; n_between < DEEP; n_between++) {
		far_3();
		if (!room.n)
			continue;
		assert_nest(3);
		assert_true(n_between == 0 || farthest == n_between - 1);
		farthest = n_between;
	}
	assert_in_range(farthest, 6, 12);
}

/* Better none than that of another. */
static void none_of_a_caller_elsewhere(void **state)
{
	(void)state;
	prepare("8");
	for (unsigned levels = 0; levels < DEEP; levels += DEEP / 4) {
		dive_with(levels, NULL);
		assert_int_equal(room.n, 0);
		dive_with(levels, (const void *)(uintptr_t)sites[0]);
		assert_int_equal(room.n, 0);
	}
}

/* Allocations of this thread while it watches. The sanitizers have a malloc of their own. */
static __thread bool watching;
static __thread unsigned allocations;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);

__attribute__((visibility("default"))) void *malloc(size_t size)
{
	allocations += watching;
	return __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t n, size_t size)
{
	allocations += watching;
	return __libc_calloc(n, size);
}

__attribute__((visibility("default"))) void *realloc(void *block, size_t size)
{
	allocations += watching;
	return __libc_realloc(block, size);
}
#endif

static void *take_without_malloc(void *arg)
{
	tt_stack_prepare_thread();
	watching = true;
	level_7();
	dive(DEEP);
	level_7();
	watching = false;
	must(!allocations);
	return arg;
}

static void in_a_thread(void *(*task)(void *arg))
{
	struct crew crew;

	crew_start(&crew, 1, task, NULL);
	crew_join(&crew);
}

static void no_allocation_once_prepared(void **state)
{
	(void)state;
	prepare("8");
	in_a_thread(take_without_malloc);
	assert_nest(7);
}

/* The other unwinder tells the same, and does not allocate either. */
static void the_same_once_code_is_gone(void **state)
{
	(void)state;
	prepare("8");
	tt_unwinder_distrust();
	n_backtraces = 0;
	level_7();
	assert_nest(7);
	assert_true(n_backtraces > 0);
	memset(&room, 0, sizeof room);
	in_a_thread(take_without_malloc);
	assert_nest(7);
	dive_with(DEEP, NULL);
	assert_int_equal(room.n, 0);
	prepare("1");
	tt_unwinder_distrust();
	level_7();
	assert_int_equal(room.n, 0);
	tt_unwinder_trust();
	tt_unwinder_trust();
	prepare("8");
	n_backtraces = 0;
	level_7();
	assert_nest(7);
	assert_int_equal(n_backtraces, 0);
}

static void ask_the_other(void *arg)
{
	(void)arg;
	n_backtraces = 0;
	level_7();
	must(n_backtraces > 0);
	must(room.n == 7 && !memcmp(room.frames, sites, 7 * sizeof sites[0]));
}

/* There libunwind's locks may be somebody's who is not there any more. */
static void in_a_forked_child_the_other_is_asked(void **state)
{
	(void)state;
	n_backtraces = 0;
	prepare("8");
	assert_true(n_backtraces > 0); /* once before it is needed: what it loads is there */
	in_child(ask_the_other, NULL);
}

#ifdef __x86_64__
/* Code without unwind tables, as of a runtime that makes its own: calls `function` with the frame pointer given. */
void without_tables(void (*function)(void), uint64_t frame_pointer);
__asm__(".text\n"
        ".type without_tables, @function\n"
        "without_tables:\n"
        "	push %rbp\n"
        "	mov %rsi, %rbp\n"
        "	call *%rdi\n"
        "	pop %rbp\n"
        "	ret\n"
        ".size without_tables, .-without_tables\n");

static uint64_t frame_of_itself[2];

static void *take_beyond_tables(void *arg)
{
	static const uint64_t wrong[] = {0, 1, 0x10, 0x00007fff00000000, 0xdead000000000000, UINT64_MAX - 7};

	tt_stack_prepare_thread();
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		without_tables(level_3, wrong[i]);
		must(room.n >= 3 && !memcmp(room.frames, sites, 3 * sizeof sites[0]));
	}
	frame_of_itself[0] = frame_of_itself[1] = (uint64_t)(uintptr_t)frame_of_itself;
	without_tables(level_3, frame_of_itself[0]);
	must(room.n >= 3 && !memcmp(room.frames, sites, 3 * sizeof sites[0]));
	return arg;
}

static void stacks_that_cannot_be_followed(void **state)
{
	(void)state;
	prepare("64");
	in_a_thread(take_beyond_tables);
	tt_unwinder_distrust();
	in_a_thread(take_beyond_tables);
}
#endif

int main(int argc, char **argv)
{
	/* ThreadSanitizer has its limits: see call_chain.c. */
	if (dlsym(RTLD_DEFAULT, "__tsan_init"))
		return 0;
	if (argc > 1)
		return look_at_descriptors(atoi(argv[1]));
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(standard_descriptors_stay_closed),
	    cmocka_unit_test(the_unwinders_pipe_is_found),
	    cmocka_unit_test(beyond_the_caller_in_order),
	    cmocka_unit_test(up_to_the_outermost),
	    cmocka_unit_test(no_deeper_than_asked),
	    cmocka_unit_test(nothing_unless_asked),
	    cmocka_unit_test(no_deeper_than_there_is_room),
	    cmocka_unit_test(a_caller_that_is_far),
	    cmocka_unit_test(none_of_a_caller_elsewhere),
	    cmocka_unit_test(no_allocation_once_prepared),
	    cmocka_unit_test(the_same_once_code_is_gone),
	    cmocka_unit_test(in_a_forked_child_the_other_is_asked),
#ifdef __x86_64__
	    cmocka_unit_test(stacks_that_cannot_be_followed),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
