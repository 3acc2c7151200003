/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/trace/call_chain.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * libunwind, if it is there: ten times as fast as glibc, since it keeps the layout of each frame by its address. In a
 * scope of its own (RTLD_LOCAL): it also defines the _Unwind_* functions, which the program must go on taking from its
 * compiler's library.
 */
static int (*unwind)(void **frames, int size);

/* Why libunwind is not to be asked now. */
static uint32_t doubts;

uint32_t tt_stack_depth = 1;
const struct tt_stack tt_stack_none;

/* The frames of our own below the caller's, and the caller's: mostly, since each costs time, and at most. */
enum { USUAL_OWN_FRAMES = 5, MOST_OWN_FRAMES = 13 };

/*
 * Whether locks are taken by way of ThreadSanitizer, which does not survive those that libunwind takes when a thread
 * begins and ends; or of a runtime like it in the program itself, whose functions stand before all others.
 */
static bool locks_are_watched(void)
{
	const void *lock = dlsym(RTLD_DEFAULT, "pthread_mutex_lock");
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives it as a number */
	const void *entry = (const void *)getauxval(AT_ENTRY);
	Dl_info of_lock, of_program;

	if (dlsym(RTLD_DEFAULT, "__tsan_init"))
		return true;
	return lock && dladdr(lock, &of_lock) && dladdr(entry, &of_program) &&
	       of_lock.dli_fbase == of_program.dli_fbase;
}

int tt_stack_pipe[2] = {-1, -1};

/* The pipe, among the descriptors from the first that was free before it was made. */
static void find_pipe(int first)
{
	enum { SPAN = 16 }; /* LTTng's threads may open some at the same time */
	struct stat file, other;

	for (int fd = first; fd < first + SPAN; fd++) {
		if (fstat(fd, &file) || !S_ISFIFO(file.st_mode))
			continue;
		for (int end = fd + 1; end < first + SPAN; end++)
			if (!fstat(end, &other) && other.st_ino == file.st_ino && other.st_dev == file.st_dev) {
				tt_stack_pipe[0] = fd;
				tt_stack_pipe[1] = end;
				return;
			}
	}
}

/* The lowest number that is free. */
static int first_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd != -1)
		close(fd);
	return fd;
}

/*
 * Opens those of the standard descriptors that are closed, else libunwind's pipe gets their numbers, and what the
 * program writes and reads there. Returns them, as bits.
 */
static unsigned fill_standard(void)
{
	unsigned filled = 0;

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR | O_CLOEXEC) == fd)
			filled |= 1U << (unsigned)fd;
	return filled;
}

static void empty_standard(unsigned filled)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (filled & 1U << (unsigned)fd)
			close(fd);
}

void tt_stack_prepare(void)
{
	const char *text = secure_getenv("TRACE_THR_STACK");
	long depth = text ? strtol(text, NULL, 10) : 1;
	bool possible = depth > 1 && !locks_are_watched();
	void *library = possible ? dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL) : NULL;
	void *function = library ? dlsym(library, "unw_backtrace") : NULL;

	if (!function)
		return;
	memcpy(&unwind, &function, sizeof unwind);
	tt_stack_depth = depth > TT_STACK_MAX ? TT_STACK_MAX : (uint32_t)depth;
	unsigned filled = fill_standard();
	int first = first_free();
	tt_stack_prepare_thread();
	if (first != -1)
		find_pipe(first);
	empty_standard(filled);
	backtrace((void *[1]){NULL}, 1); /* loads what it needs, before it may be needed where nothing may be loaded */
}

void tt_unwinder_distrust(void)
{
	/* Relaxed: both are right, until code takes the place of what is gone, which the program orders after this. */
	__atomic_add_fetch(&doubts, 1, __ATOMIC_RELAXED);
}

void tt_unwinder_trust(void)
{
	__atomic_sub_fetch(&doubts, 1, __ATOMIC_RELAXED);
}

void tt_stack_prepare_thread(void)
{
	struct tt_stack room;

	if (tt_stack_depth > 1)
		tt_stack_take(&room, NULL);
}

/* The place of the caller among the frames; -1: it is not there. */
static int find_caller(const void *caller, void *const *frames, int n)
{
	for (int i = 0; i < n; i++)
		if (frames[i] == caller)
			return i;
	return -1;
}

/* Fills `room`. */
static void take(struct tt_stack *room, const void *caller)
{
	int (*walk)(void **frames, int size) = __atomic_load_n(&doubts, __ATOMIC_RELAXED) ? backtrace : unwind;
	void *frames[MOST_OWN_FRAMES + TT_STACK_MAX];
	int own = USUAL_OWN_FRAMES;
	int n, i;

	for (;; own = MOST_OWN_FRAMES) {
		n = walk(frames, own + (int)tt_stack_depth - 1);
		i = find_caller(caller, frames, MIN(n, own));
		if (i != -1)
			break;
		if (own == MOST_OWN_FRAMES)
			return; /* the chain does not lead through the caller: better none than a false one */
	}
	for (i++; i < n && room->n < tt_stack_depth - 1; i++)
		room->frames[room->n++] = (uint64_t)(uintptr_t)frames[i];
}

const struct tt_stack *tt_stack_take(struct tt_stack *room, const void *caller)
{
	int state;

	room->n = 0;
	/* What libunwind has not seen before it tries by system calls that are cancellation points. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	take(room, caller);
	pthread_setcancelstate(state, NULL);
	return room;
}
