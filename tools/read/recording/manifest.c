/* SPDX-License-Identifier: MIT */
#include "tools/read/recording/manifest.h"

#include <stdlib.h>

#include <jansson.h>

#include "tools/read/recording/bounded_file.h"

/* The strings of a list that ends with NULL; none of NULL. */
static json_t *strings_to_json(char *const *program)
{
	json_t *list = json_array();

	for (; program && *program; program++) {
		json_t *argument = json_string(*program);

		/* JSON has only text: an argument of other bytes is kept as far as it is text. */
		if (!argument) {
			g_autofree char *text = g_utf8_make_valid(*program, -1);
			argument = json_string(text);
		}
		json_array_append_new(list, argument);
	}
	return list;
}

bool tt_manifest_write(const char *folder, const struct tt_manifest *manifest, GError **error)
{
	g_autofree char *path = g_build_filename(folder, TT_MANIFEST_FILE, NULL);
	json_t *json = json_pack(
	    "{s:o, s:s*, s:I, s:I, s:I, s:i, s:i, s:b, s:b, s:b, s:b, s:i, s:s*, s:I, s:b, s:o, s:o*}", "program",
	    strings_to_json(manifest->program), "recording", manifest->recording, "pid", (json_int_t)manifest->pid,
	    "begin_ns", (json_int_t)manifest->begin_ns, "end_ns", (json_int_t)manifest->end_ns, "exit_status",
	    manifest->exit_status, "signal", manifest->signal, "timed_out", manifest->timed_out, "interrupted",
	    manifest->interrupted, "torn", manifest->torn, "preload", manifest->preload, "stack", manifest->stack,
	    "cut", tt_cut_word(manifest->cut), "cut_ns", (json_int_t)manifest->cut_ns, "cut_even", manifest->cut_even,
	    "left_out", strings_to_json(manifest->left_out), "unrecorded",
	    manifest->unrecorded && *manifest->unrecorded ? strings_to_json(manifest->unrecorded) : NULL);
	char *text = json_dumps(json, JSON_INDENT(2));
	g_autoptr(GString) contents = g_string_new(text);
	g_autoptr(GError) failure = NULL;
	bool ok;

	g_string_append_c(contents, '\n');
	ok = g_file_set_contents(path, contents->str, (gssize)contents->len, &failure);
	if (!ok)
		g_set_error(error, failure->domain, failure->code,
		            "cannot write %s (%s): see to the room and the permissions there", path, failure->message);
	free(text);
	json_decref(json);
	return ok;
}

/* The strings of a JSON array, NULL at the end. NULL if there is anything else in it. */
static char **strings_of_json(const json_t *list)
{
	GPtrArray *program = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *argument = json_string_value(json_array_get(list, i));

		if (!argument) {
			g_ptr_array_free(program, TRUE);
			return NULL;
		}
		g_ptr_array_add(program, g_strdup(argument));
	}
	g_ptr_array_add(program, NULL);
	return (char **)(void *)g_ptr_array_free(program, FALSE);
}

/* A list to *strings, unless there is none (NULL). False with what is wrong in *why, which is the caller's to free. */
static bool unpack_strings(const json_t *list, char ***strings, const char *wrong, char **why)
{
	if (!list)
		return true;
	if (json_is_array(list))
		*strings = strings_of_json(list);
	if (!*strings)
		*why = g_strdup(wrong);
	return *strings;
}

/* What a manifest says. False with what is wrong in *why, which is the caller's to free. */
static bool unpack(json_t *json, struct tt_manifest *manifest, char **why)
{
	json_error_t wrong;
	json_t *program, *left_out = NULL, *unrecorded = NULL;
	json_int_t pid, begin_ns, end_ns, cut_ns = 0;
	int timed_out, interrupted, torn = false, preload = false, stack = 0, cut_even = false;
	const char *recording = NULL, *cut = NULL;

	if (json_unpack_ex(json, &wrong, 0,
	                   "{s:o, s?s, s:I, s:I, s:I, s:i, s:i, s:b, s:b, s?b, s?b, s?i, s?s, s?I, s?b, s?o, s?o}",
	                   "program", &program, "recording", &recording, "pid", &pid, "begin_ns", &begin_ns, "end_ns",
	                   &end_ns, "exit_status", &manifest->exit_status, "signal", &manifest->signal, "timed_out",
	                   &timed_out, "interrupted", &interrupted, "torn", &torn, "preload", &preload, "stack", &stack,
	                   "cut", &cut, "cut_ns", &cut_ns, "cut_even", &cut_even, "left_out", &left_out, "unrecorded",
	                   &unrecorded)) {
		*why = g_strdup(wrong.text);
		return false;
	}
	if (pid < 0 || pid > UINT32_MAX) {
		*why = g_strdup("a pid out of range");
		return false;
	}
	if (!unpack_strings(program, &manifest->program, "a program that is no list of strings", why) ||
	    !unpack_strings(left_out, &manifest->left_out, "processes left out that are no list of strings", why) ||
	    !unpack_strings(unrecorded, &manifest->unrecorded, "unrecorded programs that are no list of strings", why))
		return false;
	manifest->recording = g_strdup(recording);
	manifest->pid = (uint32_t)pid;
	manifest->begin_ns = begin_ns;
	manifest->end_ns = end_ns;
	manifest->timed_out = timed_out;
	manifest->interrupted = interrupted;
	manifest->torn = torn;
	manifest->preload = preload;
	manifest->stack = stack;
	manifest->cut = tt_cut_of_word(cut);
	manifest->cut_ns = cut_ns;
	manifest->cut_even = cut_even;
	return true;
}

struct tt_manifest *tt_manifest_read(const char *folder, GError **error)
{
	g_autofree char *path = g_build_filename(folder, TT_MANIFEST_FILE, NULL);
	g_autofree char *why = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GError) failure = NULL;
	struct tt_manifest *manifest = NULL;
	json_error_t wrong;
	json_t *json = NULL;
	size_t length;

	if (!tt_bounded_file_read(path, &text, &length, &failure)) {
		if (g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
		    g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
			return NULL;
		g_set_error(error, failure->domain, failure->code,
		            "cannot read %s (%s): read the trace as the user who recorded it", path, failure->message);
		return NULL;
	}
	manifest = g_new0(struct tt_manifest, 1);
	json = json_loadb(text, length, 0, &wrong);
	if (!json)
		why = g_strdup_printf("line %d: %s", wrong.line, wrong.text);
	if (!json || !unpack(json, manifest, &why)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
		            "%s is damaged (%s): record again, or delete it to read the trace without", path, why);
		tt_manifest_free(manifest);
		manifest = NULL;
	}
	json_decref(json);
	return manifest;
}

void tt_manifest_free(struct tt_manifest *manifest)
{
	if (!manifest)
		return;
	g_strfreev(manifest->program);
	g_strfreev(manifest->left_out);
	g_strfreev(manifest->unrecorded);
	g_free(manifest->recording);
	g_free(manifest);
}
