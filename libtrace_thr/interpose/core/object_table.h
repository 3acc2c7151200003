/* SPDX-License-Identifier: MIT */
/*
 * The records: what the interposer knows of a pthread object, found by its address. An id and a name for the events.
 *
 * An address can be that of many objects in turn, and each is to have an id of its own: else a lock order would be
 * built of two locks. A record's object ends where it is destroyed or made anew by a call. Where nothing is called
 * (static initialisers, C++'s std::mutex, memory that was freed, unmapped or left by a return) mutexes and rwlocks are
 * marked: glibc has eight bytes in them that it does not use, and there the id is written. Who makes an object anew
 * writes over the mark, as the whole object must be zero then; so a mark that is not the record's says that this is
 * another object. Conditions have no room for a mark; that they are new shows in that they are zero.
 *
 * Records are never given back: the next object at the address takes the record over. So memory grows with the number
 * of addresses, and looking up takes no lock. It comes from the kernel, not from malloc, whose own locks may be the
 * ones that are looked up.
 */
#ifndef TT_INTERPOSE_CORE_OBJECT_TABLE_H
#define TT_INTERPOSE_CORE_OBJECT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracepoints/vocabulary.h"

enum { TT_OBJECT_ENTRY_TEXT = 28 };

struct tt_object_entry {
	uintptr_t address;
	uint64_t id;      /* 0: there is no object now */
	uint64_t holder;  /* of a lock that is held exclusively: the thread's id */
	uint32_t waiters; /* of a condition; of a barrier: those of this round */
	uint8_t kind;     /* enum tt_lock_kind, of a lock */
	bool used;        /* of a condition: it is not zero any more */
	bool shared;      /* of a barrier: between processes */
	const char *name; /* text, or that of a named semaphore */
	char text[TT_OBJECT_ENTRY_TEXT];
	union {
		uint32_t parties; /* of a barrier */
		uint32_t opens;   /* of a named semaphore: how often it is to be closed */
		uint64_t done; /* of a once whose routine has returned, and whose object has ended so: the id it had */
	};
};

/* The record at the address; NULL if there never was one. Its object may have ended: id 0. */
struct tt_object_entry *tt_object_entry_find(const void *address);

/* The same, but only if its object is there, by the mark if it has one (NULL: none). */
struct tt_object_entry *tt_object_entry_known(const void *address, const uint64_t *mark);

/*
 * A new object at the address, with a name like `mutex 0x55d0c0ffee10`. If `mark` is not NULL the id is written there,
 * and what was there has ended, unless its id stands there. Nothing is made if another thread has just done so: *made
 * tells. NULL: no memory.
 */
struct tt_object_entry *tt_object_entry_make(const void *address, const char *prefix, enum tt_lock_kind kind,
                                             uint64_t *mark, bool *made);

/*
 * Writes a name like `mutex 0x55d0c0ffee10`, without printf, which is not for signal handlers. `text` has
 * TT_OBJECT_ENTRY_TEXT bytes, `prefix` at most 7.
 */
void tt_record_write_name(char *text, const char *prefix, uintptr_t address);

/* Gives the object a name of its own, which is copied. */
void tt_object_entry_name(struct tt_object_entry *record, const char *name);

/* The object at the address has ended. */
void tt_object_entry_end(const void *address);

/* The same, but for the object of that id only: another thread may have seen its end and put a new one in its place. */
void tt_object_entry_end_one(struct tt_object_entry *record, uint64_t id);

/* An object as events name it. */
static inline struct tt_object_ref tt_object_entry_ref(const struct tt_object_entry *record)
{
	return (struct tt_object_ref){.name = record->name, .id = record->id};
}

/* Memory that is never given back; NULL: none is left. `size` at most 64 KiB. */
void *tt_object_entry_memory(size_t size);

#endif /* TT_INTERPOSE_CORE_OBJECT_TABLE_H */
