/* SPDX-License-Identifier: MIT */
#include "tools/db/snapshot.h"

#include <string.h>

#include "tools/db/db_internal.h"
#include "tools/text/sanitize.h"

#define CLASS "id, kind, lock, name, module, file"
#define RUN "run.id, program, pid, begin_ns"
#define ORDER "id, held, held_mode, held_site, wanted, wanted_mode, wanted_site, timed"
#define GATE "lock_order, class, mode"
#define SEEN "lock_order, run, thread, role"

/* Rows of one table that are read again and again, by an id or two. */
static const char read_class[] = "SELECT " CLASS " FROM class WHERE id = ?";
static const char read_run[] = "SELECT " RUN " FROM run WHERE id = ?";
static const char read_orders[] = "SELECT " ORDER " FROM lock_order WHERE held = ? AND wanted = ?"
				  " ORDER BY gates, id LIMIT ?";
static const char read_gates[] = "SELECT " GATE " FROM gate WHERE lock_order = ? ORDER BY class";
static const char read_seen[] = "SELECT " SEEN " FROM seen WHERE lock_order = ? ORDER BY run, thread LIMIT ?";

static const char read_my_order[] = "SELECT " ORDER " FROM lock_order WHERE id = ?";
static const char read_my_seen[] = "SELECT " SEEN " FROM seen WHERE lock_order = ? AND run = ? ORDER BY thread";

/*
 * Who took the order ?1, or another one of its classes with no stronger modes, no more gates, and a time limit only if
 * that one has it: it can stand wherever that one does.
 */
static const char read_runs_with[] =
    "SELECT DISTINCT " RUN " FROM lock_order AS this"
    " CROSS JOIN lock_order AS other ON other.held = this.held AND other.wanted = this.wanted"
    "  AND other.held_mode <= this.held_mode AND other.wanted_mode <= this.wanted_mode"
    "  AND other.timed <= this.timed AND other.gates <= this.gates"
    " CROSS JOIN seen ON seen.lock_order = other.id CROSS JOIN run ON run.id = seen.run"
    " WHERE this.id = ?1 AND NOT EXISTS (SELECT 1 FROM gate WHERE gate.lock_order = other.id AND NOT EXISTS"
    "  (SELECT 1 FROM gate AS its WHERE its.lock_order = ?1 AND its.class = gate.class AND its.mode <= gate.mode))";

/* A reading. */
struct reader {
	struct tt_db *db;
	struct tt_db_snapshot *picture;
	GHashTable *mine; /* struct tt_id of the runs asked about; NULL: all */
};

static void free_order(void *data)
{
	struct tt_order *order = data;

	g_array_free(order->gates, TRUE);
	g_ptr_array_free(order->seen, TRUE);
	g_free(order);
}

static struct tt_db_snapshot *picture_new(void)
{
	struct tt_db_snapshot *picture = g_new0(struct tt_db_snapshot, 1);

	picture->runs = g_ptr_array_new();
	picture->orders = g_ptr_array_new_with_free_func(free_order);
	picture->by_run = g_hash_table_new_full(tt_id_hash, tt_id_equal, NULL, g_free);
	picture->classes = g_hash_table_new_full(tt_id_hash, tt_id_equal, NULL, g_free);
	picture->strings = g_string_chunk_new(4096);
	picture->by_order = g_hash_table_new(tt_id_hash, tt_id_equal);
	return picture;
}

void tt_db_snapshot_free(struct tt_db_snapshot *picture)
{
	if (!picture)
		return;
	g_hash_table_destroy(picture->by_order);
	g_ptr_array_free(picture->runs, TRUE);
	g_ptr_array_free(picture->orders, TRUE);
	g_hash_table_destroy(picture->by_run);
	g_hash_table_destroy(picture->classes);
	g_string_chunk_free(picture->strings);
	g_free(picture);
}

static const char *text_of(const struct reader *reader, sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	g_autofree char *made = NULL;
	const char *shown = tt_harmless_or_made(text ? text : "", &made);

	return g_string_chunk_insert_const(reader->picture->strings, shown);
}

static enum tt_mode mode_of(sqlite3_stmt *row, int column)
{
	return sqlite3_column_int(row, column) == TT_MODE_SHARED ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE;
}

static void take_all(struct reader *reader, sqlite3_stmt *rows, void (*take)(struct reader *reader, sqlite3_stmt *row))
{
	while (tt_db_step(reader->db, rows))
		take(reader, rows);
}

static void take_run(struct reader *reader, sqlite3_stmt *row)
{
	struct tt_id id = tt_db_id(row, 0);
	struct tt_db_run *run;

	if (g_hash_table_contains(reader->picture->by_run, &id))
		return; /* a damaged file can have several */
	run = g_new(struct tt_db_run, 1);
	*run = (struct tt_db_run){id, text_of(reader, row, 1), (uint32_t)sqlite3_column_int64(row, 2),
	                          sqlite3_column_int64(row, 3)};
	g_ptr_array_add(reader->picture->runs, run);
	g_hash_table_insert(reader->picture->by_run, &run->id, run);
}

/* The one of that id; NULL if the file has none. */
static const struct tt_db_run *run_of(struct reader *reader, const struct tt_id *id)
{
	if (!g_hash_table_contains(reader->picture->by_run, id))
		take_all(reader, tt_db_rows(reader->db, read_run, id, NULL), take_run);
	return g_hash_table_lookup(reader->picture->by_run, id);
}

static void take_class(struct reader *reader, sqlite3_stmt *row)
{
	struct tt_class *class = g_new(struct tt_class, 1);
	int kind = sqlite3_column_int(row, 1);

	*class = (struct tt_class){
	    .id = tt_db_id(row, 0),
	    .kind = kind >= 0 && kind < TT_N_CLASS_KINDS ? (enum tt_class_kind)kind : TT_CLASS_UNKNOWN,
	    .lock = text_of(reader, row, 2),
	    .name = text_of(reader, row, 3),
	    .module = text_of(reader, row, 4),
	    .file = text_of(reader, row, 5),
	};
	g_hash_table_replace(reader->picture->classes, &class->id, class);
}

static const struct tt_class *class_of(struct reader *reader, sqlite3_stmt *row, int column)
{
	struct tt_id id = tt_db_id(row, column);

	if (!g_hash_table_contains(reader->picture->classes, &id))
		take_all(reader, tt_db_rows(reader->db, read_class, &id, NULL), take_class);
	return g_hash_table_lookup(reader->picture->classes, &id);
}

static void take_order(struct reader *reader, sqlite3_stmt *row)
{
	struct tt_id id = tt_db_id(row, 0);

	if (g_hash_table_contains(reader->picture->by_order, &id))
		return;
	const struct tt_class *held = class_of(reader, row, 1), *wanted = class_of(reader, row, 4);
	if (!held || !wanted)
		return;
	struct tt_order *order = g_new0(struct tt_order, 1);
	order->id = id;
	order->held = held;
	order->held_mode = mode_of(row, 2);
	order->held_site = text_of(reader, row, 3);
	order->wanted = wanted;
	order->wanted_mode = mode_of(row, 5);
	order->wanted_site = text_of(reader, row, 6);
	order->timed = sqlite3_column_int(row, 7) != 0;
	order->gates = g_array_new(FALSE, FALSE, sizeof(struct tt_gate));
	order->seen = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(reader->picture->orders, order);
	g_hash_table_insert(reader->picture->by_order, &order->id, order);
}

static struct tt_order *order_of(const struct reader *reader, sqlite3_stmt *row)
{
	struct tt_id id = tt_db_id(row, 0);
	return g_hash_table_lookup(reader->picture->by_order, &id);
}

static void take_gate(struct reader *reader, sqlite3_stmt *row)
{
	struct tt_order *order = order_of(reader, row);
	struct tt_gate gate = {class_of(reader, row, 1), mode_of(row, 2)};

	if (order && gate.class)
		g_array_append_val(order->gates, gate);
}

static void add_seen(struct reader *reader, sqlite3_stmt *row, bool mine)
{
	struct tt_order *order = order_of(reader, row);
	struct tt_id id = tt_db_id(row, 1);
	const struct tt_db_run *run = order ? run_of(reader, &id) : NULL;

	if (!run)
		return;
	struct tt_occurrence *seen = g_new(struct tt_occurrence, 1);
	*seen = (struct tt_occurrence){run, (uint32_t)sqlite3_column_int64(row, 2), text_of(reader, row, 3), mine};
	g_ptr_array_add(order->seen, seen);
}

/* Of a trace with many processes no more are of use either. */
static void take_my_seen(struct reader *reader, sqlite3_stmt *row)
{
	const struct tt_order *order = order_of(reader, row);

	if (order && order->seen->len < TT_MAX_OCCURRENCES)
		add_seen(reader, row, true);
}

/* What is of mine was taken before. If nothing is, all is. */
static void take_other_seen(struct reader *reader, sqlite3_stmt *row)
{
	struct tt_id run = tt_db_id(row, 1);

	if (!reader->mine || !g_hash_table_contains(reader->mine, &run))
		add_seen(reader, row, !reader->mine);
}

/* All that is read until `end` is of one moment. */
static void begin(struct reader *reader, struct tt_db *db)
{
	*reader = (struct reader){.db = db, .picture = picture_new()};
	tt_db_run(db, "BEGIN");
}

static struct tt_db_snapshot *end(const struct reader *reader, GError **error)
{
	if (tt_db_commit(reader->db, error))
		return reader->picture;
	tt_db_snapshot_free(reader->picture);
	return NULL;
}

struct tt_db_snapshot *tt_db_snapshot_read(struct tt_db *db, GError **error)
{
	struct reader reader;

	begin(&reader, db);
	take_all(&reader, tt_db_statement(db, "SELECT " RUN " FROM run ORDER BY begin_ns, id"), take_run);
	take_all(&reader, tt_db_statement(db, "SELECT " ORDER " FROM lock_order ORDER BY id"), take_order);
	take_all(&reader, tt_db_statement(db, "SELECT " GATE " FROM gate ORDER BY lock_order, class"), take_gate);
	take_all(&reader, tt_db_statement(db, "SELECT " SEEN " FROM seen ORDER BY lock_order, run, thread"),
	         take_other_seen);
	return end(&reader, error);
}

/* The orders of mine that are of one of the pairs. */
static void read_my_orders(struct reader *reader, const GArray *pairs, const GArray *mine)
{
	g_autoptr(GHashTable) wished = tt_pairs_new();

	for (guint i = 0; i < pairs->len; i++)
		g_hash_table_add(wished, &g_array_index(pairs, struct tt_pair, i));
	for (guint i = 0; i < mine->len; i++) {
		const struct tt_order *order = g_array_index(mine, struct tt_own_order, i).order;
		const struct tt_pair pair = {.held = order->held->id, .wanted = order->wanted->id};
		if (g_hash_table_contains(wished, &pair))
			take_all(reader, tt_db_rows(reader->db, read_my_order, &order->id, NULL), take_order);
	}
}

/* Who of mine took them. */
static void read_my_takers(struct reader *reader, const GArray *mine)
{
	for (guint i = 0; i < mine->len; i++) {
		const struct tt_own_order *one = &g_array_index(mine, struct tt_own_order, i);
		if (g_hash_table_contains(reader->picture->by_order, &one->order->id))
			take_all(reader, tt_db_rows(reader->db, read_my_seen, &one->order->id, &one->run->id),
			         take_my_seen);
	}
}

static void read_pair(struct reader *reader, const struct tt_pair *pair)
{
	sqlite3_stmt *rows = tt_db_rows(reader->db, read_orders, &pair->held, &pair->wanted);
	guint n = 0;

	sqlite3_bind_int(rows, 3, (int)reader->picture->most_orders + 1);
	for (; tt_db_step(reader->db, rows); n++) {
		if (n < reader->picture->most_orders)
			take_order(reader, rows);
	}
	reader->picture->n_cut += n > reader->picture->most_orders;
}

/* A check is to cost what its run is worth, not what the file has. `db check` has time. */
static guint most_orders(guint n_pairs, bool all)
{
	enum { ENOUGH = 10000, LEAST = 8 };

	return all || n_pairs == 0 ? TT_MAX_ORDERS : CLAMP(ENOUGH / n_pairs, LEAST, TT_MAX_ORDERS);
}

/* The gates and the takers of each order. */
static void complete_orders(struct reader *reader)
{
	const GPtrArray *orders = reader->picture->orders;

	for (guint i = 0; i < orders->len; i++) {
		const struct tt_id *id = &((const struct tt_order *)orders->pdata[i])->id;
		take_all(reader, tt_db_rows(reader->db, read_gates, id, NULL), take_gate);
		sqlite3_stmt *takers = tt_db_rows(reader->db, read_seen, id, NULL);
		sqlite3_bind_int(takers, 2, TT_MAX_OCCURRENCES);
		take_all(reader, takers, take_other_seen);
	}
}

struct tt_db_snapshot *tt_db_snapshot_of(struct tt_db *db, const GArray *pairs, const GArray *mine, GError **error)
{
	g_autoptr(GHashTable) runs = mine ? g_hash_table_new(tt_id_hash, tt_id_equal) : NULL;
	struct reader reader;

	for (guint i = 0; mine && i < mine->len; i++)
		g_hash_table_add(runs, (void *)(uintptr_t)&g_array_index(mine, struct tt_own_order, i).run->id);
	begin(&reader, db);
	reader.mine = runs;
	reader.picture->most_orders = most_orders(pairs->len, !mine);
	if (mine)
		read_my_orders(&reader, pairs, mine);
	for (guint i = 0; i < pairs->len; i++)
		read_pair(&reader, &g_array_index(pairs, struct tt_pair, i));
	if (mine)
		read_my_takers(&reader, mine);
	complete_orders(&reader);
	return end(&reader, error);
}

GHashTable *tt_db_snapshot_runs_with(struct tt_db_snapshot *picture, struct tt_db *db, const struct tt_order *order)
{
	GHashTable *runs = g_hash_table_new(NULL, NULL);
	struct reader reader = {.db = db, .picture = picture};
	sqlite3_stmt *rows = tt_db_rows(db, read_runs_with, &order->id, NULL);

	while (tt_db_step(db, rows)) {
		struct tt_id id = tt_db_id(rows, 0);
		if (!g_hash_table_contains(picture->by_run, &id))
			take_run(&reader, rows);
		g_hash_table_add(runs, g_hash_table_lookup(picture->by_run, &id));
	}
	return runs;
}
