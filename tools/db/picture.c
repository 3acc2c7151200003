#include "tools/db/picture.h"

#include <string.h>

#include "tools/db/inside.h"

/*
 * What is to be read is first put into temporary tables: `here` has the runs asked about, `chosen` the orders, with
 * whether one of those runs took them.
 */

static const char make_tables[] = "CREATE TEMP TABLE here(run BLOB PRIMARY KEY) WITHOUT ROWID;"
				  "CREATE TEMP TABLE wish(held BLOB, wanted BLOB);"
				  "CREATE TEMP TABLE chosen(id BLOB PRIMARY KEY, mine INTEGER) WITHOUT ROWID;";
static const char drop_tables[] = "DROP TABLE temp.here; DROP TABLE temp.wish; DROP TABLE temp.chosen;";

static const char read_pairs[] = "SELECT held, wanted FROM pair ORDER BY held, wanted";
static const char read_my_pairs[] = "SELECT DISTINCT held, wanted"
				    " FROM here CROSS JOIN seen USING(run) JOIN lock_order ON id = lock_order"
				    " ORDER BY held, wanted";

/* An order under fewer gates can do all that the same order under more can. */
static const char choose_wished[] =
    "WITH mine AS MATERIALIZED (SELECT DISTINCT lock_order AS id FROM here CROSS JOIN seen USING(run)),"
    " ranked AS (SELECT id, id IN mine AS mine,"
    "  row_number() OVER (PARTITION BY held, wanted ORDER BY id IN mine DESC, gates, id) AS rank"
    "  FROM wish JOIN lock_order USING(held, wanted))"
    " INSERT INTO chosen SELECT id, mine FROM ranked WHERE rank <= 256";
static const char choose_all[] = "INSERT INTO chosen SELECT id, 0 FROM lock_order";

static const char read_all_runs[] = "SELECT id, program, pid, begin_ns FROM run ORDER BY begin_ns, id";
static const char read_runs[] = "SELECT id, program, pid, begin_ns FROM run WHERE id IN"
				" (SELECT run FROM chosen JOIN seen ON lock_order = id) ORDER BY begin_ns, id";
static const char read_all_classes[] = "SELECT id, kind, lock, name, module, file FROM class";
static const char read_classes[] = "SELECT id, kind, lock, name, module, file FROM class WHERE id IN"
				   " (SELECT held FROM wish UNION SELECT wanted FROM wish UNION"
				   "  SELECT class FROM chosen JOIN gate ON lock_order = id)";
static const char read_orders[] = "SELECT id, held, held_mode, held_site, wanted, wanted_mode, wanted_site, timed"
				  " FROM chosen JOIN lock_order USING(id) ORDER BY mine DESC, id";
static const char read_gates[] = "SELECT id, class, mode FROM chosen JOIN gate ON lock_order = id ORDER BY id, class";
static const char read_seen[] = "SELECT id, run, thread, role FROM chosen JOIN seen ON lock_order = id"
				" ORDER BY id, run IN here DESC, run, thread";

/* A reading. */
struct reader {
	struct tt_db *db;
	struct tt_picture *picture;
	GHashTable *orders; /* struct tt_id → struct tt_order */
};

static void free_order(void *data)
{
	struct tt_order *order = data;

	g_array_free(order->gates, TRUE);
	g_ptr_array_free(order->seen, TRUE);
	g_free(order);
}

static struct tt_picture *picture_new(void)
{
	struct tt_picture *picture = g_new0(struct tt_picture, 1);

	picture->runs = g_ptr_array_new();
	picture->orders = g_ptr_array_new_with_free_func(free_order);
	picture->by_run = g_hash_table_new_full(tt_id_hash, tt_id_equal, NULL, g_free);
	picture->classes = g_hash_table_new_full(tt_id_hash, tt_id_equal, NULL, g_free);
	picture->strings = g_string_chunk_new(4096);
	return picture;
}

void tt_picture_free(struct tt_picture *picture)
{
	if (!picture)
		return;
	g_ptr_array_free(picture->runs, TRUE);
	g_ptr_array_free(picture->orders, TRUE);
	g_hash_table_destroy(picture->by_run);
	g_hash_table_destroy(picture->classes);
	g_string_chunk_free(picture->strings);
	g_free(picture);
}

/* An id of another size is that of no row. */
static struct tt_id id_of(sqlite3_stmt *row, int column)
{
	struct tt_id id = {{0}};
	const void *blob = sqlite3_column_blob(row, column);

	if (blob && sqlite3_column_bytes(row, column) == sizeof id.bytes)
		memcpy(id.bytes, blob, sizeof id.bytes);
	return id;
}

static const char *text_of(const struct reader *reader, sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return g_string_chunk_insert_const(reader->picture->strings, text ? text : "");
}

static enum tt_mode mode_of(sqlite3_stmt *row, int column)
{
	return sqlite3_column_int(row, column) == TT_MODE_SHARED ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE;
}

static void take_run(struct reader *reader, sqlite3_stmt *row)
{
	struct tt_db_run *run = g_new(struct tt_db_run, 1);

	*run = (struct tt_db_run){id_of(row, 0), text_of(reader, row, 1), (uint32_t)sqlite3_column_int64(row, 2),
	                          sqlite3_column_int64(row, 3)};
	g_ptr_array_add(reader->picture->runs, run);
	g_hash_table_insert(reader->picture->by_run, &run->id, run);
}

static void take_class(struct reader *reader, sqlite3_stmt *row)
{
	struct tt_class *class = g_new(struct tt_class, 1);
	int kind = sqlite3_column_int(row, 1);

	*class = (struct tt_class){
	    .id = id_of(row, 0),
	    .kind = kind >= 0 && kind < TT_N_CLASS_KINDS ? (enum tt_class_kind)kind : TT_CLASS_UNKNOWN,
	    .lock = text_of(reader, row, 2),
	    .name = text_of(reader, row, 3),
	    .module = text_of(reader, row, 4),
	    .file = text_of(reader, row, 5),
	};
	g_hash_table_replace(reader->picture->classes, &class->id, class);
}

static const struct tt_class *class_of(const struct reader *reader, sqlite3_stmt *row, int column)
{
	struct tt_id id = id_of(row, column);
	return g_hash_table_lookup(reader->picture->classes, &id);
}

static void take_order(struct reader *reader, sqlite3_stmt *row)
{
	const struct tt_class *held = class_of(reader, row, 1), *wanted = class_of(reader, row, 4);

	if (!held || !wanted)
		return;
	struct tt_order *order = g_new0(struct tt_order, 1);
	order->id = id_of(row, 0);
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
	g_hash_table_insert(reader->orders, &order->id, order);
}

static struct tt_order *order_of(const struct reader *reader, sqlite3_stmt *row)
{
	struct tt_id id = id_of(row, 0);
	return g_hash_table_lookup(reader->orders, &id);
}

static void take_gate(struct reader *reader, sqlite3_stmt *row)
{
	struct tt_order *order = order_of(reader, row);
	struct tt_gate gate = {class_of(reader, row, 1), mode_of(row, 2)};

	if (order && gate.class)
		g_array_append_val(order->gates, gate);
}

static void take_seen(struct reader *reader, sqlite3_stmt *row)
{
	struct tt_order *order = order_of(reader, row);
	struct tt_id id = id_of(row, 1);
	const struct tt_db_run *run = g_hash_table_lookup(reader->picture->by_run, &id);

	if (!order || !run)
		return;
	struct tt_seen *seen = g_new(struct tt_seen, 1);
	*seen = (struct tt_seen){run, (uint32_t)sqlite3_column_int64(row, 2), text_of(reader, row, 3)};
	g_ptr_array_add(order->seen, seen);
}

static void take_all(struct reader *reader, const char *sql, void (*take)(struct reader *reader, sqlite3_stmt *row))
{
	sqlite3_stmt *statement = tt_db_prepare(reader->db, sql);

	while (tt_db_step(reader->db, statement))
		take(reader, statement);
	sqlite3_finalize(statement);
}

/* Puts ids into a temporary table: `columns` of them at the beginning of each element. */
static void put_ids(struct tt_db *db, const char *sql, const GArray *elements, int columns)
{
	sqlite3_stmt *put = elements ? tt_db_prepare(db, sql) : NULL;
	guint size = put ? g_array_get_element_size((GArray *)(uintptr_t)elements) : 0;

	for (guint i = 0; put && i < elements->len; i++) {
		const struct tt_id *ids = (const struct tt_id *)(const void *)(elements->data + (size_t)i * size);
		for (int j = 0; j < columns; j++)
			sqlite3_bind_blob(put, j + 1, &ids[j], sizeof ids[j], SQLITE_STATIC);
		tt_db_step(db, put);
		sqlite3_reset(put);
	}
	sqlite3_finalize(put);
}

static void begin(struct tt_db *db, const GArray *mine)
{
	tt_db_run(db, "BEGIN"); /* all that is read is of one moment */
	tt_db_run(db, make_tables);
	put_ids(db, "INSERT OR IGNORE INTO here VALUES(?)", mine, 1);
}

static bool end(struct tt_db *db, GError **error)
{
	tt_db_run(db, drop_tables);
	return tt_db_commit(db, error);
}

static GArray *take_pairs(struct tt_db *db, const char *sql)
{
	GArray *pairs = g_array_new(FALSE, FALSE, sizeof(struct tt_pair));
	sqlite3_stmt *rows = tt_db_prepare(db, sql);

	while (tt_db_step(db, rows)) {
		struct tt_pair pair = {id_of(rows, 0), id_of(rows, 1), false};
		g_array_append_val(pairs, pair);
	}
	sqlite3_finalize(rows);
	return pairs;
}

/* Says of those that are in `mine` that they are. Both are sorted. */
static void mark(GArray *pairs, const GArray *mine)
{
	guint at = 0;

	for (guint i = 0; i < pairs->len; i++) {
		struct tt_pair *pair = &g_array_index(pairs, struct tt_pair, i);
		const struct tt_pair *next = at < mine->len ? &g_array_index(mine, struct tt_pair, at) : NULL;
		pair->mine = next && tt_id_equal(&pair->held, &next->held) && tt_id_equal(&pair->wanted, &next->wanted);
		at += pair->mine;
	}
}

GArray *tt_picture_pairs(struct tt_db *db, const GArray *mine, GError **error)
{
	GArray *pairs;

	begin(db, mine);
	pairs = take_pairs(db, read_pairs);
	g_autoptr(GArray) of_mine = mine ? take_pairs(db, read_my_pairs) : g_array_ref(pairs);
	mark(pairs, of_mine);
	if (end(db, error))
		return pairs;
	g_array_unref(pairs);
	return NULL;
}

struct tt_picture *tt_picture_of(struct tt_db *db, const GArray *pairs, const GArray *mine, GError **error)
{
	struct reader reader = {db, picture_new(), g_hash_table_new(tt_id_hash, tt_id_equal)};

	begin(db, mine);
	put_ids(db, "INSERT INTO wish VALUES(?, ?)", pairs, 2);
	tt_db_run(db, pairs ? choose_wished : choose_all);
	take_all(&reader, pairs ? read_runs : read_all_runs, take_run);
	take_all(&reader, pairs ? read_classes : read_all_classes, take_class);
	take_all(&reader, read_orders, take_order);
	take_all(&reader, read_gates, take_gate);
	take_all(&reader, read_seen, take_seen);
	g_hash_table_destroy(reader.orders);
	if (end(db, error))
		return reader.picture;
	tt_picture_free(reader.picture);
	return NULL;
}

struct tt_picture *tt_picture_read(struct tt_db *db, GError **error)
{
	return tt_picture_of(db, NULL, NULL, error);
}
