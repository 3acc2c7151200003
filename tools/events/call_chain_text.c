/* SPDX-License-Identifier: MIT */
#include "tools/events/call_chain_text.h"

#include <string.h>

#include "tools/symbols/frame_filter.h"

static void append_name(GString *text, const struct tt_site *site)
{
	if (text->len)
		g_string_append(text, " < ");
	if (site->function)
		g_string_append(text, site->function);
	else if (site->module)
		g_string_append_printf(text, "%s+0x%" G_GINT64_MODIFIER "x", site->module, site->offset);
	else
		g_string_append_printf(text, "0x%" G_GINT64_MODIFIER "x", site->offset);
}

/* NULL if it is empty. */
static char *finish(GString *text)
{
	return g_string_free(text, !text->len);
}

char *tt_chain_text(struct tt_symbols *symbols, const struct tt_event *event)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; event->stack && i < event->stack->n; i++) {
		GPtrArray *sites = tt_symbols_frames(symbols, event->pid, event->stack->frames[i], NULL);

		for (guint j = 0; sites && j < sites->len; j++)
			append_name(text, sites->pdata[j]);
		if (sites)
			g_ptr_array_unref(sites);
	}
	return finish(text);
}

/* Whether the program begins further in: this is what starts it, or a thread of it. */
static bool is_outside(const struct tt_site *site)
{
	return !site->function || !strcmp(site->function, "_start") ||
	       !tt_is_internal_frame(site->module, NULL, site->function);
}

char *tt_chain_text_beyond(struct tt_symbols *symbols, const struct tt_event *event, const struct tt_site *site)
{
	GPtrArray *sites = event->stack ? tt_symbols_frames(symbols, event->pid, event->caller, event->stack) : NULL;
	GString *text = g_string_new(NULL);
	guint begin, end;

	if (sites && g_ptr_array_find(sites, site, &begin)) {
		for (end = sites->len; end && is_outside(sites->pdata[end - 1]);)
			end--;
		for (guint i = begin + 1; i < end; i++)
			append_name(text, sites->pdata[i]);
	}
	if (sites)
		g_ptr_array_unref(sites);
	return finish(text);
}
