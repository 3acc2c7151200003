/* SPDX-License-Identifier: MIT */
#include "tools/symbols/binary.h"

#include <string.h>

#include <elfutils/libdwfl.h>

#include "tools/symbols/demangle.h"
#include "tools/symbols/inline_frames.h"
#include "tools/symbols/variables.h"

/* Where a shared library is put, since libdwfl wants it somewhere. */
enum { BASE = 0x10000 };

struct tt_binary {
	char *path;
	GBytes *build_id; /* as recorded; empty if it has none */
	bool opened, changed;
	Dwfl *session;
	Dwfl_Module *module; /* NULL: no symbols to be had */
	Dwarf_Addr start;
	struct tt_variables *variables; /* NULL: not yet asked for */
	GStringChunk *names;            /* those that are not in the file as they are shown */
};

struct tt_binary *tt_binary_new(const char *path, const uint8_t *build_id, size_t build_id_size)
{
	struct tt_binary *binary = g_new0(struct tt_binary, 1);

	binary->path = g_strdup(path);
	binary->names = g_string_chunk_new(1024);
	binary->build_id = g_bytes_new(build_id, build_id_size);
	return binary;
}

void tt_binary_free(struct tt_binary *binary)
{
	tt_variables_free(binary->variables);
	if (binary->session)
		dwfl_end(binary->session);
	g_string_chunk_free(binary->names);
	g_bytes_unref(binary->build_id);
	g_free(binary->path);
	g_free(binary);
}

const char *tt_binary_path(const struct tt_binary *binary)
{
	return binary->path;
}

char *tt_binary_build_id(const struct tt_binary *binary)
{
	gsize size;
	const uint8_t *bytes = g_bytes_get_data(binary->build_id, &size);
	GString *text = size ? g_string_new(NULL) : NULL;

	for (gsize i = 0; i < size; i++)
		g_string_append_printf(text, "%02x", bytes[i]);
	return text ? g_string_free(text, FALSE) : NULL;
}

bool tt_binary_changed(const struct tt_binary *binary)
{
	return binary->changed;
}

static bool has_build_id(const struct tt_binary *binary, const void *build_id, size_t size)
{
	gsize recorded_size;
	gconstpointer recorded = g_bytes_get_data(binary->build_id, &recorded_size);

	return size == recorded_size && (!size || !memcmp(build_id, recorded, size));
}

bool tt_binary_is(const struct tt_binary *binary, const char *path, const uint8_t *build_id, size_t build_id_size)
{
	return !strcmp(binary->path, path) && has_build_id(binary, build_id, build_id_size);
}

/* Whether the file on disk is another than the one recorded. */
static bool is_another(const struct tt_binary *binary, Dwfl_Module *module)
{
	const unsigned char *build_id = NULL;
	GElf_Addr bias, address;
	int size;

	if (!g_bytes_get_size(binary->build_id))
		return false;
	dwfl_module_getelf(module, &bias); /* so that the file is looked into */
	size = dwfl_module_build_id(module, &build_id, &address);
	return size < 0 || !has_build_id(binary, build_id, (size_t)size);
}

static void open_file(struct tt_binary *binary)
{
	static const Dwfl_Callbacks callbacks = {
	    .find_elf = dwfl_build_id_find_elf,
	    .find_debuginfo = dwfl_standard_find_debuginfo,
	};
	Dwfl_Module *module;

	binary->opened = true;
	if (!g_file_test(binary->path, G_FILE_TEST_IS_REGULAR)) /* nor wait for a pipe */
		return;
	binary->session = dwfl_begin(&callbacks);
	if (!binary->session)
		return;
	dwfl_report_begin(binary->session);
	module = dwfl_report_elf(binary->session, binary->path, binary->path, -1, BASE, false);
	dwfl_report_end(binary->session, NULL, NULL);
	if (!module)
		return;
	binary->changed = is_another(binary, module);
	if (!binary->changed) {
		binary->module = module;
		dwfl_module_info(module, NULL, &binary->start, NULL, NULL, NULL, NULL, NULL);
	}
}

static Dwfl_Module *module_of(struct tt_binary *binary)
{
	if (!binary->opened)
		open_file(binary);
	return binary->module;
}

void tt_binary_places(struct tt_binary *binary, uint64_t offset, GArray *places)
{
	Dwfl_Module *module = module_of(binary);

	if (module)
		tt_inline_frames_at(module, binary->start + offset, binary->names, places);
}

static struct tt_variables *variables_of(struct tt_binary *binary)
{
	Dwfl_Module *module = module_of(binary);

	if (module && !binary->variables)
		binary->variables = tt_variables_new(module, binary->start);
	return binary->variables;
}

const char *tt_binary_variable(struct tt_binary *binary, uint64_t offset, uint64_t *within)
{
	const struct tt_variables *variables = variables_of(binary);
	const char *symbol = variables ? tt_variables_at(variables, offset, within) : NULL;
	const char *kept;
	char *name;

	if (!symbol)
		return NULL;
	name = tt_demangle(symbol);
	kept = g_string_chunk_insert_const(binary->names, name);
	g_free(name);
	return kept;
}

const char *tt_binary_variable_file(struct tt_binary *binary, uint64_t offset)
{
	const struct tt_variables *variables = variables_of(binary);

	return variables ? tt_variables_file(variables, offset) : NULL;
}
