/* SPDX-License-Identifier: MIT */
#include "tools/db/db_internal.h"

static const char put_class[] = "INSERT INTO class VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
static const char put_run[] = "INSERT INTO run VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING";
static const char put_order[] = "INSERT INTO lock_order VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
static const char put_pair[] = "INSERT INTO pair VALUES(?, ?) ON CONFLICT DO NOTHING";
static const char put_gate[] = "INSERT INTO gate VALUES(?, ?, ?) ON CONFLICT DO NOTHING";
static const char put_seen[] = "INSERT INTO seen VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING";

static void end_put(struct tt_db *db, sqlite3_stmt *put)
{
	tt_db_step(db, put);
	sqlite3_reset(put);
}

static void bind_text(sqlite3_stmt *put, int column, const char *text)
{
	sqlite3_bind_text(put, column, text, -1, SQLITE_STATIC);
}

void tt_db_put_class(struct tt_db *db, const struct tt_class *class)
{
	sqlite3_stmt *put = tt_db_statement(db, put_class);

	if (!put)
		return;
	tt_db_bind_id(put, 1, &class->id);
	sqlite3_bind_int(put, 2, (int)class->kind);
	bind_text(put, 3, class->lock);
	bind_text(put, 4, class->name);
	bind_text(put, 5, class->module);
	bind_text(put, 6, class->file);
	end_put(db, put);
}

void tt_db_put_run(struct tt_db *db, const struct tt_db_run *run)
{
	sqlite3_stmt *put = tt_db_statement(db, put_run);

	if (!put)
		return;
	tt_db_bind_id(put, 1, &run->id);
	bind_text(put, 2, run->program);
	sqlite3_bind_int64(put, 3, run->pid);
	sqlite3_bind_int64(put, 4, run->begin_ns);
	end_put(db, put);
}

static void put_one_gate(struct tt_db *db, const struct tt_order *order, const struct tt_gate *gate)
{
	sqlite3_stmt *put = tt_db_statement(db, put_gate);

	if (!put)
		return;
	tt_db_bind_id(put, 1, &order->id);
	tt_db_bind_id(put, 2, &gate->class->id);
	sqlite3_bind_int(put, 3, (int)gate->mode);
	end_put(db, put);
}

static void put_its_pair(struct tt_db *db, const struct tt_order *order)
{
	sqlite3_stmt *put = tt_db_statement(db, put_pair);

	if (!put)
		return;
	tt_db_bind_id(put, 1, &order->held->id);
	tt_db_bind_id(put, 2, &order->wanted->id);
	end_put(db, put);
}

void tt_db_put_order(struct tt_db *db, const struct tt_order *order)
{
	sqlite3_stmt *put = tt_db_statement(db, put_order);

	if (!put)
		return;
	tt_db_bind_id(put, 1, &order->id);
	tt_db_bind_id(put, 2, &order->held->id);
	sqlite3_bind_int(put, 3, (int)order->held_mode);
	bind_text(put, 4, order->held_site);
	tt_db_bind_id(put, 5, &order->wanted->id);
	sqlite3_bind_int(put, 6, (int)order->wanted_mode);
	bind_text(put, 7, order->wanted_site);
	sqlite3_bind_int(put, 8, order->timed);
	sqlite3_bind_int64(put, 9, order->gates->len);
	end_put(db, put);
	/* With the order its gates were written. */
	if (sqlite3_changes(db->handle) == 0)
		return;
	put_its_pair(db, order);
	for (guint i = 0; i < order->gates->len; i++)
		put_one_gate(db, order, &g_array_index(order->gates, struct tt_gate, i));
}

void tt_db_put_seen(struct tt_db *db, const struct tt_order *order, const struct tt_occurrence *seen)
{
	sqlite3_stmt *put = tt_db_statement(db, put_seen);

	if (!put)
		return;
	tt_db_bind_id(put, 1, &order->id);
	tt_db_bind_id(put, 2, &seen->run->id);
	sqlite3_bind_int64(put, 3, seen->thread);
	bind_text(put, 4, seen->role);
	end_put(db, put);
}

static void copy(struct tt_db *db, const char *put, struct tt_db *from, const char *read)
{
	sqlite3_stmt *rows = tt_db_statement(from, read), *row = tt_db_statement(db, put);
	int columns = row ? sqlite3_bind_parameter_count(row) : 0;

	while (row && tt_db_step(from, rows)) {
		for (int i = 0; i < columns; i++)
			sqlite3_bind_value(row, i + 1, sqlite3_column_value(rows, i));
		end_put(db, row);
	}
}

void tt_db_put_all(struct tt_db *db, struct tt_db *from)
{
	tt_db_run(from, "BEGIN"); /* one state of it */
	copy(db, put_class, from, "SELECT id, kind, lock, name, module, file FROM class");
	copy(db, put_run, from, "SELECT id, program, pid, begin_ns FROM run");
	copy(db, put_order, from,
	     "SELECT id, held, held_mode, held_site, wanted, wanted_mode, wanted_site, timed, gates FROM lock_order");
	copy(db, put_pair, from, "SELECT held, wanted FROM pair");
	copy(db, put_gate, from, "SELECT lock_order, class, mode FROM gate");
	copy(db, put_seen, from, "SELECT lock_order, run, thread, role FROM seen");
	tt_db_commit(from, db->failure ? NULL : &db->failure);
}
