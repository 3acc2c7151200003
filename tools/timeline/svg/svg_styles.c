/* SPDX-License-Identifier: MIT */
/* How everything in the picture looks: one style sheet, and the hatches of waits. */
#include "tools/timeline/svg/svg_internal.h"

#include "tools/timeline/palette.h"

static const char sheet[] =
    "\ntext{font-family:system-ui,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif;font-size:11px;fill:#24313d}"
    "\n.mono{font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}"
    "\n.page{fill:#fff;stroke:#d5dbe1}"
    "\n.h1{font-size:16px;font-weight:600}"
    "\n.note{fill:#5a6773}"
    "\n.name{font-size:12.5px}"
    "\n.label{text-anchor:middle;pointer-events:none;paint-order:stroke;stroke:#fff;stroke-width:4px;"
    "stroke-linejoin:round;stroke-opacity:.92}"
    "\n.held{pointer-events:none;paint-order:stroke;stroke:#fff;stroke-width:2.5px;stroke-opacity:.55}"
    "\n.stuck{fill:#a83200;font-weight:700}"
    "\n.grid{stroke:#e9edf1}"
    "\n.rule{stroke:#c9d1d9}"
    "\n.axis{stroke:#5a6773}"
    "\n.stretched{fill:#e4d9c4}"
    "\n.cut{stroke:#5a6773;fill:none}"
    "\n.tick{text-anchor:middle}"
    "\n.run{fill:#d9e0e8}"
    "\n.new{stroke:#8593a1;stroke-dasharray:2 3;fill:none}"
    "\n.idle{fill:#e6eaef}"
    "\n.busy{fill:#8c9bab}"
    "\n.exit{stroke:#24313d;stroke-width:2.5}"
    "\n.abandoned{stroke:#24313d;stroke-width:2;stroke-dasharray:3 2}"
    "\n.arrow{fill:none;stroke:#33414e;stroke-width:1.1;stroke-opacity:.75}"
    "\n.start{stroke-dasharray:4 2.5}"
    "\n.many{stroke-opacity:.3}"
    "\n.head{fill:#33414e}"
    "\n.log{fill:#fff;stroke:#33414e;stroke-width:1.2}"
    "\n.signal{fill:#33414e}"
    "\n.failed{fill:none;stroke:#33414e;stroke-width:1.8}"
    "\n.misuse{fill:#c43c00;stroke:#fff;stroke-width:.8}\n";

static void hatch(struct tt_svg_writer *pen, unsigned colour)
{
	g_autofree char *id = g_strdup_printf("w%u", colour);

	tt_svg_open(pen, "pattern", NULL);
	tt_svg_attribute(pen, "id", id);
	tt_svg_attribute(pen, "patternUnits", "userSpaceOnUse");
	tt_svg_number(pen, "width", 6);
	tt_svg_number(pen, "height", 6);
	tt_svg_attribute(pen, "patternTransform", "rotate(45)");
	tt_svg_open(pen, "rect", NULL);
	tt_svg_number(pen, "width", 6);
	tt_svg_number(pen, "height", 6);
	tt_svg_attribute(pen, "fill", "#fff");
	tt_svg_close(pen);
	tt_svg_open(pen, "rect", NULL);
	tt_svg_number(pen, "width", 2);
	tt_svg_number(pen, "height", 6);
	tt_svg_attribute(pen, "fill", tt_colours[colour].strong);
	tt_svg_attribute(pen, "fill-opacity", ".5");
	tt_svg_close(pen);
	tt_svg_close(pen);
}

static void arrow_head(struct tt_svg_writer *pen)
{
	tt_svg_open(pen, "marker", NULL);
	tt_svg_attribute(pen, "id", "head");
	tt_svg_attribute(pen, "orient", "auto");
	tt_svg_attribute(pen, "markerUnits", "userSpaceOnUse");
	tt_svg_number(pen, "markerWidth", 7);
	tt_svg_number(pen, "markerHeight", 6);
	tt_svg_number(pen, "refX", 6);
	tt_svg_number(pen, "refY", 3);
	tt_svg_path(pen, "head", "M0 0L7 3L0 6Z");
	tt_svg_close(pen);
	tt_svg_close(pen);
}

void tt_page_styles(struct tt_page *page)
{
	struct tt_svg_writer *pen = &page->pen;
	g_autoptr(GString) text = g_string_new(sheet);

	for (unsigned i = 0; i < TT_COLOURS; i++)
		g_string_append_printf(text, ".hold%u{fill:%s;stroke:%s}\n.wait%u{fill:url(#w%u);stroke:%s}\n", i,
		                       tt_colours[i].tint, tt_colours[i].strong, i, i, tt_colours[i].strong);
	g_string_append(text, ".blocked{stroke:#c43c00;stroke-width:2}\n");
	tt_svg_open(pen, "style", NULL);
	tt_svg_put_text(pen, text->str);
	tt_svg_close(pen);
	tt_svg_open(pen, "defs", NULL);
	for (unsigned i = 0; i < TT_COLOURS; i++)
		hatch(pen, i);
	arrow_head(pen);
	tt_svg_close(pen);
}
