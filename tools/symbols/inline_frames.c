/* SPDX-License-Identifier: MIT */
#include "tools/symbols/inline_frames.h"

#include <stdlib.h>

#include <dwarf.h>
#include <elfutils/libdw.h>

#include "tools/symbols/binary.h"
#include "tools/symbols/demangle.h"

/* A definition points to its declaration, an inlined copy to the original: no sound chain is longer. */
enum { MOST_HOPS = 8 };

static const char *demangled(GStringChunk *names, const char *symbol)
{
	char *name = tt_demangle(symbol);
	const char *kept = g_string_chunk_insert_const(names, name);

	g_free(name);
	return kept;
}

/* The function of the symbol table that has the address. */
static const char *symbol_at(Dwfl_Module *module, Dwarf_Addr address, GStringChunk *names)
{
	GElf_Off offset;
	GElf_Sym symbol;
	const char *name = dwfl_module_addrinfo(module, address, &offset, &symbol, NULL, NULL, NULL);

	/* In a stripped file the nearest symbol can be far away. */
	return name && *name && offset < symbol.st_size ? demangled(names, name) : NULL;
}

static bool is_cplusplus(Dwarf_Die *unit)
{
	switch (dwarf_srclang(unit)) {
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
		return true;
	default:
		return false;
	}
}

/* Where the function stands in the source: its declaration in a class, not the definition behind it. */
static Dwarf_Die declaration_of(Dwarf_Die die)
{
	static const unsigned links[] = {DW_AT_abstract_origin, DW_AT_specification};
	Dwarf_Attribute attribute;
	Dwarf_Die next;

	for (size_t hops = 0; hops < MOST_HOPS; hops++) {
		size_t i = 0;
		while (i < G_N_ELEMENTS(links) && !dwarf_attr(&die, links[i], &attribute))
			i++;
		if (i == G_N_ELEMENTS(links) || !dwarf_formref_die(&attribute, &next))
			break;
		die = next;
	}
	return die;
}

/* What stands for a scope without a name. */
static const char *unnamed(int tag, const char *function)
{
	if (tag == DW_TAG_namespace)
		return "(anonymous namespace)";
	return g_strcmp0(function, "operator()") == 0 ? "{lambda}" : "(anonymous class)";
}

/* `main::{lambda}::operator()`: functions of classes in functions have no symbol in the debug information. */
static const char *qualified_name(Dwarf_Die *die, GStringChunk *names)
{
	Dwarf_Die declaration = declaration_of(*die);
	Dwarf_Die *scopes = NULL;
	int count = dwarf_getscopes_die(&declaration, &scopes);
	const char *own = dwarf_diename(die), *kept;
	GString *name = g_string_new(NULL);

	for (int i = count - 1; own && i > 0; i--) {
		int tag = dwarf_tag(&scopes[i]);
		const char *part = dwarf_diename(&scopes[i]);

		if (tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
		    tag == DW_TAG_union_type || tag == DW_TAG_subprogram)
			g_string_append_printf(name, "%s::", part ? part : unnamed(tag, own));
	}
	free(scopes);
	g_string_append(name, own ? own : "");
	kept = own ? g_string_chunk_insert_const(names, name->str) : NULL;
	g_string_free(name, TRUE);
	return kept;
}

static const char *function_name(Dwarf_Die *unit, Dwarf_Die *die, GStringChunk *names)
{
	Dwarf_Attribute attribute;
	const char *linkage = NULL;

	if (dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) ||
	    dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute))
		linkage = dwarf_formstring(&attribute);
	if (linkage)
		return demangled(names, linkage);
	return is_cplusplus(unit) ? qualified_name(die, names) : dwarf_diename(die);
}

/* Where the function was inlined: a place in the next one. */
static void go_to_call(Dwarf_Die *inlined, struct tt_access *place)
{
	Dwarf_Attribute attribute;
	Dwarf_Word file, line;
	Dwarf_Files *files;
	Dwarf_Die unit;
	size_t count;

	place->file = NULL;
	place->line = 0;
	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) ||
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) ||
	    !dwarf_diecu(inlined, &unit, NULL, NULL) || dwarf_getsrcfiles(&unit, &files, &count) || file >= count)
		return;
	place->file = dwarf_filesrc(files, file, NULL, NULL);
	place->line = (int)MIN(line, (Dwarf_Word)G_MAXINT);
}

/* The scopes as the code nests, innermost first. NULL if there are none. The caller's to free. */
static Dwarf_Die *scopes_at(Dwarf_Die *unit, Dwarf_Addr address, int *count)
{
	Dwarf_Die *source = NULL, *scopes = NULL;
	Dwarf_Die innermost;

	/* These leave the code at the first inlined function, for the place where it was written. */
	*count = dwarf_getscopes(unit, address, &source);
	if (*count > 0) {
		innermost = source[0];
		*count = dwarf_getscopes_die(&innermost, &scopes);
	}
	free(source);
	return scopes;
}

/* Appends the functions of the debug information. Those around them that it has not are left to the caller. */
static bool add_scopes(Dwarf_Die *unit, Dwarf_Addr address, struct tt_access *place, GStringChunk *names,
                       GArray *places)
{
	bool whole = false;
	int count;
	Dwarf_Die *scopes = scopes_at(unit, address, &count);

	for (int i = 0; !whole && i < count; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine)
			continue;
		place->function = function_name(unit, &scopes[i], names);
		whole = tag == DW_TAG_subprogram;
		if (whole && !place->function)
			break;
		g_array_append_val(places, *place);
		if (!whole)
			go_to_call(&scopes[i], place);
	}
	free(scopes);
	return whole && place->function;
}

void tt_inline_frames_at(Dwfl_Module *module, Dwarf_Addr address, GStringChunk *names, GArray *places)
{
	struct tt_access place = {.line = 0};
	Dwfl_Line *line = dwfl_module_getsrc(module, address);
	Dwarf_Addr bias;
	Dwarf_Die *unit = dwfl_module_addrdie(module, address, &bias);

	/* libdwfl gives the code of files without debug information to the unit before it. */
	if (unit && dwarf_haspc(unit, address - bias) <= 0)
		unit = NULL;
	if (line && unit) {
		place.file = dwfl_lineinfo(line, NULL, &place.line, NULL, NULL, NULL);
		place.folder = dwfl_line_comp_dir(line);
	}
	if (unit && add_scopes(unit, address - bias, &place, names, places))
		return;
	place.function = symbol_at(module, address, names);
	g_array_append_val(places, place);
}
