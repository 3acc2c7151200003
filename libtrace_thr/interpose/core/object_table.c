/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/interpose/core/object_table.h"

#include <string.h>
#include <sys/mman.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/sync/futex_lock.h"
#include "libtrace_thr/interpose/process/fork.h"
#include "libtrace_thr/interpose/core/gate.h"

enum { CHUNK = 256 * 1024, FIRST_SLOTS = 4096 };

/* Addresses to records, by open addressing; a power of two of slots, at most half of them taken. Never shrinks. */
struct table {
	size_t slots;
	size_t taken;
	struct tt_object_entry *at[];
};

static struct table *table;

/* What is left of the last chunk. */
static char *chunk;
static size_t chunk_left;

static void *map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* The lock is held. */
static void *take_memory(size_t size)
{
	size = (size + 15) & ~(size_t)15;
	if (chunk_left < size) {
		chunk = map(CHUNK);
		chunk_left = chunk ? CHUNK : 0;
	}
	if (!chunk)
		return NULL;
	chunk_left -= size;
	return chunk + chunk_left;
}

static size_t hash(uintptr_t address, size_t slots)
{
	/* Fibonacci hashing: the low bits of an address are all alike. */
	return (size_t)((uint64_t)(address >> 2) * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (slots - 1);
}

/* The slot of the address: its record, or the empty one where that would be. */
static struct tt_object_entry **slot_of(struct table *in, uintptr_t address)
{
	for (size_t i = hash(address, in->slots);; i = (i + 1) & (in->slots - 1)) {
		/* Acquire: pairs with the release in add, so the record is complete. */
		const struct tt_object_entry *found = __atomic_load_n(&in->at[i], __ATOMIC_ACQUIRE);
		if (!found || found->address == address)
			return &in->at[i];
	}
}

struct tt_object_entry *tt_object_entry_find(const void *address)
{
	/* Acquire: pairs with the release in grow. */
	struct table *now = __atomic_load_n(&table, __ATOMIC_ACQUIRE);

	return now ? *slot_of(now, (uintptr_t)address) : NULL;
}

struct tt_object_entry *tt_object_entry_known(const void *address, const uint64_t *mark)
{
	struct tt_object_entry *record = tt_object_entry_find(address);

	/* Relaxed: a thread that may use the object has seen its making. */
	if (record && record->id && (!mark || __atomic_load_n(mark, __ATOMIC_RELAXED) == record->id))
		return record;
	return NULL;
}

/* Makes room for one more. The old table stays: somebody may be looking into it. The lock is held. */
static bool grow(void)
{
	size_t slots = table ? table->slots * 2 : FIRST_SLOTS;
	struct table *bigger;

	if (table && table->taken < table->slots / 2)
		return true;
	bigger = map(sizeof *bigger + slots * sizeof(void *));
	if (!bigger)
		return false;
	bigger->slots = slots;
	for (size_t i = 0; table && i < table->slots; i++)
		if (table->at[i])
			*slot_of(bigger, table->at[i]->address) = table->at[i];
	bigger->taken = table ? table->taken : 0;
	__atomic_store_n(&table, bigger, __ATOMIC_RELEASE);
	return true;
}

/* The lock is held. */
static struct tt_object_entry *add(const void *address)
{
	struct tt_object_entry *record = grow() ? take_memory(sizeof *record) : NULL;

	if (!record)
		return NULL;
	record->address = (uintptr_t)address;
	__atomic_store_n(slot_of(table, record->address), record, __ATOMIC_RELEASE);
	table->taken++;
	return record;
}

void tt_record_write_name(char *text, const char *prefix, uintptr_t address)
{
	char *at = stpcpy(text, prefix);
	int shift = 60;

	at = stpcpy(at, " 0x");
	while (shift > 0 && !(address >> shift & 15))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*at++ = "0123456789abcdef"[address >> shift & 15];
	*at = '\0';
}

static void begin(struct tt_object_entry *record, const char *prefix, enum tt_lock_kind kind, uint64_t *mark)
{
	record->kind = (uint8_t)kind;
	record->holder = 0;
	record->waiters = 0;
	record->used = false;
	record->shared = false;
	record->done = 0;
	tt_record_write_name(record->text, prefix, record->address);
	record->name = record->text;
	/* Release: who finds the id finds the name. */
	__atomic_store_n(&record->id, tt_object_new_id(), __ATOMIC_RELEASE);
	if (mark)
		__atomic_store_n(mark, record->id, __ATOMIC_RELEASE);
}

static void lock_records(void)
{
	tt_reentrancy_enter();
	if (!tt_futex_lock_try(&tt_internal_locks.records))
		tt_futex_lock_acquire(&tt_internal_locks.records, &tt_never);
}

static void unlock_records(void)
{
	tt_futex_lock_release(&tt_internal_locks.records);
	tt_reentrancy_leave();
}

struct tt_object_entry *tt_object_entry_make(const void *address, const char *prefix, enum tt_lock_kind kind,
                                             uint64_t *mark, bool *made)
{
	struct tt_object_entry *record;

	*made = false;
	lock_records();
	record = tt_object_entry_find(address);
	if (!record)
		record = add(address);
	if (record && !tt_object_entry_known(address, mark)) {
		begin(record, prefix, kind, mark);
		*made = true;
	}
	unlock_records();
	return record;
}

void tt_object_entry_name(struct tt_object_entry *record, const char *name)
{
	size_t size = strlen(name) + 1;
	char *copy = tt_object_entry_memory(size);

	if (copy)
		record->name = memcpy(copy, name, size);
}

void tt_object_entry_end(const void *address)
{
	struct tt_object_entry *record = tt_object_entry_find(address);

	if (record)
		__atomic_store_n(&record->id, 0, __ATOMIC_RELAXED);
}

void tt_object_entry_end_one(struct tt_object_entry *record, uint64_t id)
{
	/* Release: who finds the object ended finds what has ended it, as a once that is done. */
	__atomic_compare_exchange_n(&record->id, &id, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

void *tt_object_entry_memory(size_t size)
{
	void *memory;

	lock_records();
	memory = take_memory(size);
	unlock_records();
	return memory;
}
