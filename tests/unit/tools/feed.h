/* SPDX-License-Identifier: MIT */
/*
 * Events by hand, for the tests of model, rules and report.
 *
 *     struct feed feed = feed_new(false);
 *     acquires(&feed, T1, A);
 *     waits(&feed, T2, A, T1);
 *     feed_finish(&feed);
 *     ... feed.check->findings ...
 *     feed_free(&feed);
 *
 * Each event comes a millisecond after the one before, from a site of its own: the n-th event has the caller n.
 */
#ifndef FEED_H
#define FEED_H

/* clang-format off: the order that cmocka.h wants */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "tools/check/check.h"

#define FEED_ORIGIN INT64_C(1700000000000000000)

/* Threads, and objects of each family. */
enum { MAIN = 1, T1, T2, T3, T4, T5 };
enum { A = 100, B, C, D, E, F, G };
enum { COND = 200, EVENT, SEM, BARRIER };

struct feed {
	struct tt_check *check;
	uint32_t pid;
	uint64_t n;
	uint8_t kind; /* of locks */
};

static inline struct feed feed_new(bool all)
{
	struct tt_check_options options = TT_CHECK_DEFAULTS;

	options.all = all;
	return (struct feed){.check = tt_check_new(&options), .pid = 100, .kind = TT_KIND_MUTEX};
}

static inline void feed_free(struct feed *feed)
{
	tt_check_free(feed->check);
}

static inline void feed_finish(struct feed *feed)
{
	tt_check_finish(feed->check);
}

static inline const char *feed_name(uint64_t id)
{
	g_autofree char *name = NULL;

	if (id == MAIN)
		return "MainThread";
	if (id < A)
		name = g_strdup_printf("T%u", (unsigned)id - 1);
	else if (id < COND)
		name = g_strdup_printf("%c", 'A' + (int)(id - A) % 26);
	else
		name = g_strdup_printf("object-%u", (unsigned)id);
	return g_intern_string(name);
}

/* As the event says, also a time limit of 0. */
static inline void feed_timed(struct feed *feed, unsigned who, struct tt_event event)
{
	event.caller = ++feed->n;
	event.time_ns = FEED_ORIGIN + (int64_t)feed->n * 1000000;
	event.pid = feed->pid;
	event.thread_id = who;
	event.thread = event.thread ? event.thread : feed_name(who);
	if (event.id && !event.name)
		event.name = feed_name(event.id);
	tt_check_feed(feed->check, &event);
}

/* Without a time limit there is none. */
static inline void feed_event(struct feed *feed, unsigned who, struct tt_event event)
{
	if (!event.timeout_ns)
		event.timeout_ns = TT_NO_TIMEOUT;
	feed_timed(feed, who, event);
}

/* Thread `who` makes the event, with these fields. Without a timeout, a wait is for good. */
#define FEED(feed, who, event, ...) feed_event(feed, who, (struct tt_event){.type = TT_EVENT_##event, __VA_ARGS__})

/* The maker starts a thread; a thread ends; one joins another that has ended. */
static inline void starts(struct feed *feed, unsigned maker, unsigned who)
{
	FEED(feed, maker, thread_create, .id = who);
	FEED(feed, who, thread_start, .id = who, .native_id = 1000 + who);
}

/* The main thread, and two that it has started. */
static inline struct feed three_threads(void)
{
	struct feed feed = feed_new(false);

	FEED(&feed, MAIN, thread_start, .id = MAIN, .native_id = 1);
	starts(&feed, MAIN, T1);
	starts(&feed, MAIN, T2);
	return feed;
}

static inline void exits(struct feed *feed, unsigned who)
{
	FEED(feed, who, thread_exit, .id = who);
}

static inline void joins(struct feed *feed, unsigned who, unsigned other)
{
	FEED(feed, who, thread_join_done, .id = other, .result = TT_WAKE_JOINED);
}

static inline void begins_join(struct feed *feed, unsigned who, unsigned other)
{
	FEED(feed, who, thread_join_wait, .id = other);
}

/* Locks. */
static inline void acquires(struct feed *feed, unsigned who, unsigned lock)
{
	FEED(feed, who, lock_acquired, .id = lock, .kind = feed->kind, .depth = 1);
}

static inline void releases(struct feed *feed, unsigned who, unsigned lock)
{
	FEED(feed, who, lock_released, .id = lock, .kind = feed->kind);
}

static inline void waits(struct feed *feed, unsigned who, unsigned lock, unsigned holder)
{
	FEED(feed, who, lock_wait, .id = lock, .kind = feed->kind, .holder = holder);
}

static inline void waits_for_condition(struct feed *feed, unsigned who)
{
	acquires(feed, who, A);
	FEED(feed, who, cond_wait, .id = COND, .lock = A);
	releases(feed, who, A);
}

/* The thread takes the locks in this order and releases them in the reverse one. */
static inline void nests_all(struct feed *feed, unsigned who, const unsigned *locks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		acquires(feed, who, locks[i]);
	for (size_t i = n; i-- > 0;)
		releases(feed, who, locks[i]);
}

#define NESTS(feed, who, ...)                                                                                          \
	nests_all(feed, who, (const unsigned[]){__VA_ARGS__},                                                          \
	          sizeof((const unsigned[]){__VA_ARGS__}) / sizeof(unsigned))

/* A semaphore that counts signals: a post, and a wait that it let go. */
static inline void posts(struct feed *feed, unsigned who)
{
	FEED(feed, who, sem_released, .id = SEM, .n = 1, .value = 1);
}

static inline void takes(struct feed *feed, unsigned who)
{
	FEED(feed, who, sem_acquired, .id = SEM);
}

/*
 * A circular order that no order of this run's critical sections leads into: T5 has C after T3, and lets T4 go on.
 * Had it had C before, they could meet.
 */
static inline void may_deadlock(struct feed *feed)
{
	FEED(feed, MAIN, sem_init, .id = SEM);
	NESTS(feed, T3, C, D);
	NESTS(feed, T5, C);
	posts(feed, T5);
	takes(feed, T4);
	NESTS(feed, T4, D, C);
}

/* What was found, and the i-th of it. */
static inline guint n_found(const struct feed *feed)
{
	return feed->check->findings->len;
}

static inline const struct tt_finding *found(const struct feed *feed, guint i)
{
	assert_true(i < n_found(feed));
	return feed->check->findings->pdata[i];
}

/* Finishes the check, which must have found so many. */
static inline void assert_n(struct feed *feed, guint n)
{
	feed_finish(feed);
	if (n_found(feed) != n)
		fail_msg("%u findings, not %u; the first: %s", n_found(feed), n,
		         n_found(feed) ? found(feed, 0)->verdict : "-");
}

static inline void assert_rule(const struct tt_finding *finding, const char *id, enum tt_level level)
{
	assert_string_equal(finding->rule->id, id);
	assert_string_equal(tt_level_name(finding->level), tt_level_name(level));
}

static inline bool has_note(const struct tt_finding *finding, const char *part)
{
	for (guint i = 0; i < finding->notes->len; i++) {
		if (strstr(finding->notes->pdata[i], part))
			return true;
	}
	return false;
}

/* `T1 has A wants B`: an edge as text; `-` for nothing. Valid until the program ends. */
static inline const char *edge_text(const struct tt_edge *edge)
{
	g_autofree char *text =
	    g_strdup_printf("%s has %s wants %s", edge->thread->name, edge->held ? edge->held->name : "-",
	                    edge->wanted ? edge->wanted->name : "-");
	return g_intern_string(text);
}

static inline void assert_edge(const struct tt_finding *finding, guint i, const char *text)
{
	assert_true(i < finding->edges->len);
	assert_string_equal(edge_text(tt_finding_edge(finding, i)), text);
}

static inline void assert_blocked(const struct tt_finding *finding, guint i, const char *text)
{
	assert_true(i < finding->blocked->len);
	assert_string_equal(edge_text(&g_array_index(finding->blocked, struct tt_edge, i)), text);
}

#endif /* FEED_H */
