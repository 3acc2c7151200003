/* SPDX-License-Identifier: MIT */
#include "tools/report/sarif/sarif.h"

#include "tools/check/rules.h"
#include "tools/text/sanitize.h"

/* Where the rules are explained; a build can name where it publishes its docs. */
#ifndef TT_DOCS_URI
#define TT_DOCS_URI "file:///usr/local/share/doc/trace_thr"
#endif

json_t *tt_sarif_message(const char *text)
{
	g_autofree char *shown = tt_sanitize(text);

	return json_pack("{ss}", "text", shown);
}

const char *tt_sarif_level(enum tt_level level)
{
	static const char *const words[] = {
	    [TT_LEVEL_INVERSION] = "note",  [TT_LEVEL_POTENTIAL] = "warning", [TT_LEVEL_PREDICTED] = "error",
	    [TT_LEVEL_CONFIRMED] = "error", [TT_LEVEL_ACTUAL] = "error",
	};

	return words[level];
}

/* `LockOrderInversion`: SARIF's names of rules are like those of types. */
static char *camel(const char *title)
{
	g_auto(GStrv) words = g_strsplit_set(title, " -", -1);

	for (size_t i = 0; words[i]; i++)
		words[i][0] = g_ascii_toupper(words[i][0]);
	return g_strjoinv("", words);
}

/* The anchor that the heading `TT011 lock-order inversion` of docs/rules.md has. */
static char *help_uri(const struct tt_rule *rule)
{
	g_autofree char *heading = g_strdup_printf("%s %s", rule->id, rule->title);
	g_autofree char *anchor = g_ascii_strdown(g_strdelimit(heading, " ", '-'), -1);

	return g_strdup_printf(TT_DOCS_URI "/rules.md#%s", anchor);
}

/* Its findings differ in level; this is that of most. */
static const char *usual_level(const struct tt_rule *rule)
{
	return rule->count == TT_COUNT_DEADLOCK ? "error" : "warning";
}

static json_t *rule_of(const struct tt_rule *rule)
{
	g_autofree char *name = camel(rule->title);
	g_autofree char *uri = help_uri(rule);
	g_autofree char *text = g_strdup_printf("%s See %s", rule->about, uri);
	g_autofree char *markdown = g_strdup_printf("%s [What it means, and how to mend it](%s)", rule->about, uri);
	json_t *tags = json_pack("[ssss]", "correctness", "concurrency", "deadlock", "external/cwe/cwe-833");

	return json_pack("{ss ss s{ss} s{ss} s{ss ss} ss s{ss} s{ss ss so}}", "id", rule->id, "name", name,
	                 "shortDescription", "text", rule->title, "fullDescription", "text", rule->about, "help",
	                 "text", text, "markdown", markdown, "helpUri", uri, "defaultConfiguration", "level",
	                 usual_level(rule), "properties", "precision", rule->happened ? "very-high" : "high",
	                 "problem.severity", usual_level(rule), "tags", tags);
}

json_t *tt_sarif_rules(void)
{
	json_t *rules = json_array();

	for (size_t i = 0; i < TT_N_RULES; i++)
		json_array_append_new(rules, rule_of(&tt_rules[i]));
	return rules;
}
