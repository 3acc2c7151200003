/* SPDX-License-Identifier: MIT */
/*
 * Numbers that follow from a seed alone, on every machine: splitmix64, by Sebastiano Vigna.
 */
#ifndef ACCURACY_RANDOM_H
#define ACCURACY_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_word(struct random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* From 0 on, below `n`, which is not 0. */
static inline unsigned random_below(struct random *random, unsigned n)
{
	return (unsigned)(random_word(random) % n);
}

/* From `least` to `most`. */
static inline unsigned random_from(struct random *random, unsigned least, unsigned most)
{
	return least + random_below(random, most - least + 1);
}

static inline bool random_percent(struct random *random, unsigned percent)
{
	return random_below(random, 100) < percent;
}

#endif /* ACCURACY_RANDOM_H */
