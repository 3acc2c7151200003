/* SPDX-License-Identifier: MIT */
/*
 * The list of modules: each is told once as it comes, with where it lies, its path and its build id, and once as it
 * goes; a later session is told all again, and so is a forked child, from the list's own copy. The modules are copies
 * of a library of libc's that is next to nothing.
 */
#include "wait.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <sys/stat.h>

#include "libtrace_thr/src/trace/module_file.h"
#include "libtrace_thr/src/trace/module_list.h"
#include "tracepoints/emit.h"

static const char small_library[] = "libutil.so.1";

/* More than fit in the first room for files, and for modules, and for their paths. */
enum { MANY = 700, MOST = 1024 };

static char folder[] = "/tmp/test-modules-XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX-XXXXXX";

/* What was told since the last look. */
static struct {
	const void *base;
	uint64_t size;
	const char *path; /* NULL: it is gone */
	char build_id[2 * UINT8_MAX + 1];
} told[MOST];
static unsigned n_told;

static void on_loaded(void *data, const struct tt_thread_ref *who, const void *caller, const void *base, uint64_t size,
                      const char *path, const uint8_t *build_id, uint8_t build_id_size)
{
	(void)data, (void)caller;
	must(who->pid == (uint32_t)getpid() && n_told < MOST);
	told[n_told].base = base;
	told[n_told].size = size;
	told[n_told].path = path;
	told[n_told].build_id[0] = '\0';
	for (unsigned i = 0; i < build_id_size; i++)
		sprintf(told[n_told].build_id + 2 * i, "%02x", build_id[i]);
	n_told++;
}

static void on_unloaded(void *data, const struct tt_thread_ref *who, const void *caller, const void *base,
                        uint64_t size)
{
	(void)data, (void)who, (void)caller;
	must(n_told < MOST);
	told[n_told].base = base;
	told[n_told].size = size;
	told[n_told++].path = NULL;
}

static void record(bool on)
{
	static struct lttng_ust_tracepoint_probe loaded[] = {{.func = (void (*)(void))on_loaded}, {.func = NULL}};
	static struct lttng_ust_tracepoint_probe unloaded[] = {{.func = (void (*)(void))on_unloaded}, {.func = NULL}};

	lttng_ust_tracepoint_trace_thr___module_loaded.probes = loaded;
	lttng_ust_tracepoint_trace_thr___module_loaded.state = on;
	lttng_ust_tracepoint_trace_thr___module_unloaded.probes = unloaded;
	lttng_ust_tracepoint_trace_thr___module_unloaded.state = on;
}

/* How many are told now. */
static unsigned update(void)
{
	n_told = 0;
	tt_module_list_update();
	return n_told;
}

/* Whether one is there, told as the loader has it. */
static int is_told(struct dl_phdr_info *info, size_t size, void *data)
{
	struct tt_module_file file;
	char room[PATH_MAX];
	unsigned n = 0;

	(void)size;
	if (!tt_module_file(info, &file))
		return 0;
	++*(unsigned *)data;
	for (unsigned i = 0; i < n_told; i++) {
		if (told[i].base != (const void *)file.base)
			continue;
		n++;
		must(told[i].path && !strcmp(told[i].path, tt_module_path(file.path, room)));
		must(told[i].size == file.size && strlen(told[i].build_id) == 2U * file.build_id_size);
		for (unsigned j = 0; j < file.build_id_size; j++) {
			char byte[3];
			snprintf(byte, sizeof byte, "%02x", file.build_id[j]);
			must(!memcmp(told[i].build_id + 2 * j, byte, 2));
		}
	}
	must(n == 1);
	return 0;
}

/* What was told is all there is, each once. */
static void must_be_all(void)
{
	unsigned n = 0;

	dl_iterate_phdr(is_told, &n);
	must(n == n_told);
}

static void path_of(char *path, unsigned i)
{
	snprintf(path, PATH_MAX, "%s/%u.so", folder, i);
}

/* The small library under another name, which the loader takes for another. */
static void copy_library(unsigned i)
{
	static char bytes[1 << 20];
	static size_t size;
	char path[PATH_MAX];

	if (!size) {
		const struct link_map *map = dlopen(small_library, RTLD_NOW);
		must(map);
		FILE *in = fopen(map->l_name, "re");
		must(in && (size = fread(bytes, 1, sizeof bytes, in)) > 0 && size < sizeof bytes);
		fclose(in);
		dlclose((void *)(uintptr_t)map);
	}
	path_of(path, i);
	FILE *out = fopen(path, "we");
	must(out && fwrite(bytes, 1, size, out) == size && !fclose(out));
}

static void *load(unsigned i)
{
	char path[PATH_MAX];

	path_of(path, i);
	void *library = dlopen(path, RTLD_NOW);
	must(library);
	return library;
}

static void nothing_without_a_session(void **state)
{
	(void)state;
	record(false);
	assert_int_equal(update(), 0);
}

static void a_session_is_told_all_once(void **state)
{
	(void)state;
	record(true);
	assert_true(update() > 2);
	must_be_all();
	assert_int_equal(update(), 0);
	record(false);
	assert_int_equal(update(), 0);
	record(true);
	assert_true(update() > 2);
	must_be_all();
}

static void what_comes_and_goes(void **state)
{
	(void)state;
	char path[PATH_MAX];

	record(true);
	update();
	copy_library(0);
	copy_library(1);
	void *first = load(0), *second = load(1);
	assert_int_equal(update(), 2);
	path_of(path, 0);
	assert_string_equal(told[0].path, path);
	path_of(path, 1);
	assert_string_equal(told[1].path, path);
	const void *base = told[0].base;
	uint64_t size = told[0].size;
	assert_int_equal(update(), 0);
	dlclose(first);
	assert_int_equal(update(), 1);
	assert_null(told[0].path);
	assert_true(told[0].base == base && told[0].size == size);
	assert_int_equal(update(), 0);
	/* One comes again, and another goes: that is told first. */
	dlclose(second);
	first = load(0);
	assert_int_equal(update(), 2);
	assert_null(told[0].path);
	path_of(path, 0);
	assert_string_equal(told[1].path, path);
	dlclose(first);
	assert_int_equal(update(), 1);
}

static void a_child_tells_what_the_list_has(void *arg)
{
	must(n_told == *(unsigned *)arg); /* as its thread began */
	must_be_all();
	n_told = 0;
	tt_module_list_look();
	must(n_told == 0);
	copy_library(MANY);
	load(MANY);
	tt_module_list_look(); /* the loader is not asked */
	must(n_told == 0);
}

/* The paths of what is told are in as few pieces of memory as they need. */
static void must_be_dense(unsigned n)
{
	unsigned pieces = 1;

	for (unsigned i = 1; i < n; i++) {
		const char *end = told[i - 1].path + strlen(told[i - 1].path) + 1 + strlen(told[i - 1].build_id) / 2;
		pieces += told[i].path != end;
	}
	must(pieces <= 3);
}

static void there_is_room_for_many(void **state)
{
	(void)state;
	void *libraries[MANY];

	record(true);
	update();
	for (unsigned i = 0; i < MANY; i++) {
		copy_library(i);
		libraries[i] = load(i);
	}
	assert_int_equal(update(), MANY);
	must_be_dense(MANY);
	record(false);
	update();
	record(true);
	unsigned n = update();
	assert_true(n > MANY);
	must_be_all();
	n_told = 0;
	in_child(a_child_tells_what_the_list_has, &n);
	for (unsigned i = 0; i < MANY; i += 2)
		dlclose(libraries[i]);
	assert_int_equal(update(), MANY / 2);
	for (unsigned i = 0; i < MANY / 2; i++)
		assert_null(told[i].path);
	for (unsigned i = 1; i < MANY; i += 2)
		dlclose(libraries[i]);
	assert_int_equal(update(), MANY / 2);
}

static void paths_are_whole(void **state)
{
	(void)state;
	char room[PATH_MAX], program[PATH_MAX] = "", here[PATH_MAX];

	assert_string_equal(tt_module_path("/a/b.so", room), "/a/b.so");
	must(readlink("/proc/self/exe", program, sizeof program - 1) > 0);
	memset(room, 'x', sizeof room);
	assert_string_equal(tt_module_path("", room), program);
	must(getcwd(here, sizeof here) && !chdir(folder));
	assert_string_equal(tt_module_path("./gone.so", room), "./gone.so");
	FILE *file = fopen("there.so", "we");
	must(file && !fclose(file));
	assert_true(!strncmp(tt_module_path("./there.so", room), folder, strlen(folder)));
	assert_string_equal(room + strlen(folder), "/there.so");
	must(!unlink("there.so") && !chdir(here));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_without_a_session), cmocka_unit_test(a_session_is_told_all_once),
	    cmocka_unit_test(what_comes_and_goes),       cmocka_unit_test(there_is_room_for_many),
	    cmocka_unit_test(paths_are_whole),
	};

	must(mkdtemp(folder));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (unsigned i = 0; i <= MANY; i++) {
		char path[PATH_MAX];
		path_of(path, i);
		unlink(path);
	}
	rmdir(folder);
	return failed;
}
