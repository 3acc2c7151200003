/* SPDX-License-Identifier: MIT */
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "tools/symbols/symbols.h"

enum { PID = 41 };

/* This program as a module; where it lies is known from the dynamic linker. */
struct self {
	char path[4096];
	struct tt_module module;
	uint8_t build_id[64];
};

static void find_build_id(struct self *self, const ElfW(Phdr) * segment, uintptr_t base)
{
	const char *at = (const char *)(base + segment->p_vaddr);
	const char *end = at + segment->p_memsz;

	while (at < end) {
		const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(const void *)at;
		const char *name = at + sizeof *note;
		const char *bytes = name + ((note->n_namesz + 3) & ~3u);

		if (note->n_type == NT_GNU_BUILD_ID && !strcmp(name, "GNU")) {
			memcpy(self->build_id, bytes, note->n_descsz);
			self->module.build_id = self->build_id;
			self->module.build_id_size = note->n_descsz;
		}
		at = bytes + ((note->n_descsz + 3) & ~3u);
	}
}

static int look_at_self(struct dl_phdr_info *info, size_t size, void *data)
{
	struct self *self = data;

	(void)size;
	self->module.base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD)
			self->module.size = MAX(self->module.size, segment->p_vaddr + segment->p_memsz);
		else if (segment->p_type == PT_NOTE && !self->module.build_id)
			find_build_id(self, segment, info->dlpi_addr);
	}
	return 1; /* the first is the program */
}

static struct self find_self(void)
{
	struct self self = {.module = {.pid = PID}};
	ssize_t length = readlink("/proc/self/exe", self.path, sizeof self.path - 1);

	assert_true(length > 0);
	dl_iterate_phdr(look_at_self, &self);
	return self;
}

static struct tt_symbols *symbols_of(struct self *self)
{
	struct tt_symbols *symbols = tt_symbols_new();

	self->module.path = self->path;
	self->module.build_id = self->module.build_id ? self->build_id : NULL;
	tt_symbols_add(symbols, &self->module);
	return symbols;
}

/* The return address in who calls this. */
__attribute__((noinline)) static uint64_t here(void)
{
	return (uint64_t)(uintptr_t)__builtin_extract_return_addr(__builtin_return_address(0));
}

static int site_line;

/* A site with a line of its own. */
__attribute__((noinline)) static uint64_t a_static_function(void)
{
	uint64_t address;

	site_line = __LINE__ + 1;
	address = here();
	__asm__ volatile("" : "+r"(address)); /* no tail call */
	return address;
}

static inline __attribute__((always_inline)) uint64_t an_inlined_function(void)
{
	uint64_t address = here();

	__asm__ volatile("" : "+r"(address));
	return address;
}

static bool ends_with(const char *text, const char *end)
{
	return text && g_str_has_suffix(text, end);
}

static void test_call_site(void **state)
{
	struct self self = find_self();
	struct tt_symbols *symbols = symbols_of(&self);
	uint64_t address = a_static_function();
	const struct tt_site *site = tt_symbols_call_site(symbols, PID, address);
	char *text;

	(void)state;
	assert_non_null(site);
	assert_string_equal(site->function, "a_static_function");
	assert_true(ends_with(site->file, "tests/unit/tools/test_symbols.c"));
	assert_int_equal(site->line, site_line);
	assert_string_equal(site->module, "test_symbols");
	assert_int_equal(site->offset, address - self.module.base);
	assert_ptr_equal(tt_symbols_call_site(symbols, PID, address), site); /* kept */
	assert_null(tt_symbols_changed(symbols)[0]);

	text = tt_site_text(site);
	assert_true(g_str_has_prefix(text, "a_static_function "));
	g_free(text);
	tt_symbols_free(symbols);
}

static void test_inlined(void **state)
{
	struct self self = find_self();
	struct tt_symbols *symbols = symbols_of(&self);
	const struct tt_site *site = tt_symbols_call_site(symbols, PID, an_inlined_function());

	(void)state;
	assert_string_equal(site->function, "an_inlined_function");
	tt_symbols_free(symbols);
}

static void test_function(void **state)
{
	struct self self = find_self();
	struct tt_symbols *symbols = symbols_of(&self);
	const struct tt_site *site = tt_symbols_function(symbols, PID, (uint64_t)(uintptr_t)a_static_function);

	(void)state;
	assert_non_null(site);
	assert_string_equal(site->function, "a_static_function");
	assert_true(ends_with(site->file, "test_symbols.c"));
	assert_null(tt_symbols_function(symbols, PID, 0x10));
	assert_null(tt_symbols_function(symbols, PID, 0));
	tt_symbols_free(symbols);
}

/* Nothing is known of an address in no module, nor of another process. */
static void test_unknown(void **state)
{
	struct self self = find_self();
	struct tt_symbols *symbols = symbols_of(&self);
	const struct tt_site *site = tt_symbols_call_site(symbols, PID + 1, 0x1234);
	char *text = tt_site_text(site);

	(void)state;
	assert_null(tt_symbols_call_site(symbols, PID, 0));
	assert_null(site->module);
	assert_null(site->function);
	assert_string_equal(text, "?+0x1234");
	g_free(text);
	text = tt_site_text(NULL);
	assert_string_equal(text, "?");
	g_free(text);
	tt_symbols_free(symbols);
}

/* An address moves with the module. */
static void test_other_place(void **state)
{
	struct self self = find_self();
	uint64_t offset = a_static_function() - self.module.base;
	struct tt_symbols *symbols;

	(void)state;
	self.module.base = 0x7000000000;
	symbols = symbols_of(&self);
	assert_string_equal(tt_symbols_call_site(symbols, PID, self.module.base + offset)->function,
	                    "a_static_function");
	tt_symbols_free(symbols);
}

/* Another build lies at the path now: what it has there would be a lie. */
static void test_changed(void **state)
{
	struct self self = find_self();
	struct tt_symbols *symbols;
	const struct tt_site *site;

	(void)state;
	assert_non_null(self.module.build_id); /* gcc of Debian gives each one */
	self.build_id[0] ^= 1;
	symbols = symbols_of(&self);
	assert_null(tt_symbols_changed(symbols)[0]); /* not yet looked at */
	site = tt_symbols_call_site(symbols, PID, a_static_function());
	assert_null(site->function);
	assert_null(site->file);
	assert_string_equal(site->module, "test_symbols");
	assert_string_equal(tt_symbols_changed(symbols)[0], self.path);
	assert_null(tt_symbols_changed(symbols)[1]);
	tt_symbols_call_site(symbols, PID, a_static_function() + 1);
	assert_null(tt_symbols_changed(symbols)[1]); /* named once */
	tt_symbols_free(symbols);
}

static void test_missing_file(void **state)
{
	struct self self = find_self();
	struct tt_symbols *symbols;
	char *text;

	(void)state;
	strcpy(self.path, "/nonexistent/folder/app");
	symbols = symbols_of(&self);
	text = tt_site_text(tt_symbols_call_site(symbols, PID, self.module.base + 0x42));
	assert_string_equal(text, "app+0x42");
	assert_null(tt_symbols_changed(symbols)[0]);
	g_free(text);
	tt_symbols_free(symbols);
}

/* Without symbols and debug information there is only the place in the file. */
static void test_stripped(void **state)
{
	struct self self = find_self();
	char *folder = g_dir_make_tmp("trace-thr-test-XXXXXX", NULL);
	char *stripped = g_build_filename(folder, "stripped", NULL);
	const char *command[] = {"strip", "-o", stripped, self.path, NULL};
	uint64_t address = a_static_function();
	char *text, *expected = g_strdup_printf("stripped+0x%lx", (unsigned long)(address - self.module.base));
	struct tt_symbols *symbols;

	(void)state;
	assert_true(g_spawn_sync(NULL, (char **)(uintptr_t)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
	                         NULL, NULL));
	strcpy(self.path, stripped);
	symbols = symbols_of(&self);
	text = tt_site_text(tt_symbols_call_site(symbols, PID, address));
	assert_string_equal(text, expected);
	assert_null(tt_symbols_changed(symbols)[0]);
	g_free(text);
	g_free(expected);
	tt_symbols_free(symbols);
	g_remove(stripped);
	g_rmdir(folder);
	g_free(stripped);
	g_free(folder);
}

/* The later module counts: after exec other files lie in the process. */
static void test_taken_over(void **state)
{
	struct self self = find_self();
	struct tt_symbols *symbols = symbols_of(&self);
	uint64_t address = a_static_function();
	const struct tt_site *before = tt_symbols_call_site(symbols, PID, address);
	const struct tt_module later = {.pid = PID, .base = address - 0x10, .size = 0x20, .path = "/nonexistent/later"};

	(void)state;
	tt_symbols_add(symbols, &later);
	assert_string_equal(tt_symbols_call_site(symbols, PID, address)->module, "later");
	assert_string_equal(before->function, "a_static_function"); /* still to be read */
	tt_symbols_free(symbols);
}

/* One plug-in after another at one place, as the library tells it: each has its time. */
static void test_by_time(void **state)
{
	static const struct {
		int64_t time_ns;
		const char *module;
	} asked[] = {{50, "first"}, {100, "first"}, {199, "first"}, {250, "second"}, {300, "second"}, {450, "second"}};
	struct tt_symbols *symbols = tt_symbols_new();
	struct tt_module module = {
	    .pid = PID, .base = 0x1000, .size = 0x1000, .exact = true, .path = "/nonexistent/first"};

	(void)state;
	tt_symbols_begin(symbols, PID, 0);
	for (int64_t time_ns = 100; time_ns <= 400; time_ns += 100) {
		module.time_ns = time_ns;
		module.gone = time_ns == 200 || time_ns == 400;
		tt_symbols_add(symbols, &module);
		module.path = "/nonexistent/second";
	}
	for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
		tt_symbols_at(symbols, asked[i].time_ns);
		assert_string_equal(tt_symbols_call_site(symbols, PID, 0x1234)->module, asked[i].module);
	}
	tt_symbols_free(symbols);
}

/* Files below the working folder are shown from there. */
static void test_relative_file(void **state)
{
	struct self self = find_self();
	struct tt_symbols *symbols = symbols_of(&self);
	char *was = g_get_current_dir();
	char *file, *folder, *below;

	(void)state;
	file = g_canonicalize_filename(tt_symbols_call_site(symbols, PID, a_static_function())->file, was);
	tt_symbols_free(symbols);
	folder = g_path_get_dirname(file);
	below = g_path_get_dirname(folder);
	if (g_file_test(below, G_FILE_TEST_IS_DIR)) { /* the sources are there */
		assert_return_code(chdir(below), 0);
		symbols = symbols_of(&self);
		assert_string_equal(tt_symbols_call_site(symbols, PID, a_static_function())->file,
		                    "tools/test_symbols.c");
		tt_symbols_free(symbols);
		assert_return_code(chdir(was), 0);
	}
	g_free(below);
	g_free(folder);
	g_free(file);
	g_free(was);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_call_site),     cmocka_unit_test(test_inlined),     cmocka_unit_test(test_function),
	    cmocka_unit_test(test_unknown),       cmocka_unit_test(test_other_place), cmocka_unit_test(test_changed),
	    cmocka_unit_test(test_missing_file),  cmocka_unit_test(test_stripped),    cmocka_unit_test(test_taken_over),
	    cmocka_unit_test(test_relative_file), cmocka_unit_test(test_by_time),
	};

	return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
