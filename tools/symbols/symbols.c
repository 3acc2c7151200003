#include "tools/symbols/symbols.h"

#include <string.h>

#include <glib.h>

#include "tools/symbols/binary.h"

/* A binary as it lies in a process. */
struct mapping {
	uint32_t pid;
	uint64_t base, size;
	struct tt_binary *binary;
};

struct tt_symbols {
	GArray *mappings;      /* struct mapping: none overlaps another of its process */
	GPtrArray *binaries;   /* struct tt_binary */
	GHashTable *known;     /* struct place_key → struct tt_site of `sites` */
	GPtrArray *sites;      /* struct tt_site: also those that `known` has no more */
	GStringChunk *strings; /* of the sites */
	GPtrArray *changed;    /* const char * of the binaries */
	char *folder;          /* the working folder */
};

/* What was asked for. */
struct place_key {
	uint64_t address;
	uint32_t pid;
	uint32_t before; /* 1: the call before the address; 0: the address itself */
};

static guint hash_key(gconstpointer data)
{
	const struct place_key *key = data;

	return g_int64_hash(&key->address) ^ key->pid * 31 ^ key->before;
}

static gboolean equal_keys(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct place_key));
}

static void free_binary(gpointer binary)
{
	tt_binary_free(binary);
}

struct tt_symbols *tt_symbols_new(void)
{
	struct tt_symbols *symbols = g_new0(struct tt_symbols, 1);

	symbols->mappings = g_array_new(FALSE, FALSE, sizeof(struct mapping));
	symbols->binaries = g_ptr_array_new_with_free_func(free_binary);
	symbols->known = g_hash_table_new_full(hash_key, equal_keys, g_free, NULL);
	symbols->sites = g_ptr_array_new_with_free_func(g_free);
	symbols->strings = g_string_chunk_new(4096);
	symbols->changed = g_ptr_array_new();
	g_ptr_array_add(symbols->changed, NULL);
	symbols->folder = g_get_current_dir();
	return symbols;
}

void tt_symbols_free(struct tt_symbols *symbols)
{
	if (!symbols)
		return;
	g_array_free(symbols->mappings, TRUE);
	g_ptr_array_free(symbols->binaries, TRUE);
	g_hash_table_destroy(symbols->known);
	g_ptr_array_free(symbols->sites, TRUE);
	g_string_chunk_free(symbols->strings);
	g_ptr_array_free(symbols->changed, TRUE);
	g_free(symbols->folder);
	g_free(symbols);
}

static struct tt_binary *binary_of(struct tt_symbols *symbols, const struct tt_module *module)
{
	struct tt_binary *binary;

	for (guint i = 0; i < symbols->binaries->len; i++) {
		binary = symbols->binaries->pdata[i];
		if (tt_binary_is(binary, module->path, module->build_id, module->build_id_size))
			return binary;
	}
	binary = tt_binary_new(module->path, module->build_id, module->build_id_size);
	g_ptr_array_add(symbols->binaries, binary);
	return binary;
}

void tt_symbols_add(struct tt_symbols *symbols, const struct tt_module *module)
{
	struct mapping added = {module->pid, module->base, module->size, binary_of(symbols, module)};

	for (guint i = 0; i < symbols->mappings->len;) {
		const struct mapping *old = &g_array_index(symbols->mappings, struct mapping, i);

		if (old->pid == added.pid && old->base - added.base < added.size)
			g_array_remove_index_fast(symbols->mappings, i);
		else if (old->pid == added.pid && added.base - old->base < old->size)
			g_array_remove_index_fast(symbols->mappings, i);
		else
			i++;
	}
	g_array_append_val(symbols->mappings, added);
	g_hash_table_remove_all(symbols->known);
}

static const struct mapping *mapping_at(const struct tt_symbols *symbols, uint32_t pid, uint64_t address)
{
	for (guint i = 0; i < symbols->mappings->len; i++) {
		const struct mapping *mapping = &g_array_index(symbols->mappings, struct mapping, i);

		if (mapping->pid == pid && address - mapping->base < mapping->size)
			return mapping;
	}
	return NULL;
}

/* A path as it is shown: relative to the working folder if it is below it. */
static const char *show_file(struct tt_symbols *symbols, const struct tt_place *place)
{
	char *path = g_canonicalize_filename(place->file, place->folder && *place->folder == '/' ? place->folder : "/");
	size_t length = strlen(symbols->folder);
	const char *shown = place->file;

	if (g_str_has_prefix(path, symbols->folder) && path[length] == '/')
		shown = path + length + 1;
	else if (g_path_is_absolute(place->file))
		shown = path;
	shown = g_string_chunk_insert_const(symbols->strings, shown);
	g_free(path);
	return shown;
}

/* Remembers the path of a binary found changed. */
static void note_changed(struct tt_symbols *symbols, const struct tt_binary *binary)
{
	const char *path = tt_binary_path(binary);

	if (!tt_binary_changed(binary) || g_ptr_array_find(symbols->changed, path, NULL))
		return;
	g_ptr_array_insert(symbols->changed, (gint)symbols->changed->len - 1, (gpointer)(uintptr_t)path);
}

static struct tt_site *make_site(struct tt_symbols *symbols, const struct place_key *key)
{
	struct tt_site *site = g_new0(struct tt_site, 1);
	const struct mapping *mapping = mapping_at(symbols, key->pid, key->address - key->before);
	struct tt_place place;

	site->offset = key->address;
	if (!mapping)
		return site;
	place = tt_binary_place(mapping->binary, key->address - key->before - mapping->base);
	note_changed(symbols, mapping->binary);
	site->function = place.function;
	site->file = place.file ? show_file(symbols, &place) : NULL;
	site->line = place.line;
	site->module = strrchr(tt_binary_path(mapping->binary), '/');
	site->module = site->module ? site->module + 1 : tt_binary_path(mapping->binary);
	site->offset = key->address - mapping->base;
	return site;
}

static const struct tt_site *site_at(struct tt_symbols *symbols, struct place_key key)
{
	struct tt_site *site;

	if (!key.address)
		return NULL;
	site = g_hash_table_lookup(symbols->known, &key);
	if (!site) {
		site = make_site(symbols, &key);
		g_ptr_array_add(symbols->sites, site);
		g_hash_table_insert(symbols->known, g_memdup2(&key, sizeof key), site);
	}
	return site;
}

const struct tt_site *tt_symbols_call_site(struct tt_symbols *symbols, uint32_t pid, uint64_t address)
{
	return site_at(symbols, (struct place_key){.address = address, .pid = pid, .before = 1});
}

const struct tt_site *tt_symbols_function(struct tt_symbols *symbols, uint32_t pid, uint64_t address)
{
	const struct tt_site *site = site_at(symbols, (struct place_key){.address = address, .pid = pid});

	return site && site->module ? site : NULL;
}

const char *const *tt_symbols_changed(const struct tt_symbols *symbols)
{
	return (const char *const *)(const void *)symbols->changed->pdata;
}

char *tt_site_text(const struct tt_site *site)
{
	const char *function = site && site->function ? site->function : "";
	const char *gap = *function ? " " : "";

	if (!site)
		return g_strdup("?");
	if (site->file)
		return g_strdup_printf("%s%s%s:%d", function, gap, site->file, site->line);
	return g_strdup_printf("%s%s%s+0x%" G_GINT64_MODIFIER "x", function, gap, site->module ? site->module : "?",
	                       site->offset);
}
