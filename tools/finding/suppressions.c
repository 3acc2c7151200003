/* SPDX-License-Identifier: MIT */
#include "tools/finding/suppressions.h"

#include <string.h>

#include "tools/finding/fingerprint.h"
#include "tools/finding/access.h"
#include "tools/check/rules.h"
#include "tools/read/recording/bounded_file.h"
#include "tools/text/sanitize.h"

static const char *const field_names[] = {
    [TT_SUPPRESSED_LOCK] = "lock",
    [TT_SUPPRESSED_THREAD] = "thread",
    [TT_SUPPRESSED_FUNCTION] = "function",
    [TT_SUPPRESSED_FILE] = "file",
};

enum { ALL_FIELDS = (1 << G_N_ELEMENTS(field_names)) - 1 };

/* Reading. */

static void free_suppression(void *data)
{
	struct tt_suppression *suppression = data;

	g_free(suppression->text);
	g_clear_pointer(&suppression->rule, g_pattern_spec_free);
	g_clear_pointer(&suppression->glob, g_pattern_spec_free);
	g_free(suppression);
}

void tt_suppressions_free(struct tt_suppressions *suppressions)
{
	if (!suppressions)
		return;
	g_ptr_array_free(suppressions->all, TRUE);
	g_free(suppressions->path);
	g_free(suppressions);
}

static bool is_rule(GPatternSpec *glob)
{
	for (size_t i = 0; i < TT_N_RULES; i++) {
		if (g_pattern_spec_match_string(glob, tt_rules[i].id))
			return true;
	}
	return false;
}

/* A word of lower-case letters before a single colon means a field, so that a slip in one is no glob: `a::b` is. */
static size_t word_before_colon(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz");

	return n > 0 && text[n] == ':' && text[n + 1] != ':' ? n : 0;
}

/* The fields that the rest of a line names, which then goes on behind them. 0: it names none that there is. */
static guint parse_fields(const char **rest)
{
	size_t n = word_before_colon(*rest);

	if (n == 0)
		return ALL_FIELDS;
	for (guint i = 0; i < G_N_ELEMENTS(field_names); i++) {
		if (strlen(field_names[i]) == n && strncmp(*rest, field_names[i], n) == 0) {
			*rest += n + 1;
			return 1U << i;
		}
	}
	return 0;
}

/* Takes a line apart. What is wrong with it, with the remedy; NULL: nothing. The caller's to free. */
static char *parse(const char *line, struct tt_suppression *suppression)
{
	const char *colon = strchr(line, ':'), *rest = colon ? colon + 1 : NULL;
	g_autofree char *rule = colon ? g_strndup(line, (gsize)(colon - line)) : NULL;

	suppression->text = tt_harmless_name(line);
	if (!g_utf8_validate(line, -1, NULL))
		return g_strdup("this is no UTF-8: write ? for the letter");
	if (!colon)
		return g_strdup_printf("no colon in '%s': write RULE:GLOB, such as TT011:lock:queue_*", line);
	suppression->rule = g_pattern_spec_new(rule);
	if (!is_rule(suppression->rule))
		return g_strdup_printf("no rule '%s': docs/rules.md has their ids, such as TT011", rule);
	suppression->fields = parse_fields(&rest);
	if (!suppression->fields)
		return g_strdup_printf("no field '%.*s': use lock, thread, function or file",
		                       (int)word_before_colon(rest), rest);
	if (!*rest)
		return g_strdup("nothing behind the colon: write * for any name");
	suppression->glob = g_pattern_spec_new(rest);
	return NULL;
}

static bool read_lines(struct tt_suppressions *suppressions, char **lines, GError **error)
{
	for (guint i = 0; lines[i]; i++) {
		const char *line = g_strstrip(lines[i]);
		if (!*line || *line == '#')
			continue;
		struct tt_suppression *suppression = g_new0(struct tt_suppression, 1);
		g_ptr_array_add(suppressions->all, suppression);
		suppression->line = i + 1;
		g_autofree char *wrong = parse(line, suppression);
		if (wrong) {
			g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: %s", suppressions->path, i + 1,
			            wrong);
			return false;
		}
	}
	return true;
}

struct tt_suppressions *tt_suppressions_read(const char *path, GError **error)
{
	struct tt_suppressions *suppressions = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GError) cause = NULL;
	gsize size;

	if (!tt_bounded_file_read(path, &text, &size, &cause)) {
		g_set_error(error, G_FILE_ERROR, cause->code, "cannot read the suppressions: %s: name the file anew",
		            cause->message);
		return NULL;
	}
	if (strlen(text) != size) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s is no text: write one suppression a line",
		            path);
		return NULL;
	}
	suppressions = g_new0(struct tt_suppressions, 1);
	suppressions->path = tt_harmless_name(path);
	suppressions->all = g_ptr_array_new_with_free_func(free_suppression);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	if (!read_lines(suppressions, lines, error))
		g_clear_pointer(&suppressions, tt_suppressions_free);
	return suppressions;
}

/* Matching. */

/* Names come from the trace and may be no UTF-8, which globs want. */
static bool matches(const struct tt_suppression *suppression, enum tt_suppressed_field field, const char *name)
{
	if (!name || !(suppression->fields & 1U << field))
		return false;
	g_autofree char *valid = g_utf8_make_valid(name, -1);
	return g_pattern_spec_match_string(suppression->glob, valid);
}

static bool matches_file(const struct tt_suppression *suppression, const char *file)
{
	const char *slash = file ? strrchr(file, '/') : NULL;

	return matches(suppression, TT_SUPPRESSED_FILE, file) ||
	       (slash && matches(suppression, TT_SUPPRESSED_FILE, slash + 1));
}

static bool matches_chain(const struct tt_suppression *suppression, const struct tt_check *check,
                          const struct tt_access *place)
{
	g_autoptr(GPtrArray) frames = place->caller ? tt_access_frames(check, place) : NULL;

	for (guint i = 0; frames && i < frames->len; i++) {
		const struct tt_site *site = frames->pdata[i];
		if (matches(suppression, TT_SUPPRESSED_FUNCTION, site->function) ||
		    matches_file(suppression, site->file))
			return true;
	}
	return false;
}

static bool matches_place(const struct tt_suppression *suppression, const struct tt_check *check,
                          const struct tt_access *place)
{
	const struct tt_object *object = place->object;

	if (object && matches(suppression, object->thread ? TT_SUPPRESSED_THREAD : TT_SUPPRESSED_LOCK, object->name))
		return true;
	return matches(suppression, TT_SUPPRESSED_THREAD, place->thread->name) ||
	       matches_chain(suppression, check, place);
}

static bool silences(const struct tt_suppression *suppression, const struct tt_check *check,
                     const struct tt_finding *finding)
{
	if (!g_pattern_spec_match_string(suppression->rule, finding->rule->id))
		return false;
	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_edge *edge = tt_finding_edge(finding, i);
		struct tt_access holds = tt_edge_acquire(edge), wants = tt_edge_request(edge);
		if (matches_place(suppression, check, &holds) || matches_place(suppression, check, &wants))
			return true;
	}
	return false;
}

void tt_suppressions_apply(struct tt_suppressions *suppressions, struct tt_check *check)
{
	for (guint i = 0; i < check->findings->len; i++) {
		struct tt_finding *finding = check->findings->pdata[i];
		for (guint j = 0; j < suppressions->all->len && !finding->suppressed; j++) {
			struct tt_suppression *suppression = suppressions->all->pdata[j];
			if (!silences(suppression, check, finding))
				continue;
			suppression->uses++;
			finding->suppressed = g_strdup_printf("%s:%u", suppressions->path, suppression->line);
		}
	}
}

/* Writing. */

/* The name as a glob: what a glob or a line would take otherwise becomes a ?. */
static char *line_of(const struct tt_finding *finding, enum tt_suppressed_field field, const char *name)
{
	g_autofree char *valid = g_utf8_make_valid(name, -1);
	GString *line = g_string_new(NULL);

	g_string_append_printf(line, "%s:%s:", finding->rule->id, field_names[field]);
	for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
		gunichar letter = g_utf8_get_char(c);
		bool edge = c == valid || !*g_utf8_next_char(c);
		bool special = letter == '*' || !tt_letter_is_harmless(letter) || (edge && g_unichar_isspace(letter));
		g_string_append_unichar(line, special ? '?' : letter);
	}
	return g_string_free(line, FALSE);
}

/* Whether the name is the same in the next run. */
static bool lasts(const char *name)
{
	g_autofree char *lasting = tt_stable_name(name);

	return strcmp(lasting, name) == 0;
}

char *tt_suppression_for(const struct tt_check *check, const struct tt_finding *finding)
{
	const struct tt_object *object = NULL;

	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_edge *edge = tt_finding_edge(finding, i);
		const struct tt_access places[] = {tt_edge_request(edge), tt_edge_acquire(edge)};
		for (size_t j = 0; j < G_N_ELEMENTS(places); j++) {
			object = places[j].object && !places[j].object->thread ? places[j].object : object;
			if (places[j].object == object && object && lasts(object->name))
				return line_of(finding, TT_SUPPRESSED_LOCK, object->name);
		}
	}
	if (finding->edges->len == 0)
		return g_strdup_printf("%s:*", finding->rule->id);
	struct tt_access place = tt_finding_access(finding);
	const struct tt_site *site = place.caller ? tt_access_site(check, &place) : NULL;
	if (site && site->function)
		return line_of(finding, TT_SUPPRESSED_FUNCTION, site->function);
	if (object)
		return line_of(finding, TT_SUPPRESSED_LOCK, object->name);
	return line_of(finding, TT_SUPPRESSED_THREAD, tt_finding_edge(finding, 0)->thread->name);
}
