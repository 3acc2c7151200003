/* SPDX-License-Identifier: MIT */
#include "tools/read/bt/field_map.h"

#include "tools/read/delivery/put.h"

/* How a member is read. */
enum how { HOW_UNSIGNED, HOW_SIGNED, HOW_TEXT, HOW_STACK };

struct step {
	uint64_t member;
	enum how how;
	const struct tt_field *field;
	char *repaired;         /* the last text that was not valid UTF-8, made valid */
	struct tt_stack *stack; /* the last call chain; NULL: none yet */
};

struct tt_field_map {
	GArray *steps;
};

static void clear_step(gpointer step)
{
	g_free(((struct step *)step)->repaired);
	g_free(((struct step *)step)->stack);
}

/* Whether it is an array of addresses. */
static bool is_stack(const bt_field_class *class)
{
	return bt_field_class_type_is(bt_field_class_get_type(class), BT_FIELD_CLASS_TYPE_ARRAY) &&
	       bt_field_class_type_is(
		   bt_field_class_get_type(bt_field_class_array_borrow_element_field_class_const(class)),
		   BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER);
}

/* How to read a member of class `class` into `field`. False if it does not fit. */
static bool fits(const bt_field_class *class, const struct tt_field *field, enum how *how)
{
	bt_field_class_type type = bt_field_class_get_type(class);
	bool text = field->type == TT_FIELD_TEXT;

	if (field->type == TT_FIELD_STACK) {
		*how = HOW_STACK;
		return is_stack(class);
	}
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_STRING))
		*how = HOW_TEXT;
	else if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER))
		*how = HOW_UNSIGNED;
	else if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_SIGNED_INTEGER))
		*how = HOW_SIGNED;
	else
		return false;
	return text == (*how == HOW_TEXT);
}

struct tt_field_map *tt_field_map_new(const bt_field_class *structure, tt_field_map_find *find, const void *data)
{
	struct tt_field_map *plan = g_new0(struct tt_field_map, 1);

	plan->steps = g_array_new(FALSE, FALSE, sizeof(struct step));
	g_array_set_clear_func(plan->steps, clear_step);
	if (!structure || bt_field_class_get_type(structure) != BT_FIELD_CLASS_TYPE_STRUCTURE)
		return plan;
	for (uint64_t i = 0; i < bt_field_class_structure_get_member_count(structure); i++) {
		const bt_field_class_structure_member *member =
		    bt_field_class_structure_borrow_member_by_index_const(structure, i);
		const struct tt_field *field = find(bt_field_class_structure_member_get_name(member), data);
		struct step step = {.member = i, .field = field};

		if (field && fits(bt_field_class_structure_member_borrow_field_class_const(member), field, &step.how))
			g_array_append_val(plan->steps, step);
	}
	return plan;
}

void tt_field_map_free(struct tt_field_map *plan)
{
	if (!plan)
		return;
	g_array_free(plan->steps, TRUE);
	g_free(plan);
}

GPtrArray *tt_field_map_fields(const struct tt_field_map *plan)
{
	GPtrArray *fields = g_ptr_array_new();

	for (guint i = 0; i < plan->steps->len; i++)
		g_ptr_array_add(fields, (gpointer)(uintptr_t)g_array_index(plan->steps, struct step, i).field);
	return fields;
}

static const char *valid(struct step *step, const bt_field *string)
{
	uint64_t length = bt_field_string_get_length(string);

	/* Babeltrace 2.0 uses a field again for later events: of an empty one, the value is the text of an earlier. */
	return tt_put_text(length ? bt_field_string_get_value(string) : "", length, &step->repaired);
}

static const struct tt_stack *stack_of(struct step *step, const bt_field *array)
{
	uint64_t length = bt_field_array_get_length(array), n = MIN(length, (uint64_t)TT_STACK_MAX);

	if (!n)
		return NULL;
	if (!step->stack)
		step->stack = g_new(struct tt_stack, 1);
	step->stack->n = (uint8_t)n;
	for (uint64_t i = 0; i < n; i++)
		step->stack->frames[i] =
		    bt_field_integer_unsigned_get_value(bt_field_array_borrow_element_field_by_index_const(array, i));
	return step->stack;
}

void tt_field_map_fill(struct tt_field_map *plan, const bt_field *structure, void *target)
{
	struct step *step = (struct step *)(void *)plan->steps->data;

	for (guint n = plan->steps->len; n; n--, step++) {
		const bt_field *member = bt_field_structure_borrow_member_field_by_index_const(structure, step->member);
		char *place = (char *)target + step->field->offset;

		if (step->how == HOW_UNSIGNED)
			tt_put_unsigned(step->field, bt_field_integer_unsigned_get_value(member), place);
		else if (step->how == HOW_SIGNED)
			tt_put_signed(step->field, bt_field_integer_signed_get_value(member), place);
		else if (step->how == HOW_STACK)
			*(const struct tt_stack **)(void *)place = stack_of(step, member);
		else
			*(const char **)(void *)place = valid(step, member);
	}
}
