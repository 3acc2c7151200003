/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/explore/shake.h"
#include "libtrace_thr/src/sync/futex_lock.h"
#include "libtrace_thr/interpose/process/fork.h"
#include "libtrace_thr/interpose/core/object_table.h"
#include "libtrace_thr/interpose/core/gate.h"

/*
 * Who is the last to arrive does not wait: it lets the others go, and says so before they can go on. glibc tells who
 * it was afterwards only, so arrivals are counted here. Counting and telling are one step, under a lock, so that the
 * events of a round are in order: each party's wait, then the last one's passing, then the others'.
 *
 * Between the counting and libc's wait one thread can overtake another. With as many threads as parties all of a round
 * must be in before anyone is in the next, so it is another one that libc lets not wait, and nothing else changes: the
 * one that was counted last waits for a moment, until those have come in that have said that they are there. With more
 * threads the one that was counted last can come to wait in libc for the next round: then that wait is not told, and
 * the thread that took its place is told as one of the next round, which passes early. No thread is told to wait
 * that does not, beyond that moment.
 */

/* What glibc has in a barrier (struct pthread_barrier); see knows_layout. */
struct layout {
	unsigned in, round, parties;
	int shared;
	unsigned out;
};
_Static_assert(sizeof(struct layout) <= sizeof(pthread_barrier_t), "glibc's barrier");

static void lock(void)
{
	tt_reentrancy_enter();
	if (!tt_futex_lock_try(&tt_internal_locks.barriers))
		tt_futex_lock_acquire(&tt_internal_locks.barriers, &tt_never);
}

static void unlock(void)
{
	tt_futex_lock_release(&tt_internal_locks.barriers);
	tt_reentrancy_leave();
}

static struct layout layout_of(const pthread_barrier_t *barrier)
{
	struct layout layout;

	memcpy(&layout, barrier, sizeof layout);
	return layout;
}

/* The layout is not part of glibc's ABI, so it is looked whether it is that. */
static bool knows_layout(void)
{
	static const struct layout expected = {.parties = 7};
	pthread_barrier_t barrier;

	memset(&barrier, 0xff, sizeof barrier);
	TT_LIBC(pthread_barrier_init)(&barrier, NULL, expected.parties);
	struct layout found = layout_of(&barrier);
	return !memcmp(&found, &expected, sizeof found);
}

/*
 * Whether some have come that wait for others. libc lets nobody destroy it until they have left, so for good if nobody
 * comes. Those that are on their way out it waits for as well, but not for long.
 */
static bool has_waiters(const pthread_barrier_t *barrier)
{
	struct layout layout = layout_of(barrier);

	return knows_layout() && layout.parties && layout.in % layout.parties != 0;
}

static void tell_shared(const struct tt_object_entry *record, const void *caller)
{
	if (record->shared)
		TT_EMIT(object_shared, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), TT_OBJECT_BARRIER);
}

/* A new record; the object that may have been there has ended. The lock is held. NULL without memory. */
static struct tt_object_entry *make(const pthread_barrier_t *barrier, unsigned parties, bool shared)
{
	struct tt_object_entry *record;
	bool made;

	tt_object_entry_end(barrier);
	record = tt_object_entry_make(barrier, "barrier", TT_KIND_LOCK, NULL, &made);
	if (record) {
		record->parties = parties;
		record->shared = shared;
	}
	return record;
}

static __attribute__((noinline)) void init_traced(const pthread_barrier_t *barrier,
                                                  const pthread_barrierattr_t *attributes, unsigned parties,
                                                  const void *caller)
{
	int shared = PTHREAD_PROCESS_PRIVATE;

	if (!tt_should_trace(caller))
		return;
	if (attributes)
		pthread_barrierattr_getpshared(attributes, &shared);
	lock();
	const struct tt_object_entry *record = make(barrier, parties, shared != PTHREAD_PROCESS_PRIVATE);
	unlock();
	if (!record)
		return;
	TT_EMIT(barrier_init, caller, TT_OBJECT_REF(tt_object_entry_ref(record)), parties, TT_NO_TIMEOUT);
	tell_shared(record, caller);
}

/* One that was made before anybody looked, or by another process: some may have arrived. The lock is held. */
static struct tt_object_entry *first_sight(const pthread_barrier_t *barrier, const void *caller)
{
	struct layout layout = layout_of(barrier);

	if (!knows_layout() || !layout.parties)
		return NULL;
	struct tt_object_entry *record = make(barrier, layout.parties, layout.shared);
	if (record) {
		record->waiters = record->shared ? 0 : layout.in % layout.parties;
		tell_shared(record, caller);
	}
	return record;
}

/*
 * A thread at a barrier, and the barrier as it was then: who has passed may destroy it, and make another there, while
 * others are still on their way out.
 */
struct arrival {
	struct tt_object_entry *record; /* NULL: it is not counted */
	uint64_t id;
	char name[TT_OBJECT_ENTRY_TEXT];
	uint32_t index;
	bool told;
	bool last; /* which has told that it passes */
};

/* Where other processes take part only this one's are counted, and nobody is known to be the last: all wait. */
static void count(struct arrival *arrival)
{
	struct tt_object_entry *record = arrival->record;

	arrival->id = record->id;
	memcpy(arrival->name, record->text, sizeof arrival->name);
	arrival->index = record->waiters;
	record->waiters = (record->waiters + 1) % record->parties;
	arrival->last = record->waiters == 0 && !record->shared;
}

static struct tt_object_ref what_of(const struct arrival *arrival)
{
	return (struct tt_object_ref){.name = arrival->name, .id = arrival->id};
}

static void tell_passed(const struct arrival *arrival, const void *caller)
{
	TT_EMIT(barrier_passed, caller, TT_OBJECT_REF(what_of(arrival)), arrival->index, (uint64_t)0);
}

static void arrive(struct arrival *arrival, const pthread_barrier_t *barrier, const void *caller)
{
	bool told = TT_TRACED(barrier_passed) && tt_should_trace(caller);

	if (told)
		tt_shake();
	lock();
	struct tt_object_entry *record = tt_object_entry_find(barrier);
	arrival->record = record && record->id && record->parties ? record : told ? first_sight(barrier, caller) : NULL;
	arrival->told = told && arrival->record;
	if (arrival->record)
		count(arrival);
	if (arrival->told && arrival->last)
		tell_passed(arrival, caller);
	else if (arrival->told)
		TT_EMIT(barrier_wait, caller, TT_OBJECT_REF(what_of(arrival)), arrival->index, arrival->index + 1,
		        arrival->record->parties, TT_NO_TIMEOUT, TT_STACK(caller));
	unlock();
}

static __attribute__((noinline)) int wait_traced(pthread_barrier_t *barrier, const void *caller)
{
	struct arrival arrival;

	arrive(&arrival, barrier, caller);
	int result = TT_LIBC(pthread_barrier_wait)(barrier);
	if (arrival.told && !arrival.last)
		tell_passed(&arrival, caller);
	return result;
}

/* What programs call. */

TT_INTERPOSED int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attributes,
                                       unsigned parties)
{
	int error = TT_LIBC(pthread_barrier_init)(barrier, attributes, parties);

	if (error)
		return error;
	tt_object_entry_end(barrier);
	if (TT_TRACED(barrier_init))
		init_traced(barrier, attributes, parties, TT_CALLER);
	return 0;
}

TT_INTERPOSED int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
	const struct tt_object_entry *record = tt_object_entry_find(barrier);
	bool told = record && record->id && TT_TRACED(barrier_destroy) && tt_should_trace(TT_CALLER);
	struct tt_object_ref what = told ? tt_object_entry_ref(record) : (struct tt_object_ref){.id = 0};
	bool waits = told && has_waiters(barrier);
	int error = 0;

	if (waits) {
		TT_EMIT(barrier_destroy_wait, TT_CALLER, &what, TT_NO_TIMEOUT, TT_STACK(TT_CALLER));
		error = TT_LIBC(pthread_barrier_destroy)(barrier);
	}
	if (told)
		TT_EMIT(barrier_destroy, TT_CALLER, &what);
	tt_object_entry_end(barrier);
	return waits ? error : TT_LIBC(pthread_barrier_destroy)(barrier);
}

/* Where a record is, all are counted, also while nobody looks. */
TT_INTERPOSED int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	bool counted = TT_TRACED(barrier_passed) || tt_object_entry_find(barrier);

	return counted && !tt_reentrancy ? wait_traced(barrier, TT_CALLER) : TT_LIBC(pthread_barrier_wait)(barrier);
}
