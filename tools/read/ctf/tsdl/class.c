/* SPDX-License-Identifier: MIT */
#include "tools/read/ctf/tsdl/class.h"

static struct tt_fill *make_fill(const struct tt_ctf_layout *layout, const struct tt_ctf_event_class *event,
                                 const struct tt_ctf_class *class, char **why)
{
	const struct tt_fill_wish of_event = {.find = tt_event_field, .data = &class->blank.type};
	const struct tt_fill_wish of_dump = {.find = tt_dump_field, .context = tt_dump_field, .bytes = TT_DUMP_BYTES};
	const struct tt_fill_wish nothing = {.find = NULL};

	return tt_fill_new(layout, event, class->is_known ? &of_event : class->is_dump ? &of_dump : &nothing, why);
}

struct tt_ctf_class *tt_ctf_class_new(const struct tt_ctf_layout *layout, const struct tt_ctf_event_class *event,
                                      char **why)
{
	struct tt_ctf_class *class = g_new0(struct tt_ctf_class, 1);
	enum tt_event_type type = 0;

	class->is_dump = tt_dump_find(event->name, &class->dump);
	class->is_ours = !class->is_dump && tt_event_is_ours(event->name);
	class->is_known = class->is_ours && tt_event_is_known(event->name, &type);
	class->blank = tt_event_blank(type);
	class->fill = make_fill(layout, event, class, why);
	if (!class->fill) {
		tt_ctf_class_free(class);
		return NULL;
	}
	class->fields = tt_event_own_fields(tt_fill_fields(class->fill));
	class->blank.fields = class->fields;
	return class;
}

void tt_ctf_class_free(struct tt_ctf_class *class)
{
	tt_fill_free(class->fill);
	g_free(class->fields);
	g_free(class);
}
