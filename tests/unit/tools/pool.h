/* SPDX-License-Identifier: MIT */
/*
 * A little C++ program that is compiled, run, and tells the addresses that a recording of it would have.
 */
#ifndef TESTS_POOL_H
#define TESTS_POOL_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "tools/symbols/symbols.h"

/* std::mutex stands for the real one: its functions come from a header of the system, inlined or not. */
static const char pool_source[] =
    "#include <dlfcn.h>\n"
    "#include <stdio.h>\n"
    "__attribute__((noinline)) void *here() { return __builtin_return_address(0); }\n"
    "static void *caller, *beyond;\n"
    "#line 700 \"/usr/include/c++/12/bits/std_mutex.h\"\n"
    "namespace std { struct mutex { long words[5];\n"
    "__attribute__((always_inline)) inline void lock() { caller = here(); asm volatile(\"\" ::: \"memory\"); }\n"
    "__attribute__((noinline)) void slow_lock() { beyond = __builtin_return_address(0); caller = here();\n"
    "asm volatile(\"\" ::: \"memory\"); } }; }\n"
    "#line 100 \"/build/pool.cc\"\n"
    "struct Pool { std::mutex m; static std::mutex shared;\n"
    "__attribute__((noinline)) void run(int) {\n"
    "m.lock(); }\n"
    "__attribute__((noinline)) void walk() {\n"
    "m.slow_lock(); asm volatile(\"\" ::: \"memory\"); } };\n"
    "std::mutex Pool::shared, queue_lock;\n"
    "namespace { std::mutex hidden; }\n"
    "static std::mutex table[4];\n"
    "static std::mutex &local() { static std::mutex counter; return counter; }\n"
    "extern \"C\" void *worker(void *p) { return p; }\n"
    "#define TELL(what) printf(\"%s %p\\n\", #what, (void *)(what))\n"
    "int report() { Dl_info info; Pool *heap = new Pool;\n"
    "dladdr((void *)here, &info); TELL(info.dli_fbase); TELL(heap); TELL(&queue_lock); TELL(&Pool::shared);\n"
    "TELL(&hidden); TELL(&table[1]); TELL(&local()); TELL(worker);\n"
    "heap->run(1); printf(\"run %p\\n\", caller);\n"
    "heap->walk(); printf(\"walk %p\\nbeyond %p\\n\", caller, beyond);\n"
    "return 0; }\n";
static const char pool_main[] = "int report(); int main() { return report(); }\n";

enum { POOL_PID = 41 };

struct pool {
	char *folder, *path; /* of the file that has the addresses */
	GHashTable *addresses;
};

static inline void pool_spawn(const char *folder, const char *command, char **output)
{
	g_auto(GStrv) words = g_strsplit(command, " ", -1);
	g_autoptr(GError) error = NULL;
	int status = 0;

	if (!g_spawn_sync(folder, words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, output, NULL, &status, &error))
		fail_msg("%s: %s", command, error->message);
	if (status)
		fail_msg("%s: status %d", command, status);
}

static inline void pool_learn(struct pool *pool, const char *output)
{
	g_auto(GStrv) lines = g_strsplit(output, "\n", -1);

	pool->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (char **line = lines; *line && **line; line++) {
		char *space = strrchr(*line, ' ');

		g_hash_table_insert(pool->addresses, g_strndup(*line, (gsize)(space - *line)),
		                    (gpointer)(uintptr_t)g_ascii_strtoull(space, NULL, 16));
	}
}

static inline uint64_t pool_address(const struct pool *pool, const char *what)
{
	gpointer address;

	if (!g_hash_table_lookup_extended(pool->addresses, what, NULL, &address))
		fail_msg("no %s", what);
	return (uintptr_t)address;
}

/* Compiles by the commands, whose words have one space in between, and runs ./pool. */
static inline struct pool pool_make(const char *const *commands, const char *file)
{
	struct pool pool = {.folder = g_dir_make_tmp("trace-thr-test-XXXXXX", NULL)};
	g_autofree char *source = g_build_filename(pool.folder, "pool.cc", NULL);
	g_autofree char *main_source = g_build_filename(pool.folder, "main.cc", NULL);
	g_autofree char *output = NULL;

	assert_true(g_file_set_contents(source, pool_source, -1, NULL));
	assert_true(g_file_set_contents(main_source, pool_main, -1, NULL));
	pool.path = g_build_filename(pool.folder, file, NULL);
	for (; *commands; commands++)
		pool_spawn(pool.folder, *commands, NULL);
	pool_spawn(pool.folder, "./pool", &output);
	pool_learn(&pool, output);
	return pool;
}

static inline struct tt_module pool_module(const struct pool *pool)
{
	return (struct tt_module){
	    .pid = POOL_PID, .base = pool_address(pool, "info.dli_fbase"), .size = 0x10000, .path = pool->path};
}

static inline struct tt_symbols *pool_symbols(const struct pool *pool)
{
	struct tt_symbols *symbols = tt_symbols_new();
	struct tt_module module = pool_module(pool);

	tt_symbols_add(symbols, &module);
	return symbols;
}

static inline void pool_clear(struct pool *pool)
{
	const char *const command[] = {"rm", "-r", pool->folder, NULL};

	g_spawn_sync(NULL, (char **)(uintptr_t)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_hash_table_destroy(pool->addresses);
	g_free(pool->folder);
	g_free(pool->path);
}

#endif /* TESTS_POOL_H */
