/* SPDX-License-Identifier: MIT */
/*
 * How many blocks of memory the program has from malloc: exact, so that one alone that is lost is seen. Not with a
 * sanitizer, which has a malloc of its own, and looks for leaks itself.
 *
 *     long before = blocks_in_use();
 *     ...
 *     assert_int_equal(blocks_in_use(), before);
 */
#ifndef TESTS_BLOCKS_H
#define TESTS_BLOCKS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static long blocks;

static inline long blocks_in_use(void)
{
	return __atomic_load_n(&blocks, __ATOMIC_SEQ_CST);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

/* How many blocks the calling thread can still get; below 0: any number. */
static __thread long blocks_left = -1;

static inline bool is_out_of_blocks(void)
{
	if (blocks_left > 0)
		blocks_left--;
	else
		return !blocks_left && (errno = ENOMEM);
	return false;
}

static inline void *counted(void *block)
{
	if (block)
		__atomic_add_fetch(&blocks, 1, __ATOMIC_SEQ_CST);
	return block;
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
	return is_out_of_blocks() ? NULL : counted(__libc_malloc(size));
}

__attribute__((visibility("default"))) void *calloc(size_t n, size_t size)
{
	return is_out_of_blocks() ? NULL : counted(__libc_calloc(n, size));
}

__attribute__((visibility("default"))) void *realloc(void *block, size_t size)
{
	return block ? __libc_realloc(block, size) : malloc(size);
}

__attribute__((visibility("default"))) void free(void *block)
{
	if (block)
		__atomic_sub_fetch(&blocks, 1, __ATOMIC_SEQ_CST);
	__libc_free(block);
}
#endif

#endif /* TESTS_BLOCKS_H */
