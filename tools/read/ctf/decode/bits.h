/* SPDX-License-Identifier: MIT */
/*
 * Numbers in a packet: of any number of bits, at any bit, in either order of bytes.
 */
#ifndef TT_READ_CTF_DECODE_BITS_H
#define TT_READ_CTF_DECODE_BITS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The number of `size` bytes, at most 8, at `at`. */
static inline uint64_t tt_bytes_number(const uint8_t *at, unsigned size, bool big_endian)
{
	uint64_t number = 0;

	if (!big_endian) { /* the common one; the host is known to be little-endian, or the loop is taken */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		switch (size) {
		case 8:
			memcpy(&number, at, 8);
			return number;
		case 4:
			memcpy(&number, at, 4);
			return number;
		case 2:
			memcpy(&number, at, 2);
			return number;
		case 1:
			return *at;
		default:
			break;
		}
#endif
		for (unsigned i = 0; i < size; i++)
			number |= (uint64_t)at[i] << (8 * i);
		return number;
	}
	for (unsigned i = 0; i < size; i++)
		number = number << 8 | at[i];
	return number;
}

/*
 * The number of `size` bits, at most 64, from the bit `bit` of the bytes on: the lowest of a byte first in
 * little-endian packets, the highest first in big-endian ones.
 */
static inline uint64_t tt_bits_number(const uint8_t *bytes, uint64_t bit, unsigned size, bool big_endian)
{
	uint64_t number = 0;

	if (bit % 8 == 0 && size % 8 == 0)
		return tt_bytes_number(bytes + bit / 8, size / 8, big_endian);
	for (unsigned i = 0; i < size; i++, bit++) {
		unsigned in_byte = (unsigned)(bit % 8);
		uint64_t one = bytes[bit / 8] >> (big_endian ? 7 - in_byte : in_byte) & 1;

		number |= one << (big_endian ? size - 1 - i : i);
	}
	return number;
}

/* The next place of that alignment, a power of two. */
static inline uint64_t tt_align(uint64_t place, uint64_t align)
{
	return (place + align - 1) & ~(align - 1);
}

/* The value of a signed number of so many bits, as 64. */
static inline uint64_t tt_extend_sign(uint64_t number, unsigned size)
{
	if (!size || size >= 64)
		return number;
	uint64_t sign = (uint64_t)1 << (size - 1);
	return (number ^ sign) - sign;
}

#endif /* TT_READ_CTF_DECODE_BITS_H */
