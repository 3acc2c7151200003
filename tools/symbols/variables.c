/* SPDX-License-Identifier: MIT */
#include "tools/symbols/variables.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

/* How many variables that begin later can lie in a larger one: symbols of its parts. */
enum { MOST_PARTS = 64 };

struct variable {
	uint64_t offset, size;
	const char *name;
	const char *file; /* that it is local to; "" of one that is not, NULL: it shares name and file with another */
	int rank;         /* of several names for one thing the higher is the better */
};

struct tt_variables {
	GArray *sorted; /* struct variable */
};

static gint compare(gconstpointer a, gconstpointer b)
{
	const struct variable *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->rank - y->rank;
}

static int rank_of(const GElf_Sym *symbol)
{
	switch (GELF_ST_BIND(symbol->st_info)) {
	case STB_GLOBAL:
		return 2;
	case STB_WEAK:
		return 1;
	default:
		return 0;
	}
}

static bool is_variable(const GElf_Sym *symbol, GElf_Word section, const char *name)
{
	int type = GELF_ST_TYPE(symbol->st_info);

	return (type == STT_OBJECT || type == STT_COMMON) && symbol->st_size && section != SHN_UNDEF && name && *name;
}

static guint hash_local(gconstpointer data)
{
	const struct variable *variable = data;
	return g_str_hash(variable->name) * 31 + g_str_hash(variable->file);
}

static gboolean equal_locals(gconstpointer a, gconstpointer b)
{
	const struct variable *x = a, *y = b;
	return !strcmp(x->name, y->name) && !strcmp(x->file, y->file);
}

/* Files of one name in two folders can each have a variable of one name. */
static void mark_twins(struct tt_variables *variables)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(hash_local, equal_locals);
	g_autoptr(GPtrArray) twins = g_ptr_array_new();

	for (guint i = 0; i < variables->sorted->len; i++) {
		struct variable *variable = &g_array_index(variables->sorted, struct variable, i), *other;
		other = *variable->file ? g_hash_table_lookup(seen, variable) : NULL;
		if (!other) {
			g_hash_table_add(seen, variable);
		} else if (other->offset != variable->offset) {
			g_ptr_array_add(twins, other);
			g_ptr_array_add(twins, variable);
		}
	}
	for (guint i = 0; i < twins->len; i++)
		((struct variable *)twins->pdata[i])->file = NULL;
}

static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path ? path : "";
}

struct tt_variables *tt_variables_new(Dwfl_Module *module, Dwarf_Addr start)
{
	struct tt_variables *variables = g_new0(struct tt_variables, 1);
	int count = dwfl_module_getsymtab(module);
	const char *file = ""; /* whose symbols these are: a file's local ones follow it */

	variables->sorted = g_array_new(FALSE, FALSE, sizeof(struct variable));
	for (int i = 0; i < count; i++) {
		GElf_Sym symbol;
		GElf_Addr address;
		GElf_Word section;
		const char *name = dwfl_module_getsym_info(module, i, &symbol, &address, &section, NULL, NULL);

		if (GELF_ST_TYPE(symbol.st_info) == STT_FILE)
			file = base_name(name);
		if (name && is_variable(&symbol, section, name)) {
			bool local = GELF_ST_BIND(symbol.st_info) == STB_LOCAL;
			struct variable variable = {address - start, symbol.st_size, name, local ? file : "",
			                            rank_of(&symbol)};
			g_array_append_val(variables->sorted, variable);
		}
	}
	g_array_sort(variables->sorted, compare);
	mark_twins(variables);
	return variables;
}

void tt_variables_free(struct tt_variables *variables)
{
	if (!variables)
		return;
	g_array_free(variables->sorted, TRUE);
	g_free(variables);
}

static const struct variable *find(const struct tt_variables *variables, uint64_t offset)
{
	const struct variable *sorted = (const struct variable *)(const void *)variables->sorted->data;
	guint low = 0, high = variables->sorted->len;

	while (low < high) { /* `low` will be the first that begins after the offset */
		guint middle = low + (high - low) / 2;

		if (sorted[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	for (guint i = low; i > 0 && low - i < MOST_PARTS; i--) {
		if (offset - sorted[i - 1].offset < sorted[i - 1].size)
			return &sorted[i - 1];
	}
	return NULL;
}

const char *tt_variables_at(const struct tt_variables *variables, uint64_t offset, uint64_t *within)
{
	const struct variable *variable = find(variables, offset);

	if (variable)
		*within = offset - variable->offset;
	return variable ? variable->name : NULL;
}

const char *tt_variables_file(const struct tt_variables *variables, uint64_t offset)
{
	const struct variable *variable = find(variables, offset);

	return variable ? variable->file : NULL;
}
