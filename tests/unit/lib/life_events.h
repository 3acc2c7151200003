/* SPDX-License-Identifier: MIT */
/*
 * The events of threads and timers as lines of text on a file descriptor, as they come, also while the process ends. No
 * session is needed: the probes are connected as LTTng would do it.
 *
 *     life_events_to(fd);
 *     // MainThread: thread_create Thread-1 daemon=0
 */
#ifndef TESTS_LIFE_EVENTS_H
#define TESTS_LIFE_EVENTS_H

#include "wait.h"

#include "tracepoints/emit.h"

static int life_fd = -1;

/* One write a line: lines of threads do not mix. */
__attribute__((format(printf, 4, 5))) static inline void say(const char *event, const struct tt_thread_ref *who,
                                                             const struct tt_object_ref *what, const char *format, ...)
{
	char line[256];
	va_list args;

	must(who->pid == (uint32_t)getpid());
	must(what->id);
	int n = snprintf(line, sizeof line, "%s: %s %s", who->name, event, what->name);
	va_start(args, format);
	n += vsnprintf(line + n, sizeof line - (size_t)n, format, args);
	va_end(args);
	line[n++] = '\n';
	must(write(life_fd, line, (size_t)n) == n);
}

#define LIFE_WORD(word, name, value) [value] = word,
static const char *const life_ends[] = {TT_ENDS(LIFE_WORD)};
static const char *const life_wakes[] = {TT_WAKES(LIFE_WORD)};
static const char *const life_misuses[] = {TT_MISUSES(LIFE_WORD)};
#undef LIFE_WORD

#define LIFE_PROBE(shape, ...)                                                                                         \
	static inline void say_##shape(void *event, const struct tt_thread_ref *who, const void *caller,               \
	                               const struct tt_object_ref *what, ##__VA_ARGS__)
#define SAY(...) ((void)caller, say(event, who, what, __VA_ARGS__))

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
LIFE_PROBE(object)
{
	SAY("%s", "");
}
LIFE_PROBE(wait, int64_t timeout_ns, const struct tt_stack *stack)
{
	must(stack && stack->n == 0);
	SAY(" timeout=%lld", (long long)timeout_ns);
}
LIFE_PROBE(thread_create, uint8_t daemon)
{
	SAY(" daemon=%u", daemon);
}
LIFE_PROBE(thread_start, uint8_t daemon, uint32_t native_id, uint32_t ppid, const void *target, const char *recording)
{
	must(native_id == (uint32_t)gettid());
	must(ppid == (uint32_t)getppid());
	must(recording);
	SAY(" daemon=%u%s%s%s", daemon, target ? " target" : "", *recording ? " of " : "", recording);
}
LIFE_PROBE(thread_rename, const char *old)
{
	SAY(" was %s", old);
}
LIFE_PROBE(thread_join_done, uint8_t result, const struct tt_stack *stack)
{
	must(stack);
	SAY(" %s", life_wakes[result]);
}
LIFE_PROBE(thread_exit, uint8_t how)
{
	SAY(" %s", life_ends[how]);
}
LIFE_PROBE(timer_start, int64_t interval_ns)
{
	SAY(" interval=%lld", (long long)interval_ns);
}
LIFE_PROBE(misuse, uint8_t object, const char *call, uint8_t why)
{
	must(object == TT_OBJECT_THREAD);
	SAY(" %s: %s", call, life_misuses[why]);
}
#pragma GCC diagnostic pop

#define LIFE_CONNECT(event, shape)                                                                                     \
	do {                                                                                                           \
		static char event_name[] = #event;                                                                     \
		static struct lttng_ust_tracepoint_probe probes[] = {                                                  \
		    {.func = (void (*)(void))say_##shape, .data = event_name}, {.func = NULL}};                        \
		lttng_ust_tracepoint_trace_thr___##event.probes = probes;                                              \
		lttng_ust_tracepoint_trace_thr___##event.state = 1;                                                    \
	} while (0)

static inline void life_events_to(int fd)
{
	life_fd = fd;
	LIFE_CONNECT(thread_create, thread_create);
	LIFE_CONNECT(thread_start, thread_start);
	LIFE_CONNECT(thread_rename, thread_rename);
	LIFE_CONNECT(thread_join_wait, wait);
	LIFE_CONNECT(thread_join_done, thread_join_done);
	LIFE_CONNECT(thread_exit, thread_exit);
	LIFE_CONNECT(thread_abandoned, object);
	LIFE_CONNECT(timer_start, timer_start);
	LIFE_CONNECT(timer_fired, object);
	LIFE_CONNECT(timer_cancelled, object);
	LIFE_CONNECT(timer_done, object);
	LIFE_CONNECT(local_init, object);
	LIFE_CONNECT(local_destroy, object);
	LIFE_CONNECT(misuse, misuse);
}

#endif /* TESTS_LIFE_EVENTS_H */
