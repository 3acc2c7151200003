/* SPDX-License-Identifier: MIT */
/* Four threads write to a database of SQLite by one connection, which is serialized. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static sqlite3 *shared;

static void must(int code, const char *what)
{
	if (code != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", what, sqlite3_errstr(code));
		exit(1);
	}
}

static void *work(void *arg)
{
	char text[96];

	for (int i = 0; i < 50; i++) {
		snprintf(text, sizeof text, "insert into t values (%d, %d)", *(int *)arg, i);
		must(sqlite3_exec(shared, text, NULL, NULL, NULL), text);
	}
	return NULL;
}

static int print_row(void *data, int n, char **values, char **names)
{
	(void)data;
	(void)n;
	(void)names;
	printf("%s rows, sum %s\n", values[0], values[1]);
	return 0;
}

int main(void)
{
	pthread_t threads[4];
	int numbers[4];

	must(sqlite3_open_v2("file:test?mode=memory&cache=shared", &shared,
	                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_URI,
	                     NULL),
	     "open");
	must(sqlite3_exec(shared, "create table t (thread int, n int)", NULL, NULL, NULL), "create");
	for (int i = 0; i < 4; i++) {
		numbers[i] = i;
		if (pthread_create(&threads[i], NULL, work, &numbers[i]))
			return 1;
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	must(sqlite3_exec(shared, "select count(*), sum(n) from t", print_row, NULL, NULL), "select");
	must(sqlite3_close(shared), "close");
	return 0;
}
