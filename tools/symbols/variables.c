#include "tools/symbols/variables.h"

#include <glib.h>

/* How many variables that begin later can lie in a larger one: symbols of its parts. */
enum { MOST_PARTS = 64 };

struct variable {
	uint64_t offset, size;
	const char *name;
	int rank; /* of several names for one thing the higher is the better */
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

struct tt_variables *tt_variables_new(Dwfl_Module *module, Dwarf_Addr start)
{
	struct tt_variables *variables = g_new0(struct tt_variables, 1);
	int count = dwfl_module_getsymtab(module);

	variables->sorted = g_array_new(FALSE, FALSE, sizeof(struct variable));
	for (int i = 0; i < count; i++) {
		GElf_Sym symbol;
		GElf_Addr address;
		GElf_Word section;
		const char *name = dwfl_module_getsym_info(module, i, &symbol, &address, &section, NULL, NULL);

		if (name && is_variable(&symbol, section, name)) {
			struct variable variable = {address - start, symbol.st_size, name, rank_of(&symbol)};
			g_array_append_val(variables->sorted, variable);
		}
	}
	g_array_sort(variables->sorted, compare);
	return variables;
}

void tt_variables_free(struct tt_variables *variables)
{
	if (!variables)
		return;
	g_array_free(variables->sorted, TRUE);
	g_free(variables);
}

const char *tt_variables_at(const struct tt_variables *variables, uint64_t offset, uint64_t *within)
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
		*within = offset - sorted[i - 1].offset;
		if (*within < sorted[i - 1].size)
			return sorted[i - 1].name;
	}
	return NULL;
}
