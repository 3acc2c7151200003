/* SPDX-License-Identifier: MIT */
/*
 * Making the steps. What lies between two fields that are wanted becomes one step, where it is of a fixed size.
 */
#include "tools/read/ctf/decode/fill.h"

#include <string.h>

#include "tools/read/ctf/decode/steps.h"

struct making {
	const struct tt_ctf_layout *layout;
	struct tt_fill *fill;
	const struct tt_fill_wish *wish;
	tt_field_map_find *find;            /* of the structure at hand */
	const char *names[TT_STEP_LENGTHS]; /* of the members that are lengths, in it */
	uint8_t n_names;
	unsigned align; /* of what comes next, at least, in bits */
	char *why;
};

static bool wrong(struct making *making, const char *what, const char *name)
{
	if (!making->why)
		making->why = g_strdup_printf("%s: field %s", what, name);
	return false;
}

/* Babeltrace tells names without the underscore that tracers put before. */
static const char *plain(const char *name)
{
	return *name == '_' ? name + 1 : name;
}

static struct tt_model_step *add(struct making *making, enum tt_step_how how, const struct tt_ctf_type *type)
{
	struct tt_model_step step = {.how = (uint8_t)how, .keep = TT_STEP_NO_LENGTH, .length = TT_STEP_NO_LENGTH};
	unsigned align = MAX(making->align, type->align);
	enum tt_ctf_order order = type->element ? type->element->order : type->order;

	step.align = (uint8_t)(MAX(align, 8) / 8);
	step.big_endian = order == TT_CTF_NATIVE ? making->layout->big_endian : order == TT_CTF_BIG;
	making->align = 8;
	g_array_append_val(making->fill->steps, step);
	return &g_array_index(making->fill->steps, struct tt_model_step, making->fill->steps->len - 1);
}

/* The step before, if a fixed size is passed over there and what comes next lies right behind. */
static struct tt_model_step *skip_before(struct making *making, const struct tt_ctf_type *type)
{
	GArray *steps = making->fill->steps;
	struct tt_model_step *last = steps->len ? &g_array_index(steps, struct tt_model_step, steps->len - 1) : NULL;

	if (!last || last->how != TT_STEP_SKIP || MAX(making->align, type->align) > 8 ||
	    steps->len == making->fill->first_field)
		return NULL;
	return last;
}

static void add_skip(struct making *making, const struct tt_ctf_type *type, uint64_t size)
{
	struct tt_model_step *step = skip_before(making, type);

	if (!step)
		step = add(making, TT_STEP_SKIP, type);
	step->count += size;
}

/* Whether the field takes the number as it is in the packet. */
static bool is_copied(const struct tt_field *field, const struct tt_ctf_type *type, bool big_endian)
{
	if (big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
		return false;
	switch (field->type) {
	case TT_FIELD_U8:
		return type->size == 8 && !type->is_signed;
	case TT_FIELD_U32:
		return type->size == 32 && !type->is_signed;
	case TT_FIELD_U64:
		return type->size == 64 && !type->is_signed;
	case TT_FIELD_I64:
		return type->size == 64 && type->is_signed;
	case TT_FIELD_TEXT:
	case TT_FIELD_STACK:
		break;
	}
	return false;
}

/* Whether a member further on has the one of that name as its length. */
static bool is_length(const struct tt_ctf_type *structure, const char *name)
{
	for (guint i = 0; i < structure->members->len; i++) {
		const struct tt_ctf_type *type = g_array_index(structure->members, struct tt_ctf_member, i).type;

		if (type->kind == TT_CTF_SEQUENCE && !strcmp(type->by, name))
			return true;
	}
	return false;
}

static bool add_integer(struct making *making, const struct tt_ctf_member *member, const struct tt_field *field,
                        bool length)
{
	const struct tt_ctf_type *type = member->type;
	struct tt_model_step *step;

	if (type->size % 8 || type->align < 8)
		return wrong(making, "a number that is not of whole bytes", member->name);
	if (field && (field->type == TT_FIELD_TEXT || field->type == TT_FIELD_STACK))
		field = NULL;
	if (!field && !length) {
		add_skip(making, type, type->size / 8);
		return true;
	}
	step = add(making, type->is_signed ? TT_STEP_SIGNED : TT_STEP_UNSIGNED, type);
	step->size = (uint8_t)(type->size / 8);
	step->field = field;
	step->offset = field ? (uint32_t)field->offset : 0;
	if (length && (type->is_signed || making->n_names == TT_STEP_LENGTHS))
		return wrong(making, "a length that is negative, or one too many", member->name);
	if (length) {
		step->keep = making->n_names;
		making->names[making->n_names++] = member->name;
	} else if (is_copied(field, type, step->big_endian)) {
		step->how = type->size == 8 ? TT_STEP_COPY_1 : type->size == 32 ? TT_STEP_COPY_4 : TT_STEP_COPY_8;
	}
	return true;
}

/* The kept length of a sequence. */
static bool find_length(struct making *making, const struct tt_ctf_member *member, uint8_t *length)
{
	for (*length = 0; *length < making->n_names; ++*length)
		if (!strcmp(making->names[*length], member->type->by))
			return true;
	return wrong(making, "a length that is not before", member->name);
}

static enum tt_step_how how_elements(const struct making *making, const struct tt_ctf_member *member,
                                     const struct tt_field *field)
{
	const struct tt_ctf_type *element = member->type->element;
	bool text = element->is_text && element->size == 8;
	bool numbers = element->kind == TT_CTF_INTEGER && !element->is_signed && !text;

	if (making->wish->bytes && making->find == making->wish->find && element->size == 8 && numbers &&
	    !strcmp(plain(member->name), making->wish->bytes))
		return TT_STEP_BYTES;
	if (field && field->type == TT_FIELD_STACK && numbers)
		return TT_STEP_STACK;
	if (field && field->type == TT_FIELD_TEXT && text)
		return TT_STEP_CHARACTERS;
	return TT_STEP_SKIP_ALL;
}

static bool add_elements(struct making *making, const struct tt_ctf_member *member, const struct tt_field *field)
{
	const struct tt_ctf_type *type = member->type, *element = type->element;
	enum tt_step_how how;
	struct tt_model_step *step;
	uint8_t length = TT_STEP_NO_LENGTH;

	if ((element->kind != TT_CTF_INTEGER && element->kind != TT_CTF_FLOAT) || element->size % 8 ||
	    element->align < 8)
		return wrong(making, "an array of what this reader does not know", member->name);
	if (element->align > element->size)
		return wrong(making, "an array with gaps", member->name);
	if (type->kind == TT_CTF_SEQUENCE && !find_length(making, member, &length))
		return false;
	how = how_elements(making, member, field);
	step = add(making, how, type);
	step->size = (uint8_t)(element->size / 8);
	step->length = length;
	step->count = type->length;
	step->field = how == TT_STEP_STACK || how == TT_STEP_CHARACTERS ? field : NULL;
	step->offset = step->field ? (uint32_t)field->offset : 0;
	return true;
}

static bool add_member(struct making *making, const struct tt_ctf_type *structure, const struct tt_ctf_member *member)
{
	const struct tt_field *field = making->find ? making->find(plain(member->name), making->wish->data) : NULL;
	struct tt_model_step *step;

	switch (member->type->kind) {
	case TT_CTF_INTEGER:
		return add_integer(making, member, field, is_length(structure, member->name));
	case TT_CTF_FLOAT:
		if (member->type->size % 8 || making->align < 8)
			return wrong(making, "a number that is not of whole bytes", member->name);
		add_skip(making, member->type, member->type->size / 8);
		return true;
	case TT_CTF_STRING:
		if (field && field->type != TT_FIELD_TEXT)
			field = NULL;
		step = add(making, field ? TT_STEP_TEXT : TT_STEP_SKIP_TEXT, member->type);
		step->field = field;
		step->offset = field ? (uint32_t)field->offset : 0;
		return true;
	case TT_CTF_ARRAY:
	case TT_CTF_SEQUENCE:
		return add_elements(making, member, field);
	case TT_CTF_STRUCTURE:
	case TT_CTF_VARIANT:
		break;
	}
	return wrong(making, "a structure or a variant", member->name);
}

static bool add_structure(struct making *making, const struct tt_ctf_type *structure, tt_field_map_find *find)
{
	bool ok = true;

	if (!structure)
		return true;
	making->find = find;
	making->n_names = 0;
	making->align = MAX(structure->align, 8);
	for (guint i = 0; ok && i < structure->members->len; i++)
		ok = add_member(making, structure, &g_array_index(structure->members, struct tt_ctf_member, i));
	return ok;
}

struct tt_fill *tt_fill_new(const struct tt_ctf_layout *layout, const struct tt_ctf_event_class *class,
                            const struct tt_fill_wish *wish, char **why)
{
	const struct tt_ctf_stream_class *stream = tt_ctf_find_stream(layout, class->stream_id);
	struct tt_fill *fill = g_new0(struct tt_fill, 1);
	struct making making = {.layout = layout, .fill = fill, .wish = wish};
	bool ok;

	fill->steps = g_array_new(FALSE, FALSE, sizeof(struct tt_model_step));
	ok = add_structure(&making, stream ? stream->event_context : NULL, wish->context) &&
	     add_structure(&making, class->context, wish->context);
	fill->first_field = fill->steps->len;
	ok = ok && add_structure(&making, class->fields, wish->find);
	if (ok)
		return fill;
	*why = making.why;
	tt_fill_free(fill);
	return NULL;
}

void tt_fill_free(struct tt_fill *fill)
{
	if (!fill)
		return;
	for (guint i = 0; i < fill->steps->len; i++) {
		g_free(g_array_index(fill->steps, struct tt_model_step, i).repaired);
		g_free(g_array_index(fill->steps, struct tt_model_step, i).stack);
	}
	g_array_free(fill->steps, TRUE);
	g_free(fill);
}

GPtrArray *tt_fill_fields(const struct tt_fill *fill)
{
	GPtrArray *fields = g_ptr_array_new();

	for (guint i = fill->first_field; i < fill->steps->len; i++) {
		const struct tt_field *field = g_array_index(fill->steps, struct tt_model_step, i).field;

		if (field)
			g_ptr_array_add(fields, (gpointer)(uintptr_t)field);
	}
	return fields;
}
