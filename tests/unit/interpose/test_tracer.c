/* SPDX-License-Identifier: MIT */
/*
 * Where the tracer's code lies: in libraries of certain names, copies here of one of libc's that is next to nothing.
 */
#include "program.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>

#include "libtrace_thr/interpose/core/tracer_code.h"

static const char small_library[] = "libutil.so.1";
static char folder[] = "/tmp/liburcu-test-XXXXXX"; /* a folder's name does not count */

static char bytes[1 << 20];
static size_t n_bytes;

static void read_library(void)
{
	const struct link_map *map = dlopen(small_library, RTLD_NOW);

	must(map);
	FILE *in = fopen(map->l_name, "re");
	must(in && (n_bytes = fread(bytes, 1, sizeof bytes, in)) > 0 && n_bytes < sizeof bytes);
	fclose(in);
}

/* With a header that is for no memory before those that are; and what lies behind the headers looks like one more. */
static void put_one_first(void)
{
	ElfW(Ehdr) *head = (ElfW(Ehdr) *)(void *)bytes;
	ElfW(Phdr) *parts = (ElfW(Phdr) *)(void *)(bytes + head->e_phoff), one;
	unsigned last = --head->e_phnum - 1U;

	must(parts[0].p_type == PT_LOAD && parts[last].p_type != PT_LOAD && parts[last + 1].p_type == PT_GNU_RELRO);
	parts[last + 1] = (ElfW(Phdr)){.p_type = PT_LOAD, .p_memsz = 1 << 30};
	one = parts[last];
	memmove(parts + 1, parts, last * sizeof *parts);
	parts[0] = one;
}

/* As the loader has it. */
struct extent {
	const char *path;
	uintptr_t begin, end;
};

static int look(struct dl_phdr_info *info, size_t size, void *data)
{
	struct extent *extent = data;

	(void)size;
	if (strcmp(info->dlpi_name, extent->path) != 0)
		return 0;
	extent->begin = UINTPTR_MAX;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t begin = info->dlpi_addr + part->p_vaddr;
		if (part->p_type == PT_LOAD && begin < extent->begin)
			extent->begin = begin;
		if (part->p_type == PT_LOAD && begin + part->p_memsz > extent->end)
			extent->end = begin + part->p_memsz;
	}
	return 1;
}

static struct extent load(const char *name)
{
	static char path[PATH_MAX];
	struct extent extent = {.path = path};

	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *out = fopen(path, "we");
	must(out && fwrite(bytes, 1, n_bytes, out) == n_bytes && !fclose(out));
	must(dlopen(path, RTLD_NOW));
	unlink(path);
	must(dl_iterate_phdr(look, &extent) && extent.begin < extent.end);
	return extent;
}

static void must_have(struct extent extent, bool has)
{
	const uintptr_t inside[] = {extent.begin, extent.begin + 1, extent.end - 1};

	for (unsigned i = 0; i < 3; i++) {
		must(tt_tracer_has(inside[i]) == has);
		must(tt_is_tracer((const void *)inside[i]) == has);
	}
	must(!tt_tracer_has(extent.begin - 1) && !tt_tracer_has(extent.end));
	must(!tt_is_tracer((const void *)(extent.begin - 1)) && !tt_is_tracer((const void *)extent.end));
}

static void those_of_the_tracers_names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool is_one;
	} cases[] = {
	    {"libother.so", false},        {"liblttng-ust.so.9", true}, {"liburcu-bp.so", true},
	    {"libtrace_thr-x.so", true},   {"libunwind.so.7", true},    {"libunwind-x86_64.so", true},
	    {"libunwind-other.so", false}, {"xliblttng-ust.so", false}, {"liblttng-us.so", false},
	};
	struct extent extents[sizeof cases / sizeof *cases];

	tt_tracer_find();
	unsigned before = tt_tracer.n; /* what the library itself looks for of LTTng */
	uintptr_t begin = before ? tt_tracer.begin : UINTPTR_MAX, end = tt_tracer.end;
	assert_false(tt_tracer_has((uintptr_t)tt_tracer_find));
	read_library();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		extents[i] = load(cases[i].name);
	tt_tracer_find();
	assert_int_equal(tt_tracer.n, before + 5);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		must_have(extents[i], cases[i].is_one);
		begin = cases[i].is_one && extents[i].begin < begin ? extents[i].begin : begin;
		end = cases[i].is_one && extents[i].end > end ? extents[i].end : end;
	}
	assert_true(tt_tracer.begin == begin && tt_tracer.end == end);
}

static void parts_that_are_no_memory_do_not_count(void **state)
{
	(void)state;
	unsigned before = tt_tracer.n;

	put_one_first();
	struct extent extent = load("liburcu-first.so");
	tt_tracer_find();
	assert_int_equal(tt_tracer.n, before + 1);
	must_have(extent, true);
}

static void there_is_room_for_some(void **state)
{
	(void)state;
	char name[32];

	for (unsigned i = 0; i < TT_TRACER_MODULES; i++) {
		snprintf(name, sizeof name, "liburcu-%u.so", i);
		load(name);
	}
	tt_tracer_find();
	assert_int_equal(tt_tracer.n, TT_TRACER_MODULES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(those_of_the_tracers_names),
	    cmocka_unit_test(parts_that_are_no_memory_do_not_count),
	    cmocka_unit_test(there_is_room_for_some),
	};

	must(mkdtemp(folder));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
