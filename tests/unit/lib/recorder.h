/* SPDX-License-Identifier: MIT */
/*
 * Records the library's events in memory, as lines of text: no session is needed, only LTTng-UST's tracepoint library.
 *
 *     recorder_begin();
 *     tthr_lock_acquire(&lock);
 *     expect("MainThread", "lock_acquired L lock depth=1", NULL);
 *
 * A line is the event, the object's name and the fields that tests look at; threads appear by name. What a test calls
 * the library from must be a SITE: each event's caller is checked to be in one.
 */
#ifndef TESTS_RECORDER_H
#define TESTS_RECORDER_H

#include "wait.h"

#include "tracepoints/emit.h"

/* For each function of a test that calls the library. */
#define SITE __attribute__((section("sites"), noinline))
extern const char __start_sites[], __stop_sites[];

/* Whether what is called from elsewhere is left out; else it is a mistake. */
#ifdef RECORDS_SITES_ONLY
#define RECORDED(of_test) (of_test)
#else
#define RECORDED(of_test) (of_test || (give_up(__FILE__, __LINE__, event, "not called from a site"), false))
#endif

enum { LINES_MAX = 256, LINE_SIZE = 160 };

static struct {
	int taken; /* not a mutex: the interposer's tests record what is done to mutexes */
	bool on;
	unsigned n;
	struct {
		char thread[32], text[LINE_SIZE];
	} lines[LINES_MAX];
	unsigned n_threads;
	struct {
		uint64_t id;
		char name[32];
	} threads[CREW_MAX];
	unsigned n_objects;
	struct {
		const void *address;
		const char *name;
	} objects[CREW_MAX];
} recorder;

static inline void lock_record(void)
{
	while (__atomic_exchange_n(&recorder.taken, 1, __ATOMIC_ACQUIRE))
		nap();
}

static inline void unlock_record(void)
{
	__atomic_store_n(&recorder.taken, 0, __ATOMIC_RELEASE);
}

/* What an object is called in the lines, which the interposer names for its address: `mutex 0x55d0c0ffee10`. */
static inline void call_it(const void *address, const char *name)
{
	unsigned i = 0;

	lock_record();
	while (i < recorder.n_objects && recorder.objects[i].address != address)
		i++;
	must(i < CREW_MAX);
	recorder.objects[i].address = address;
	recorder.objects[i].name = name;
	recorder.n_objects += i == recorder.n_objects;
	unlock_record();
}

static inline const char *name_of(const struct tt_object_ref *what)
{
	const char *number = strstr(what->name, "0x");

	for (unsigned i = number ? recorder.n_objects : 0; i-- > 0;)
		if (recorder.objects[i].address == (const void *)(uintptr_t)strtoull(number, NULL, 16))
			return recorder.objects[i].name;
	return what->name;
}

/* The name of a thread that has made an event since the recorder began. The record is locked. */
static inline const char *thread_by_id(uint64_t id)
{
	for (unsigned i = 0; i < recorder.n_threads; i++)
		if (recorder.threads[i].id == id)
			return recorder.threads[i].name;
	return id ? "?" : "nobody";
}

static inline void remember(const struct tt_thread_ref *who)
{
	if (strcmp(thread_by_id(who->id), "?") != 0)
		return;
	must(recorder.n_threads < CREW_MAX);
	recorder.threads[recorder.n_threads].id = who->id;
	snprintf(recorder.threads[recorder.n_threads++].name, sizeof recorder.threads[0].name, "%s", who->name);
}

__attribute__((format(printf, 5, 6))) static inline void note(const char *event, const struct tt_thread_ref *who,
                                                              const void *caller, const struct tt_object_ref *what,
                                                              const char *format, ...)
{
	bool of_test = (const char *)caller >= __start_sites && (const char *)caller < __stop_sites;

	lock_record();
	if (recorder.on && RECORDED(of_test)) {
		must(recorder.n < LINES_MAX);
		must(what->id);
		remember(who);
		char *text = recorder.lines[recorder.n].text;
		snprintf(recorder.lines[recorder.n].thread, sizeof recorder.lines[0].thread, "%s", who->name);
		int length = snprintf(text, LINE_SIZE, "%s %s", event, name_of(what));
		va_list args;
		va_start(args, format);
		vsnprintf(text + length, LINE_SIZE - (size_t)length, format, args);
		va_end(args);
		recorder.n++;
	}
	unlock_record();
}

/* A thread named in a field. */
static inline const char *named(uint64_t id)
{
	lock_record();
	const char *name = thread_by_id(id);
	unlock_record();
	return name;
}

#define WORD_CASE(word, name, value) [value] = word,
static const char *const kinds[] = {TT_LOCK_KINDS(WORD_CASE)};
static const char *const failures[] = {TT_FAILURES(WORD_CASE)};
static const char *const wakes[] = {TT_WAKES(WORD_CASE)};
static const char *const breaks[] = {TT_BREAKS(WORD_CASE)};
static const char *const misuses[] = {TT_MISUSES(WORD_CASE)};

/* Of an acquire that would not have waited for ever. */
static const char *const limits[] = {[TT_LIMIT_NONE] = "", [TT_LIMIT_TIMED] = " timed", [TT_LIMIT_TRY] = " try"};

static const char *const modes[] = {[TT_MODE_EXCLUSIVE] = "", [TT_MODE_SHARED] = " shared"};

/* No test asks for more than the caller. */
static inline void look_at(const struct tt_stack *stack)
{
	must(stack && stack->n == 0);
}

/* A probe for each shape; `event` is which event of the shape it is. */
#define PROBE(shape, ...)                                                                                              \
	static void on_##shape(void *event, const struct tt_thread_ref *who, const void *caller,                       \
	                       const struct tt_object_ref *what, ##__VA_ARGS__)
#define NOTE(...) note(event, who, caller, what, __VA_ARGS__)

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
PROBE(object)
{
	NOTE("%s", "");
}
PROBE(wait, int64_t timeout_ns, const struct tt_stack *stack)
{
	look_at(stack);
	NOTE(" timeout=%lld", (long long)timeout_ns);
}
PROBE(woken, uint8_t result, uint64_t waker)
{
	NOTE(" %s by %s", wakes[result], named(waker));
}
PROBE(failed, uint8_t why)
{
	NOTE(" %s", failures[why]);
}
PROBE(lock, uint8_t kind)
{
	NOTE(" %s", kinds[kind]);
}
PROBE(lock_wait, uint8_t kind, uint8_t mode, int64_t timeout_ns, uint64_t holder, const struct tt_stack *stack)
{
	look_at(stack);
	NOTE(" %s%s timeout=%lld held by %s", kinds[kind], modes[mode], (long long)timeout_ns, named(holder));
}
PROBE(lock_hold, uint8_t kind, uint8_t mode, uint32_t depth, uint8_t limit, const struct tt_stack *stack)
{
	look_at(stack);
	NOTE(" %s%s depth=%u%s", kinds[kind], modes[mode], depth, limits[limit]);
}
PROBE(lock_failed, uint8_t kind, uint8_t mode, uint8_t why)
{
	NOTE(" %s%s %s", kinds[kind], modes[mode], failures[why]);
}
PROBE(cond_init, uint64_t lock)
{
	NOTE("%s", lock ? "" : " of no lock");
}
PROBE(cond_wait, uint64_t lock, int64_t timeout_ns, const struct tt_stack *stack)
{
	look_at(stack);
	must(lock);
	NOTE(" timeout=%lld", (long long)timeout_ns);
}
PROBE(cond_notify, int64_t asked, uint32_t woken)
{
	NOTE(" asked=%lld woken=%u", (long long)asked, woken);
}
PROBE(event_set, uint32_t woken)
{
	NOTE(" woken=%u", woken);
}
PROBE(sem_init, uint64_t value, uint64_t bound)
{
	NOTE(" value=%llu bound=%lld", (unsigned long long)value, (long long)bound);
}
PROBE(sem_acquired, uint64_t value, uint64_t waker, uint8_t limit, const struct tt_stack *stack)
{
	look_at(stack);
	NOTE(" value=%llu by %s%s", (unsigned long long)value, named(waker), limits[limit]);
}
PROBE(sem_released, uint64_t n, uint64_t value)
{
	NOTE(" n=%llu value=%llu", (unsigned long long)n, (unsigned long long)value);
}
PROBE(barrier_init, uint32_t parties, int64_t timeout_ns)
{
	NOTE(" parties=%u timeout=%lld", parties, (long long)timeout_ns);
}
PROBE(barrier_wait, uint32_t index, uint32_t n_waiting, uint32_t parties, int64_t timeout_ns,
      const struct tt_stack *stack)
{
	look_at(stack);
	NOTE(" index=%u waiting=%u/%u timeout=%lld", index, n_waiting, parties, (long long)timeout_ns);
}
PROBE(barrier_passed, uint32_t index, uint64_t waker)
{
	NOTE(" index=%u by %s", index, named(waker));
}
PROBE(barrier_broken, uint8_t why, uint64_t waker)
{
	NOTE(" %s by %s", breaks[why], named(waker));
}
PROBE(misuse, uint8_t object, const char *call, uint8_t why)
{
	(void)object;
	NOTE(" %s: %s", call, misuses[why]);
}
#pragma GCC diagnostic pop

/* Connects a tracepoint with its shape's probe, as a session would. */
#define CONNECT(event, shape)                                                                                          \
	do {                                                                                                           \
		static char event_name[] = #event;                                                                     \
		static struct lttng_ust_tracepoint_probe probes[] = {                                                  \
		    {.func = (void (*)(void))on_##shape, .data = event_name}, {.func = NULL}};                         \
		lttng_ust_tracepoint_trace_thr___##event.probes = probes;                                              \
		lttng_ust_tracepoint_trace_thr___##event.state = 1;                                                    \
	} while (0)

/* Begins with an empty record. */
static inline void recorder_begin(void)
{
	CONNECT(lock_init, lock);
	CONNECT(lock_wait, lock_wait);
	CONNECT(lock_acquired, lock_hold);
	CONNECT(lock_failed, lock_failed);
	CONNECT(lock_released, lock_hold);
	CONNECT(lock_destroy, lock);
	CONNECT(cond_init, cond_init);
	CONNECT(cond_wait, cond_wait);
	CONNECT(cond_woken, woken);
	CONNECT(cond_notify, cond_notify);
	CONNECT(cond_destroy, object);
	CONNECT(event_init, object);
	CONNECT(event_wait, wait);
	CONNECT(event_woken, woken);
	CONNECT(event_set, event_set);
	CONNECT(event_clear, object);
	CONNECT(event_destroy, object);
	CONNECT(sem_init, sem_init);
	CONNECT(sem_wait, wait);
	CONNECT(sem_acquired, sem_acquired);
	CONNECT(sem_failed, failed);
	CONNECT(sem_released, sem_released);
	CONNECT(sem_destroy, object);
	CONNECT(barrier_init, barrier_init);
	CONNECT(barrier_wait, barrier_wait);
	CONNECT(barrier_passed, barrier_passed);
	CONNECT(barrier_broken, barrier_broken);
	CONNECT(barrier_abort, object);
	CONNECT(barrier_reset, object);
	CONNECT(barrier_destroy, object);
	CONNECT(misuse, misuse);
	lock_record();
	recorder.on = true;
	recorder.n = 0;
	unlock_record();
}

/* How many lines there are. */
static inline unsigned recorded(void)
{
	lock_record();
	unsigned n = recorder.n;
	unlock_record();
	return n;
}

static inline void print_record(void)
{
	for (unsigned i = 0; i < recorder.n; i++)
		print_error("%s: %s\n", recorder.lines[i].thread, recorder.lines[i].text);
}

/* Fails unless the lines of the thread since the recorder began are those given, up to NULL. */
__attribute__((sentinel)) static inline void expect(const char *thread, ...)
{
	unsigned i = 0;
	va_list args;

	lock_record();
	va_start(args, thread);
	for (const char *text; (text = va_arg(args, const char *)); i++) {
		while (i < recorder.n && strcmp(recorder.lines[i].thread, thread) != 0)
			i++;
		if (i == recorder.n || strcmp(recorder.lines[i].text, text) != 0) {
			print_error("%s: expected: %s\nin:\n", thread, text);
			print_record();
			unlock_record(); /* for the tests that follow */
			fail();
		}
	}
	va_end(args);
	for (; i < recorder.n; i++)
		if (!strcmp(recorder.lines[i].thread, thread)) {
			print_error("%s: not expected: %s\n", thread, recorder.lines[i].text);
			unlock_record();
			fail();
		}
	unlock_record();
}

/* Where the line is in the record, counted from the end for its last occurrence; fails if it is not. */
static inline unsigned place_of(const char *thread, const char *text)
{
	for (unsigned i = recorder.n; i-- > 0;)
		if (!strcmp(recorder.lines[i].thread, thread) && !strcmp(recorder.lines[i].text, text))
			return i;
	print_error("%s: missing: %s\nin:\n", thread, text);
	print_record();
	fail();
	return 0;
}

#endif /* TESTS_RECORDER_H */
