/* SPDX-License-Identifier: MIT */
#include "tools/timeline/palette.h"

const struct tt_colour tt_colours[TT_COLOURS] = {
    {"#0072b2", "#c3def1"}, {"#00805e", "#bfe5d8"}, {"#a0489a", "#ecd0e9"}, {"#8a6d00", "#f1e4b0"},
    {"#4b45b5", "#d8d6f4"}, {"#8b4a2b", "#ead6c9"}, {"#66727f", "#e2e6ea"},
};

#define GREY (TT_COLOURS - 1)

/* A condition's own lock bears its name. */
static const struct tt_object *owner_of_colour(const struct tt_object *object)
{
	if (object && object->family == TT_FAMILY_CONDITION && object->lock && object->lock->name == object->name)
		return object->lock;
	return object;
}

static void add(GHashTable *times, GPtrArray *order, const struct tt_object *object, int64_t ns)
{
	object = owner_of_colour(object);
	if (!object || object->family == TT_FAMILY_THREAD)
		return;
	int64_t *sum = g_hash_table_lookup(times, object);
	if (!sum) {
		sum = g_new0(int64_t, 1);
		g_hash_table_insert(times, (void *)(uintptr_t)object, sum);
		g_ptr_array_add(order, (void *)(uintptr_t)object);
	}
	*sum += ns;
}

static int by_time(const void *a, const void *b, void *data)
{
	const int64_t *x = g_hash_table_lookup(data, *(void *const *)a),
		      *y = g_hash_table_lookup(data, *(void *const *)b);

	return (*x < *y) - (*x > *y);
}

/* So that the legend can name them. */
static void add_conditions(GHashTable *palette, const struct tt_lanes *lanes)
{
	for (unsigned l = 0; l < lanes->lanes->len; l++) {
		const struct tt_lane *lane = lanes->lanes->pdata[l];
		for (unsigned i = 0; i < lane->spans->len; i++) {
			struct tt_object *object = g_array_index(lane->spans, struct tt_span, i).object;
			void *number = g_hash_table_lookup(palette, owner_of_colour(object));
			if (object && object->family == TT_FAMILY_CONDITION && number)
				g_hash_table_insert(palette, object, number);
		}
	}
}

GHashTable *tt_palette_new(const struct tt_lanes *lanes)
{
	GHashTable *palette = g_hash_table_new(NULL, NULL);
	g_autoptr(GHashTable) times = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	g_autoptr(GPtrArray) order = g_ptr_array_new();

	for (unsigned l = 0; l < lanes->lanes->len; l++) {
		const struct tt_lane *lane = lanes->lanes->pdata[l];
		for (unsigned i = 0; i < lane->bars->len; i++) {
			const struct tt_bar *bar = &g_array_index(lane->bars, struct tt_bar, i);
			add(times, order, bar->object, bar->end_ns - bar->begin_ns);
		}
		for (unsigned i = 0; i < lane->spans->len; i++) {
			const struct tt_span *span = &g_array_index(lane->spans, struct tt_span, i);
			add(times, order, span->object, span->end_ns - span->begin_ns);
		}
	}
	if (order->len > GREY)
		g_ptr_array_sort_with_data(order, by_time, times);
	for (unsigned i = 0; i < order->len && i < GREY; i++)
		g_hash_table_insert(palette, order->pdata[i], GUINT_TO_POINTER(i + 1));
	add_conditions(palette, lanes);
	return palette;
}

unsigned tt_palette_colour(GHashTable *palette, const struct tt_object *object)
{
	unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(palette, owner_of_colour(object)));

	return number ? number - 1 : GREY;
}

const struct tt_object *tt_palette_object(GHashTable *palette, unsigned colour)
{
	const struct tt_object *found = NULL;
	GHashTableIter all;
	void *object, *number;

	g_hash_table_iter_init(&all, palette);
	while (g_hash_table_iter_next(&all, &object, &number))
		if (GPOINTER_TO_UINT(number) == colour + 1 &&
		    (!found || ((struct tt_object *)object)->family == TT_FAMILY_CONDITION))
			found = object;
	return found;
}
