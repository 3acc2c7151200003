/* SPDX-License-Identifier: MIT */
/*
 * A table of kinds, each with how many of it were looked at.
 */
#include "tools/check/communication/repeats.h"

/* So many of a kind are looked at. */
enum { MOST_OF_A_KIND = 8 };

struct kind {
	const struct tt_thread *thread;
	const struct tt_object *held;
	enum tt_family family;
	uint32_t site; /* of the history of the thread's process */
	guint looked;
	bool tried, found;
	bool passed_over; /* there are more */
};

struct tt_repeats {
	GHashTable *kinds; /* a set of struct kind */
};

static guint hash_kind(gconstpointer data)
{
	const struct kind *kind = data;
	return g_direct_hash(kind->thread) * 31 ^ g_direct_hash(kind->held) ^ kind->site * 7919 ^ kind->family;
}

static gboolean same_kind(gconstpointer a, gconstpointer b)
{
	const struct kind *x = a, *y = b;
	return x->thread == y->thread && x->held == y->held && x->family == y->family && x->site == y->site;
}

struct tt_repeats *tt_repeats_new(void)
{
	struct tt_repeats *repeats = g_new0(struct tt_repeats, 1);

	repeats->kinds = g_hash_table_new_full(hash_kind, same_kind, NULL, g_free);
	return repeats;
}

void tt_repeats_free(struct tt_repeats *repeats)
{
	g_hash_table_destroy(repeats->kinds);
	g_free(repeats);
}

/* NULL: it is the only one of its kind, or the history has none of its requests. */
static struct kind *kind_of(struct tt_repeats *repeats, const struct tt_history *history,
                            const struct tt_lock_dependency *dependency)
{
	const struct tt_lock_request *request = dependency->requests->pdata[0];
	struct kind key = {
	    .thread = dependency->thread, .held = dependency->held.object, .family = dependency->wanted.object->family};

	if (!dependency->wanted.object->destroyed || request->positions->len == 0)
		return NULL;
	key.site = tt_history_at(history, g_array_index(request->positions, uint32_t, 0))->site;
	struct kind *kind = g_hash_table_lookup(repeats->kinds, &key);

	if (!kind) {
		kind = g_memdup2(&key, sizeof key);
		g_hash_table_add(repeats->kinds, kind);
	}
	return kind;
}

bool tt_repeats_is_next(struct tt_repeats *repeats, const struct tt_history *history,
                        const struct tt_lock_dependency *dependency)
{
	struct kind *kind = kind_of(repeats, history, dependency);

	if (!kind)
		return true;
	if (kind->looked == MOST_OF_A_KIND) {
		kind->passed_over = true;
		return false;
	}
	kind->looked++;
	return true;
}

void tt_repeats_found(struct tt_repeats *repeats, const struct tt_history *history,
                      const struct tt_lock_dependency *dependency)
{
	struct kind *kind = kind_of(repeats, history, dependency);

	if (kind)
		kind->found = true;
}

bool tt_repeats_is_found(struct tt_repeats *repeats, const struct tt_history *history,
                         const struct tt_lock_dependency *dependency)
{
	const struct kind *kind = kind_of(repeats, history, dependency);

	return kind && kind->found;
}

void tt_repeats_tried(struct tt_repeats *repeats, const struct tt_history *history,
                      const struct tt_lock_dependency *dependency)
{
	struct kind *kind = kind_of(repeats, history, dependency);

	if (kind)
		kind->tried = true;
}

void tt_repeats_note(const struct tt_repeats *repeats, struct tt_check *check)
{
	GHashTableIter each;
	gpointer key;
	bool any = false;

	g_hash_table_iter_init(&each, repeats->kinds);
	while (g_hash_table_iter_next(&each, &key, NULL)) {
		const struct kind *kind = key;
		any |= kind->passed_over && kind->tried && !kind->found;
	}
	if (any)
		g_ptr_array_add(check->limits,
		                g_strdup("Of objects that are made and destroyed in turn, and waited for at one site "
		                         "with one lock held, the first few were looked at: some of TT013 may be "
		                         "missing."));
}
