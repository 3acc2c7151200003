#include "tools/db/inside.h"

sqlite3_stmt *tt_db_put(struct tt_db *db, enum tt_db_put table)
{
	if (!db->puts[table]) {
		g_autoptr(GString) sql = g_string_new(NULL);
		g_string_printf(sql, "INSERT OR IGNORE INTO %s VALUES(?", tt_db_tables[table].name);
		for (int i = 1; i < tt_db_tables[table].columns; i++)
			g_string_append(sql, ", ?");
		g_string_append_c(sql, ')');
		db->puts[table] = tt_db_prepare(db, sql->str);
	}
	return db->failure ? NULL : db->puts[table];
}

static void end_put(struct tt_db *db, sqlite3_stmt *put)
{
	tt_db_step(db, put);
	sqlite3_reset(put);
}

static void bind_id(sqlite3_stmt *put, int column, const struct tt_id *id)
{
	sqlite3_bind_blob(put, column, id->bytes, sizeof id->bytes, SQLITE_STATIC);
}

static void bind_text(sqlite3_stmt *put, int column, const char *text)
{
	sqlite3_bind_text(put, column, text, -1, SQLITE_STATIC);
}

void tt_db_put_class(struct tt_db *db, const struct tt_class *class)
{
	sqlite3_stmt *put = tt_db_put(db, TT_PUT_CLASS);

	if (!put)
		return;
	bind_id(put, 1, &class->id);
	sqlite3_bind_int(put, 2, (int)class->kind);
	bind_text(put, 3, class->lock);
	bind_text(put, 4, class->name);
	bind_text(put, 5, class->module);
	bind_text(put, 6, class->file);
	end_put(db, put);
}

void tt_db_put_run(struct tt_db *db, const struct tt_db_run *run)
{
	sqlite3_stmt *put = tt_db_put(db, TT_PUT_RUN);

	if (!put)
		return;
	bind_id(put, 1, &run->id);
	bind_text(put, 2, run->program);
	sqlite3_bind_int64(put, 3, run->pid);
	sqlite3_bind_int64(put, 4, run->begin_ns);
	end_put(db, put);
}

static void put_gate(struct tt_db *db, const struct tt_order *order, const struct tt_gate *gate)
{
	sqlite3_stmt *put = tt_db_put(db, TT_PUT_GATE);

	if (!put)
		return;
	bind_id(put, 1, &order->id);
	bind_id(put, 2, &gate->class->id);
	sqlite3_bind_int(put, 3, (int)gate->mode);
	end_put(db, put);
}

static void put_pair(struct tt_db *db, const struct tt_order *order)
{
	sqlite3_stmt *put = tt_db_put(db, TT_PUT_PAIR);

	if (!put)
		return;
	bind_id(put, 1, &order->held->id);
	bind_id(put, 2, &order->wanted->id);
	end_put(db, put);
}

void tt_db_put_order(struct tt_db *db, const struct tt_order *order)
{
	sqlite3_stmt *put = tt_db_put(db, TT_PUT_ORDER);

	if (!put)
		return;
	bind_id(put, 1, &order->id);
	bind_id(put, 2, &order->held->id);
	sqlite3_bind_int(put, 3, (int)order->held_mode);
	bind_text(put, 4, order->held_site);
	bind_id(put, 5, &order->wanted->id);
	sqlite3_bind_int(put, 6, (int)order->wanted_mode);
	bind_text(put, 7, order->wanted_site);
	sqlite3_bind_int(put, 8, order->timed);
	sqlite3_bind_int64(put, 9, order->gates->len);
	end_put(db, put);
	put_pair(db, order);
	for (guint i = 0; i < order->gates->len; i++)
		put_gate(db, order, &g_array_index(order->gates, struct tt_gate, i));
}

void tt_db_put_seen(struct tt_db *db, const struct tt_order *order, const struct tt_seen *seen)
{
	sqlite3_stmt *put = tt_db_put(db, TT_PUT_SEEN);

	if (!put)
		return;
	bind_id(put, 1, &order->id);
	bind_id(put, 2, &seen->run->id);
	sqlite3_bind_int64(put, 3, seen->thread);
	bind_text(put, 4, seen->role);
	end_put(db, put);
}

static void put_table(struct tt_db *db, struct tt_db *from, enum tt_db_put table)
{
	g_autofree char *sql = g_strdup_printf("SELECT * FROM %s", tt_db_tables[table].name);
	sqlite3_stmt *rows = tt_db_prepare(from, sql), *put = tt_db_put(db, table);

	while (put && tt_db_step(from, rows)) {
		for (int i = 0; i < tt_db_tables[table].columns; i++)
			sqlite3_bind_value(put, i + 1, sqlite3_column_value(rows, i));
		end_put(db, put);
	}
	sqlite3_finalize(rows);
}

void tt_db_put_all(struct tt_db *db, struct tt_db *from)
{
	tt_db_run(from, "BEGIN"); /* one state of it */
	for (guint table = 0; table < TT_N_PUTS && !from->failure; table++)
		put_table(db, from, (enum tt_db_put)table);
	tt_db_run(from, "COMMIT");
	if (from->failure && !db->failure)
		db->failure = g_steal_pointer(&from->failure);
	g_clear_error(&from->failure);
}
