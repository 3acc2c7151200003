/* SPDX-License-Identifier: MIT */
#include "tools/timeline/scale.h"

#include <math.h>

/* How much of the width the least steps may take together, in the default scale. */
#define STRETCHED_SHARE 0.6

/* A last step longer than this share of all before is shortened, if it is to be no longer than its tail. */
#define LONG_TAIL 0.5

/* The widths that steps get: a step longer than `longer` has the least one. */
struct measure {
	double least;
	int64_t longer;
};

static int64_t length(const struct tt_scale_segment *step)
{
	return step->end_ns - step->begin_ns;
}

static double least_of(const struct measure *measure, const struct tt_scale_segment *step)
{
	return length(step) > measure->longer ? measure->least : 0;
}

static double steps_width(const struct tt_scale *scale, const struct measure *measure, double per_ns)
{
	double width = 0;

	for (unsigned i = 0; i < scale->steps->len; i++) {
		const struct tt_scale_segment *step = &g_array_index(scale->steps, struct tt_scale_segment, i);
		if (step->fit != TT_FIT_CUT)
			width += fmax(least_of(measure, step), per_ns * (double)length(step));
	}
	return width;
}

/* The greatest width of a nanosecond with which everything fits: by halving, since the sum only grows with it. */
static double fit_per_ns(const struct tt_scale *scale, const struct measure *measure, double width)
{
	double low = 0, high = width;

	for (int i = 0; i < 100; i++) {
		double middle = (low + high) / 2;
		if (steps_width(scale, measure, middle) > width)
			high = middle;
		else
			low = middle;
	}
	return low;
}

static void place_steps(struct tt_scale *scale, const struct measure *measure, double tail)
{
	double at = 0;

	for (unsigned i = 0; i < scale->steps->len; i++) {
		struct tt_scale_segment *step = &g_array_index(scale->steps, struct tt_scale_segment, i);
		double wanted = scale->per_ns * (double)length(step);
		double given = step->fit == TT_FIT_CUT ? tail : fmax(wanted, least_of(measure, step));
		step->begin = at;
		at += given;
		if (step->fit != TT_FIT_CUT || (wanted <= tail && length(step) > 1))
			step->fit = wanted < given ? TT_FIT_STRETCHED : TT_FIT_TO_SCALE;
		step->end = at;
	}
	if (scale->steps->len)
		g_array_index(scale->steps, struct tt_scale_segment, scale->steps->len - 1).end = scale->width;
}

static void join_pieces(struct tt_scale *scale)
{
	for (unsigned i = 0; i < scale->steps->len; i++) {
		struct tt_scale_segment step = g_array_index(scale->steps, struct tt_scale_segment, i);
		struct tt_scale_segment *last =
		    scale->pieces->len ? &g_array_index(scale->pieces, struct tt_scale_segment, scale->pieces->len - 1)
				       : NULL;
		if (last && last->fit == step.fit) {
			last->end = step.end;
			last->end_ns = step.end_ns;
		} else {
			g_array_append_val(scale->pieces, step);
		}
	}
}

/* Shortens the last step if it would leave the others little room. */
static bool cut_tail(struct tt_scale *scale, double tail)
{
	if (tail <= 0 || scale->steps->len < 2)
		return false;
	struct tt_scale_segment *last = &g_array_index(scale->steps, struct tt_scale_segment, scale->steps->len - 1);
	int64_t before = last->begin_ns - g_array_index(scale->steps, struct tt_scale_segment, 0).begin_ns;
	double after = (double)length(last);
	if (after < (double)before * LONG_TAIL && after / ((double)before + after) > tail / scale->width)
		return false;
	last->fit = TT_FIT_CUT;
	return true;
}

static int by_length(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

/* What only so many steps are longer than. */
static int64_t longer_than(const struct tt_scale *scale, unsigned most)
{
	g_autoptr(GArray) lengths = g_array_new(false, false, sizeof(int64_t));

	for (unsigned i = 0; i < scale->steps->len; i++) {
		int64_t one = length(&g_array_index(scale->steps, struct tt_scale_segment, i));
		g_array_append_val(lengths, one);
	}
	if (lengths->len <= most)
		return 0;
	g_array_sort(lengths, by_length);
	return g_array_index(lengths, int64_t, most);
}

static struct measure measure_of(const struct tt_scale *scale, const struct tt_scale_options *options, double width)
{
	double steps = scale->steps->len;

	if (options->mode == TT_SCALE_ORDER)
		return (struct measure){width / steps, 0};
	if (options->mode == TT_SCALE_TIME)
		return (struct measure){0, 0};
	double room = STRETCHED_SHARE * width;
	double least = fmax(fmin(options->least, room / steps), options->finest);
	return (struct measure){least, longer_than(scale, (unsigned)(room / least))};
}

static void add_steps(struct tt_scale *scale, const GArray *moments)
{
	for (unsigned i = 0; i + 1 < moments->len; i++) {
		struct tt_scale_segment step = {.begin_ns = g_array_index(moments, int64_t, i),
		                                .end_ns = g_array_index(moments, int64_t, i + 1)};
		g_array_append_val(scale->steps, step);
	}
}

struct tt_scale *tt_scale_new(const GArray *moments, int64_t origin_ns, const struct tt_scale_options *options)
{
	struct tt_scale *scale = g_new0(struct tt_scale, 1);
	double width = options->width;

	scale->width = width;
	scale->origin_ns = origin_ns;
	scale->steps = g_array_new(false, true, sizeof(struct tt_scale_segment));
	scale->pieces = g_array_new(false, true, sizeof(struct tt_scale_segment));
	add_steps(scale, moments);
	if (scale->steps->len == 0)
		return scale;
	if (options->mode != TT_SCALE_TIME && cut_tail(scale, options->tail))
		width -= options->tail;
	struct measure measure = measure_of(scale, options, width);
	if (options->mode != TT_SCALE_ORDER)
		scale->per_ns = fit_per_ns(scale, &measure, width);
	place_steps(scale, &measure, options->tail);
	join_pieces(scale);
	return scale;
}

void tt_scale_free(struct tt_scale *scale)
{
	if (!scale)
		return;
	g_array_unref(scale->steps);
	g_array_unref(scale->pieces);
	g_free(scale);
}

double tt_scale_place(const struct tt_scale *scale, int64_t ns)
{
	unsigned low = 0, high = scale->steps->len;

	if (!high || ns <= g_array_index(scale->steps, struct tt_scale_segment, 0).begin_ns)
		return 0;
	if (ns >= g_array_index(scale->steps, struct tt_scale_segment, high - 1).end_ns)
		return scale->width;
	while (high - low > 1) {
		unsigned middle = low + (high - low) / 2;
		if (g_array_index(scale->steps, struct tt_scale_segment, middle).begin_ns <= ns)
			low = middle;
		else
			high = middle;
	}
	const struct tt_scale_segment *step = &g_array_index(scale->steps, struct tt_scale_segment, low);
	double share = (double)(ns - step->begin_ns) / (double)(step->end_ns - step->begin_ns);
	return step->begin + share * (step->end - step->begin);
}

/* The time of a tick, in the unit of the greatest, with as many decimals as the step needs. */
static char *tick_label(int64_t t, int64_t step, int64_t greatest)
{
	static const struct {
		int64_t ns;
		const char *unit;
	} units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "µs"}, {1, "ns"}};
	size_t i = 0;
	int decimals = 0;

	if (t == 0)
		return g_strdup("0");
	while (i + 1 < G_N_ELEMENTS(units) && greatest < units[i].ns)
		i++;
	for (int64_t unit = units[i].ns; unit > step; unit /= 10)
		decimals++;
	return g_strdup_printf("%.*f %s", decimals, (double)t / (double)units[i].ns, units[i].unit);
}

static void free_tick(void *tick)
{
	g_free(((struct tt_tick *)tick)->label);
}

/* The least of 1, 2, 5, 10, 20, … nanoseconds that is wide enough. */
static int64_t round_step(const struct tt_scale *scale, double apart)
{
	static const int64_t rounds[] = {1, 2, 5};

	for (int64_t power = 1; power <= INT64_MAX / 100; power *= 10)
		for (size_t i = 0; i < G_N_ELEMENTS(rounds); i++)
			if ((double)(rounds[i] * power) * scale->per_ns >= apart)
				return rounds[i] * power;
	return INT64_MAX / 2;
}

/* The end of the last part that is to scale. */
static int64_t greatest_to_scale(const struct tt_scale *scale)
{
	int64_t greatest = 0;

	for (unsigned i = 0; i < scale->pieces->len; i++) {
		const struct tt_scale_segment *piece = &g_array_index(scale->pieces, struct tt_scale_segment, i);
		if (piece->fit == TT_FIT_TO_SCALE)
			greatest = piece->end_ns - scale->origin_ns;
	}
	return greatest;
}

GArray *tt_scale_ticks(const struct tt_scale *scale, double apart)
{
	GArray *ticks = g_array_new(false, true, sizeof(struct tt_tick));
	double last = -apart;

	g_array_set_clear_func(ticks, free_tick);
	if (scale->per_ns <= 0)
		return ticks;
	int64_t step = round_step(scale, apart);
	int64_t greatest = greatest_to_scale(scale);
	for (unsigned i = 0; i < scale->pieces->len; i++) {
		const struct tt_scale_segment *piece = &g_array_index(scale->pieces, struct tt_scale_segment, i);
		if (piece->fit != TT_FIT_TO_SCALE)
			continue;
		int64_t first = (piece->begin_ns - scale->origin_ns + step - 1) / step * step;
		for (int64_t t = first; t <= piece->end_ns - scale->origin_ns; t += step) {
			double at = tt_scale_place(scale, scale->origin_ns + t);
			if (at - last < apart * 0.75)
				continue;
			struct tt_tick tick = {at, tick_label(t, step, greatest)};
			g_array_append_val(ticks, tick);
			last = at;
		}
	}
	return ticks;
}
