/* SPDX-License-Identifier: MIT */
#include "tools/symbols/names/entries.h"

/* How many objects bear a name, but for their number. */
struct base {
	unsigned alive, last;
};

void tt_entry_settle(struct tt_entry *entry)
{
	if (entry->first)
		g_free(entry->first->stack);
	g_clear_pointer(&entry->first, g_free);
}

static void free_entry(gpointer data)
{
	tt_entry_settle(data);
	g_free(data);
}

void tt_named_process_free(void *data)
{
	struct tt_named_process *process = data;

	g_hash_table_destroy(process->entries);
	g_hash_table_destroy(process->by_address);
	g_hash_table_destroy(process->bases);
	g_array_free(process->nameless, TRUE);
	g_free(process);
}

struct tt_named_process *tt_named_process_new(GStringChunk *strings)
{
	struct tt_named_process *process = g_new0(struct tt_named_process, 1);

	process->entries = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_entry);
	process->by_address = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	process->bases = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	process->nameless = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	process->strings = strings;
	return process;
}

const char *tt_entry_keep(GStringChunk *strings, char *text)
{
	const char *kept = g_string_chunk_insert_const(strings, text);

	g_free(text);
	return kept;
}

static struct base *base_of(struct tt_named_process *process, const char *name)
{
	struct base *base = g_hash_table_lookup(process->bases, name);

	if (!base) {
		base = g_new0(struct base, 1);
		g_hash_table_insert(process->bases, (gpointer)(uintptr_t)name, base);
	}
	if (!base->alive++)
		base->last = 0;
	return base;
}

void tt_entry_name(struct tt_named_process *process, struct tt_entry *entry, char *name)
{
	entry->base = tt_entry_keep(process->strings, name);
	entry->number = ++base_of(process, entry->base)->last;
	entry->shown = entry->number == 1
	                   ? entry->base
	                   : tt_entry_keep(process->strings, g_strdup_printf("%s#%u", entry->base, entry->number));
	entry->alive = true;
	entry->begun = false;
}

void tt_entry_inherit(struct tt_named_process *process, struct tt_entry *entry, const struct tt_entry *parent)
{
	struct base *base;

	if (!parent->base)
		return;
	base = base_of(process, parent->base);
	base->last = MAX(base->last, parent->number);
	entry->base = parent->base;
	entry->number = parent->number;
	entry->shown = parent->shown;
	entry->alive = true;
}

void tt_entry_let_go(struct tt_named_process *process, struct tt_entry *entry)
{
	struct base *base = entry->alive ? g_hash_table_lookup(process->bases, entry->base) : NULL;

	if (base)
		base->alive--;
	entry->alive = false;
}

void tt_entry_retire(struct tt_named_process *process, struct tt_entry *entry)
{
	tt_entry_let_go(process, entry);
	entry->gone = true;
}

void tt_entry_take_address(struct tt_named_process *process, struct tt_entry *entry)
{
	struct tt_entry *old = g_hash_table_lookup(process->by_address, &entry->address);

	if (old == entry)
		return;
	if (old)
		tt_entry_retire(process, old);
	g_hash_table_replace(process->by_address, g_memdup2(&entry->address, sizeof entry->address), entry);
}

struct tt_entry *tt_entry_new(struct tt_named_process *process, uint64_t id, const char *recorded, uint64_t address)
{
	struct tt_entry *entry = g_new0(struct tt_entry, 1);
	const struct tt_entry *old = g_hash_table_lookup(process->entries, &id);

	if (old && g_hash_table_lookup(process->by_address, &old->address) == old)
		g_hash_table_remove(process->by_address, &old->address);
	entry->id = id;
	entry->recorded = g_string_chunk_insert_const(process->strings, recorded);
	entry->shown = entry->recorded;
	entry->address = address;
	process->recent[id % TT_RECENT_ENTRIES] = entry;
	g_hash_table_replace(process->entries, g_memdup2(&id, sizeof id), entry);
	return entry;
}
