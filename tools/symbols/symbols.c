/* SPDX-License-Identifier: MIT */
#include "tools/symbols/symbols.h"

#include <string.h>

#include <glib.h>

#include "tools/text/sanitize.h"
#include "tools/symbols/binary.h"
#include "tools/symbols/module_map.h"
#include "tools/symbols/frame_filter.h"

struct tt_symbols {
	struct tt_module_map *mappings;
	int64_t now_ns;        /* what is asked is asked of then */
	GPtrArray *binaries;   /* struct tt_binary */
	GHashTable *known;     /* struct place_key → struct frames */
	GStringChunk *strings; /* of the sites */
	GPtrArray *changed;    /* const char * of the binaries */
	char *folder;          /* the working folder */
};

/* What was asked for: so it is the same for all processes that have the binary. */
struct place_key {
	const struct tt_binary *binary; /* NULL: none known */
	uint64_t offset;                /* in it; the address itself, if there is none */
	uint64_t before;                /* 1: the call before the address; 0: the address itself */
};

/* An address, and the functions that are inlined there, innermost first. */
struct frames {
	guint count;
	struct tt_site sites[];
};

static guint hash_key(gconstpointer data)
{
	const struct place_key *key = data;

	return g_int64_hash(&key->offset) * 31 ^ g_direct_hash(key->binary) ^ (guint)key->before;
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

	symbols->mappings = tt_module_map_new();
	symbols->now_ns = INT64_MAX;
	symbols->binaries = g_ptr_array_new_with_free_func(free_binary);
	symbols->known = g_hash_table_new_full(hash_key, equal_keys, g_free, g_free);
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
	tt_module_map_free(symbols->mappings);
	g_ptr_array_free(symbols->binaries, TRUE);
	g_hash_table_destroy(symbols->known);
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
	if (module->gone) {
		tt_mappings_end(symbols->mappings, module->pid, module->base, module->time_ns);
		return;
	}
	const struct tt_module_mapping mapping = {.base = module->base,
	                                          .size = module->size,
	                                          .time_ns = module->time_ns,
	                                          .exact = module->exact,
	                                          .end_ns = INT64_MAX,
	                                          .binary = binary_of(symbols, module)};

	tt_module_map_add(symbols->mappings, module->pid, &mapping);
}

void tt_symbols_begin(struct tt_symbols *symbols, uint32_t pid, int64_t time_ns)
{
	tt_module_map_begin(symbols->mappings, pid, time_ns);
}

void tt_symbols_at(struct tt_symbols *symbols, int64_t time_ns)
{
	symbols->now_ns = time_ns;
}

/* Whole, as far as it is known. The caller's to free. */
static char *full_path(const struct tt_access *place)
{
	return g_canonicalize_filename(place->file, place->folder && *place->folder == '/' ? place->folder : "/");
}

/* A path as it is shown: relative to the working folder if it is below it. */
static const char *show_file(struct tt_symbols *symbols, const struct tt_access *place, const char *path)
{
	size_t length = strlen(symbols->folder);
	const char *shown = place->file;

	if (g_str_has_prefix(path, symbols->folder) && path[length] == '/')
		shown = path + length + 1;
	else if (g_path_is_absolute(place->file))
		shown = path;
	return g_string_chunk_insert_const(symbols->strings, shown);
}

/* A name as it may be shown; it lives as long as the symbols. NULL is NULL. */
static const char *harmless(struct tt_symbols *symbols, const char *name)
{
	g_autofree char *made = NULL;
	const char *shown = tt_harmless_or_made(name, &made);

	return made ? g_string_chunk_insert_const(symbols->strings, shown) : name;
}

/* Remembers the path of a binary found changed. */
static void note_changed(struct tt_symbols *symbols, const struct tt_binary *binary)
{
	const char *path = tt_binary_path(binary);

	if (!tt_binary_changed(binary) || g_ptr_array_find(symbols->changed, path, NULL))
		return;
	g_ptr_array_insert(symbols->changed, (gint)symbols->changed->len - 1, (gpointer)(uintptr_t)path);
}

static const char *module_name(const struct tt_binary *binary)
{
	const char *path = tt_binary_path(binary), *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* As it is shown. */
static const char *shown_module(struct tt_symbols *symbols, const struct tt_binary *binary)
{
	return harmless(symbols, module_name(binary));
}

static struct tt_site make_site(struct tt_symbols *symbols, const struct place_key *key, const struct tt_access *place)
{
	struct tt_site site = {
	    .offset = key->offset, .function = harmless(symbols, place->function), .line = place->line};
	char *path = place->file ? full_path(place) : NULL;
	g_autofree char *build_id = key->binary ? tt_binary_build_id(key->binary) : NULL;

	site.build_id = build_id ? g_string_chunk_insert_const(symbols->strings, build_id) : NULL;
	site.module_file = key->binary ? module_name(key->binary) : NULL;
	site.module = harmless(symbols, site.module_file);
	site.file = path ? harmless(symbols, show_file(symbols, place, path)) : NULL;
	site.path = path ? harmless(symbols, g_string_chunk_insert_const(symbols->strings, path)) : NULL;
	site.own = tt_is_internal_frame(site.module_file, path, place->function);
	g_free(path);
	return site;
}

static struct frames *make_frames(struct tt_symbols *symbols, const struct place_key *key, struct tt_binary *binary)
{
	const struct tt_access nowhere = {.line = 0};
	GArray *places = g_array_new(FALSE, FALSE, sizeof(struct tt_access));
	struct frames *frames;

	if (binary) {
		tt_binary_places(binary, key->offset - key->before, places);
		note_changed(symbols, binary);
	}
	if (!places->len)
		g_array_append_val(places, nowhere);
	frames = g_malloc(sizeof *frames + places->len * sizeof frames->sites[0]);
	frames->count = places->len;
	for (guint i = 0; i < frames->count; i++)
		frames->sites[i] = make_site(symbols, key, &g_array_index(places, struct tt_access, i));
	g_array_free(places, TRUE);
	return frames;
}

/* What is at the address, or at the call that returns to it. */
static struct frames *frames_at(struct tt_symbols *symbols, uint32_t pid, uint64_t address, bool before)
{
	const struct tt_module_mapping *mapping =
	    tt_module_map_at(symbols->mappings, pid, address - before, symbols->now_ns);
	const struct place_key key = {
	    .binary = mapping ? mapping->binary : NULL, .offset = address - (mapping ? mapping->base : 0), before};
	struct frames *frames = g_hash_table_lookup(symbols->known, &key);

	if (!frames) {
		frames = make_frames(symbols, &key, mapping ? mapping->binary : NULL);
		g_hash_table_insert(symbols->known, g_memdup2(&key, sizeof key), frames);
	}
	return frames;
}

const struct tt_site *tt_symbols_call_site(struct tt_symbols *symbols, uint32_t pid, uint64_t address)
{
	return address ? &frames_at(symbols, pid, address, true)->sites[0] : NULL;
}

const struct tt_site *tt_symbols_function(struct tt_symbols *symbols, uint32_t pid, uint64_t address)
{
	const struct frames *frames = address ? frames_at(symbols, pid, address, false) : NULL;

	/* What is inlined at its begin is not the function that begins there. */
	return frames && frames->sites[0].module ? &frames->sites[frames->count - 1] : NULL;
}

/* The address that is `i` calls out from the event; 0 beyond the last. */
static uint64_t address_of(uint64_t caller, const struct tt_stack *stack, guint i)
{
	guint known = stack ? MIN(stack->n, TT_STACK_MAX) : 0;

	return i == 0 ? caller : i <= known ? stack->frames[i - 1] : 0;
}

GPtrArray *tt_symbols_frames(struct tt_symbols *symbols, uint32_t pid, uint64_t caller, const struct tt_stack *stack)
{
	GPtrArray *sites = caller ? g_ptr_array_new() : NULL;
	uint64_t address;

	for (guint i = 0; (address = address_of(caller, stack, i)); i++) {
		struct frames *frames = frames_at(symbols, pid, address, true);
		for (guint j = 0; j < frames->count; j++)
			g_ptr_array_add(sites, &frames->sites[j]);
	}
	return sites;
}

/* The first of the program's own, and the address it is at. NULL if there is none. */
static const struct tt_site *find_own(struct tt_symbols *symbols, uint32_t pid, uint64_t caller,
                                      const struct tt_stack *stack, uint64_t *address)
{
	for (guint i = 0; (*address = address_of(caller, stack, i)); i++) {
		const struct frames *frames = frames_at(symbols, pid, *address, true);
		for (guint j = 0; j < frames->count; j++)
			if (frames->sites[j].own)
				return &frames->sites[j];
	}
	return NULL;
}

const struct tt_site *tt_symbols_own_site(struct tt_symbols *symbols, uint32_t pid, uint64_t caller,
                                          const struct tt_stack *stack)
{
	uint64_t address;

	return find_own(symbols, pid, caller, stack, &address);
}

uint64_t tt_symbols_own_call(struct tt_symbols *symbols, uint32_t pid, uint64_t caller, const struct tt_stack *stack)
{
	uint64_t address;

	return find_own(symbols, pid, caller, stack, &address) ? address : caller;
}

const struct tt_site *tt_symbols_site(struct tt_symbols *symbols, uint32_t pid, uint64_t caller,
                                      const struct tt_stack *stack)
{
	const struct tt_site *own = tt_symbols_own_site(symbols, pid, caller, stack);

	return own ? own : tt_symbols_call_site(symbols, pid, caller);
}

static const char *keep(struct tt_symbols *symbols, const char *name, uint64_t within)
{
	g_autofree char *text = g_strdup_printf("%s+0x%" G_GINT64_MODIFIER "x", name, within);

	return g_string_chunk_insert_const(symbols->strings, text);
}

const char *tt_symbols_variable(struct tt_symbols *symbols, uint32_t pid, uint64_t address)
{
	const struct tt_module_mapping *mapping = tt_module_map_at(symbols->mappings, pid, address, symbols->now_ns);
	uint64_t within = 0;
	const char *name;

	if (!mapping)
		return NULL;
	name = tt_binary_variable(mapping->binary, address - mapping->base, &within);
	note_changed(symbols, mapping->binary);
	name = harmless(symbols, name);
	return name && within ? keep(symbols, name, within) : name;
}

const char *tt_symbols_variable_file(struct tt_symbols *symbols, uint32_t pid, uint64_t address)
{
	const struct tt_module_mapping *mapping = tt_module_map_at(symbols->mappings, pid, address, symbols->now_ns);

	return mapping ? harmless(symbols, tt_binary_variable_file(mapping->binary, address - mapping->base)) : NULL;
}

const char *tt_symbols_object(struct tt_symbols *symbols, uint32_t pid, uint64_t address)
{
	const char *variable = tt_symbols_variable(symbols, pid, address);
	const struct tt_module_mapping *mapping = tt_module_map_at(symbols->mappings, pid, address, symbols->now_ns);

	if (variable || !mapping)
		return variable;
	return keep(symbols, shown_module(symbols, mapping->binary), address - mapping->base);
}

const char *tt_symbols_module(struct tt_symbols *symbols, uint32_t pid, uint64_t address)
{
	const struct tt_module_mapping *mapping = tt_module_map_at(symbols->mappings, pid, address, symbols->now_ns);

	return mapping ? shown_module(symbols, mapping->binary) : NULL;
}

/* A shared library is `libx.so` or `libx.so.1`, the kernel's as well. */
static bool is_program(const struct tt_binary *binary)
{
	return !strstr(module_name(binary), ".so");
}

const char *tt_symbols_program(struct tt_symbols *symbols, uint32_t pid)
{
	const struct tt_module_mapping *mapping = tt_mappings_first(symbols->mappings, pid, symbols->now_ns);

	if (!mapping)
		mapping = tt_module_map_find(symbols->mappings, pid, is_program, symbols->now_ns);
	return mapping ? shown_module(symbols, mapping->binary) : NULL;
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
