/* SPDX-License-Identifier: MIT */
/*
 * Futexes: threads that wait on a word of memory by futex(2), without pthreads. C++20's std::latch, std::barrier,
 * std::counting_semaphore and std::atomic::wait, std::future, Rust's standard library, parking_lot and GLib's GMutex
 * and GCond all come to libc's `syscall` for it, in code of their own or in headers.
 *
 * What a word means only its users know: nobody has it, and any thread may wake. So a futex is an object by its address
 * alone, without a record: its id is made of the address. What was at the address before and what comes after it are
 * one object, which does no harm: no order of locks is made of futexes.
 *
 * A wait is told before the kernel looks at the word, and its end says what the kernel found. A wake is told before it
 * is made, so in the trace it precedes what it ends. What is not told here (the calls of newer kernels, a wake by a
 * handler that has come into an emission) makes nobody seem to wait who does not, as each wait tells its own end.
 */
#include "libtrace_thr/interpose/calls/futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/param.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/interpose/process/close.h"
#include "libtrace_thr/interpose/core/object_table.h"
#include "libtrace_thr/interpose/process/seccomp.h"
#include "libtrace_thr/interpose/core/shared_memory.h"
#include "libtrace_thr/interpose/core/gate.h"

/* Of futex_wake: to all. */
enum { ASKED_ALL = -1 };

/* The arguments of a call, as futex(2) has them. */
struct futex_call {
	uint32_t *word;
	int op;
	long value;
	long timeout; /* a struct timespec of a wait; else a count */
	uint32_t *other_word;
	long other_value;
};

/* A futex as events name it. The ids that the library counts are far below 2^52, and a double has this one exactly. */
struct named {
	struct tt_object_ref what;
	char text[TT_OBJECT_ENTRY_TEXT];
};

static void name(struct named *named, const uint32_t *word)
{
	tt_record_write_name(named->text, "futex", (uintptr_t)word);
	named->what.name = named->text;
	named->what.id = (uint64_t)(uintptr_t)word ^ UINT64_C(1) << 52;
}

/* How many wait, told, on words of the same hash. Relaxed: a count for the events of wakers. */
enum { BUCKETS = 1024 };
static uint32_t waiting[BUCKETS];

static uint32_t *waiting_on(const uint32_t *word)
{
	/* Fibonacci hashing: the low bits of an address are all alike. */
	return &waiting[(uint64_t)(uintptr_t)word * UINT64_C(0x9e3779b97f4a7c15) >> 54];
}

void tt_futexes_after_fork_in_child(void)
{
	memset(waiting, 0, sizeof waiting);
	tt_shared_memory_after_fork_in_child();
}

static __attribute__((noinline)) long pass_on(const struct futex_call *call)
{
	return TT_LIBC(syscall)(SYS_futex, (long)(uintptr_t)call->word, call->op, call->value, call->timeout,
	                        (long)(uintptr_t)call->other_word, call->other_value);
}

static int64_t length_ns(const struct timespec *length)
{
	int64_t ns;

	/* Programs that mean for ever say the greatest number. */
	if (__builtin_mul_overflow(length->tv_sec, INT64_C(1000000000), &ns) ||
	    __builtin_add_overflow(ns, length->tv_nsec, &ns))
		return INT64_MAX;
	return MAX(ns, 0);
}

/*
 * Whether the kernel takes the timeout, which can be any number: it looks at that before the word, and here the word is
 * one that it finds changed.
 */
static bool has_valid_timeout(const struct futex_call *call)
{
	int error = errno;
	uint32_t word = ~(uint32_t)call->value;
	struct futex_call trial = *call;

	trial.word = &word;
	bool valid = pass_on(&trial) == -1 && errno == EAGAIN;
	errno = error;
	return valid;
}

/* FUTEX_WAIT takes a length of time, FUTEX_WAIT_BITSET the end of it. One that the kernel refuses: 0. */
static int64_t timeout_of(const struct futex_call *call)
{
	const struct timespec *timeout = (const struct timespec *)call->timeout;
	clockid_t clock = call->op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;

	if (!timeout)
		return TT_NO_TIMEOUT;
	if (!has_valid_timeout(call))
		return 0;
	return (call->op & FUTEX_CMD_MASK) == FUTEX_WAIT ? length_ns(timeout) : tt_until_ns(clock, timeout);
}

/* A wait under way. It may end with the thread, which can be cancelled at any moment if it asked for that. */
struct waiting {
	struct named named;
	const void *caller;
	uint32_t *count;
	enum tt_wake result;
};

static void end_wait(struct waiting *wait)
{
	__atomic_sub_fetch(wait->count, 1, __ATOMIC_RELAXED);
	TT_EMIT(futex_woken, wait->caller, &wait->named.what, (uint8_t)wait->result, (uint64_t)0);
}

static enum tt_wake result_of(long returned)
{
	if (returned >= 0)
		return TT_WAKE_NOTIFIED;
	switch (errno) {
	case ETIMEDOUT:
		return TT_WAKE_TIMEOUT;
	case EAGAIN:
		return TT_WAKE_CHANGED;
	case EINTR:
		return TT_WAKE_INTERRUPTED;
	default:
		return TT_WAKE_REFUSED;
	}
}

static long wait_traced(const struct futex_call *call, const void *caller)
{
	bool shared = !(call->op & FUTEX_PRIVATE_FLAG) && tt_is_shared_memory(call->word);

	tt_shake();
	__attribute__((cleanup(end_wait))) struct waiting wait = {
	    .caller = caller, .count = waiting_on(call->word), .result = TT_WAKE_CANCELLED};
	name(&wait.named, call->word);
	__atomic_add_fetch(wait.count, 1, __ATOMIC_RELAXED);
	TT_EMIT(futex_wait, caller, &wait.named.what, shared, timeout_of(call), TT_STACK(caller));
	long returned = pass_on(call);
	wait.result = result_of(returned);
	return returned;
}

/* `count`: how many to wake, of which the kernel looks at 32 bits. */
static void tell_wake(const uint32_t *word, long count, const void *caller)
{
	uint32_t waiters = __atomic_load_n(waiting_on(word), __ATOMIC_RELAXED), most = (uint32_t)count;
	struct named named;

	name(&named, word);
	TT_EMIT(futex_wake, caller, &named.what, most == INT_MAX ? (int64_t)ASKED_ALL : (int64_t)(int32_t)most,
	        waiters < most ? waiters : most);
}

/* A call that succeeds leaves errno as it was. */
static bool is_told(const void *caller)
{
	int error = errno;
	bool told = tt_should_trace(caller);

	errno = error;
	return told;
}

static __attribute__((noinline)) long call_told(const struct futex_call *call, const void *caller)
{
	int command = call->op & FUTEX_CMD_MASK;

	if (!is_told(caller))
		return pass_on(call);
	if (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET)
		return wait_traced(call, caller);
	tt_shake();
	switch (command) {
	case FUTEX_WAKE:
	case FUTEX_WAKE_BITSET:
		tell_wake(call->word, call->value, caller);
		break;
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
		/* Some may be left to wait for another word, to which nobody follows them. */
		tell_wake(call->word, INT_MAX, caller);
		break;
	case FUTEX_WAKE_OP:
		tell_wake(call->word, call->value, caller);
		tell_wake(call->other_word, call->timeout, caller);
		break;
	default: /* of locks that inherit priority: these waits are not told */
		break;
	}
	return pass_on(call);
}

static __attribute__((noinline)) long find_first(const long *all)
{
	return TT_LIBC(syscall)(all[0], all[1], all[2], all[3], all[4], all[5], all[6]);
}

static long early(long number, long a, long b, long c, long d, long e, long f)
{
	return find_first((const long[]){number, a, b, c, d, e, f});
}

tt_syscall_fn *tt_next_syscall = early;

__attribute__((constructor)) static void find_next(void)
{
	tt_next_syscall = TT_LIBC(syscall);
}

/*
 * LTTng's thread waits for a daemon, and is cancelled when LTTng leaves the process; but a futex is no cancellation
 * point, and where the process goes on then (seccomp.c) nothing of LTTng's may be left in it.
 */
static __attribute__((noinline)) long wait_of_tracer(const struct futex_call *call)
{
	int type;

	/* NOLINTNEXTLINE(concurrency-thread-canceltype-asynchronous): nothing is held while it waits */
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	long returned = pass_on(call);
	pthread_setcanceltype(type, NULL);
	return returned;
}

long tt_futex_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	const struct futex_call call = {(uint32_t *)a, (int)b, c, d, (uint32_t *)e, f};

	(void)number;
	if (__builtin_expect(tt_inside_depth() >= TT_INTERNAL, 0) && (call.op & FUTEX_CMD_MASK) == FUTEX_WAIT &&
	    tt_is_tracer(TT_CALLER))
		return wait_of_tracer(&call);
	return TT_TRACED(futex_woken) ? call_told(&call, TT_CALLER) : pass_on(&call);
}

/*
 * What programs call. All other calls go on as they came, in all registers. On x86-64 the last of seven arguments is on
 * the stack, where a compiler that jumps on from C writes what it has read back; and where the program passes less,
 * that is a variable of its own, which another thread may be changing.
 */
#ifdef __x86_64__
#define TEXT_(value) #value
#define TEXT(value) TEXT_(value)
#define JUMP(number, to) "	cmpq $" TEXT(number) ", %rdi\n	je " #to "\n"
/* clang-format off */
__asm__(".text\n"
        ".globl syscall\n"
        ".type syscall, @function\n"
        "syscall:\n"
        "	.cfi_startproc\n"
        JUMP(__NR_futex, tt_futex_syscall)
        JUMP(__NR_close, tt_close_syscall)
        JUMP(__NR_close_range, tt_close_syscall)
        JUMP(__NR_seccomp, tt_seccomp_syscall)
        "	jmp *tt_next_syscall(%rip)\n"
        "	.cfi_endproc\n"
        ".size syscall, . - syscall\n");
/* clang-format on */
#else
TT_INTERPOSED long tt_syscall(long number, long a, long b, long c, long d, long e, long f) __asm__("syscall");

TT_INTERPOSED long tt_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	tt_syscall_fn *next = number == SYS_futex                                ? tt_futex_syscall
	                      : number == SYS_close || number == SYS_close_range ? tt_close_syscall
	                      : number == SYS_seccomp                            ? tt_seccomp_syscall
	                                                                         : tt_next_syscall;

	return next(number, a, b, c, d, e, f);
}
#endif
