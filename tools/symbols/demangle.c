/* SPDX-License-Identifier: MIT */
#include "tools/symbols/demangle.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <libiberty/demangle.h>

/* What compilers put behind the name of a copy or a part of a function, or of a variable that is local to one. */
static const char *const additions[] = {"constprop", "isra", "part", "cold", "lto_priv", "llvm", "localalias"};

static bool is_addition(const char *word)
{
	if (g_ascii_isdigit(*word))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(additions); i++)
		if (g_str_has_prefix(word, additions[i]))
			return true;
	return false;
}

/* `worker` of `worker.part.0`, `read` of `read@@GLIBC_2.2.5`. The caller's to free. */
static char *without_additions(const char *symbol)
{
	size_t length = strcspn(symbol, "@");

	for (size_t i = 1; i + 1 < length; i++)
		if (symbol[i] == '.' && is_addition(symbol + i + 1))
			length = i;
	return g_strndup(symbol, length);
}

/* Whether the text up to `end` says whose the arguments are: not `(anonymous namespace)`, not the name `operator()`. */
static bool takes_arguments(const GString *name)
{
	return name->len && !g_str_has_suffix(name->str, ":") && !g_str_has_suffix(name->str, "operator");
}

/* The end of what is in parentheses at `at`. */
static const char *behind_parentheses(const char *at)
{
	int depth = 0;

	do
		depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
	while (*at++ && depth > 0);
	return depth > 0 ? NULL : at;
}

/* `foo::counter` of `foo(int)::counter`: the arguments of a function that something is local to. */
static char *without_arguments(const char *full)
{
	GString *name = g_string_new(NULL);

	while (*full) {
		const char *end = *full == '(' && takes_arguments(name) ? behind_parentheses(full) : NULL;

		if (end && g_str_has_prefix(end, " const"))
			end += strlen(" const");
		if (end && g_str_has_prefix(end, "::"))
			full = end;
		else
			g_string_append_c(name, *full++);
	}
	return g_string_free(name, FALSE);
}

char *tt_demangle(const char *symbol)
{
	char *plain = without_additions(symbol);
	char *demangled = cplus_demangle(plain, DMGL_ANSI);
	char *name;

	if (!demangled)
		return plain;
	name = without_arguments(demangled);
	free(demangled);
	g_free(plain);
	return name;
}
