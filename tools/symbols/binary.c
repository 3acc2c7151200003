#include "tools/symbols/binary.h"

#include <string.h>

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <glib.h>

/* Where a shared library is put, since libdwfl wants it somewhere. */
enum { BASE = 0x10000 };

struct tt_binary {
	char *path;
	GBytes *build_id; /* as recorded; empty if it has none */
	bool opened, changed;
	Dwfl *session;
	Dwfl_Module *module; /* NULL: no symbols to be had */
	Dwarf_Addr start;
};

struct tt_binary *tt_binary_new(const char *path, const uint8_t *build_id, size_t build_id_size)
{
	struct tt_binary *binary = g_new0(struct tt_binary, 1);

	binary->path = g_strdup(path);
	binary->build_id = g_bytes_new(build_id, build_id_size);
	return binary;
}

void tt_binary_free(struct tt_binary *binary)
{
	if (binary->session)
		dwfl_end(binary->session);
	g_bytes_unref(binary->build_id);
	g_free(binary->path);
	g_free(binary);
}

const char *tt_binary_path(const struct tt_binary *binary)
{
	return binary->path;
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

/* The function of the symbol table that has the address. */
static const char *symbol_at(struct tt_binary *binary, Dwarf_Addr address)
{
	GElf_Off offset;
	GElf_Sym symbol;
	const char *name = dwfl_module_addrinfo(binary->module, address, &offset, &symbol, NULL, NULL, NULL);

	/* In a stripped file the nearest symbol can be far away. */
	return name && *name && offset < symbol.st_size ? name : NULL;
}

/* The innermost function that the debug information has there, NULL if there is none. */
static const char *function_at(struct tt_binary *binary, Dwarf_Addr address)
{
	Dwarf_Addr bias;
	Dwarf_Die *unit = dwfl_module_addrdie(binary->module, address, &bias);
	Dwarf_Die *scopes = NULL;
	const char *name = NULL;
	int count = unit ? dwarf_getscopes(unit, address - bias, &scopes) : 0;

	for (int i = 0; !name && i < count; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine)
			name = dwarf_diename(&scopes[i]);
	}
	free(scopes);
	return name;
}

struct tt_place tt_binary_place(struct tt_binary *binary, uint64_t offset)
{
	struct tt_place place = {.line = 0};
	Dwarf_Addr address;
	Dwfl_Line *line;

	if (!binary->opened)
		open_file(binary);
	if (!binary->module)
		return place;
	address = binary->start + offset;
	place.function = function_at(binary, address);
	if (!place.function)
		place.function = symbol_at(binary, address);
	line = dwfl_module_getsrc(binary->module, address);
	if (line) {
		place.file = dwfl_lineinfo(line, NULL, &place.line, NULL, NULL, NULL);
		place.folder = dwfl_line_comp_dir(line);
	}
	return place;
}
