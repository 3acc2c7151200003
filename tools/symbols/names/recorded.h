/* SPDX-License-Identifier: MIT */
/*
 * The names by which the interposer records what has none: an object by its address, a thread by that of its function.
 */
#ifndef TT_SYMBOLS_NAMES_RECORDED_H
#define TT_SYMBOLS_NAMES_RECORDED_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

/* `0x55d0`, and then `end`. */
static inline bool tt_recorded_address(const char *text, const char *end, uint64_t *address)
{
	char *behind;

	if (text[0] != '0' || text[1] != 'x')
		return false;
	*address = g_ascii_strtoull(text, &behind, 16);
	return strcmp(behind, end) == 0;
}

/* The number in `mutex 0x55d0`; NULL in a name that does not begin so. */
static inline const char *tt_recorded_number(const char *name)
{
	/* The words that the interposer puts before an address. */
	static const char *const words[] = {"mutex", "rwlock", "spin", "cond", "sem", "barrier", "once", "futex"};
	const char *blank = strchr(name, ' ');

	/* As it does in hardly any name of a program that is built with the library. */
	if (!blank || blank[1] != '0')
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		size_t length = (size_t)(blank - name);
		if (strncmp(name, words[i], length) == 0 && words[i][length] == '\0')
			return blank + 1;
	}
	return NULL;
}

/* The length of `Thread-3` in `Thread-3 (0x55d0)`; 0 of a name of another form. */
static inline size_t tt_recorded_thread(const char *name, uint64_t *address)
{
	const char *opening = strchr(name, ' ');

	if (!opening || opening[1] != '(' || !tt_recorded_address(opening + 2, ")", address))
		return 0;
	return (size_t)(opening - name);
}

#endif /* TT_SYMBOLS_NAMES_RECORDED_H */
