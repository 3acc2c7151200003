/* SPDX-License-Identifier: MIT */
/*
 * Tales: pasts, and claims about pairs of moments in them, for the tests of happens-before.
 *
 *     struct tale tale = begin_threads();
 *     struct tt_point first = acts(&tale, T1);
 *     ...
 *     before(&tale, first, acts(&tale, T2), "why");
 *     end(&tale);
 */
#ifndef TALE_H
#define TALE_H

#include "past.h"

/* The clocks of all moments of the past, which is over. */
static inline struct tt_vector_clocks *clocks_of(const struct past *past)
{
	g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_autoptr(GHashTable) wanted = g_hash_table_new(NULL, NULL);
	struct tt_lock_request all = {.positions = positions};

	for (uint32_t i = 0; i < past->history->len; i++)
		g_array_append_val(positions, i);
	g_hash_table_add(wanted, &all);
	return tt_vector_clocks_new(past->links, wanted);
}

/* Two moments, and whether what is done at the first must be over before the second. */
struct claim {
	struct tt_point first, second;
	bool ordered;
	const char *what;
};

enum { MOST_CLAIMS = 20 };

struct tale {
	struct past past;
	struct claim claims[MOST_CLAIMS];
	unsigned n;
};

static inline struct tale begin(void)
{
	return (struct tale){.past = past_begin()};
}

/* With five threads. */
static inline struct tale begin_threads(void)
{
	struct tale tale = begin();

	for (unsigned who = T1; who <= T5; who++)
		starts(&tale.past.feed, MAIN, who);
	return tale;
}

static inline void expect(struct tale *tale, struct tt_point first, struct tt_point second, bool ordered,
                          const char *what)
{
	assert_true(tale->n < MOST_CLAIMS);
	tale->claims[tale->n++] = (struct claim){first, second, ordered, what};
}

static inline void before(struct tale *tale, struct tt_point first, struct tt_point second, const char *what)
{
	expect(tale, first, second, true, what);
	expect(tale, second, first, false, what);
}

static inline void unordered(struct tale *tale, struct tt_point first, struct tt_point second, const char *what)
{
	expect(tale, first, second, false, what);
	expect(tale, second, first, false, what);
}

/* Judges and ends the tale. */
static inline void end(struct tale *tale)
{
	past_end(&tale->past);
	struct tt_vector_clocks *clocks = clocks_of(&tale->past);

	assert_false(clocks->full);
	for (unsigned i = 0; i < tale->n; i++) {
		const struct claim *claim = &tale->claims[i];
		if (tt_vc_before(clocks, claim->first, claim->second, NULL) != claim->ordered)
			fail_msg("%s: %u of thread %u is %s before %u of thread %u", claim->what, claim->first.position,
			         claim->first.thread, claim->ordered ? "not" : "said to be", claim->second.position,
			         claim->second.thread);
	}
	tt_vector_clocks_free(clocks);
	past_free(&tale->past);
}

/* An action that orders nothing: a lock of the thread's own. */
static inline struct tt_point acts(struct tale *tale, unsigned who)
{
	struct tt_point moment = past_now(&tale->past, who);

	NESTS(&tale->past.feed, who, 150 + who);
	return moment;
}

#endif /* TALE_H */
