/* SPDX-License-Identifier: MIT */
#include "tools/finding/fingerprint.h"

#include <string.h>

#include "tools/finding/access.h"

enum { DIGITS = 16 };

/* What is counted out, or depends on where things lie, and what stays of it. */
static const struct {
	const char *pattern, *stays;
} passing[] = {
    {"0x[0-9a-f]+", "0x"},
    {"^(Thread|Dummy|Timer|Lock|RLock|Condition|Event|Semaphore|BoundedSemaphore|Barrier|Local)-[0-9]+", "\\1-"},
    {"#[0-9]+$", ""},
    {"(\\.[A-Za-z+]+):[0-9]+$", "\\1:"},
};

char *tt_stable_name(const char *name)
{
	char *lasting = g_utf8_make_valid(name, -1);

	for (size_t i = 0; i < G_N_ELEMENTS(passing); i++) {
		g_autoptr(GRegex) regex = g_regex_new(passing[i].pattern, 0, 0, NULL);
		char *next = g_regex_replace(regex, lasting, -1, 0, passing[i].stays, 0, NULL);

		g_free(lasting);
		lasting = next;
	}
	return lasting;
}

static const char *base_of(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path ? path : "";
}

/* Fields end with a byte that no name has. */
static void add_place(GString *text, const struct tt_check *check, const struct tt_access *place)
{
	const struct tt_site *site = tt_access_site(check, place);
	g_autofree char *name = place->object ? tt_stable_name(place->object->name) : NULL;

	if (place->object)
		g_string_append_printf(text, "%d\001%s\001%d", (int)place->object->family, name, (int)place->mode);
	g_string_append_c(text, '\001');
	if (site && site->function)
		g_string_append_printf(text, "%s\001%s", site->function, base_of(site->file));
	else if (site && site->module)
		g_string_append_printf(text, "\001%s\001%s\001%" G_GINT64_MODIFIER "x", base_of(site->module),
		                       site->build_id ? site->build_id : "", site->offset);
	else if (site)
		g_string_append_c(text, '\001');
	g_string_append_c(text, '\002');
}

/* An offset without a build id is that of any build. */
static bool is_named(const struct tt_check *check, const struct tt_access *place)
{
	const struct tt_site *site = tt_access_site(check, place);

	return site && (site->function || site->build_id);
}

bool tt_fingerprint_is_firm(const struct tt_check *check, const struct tt_finding *finding)
{
	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_edge *edge = tt_finding_edge(finding, i);
		struct tt_access holds = tt_edge_acquire(edge), wants = tt_edge_request(edge);

		if (is_named(check, &holds) || is_named(check, &wants))
			return true;
	}
	return false;
}

static char *edge_text(const struct tt_check *check, const struct tt_edge *edge)
{
	struct tt_access holds = tt_edge_acquire(edge), wants = tt_edge_request(edge);
	GString *text = g_string_new(NULL);

	add_place(text, check, &holds);
	add_place(text, check, &wants);
	return g_string_free(text, FALSE);
}

static char *rotated(const GPtrArray *edges, guint first)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < edges->len; i++) {
		g_string_append(text, edges->pdata[(first + i) % edges->len]);
		g_string_append_c(text, '\003');
	}
	return g_string_free(text, FALSE);
}

/* Of all ways to begin the circle, the one that sorts first. Only a least edge can begin that. */
static char *circle_text(const GPtrArray *edges)
{
	const char *least = edges->len ? edges->pdata[0] : NULL;
	char *best = NULL;

	for (guint i = 1; i < edges->len; i++)
		least = strcmp(edges->pdata[i], least) < 0 ? edges->pdata[i] : least;
	for (guint i = 0; i < edges->len; i++) {
		if (strcmp(edges->pdata[i], least) != 0)
			continue;
		char *text = rotated(edges, i);
		if (!best || strcmp(text, best) < 0) {
			g_free(best);
			best = g_steal_pointer(&text);
		}
		g_free(text);
	}
	return best ? best : g_strdup("");
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How many wait side by side for the same at the same place may differ from run to run. */
static char *crowd_text(GPtrArray *edges)
{
	GString *text = g_string_new(NULL);

	g_ptr_array_sort(edges, by_text);
	for (guint i = 0; i < edges->len; i++) {
		if (i == 0 || strcmp(edges->pdata[i], edges->pdata[i - 1]) != 0)
			g_string_append_printf(text, "%s\003", (const char *)edges->pdata[i]);
	}
	return g_string_free(text, FALSE);
}

static char *classes_text(const struct tt_finding *finding)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < finding->classes->len; i++)
		g_ptr_array_add(names, tt_stable_name(finding->classes->pdata[i]));
	return crowd_text(names);
}

char *tt_fingerprint(const struct tt_check *check, const struct tt_finding *finding)
{
	g_autoptr(GPtrArray) edges = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < finding->edges->len; i++)
		g_ptr_array_add(edges, edge_text(check, tt_finding_edge(finding, i)));
	g_autofree char *parts = finding->cycle ? circle_text(edges) : crowd_text(edges);
	g_autofree char *classes = classes_text(finding);
	g_autofree char *text = g_strconcat(finding->rule->id, "\003", parts, classes, NULL);
	char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	digest[DIGITS] = '\0';
	return digest;
}
