/* SPDX-License-Identifier: MIT */
#include "tools/db/db_internal.h"
#include "tools/db/snapshot.h"

static const char read_all[] = "SELECT held, wanted FROM pair ORDER BY held, wanted";
static const char read_next[] = "SELECT held, wanted FROM pair WHERE held = ?";
static guint hash_pair(gconstpointer data)
{
	const struct tt_pair *pair = data;
	return tt_id_hash(&pair->held) * 31 + tt_id_hash(&pair->wanted);
}

static gboolean equal_pairs(gconstpointer a, gconstpointer b)
{
	const struct tt_pair *x = a, *y = b;
	return tt_id_equal(&x->held, &y->held) && tt_id_equal(&x->wanted, &y->wanted);
}

GHashTable *tt_pairs_new(void)
{
	return g_hash_table_new(hash_pair, equal_pairs);
}

/* A walk along the pairs. */
struct walk {
	GArray *pairs;     /* struct tt_pair */
	GHashTable *known; /* struct tt_id: classes whose pairs were asked for, or will be */
	GPtrArray *queue;  /* the same, in their order */
};

static void come_to(struct walk *walk, const struct tt_id *class)
{
	struct tt_id *known;

	if (g_hash_table_contains(walk->known, class))
		return;
	known = g_memdup2(class, sizeof *class);
	g_hash_table_add(walk->known, known);
	g_ptr_array_add(walk->queue, known);
}

static void add_pairs(struct tt_db *db, sqlite3_stmt *rows, GArray *pairs)
{
	while (tt_db_step(db, rows)) {
		struct tt_pair pair = {tt_db_id(rows, 0), tt_db_id(rows, 1), true};
		g_array_append_val(pairs, pair);
	}
}

static void follow(struct tt_db *db, struct walk *walk, const GArray *mine)
{
	g_autoptr(GHashTable) of_mine = g_hash_table_new_full(hash_pair, equal_pairs, g_free, NULL);

	for (guint i = 0; i < mine->len; i++) {
		const struct tt_order *order = g_array_index(mine, struct tt_own_order, i).order;
		const struct tt_pair pair = {order->held->id, order->wanted->id, true};
		g_hash_table_add(of_mine, g_memdup2(&pair, sizeof pair));
		come_to(walk, &pair.wanted);
	}
	for (guint i = 0; i < walk->queue->len; i++) {
		guint first = walk->pairs->len;
		add_pairs(db, tt_db_rows(db, read_next, walk->queue->pdata[i], NULL), walk->pairs);
		for (guint j = first; j < walk->pairs->len; j++) {
			struct tt_pair *pair = &g_array_index(walk->pairs, struct tt_pair, j);
			pair->mine = g_hash_table_contains(of_mine, pair);
			come_to(walk, &pair->wanted);
		}
	}
}

GArray *tt_db_snapshot_pairs(struct tt_db *db, const GArray *mine, GError **error)
{
	struct walk walk = {.pairs = g_array_new(FALSE, FALSE, sizeof(struct tt_pair)),
	                    .known = g_hash_table_new_full(tt_id_hash, tt_id_equal, g_free, NULL),
	                    .queue = g_ptr_array_new()};

	tt_db_run(db, "BEGIN"); /* all that is read is of one moment */
	if (mine)
		follow(db, &walk, mine);
	else
		add_pairs(db, tt_db_statement(db, read_all), walk.pairs);
	g_hash_table_destroy(walk.known);
	g_ptr_array_free(walk.queue, TRUE);
	if (tt_db_commit(db, error))
		return walk.pairs;
	g_array_unref(walk.pairs);
	return NULL;
}
