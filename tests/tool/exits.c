/* SPDX-License-Identifier: MIT */
/* tests/preload/exits.c with the library's locks and daemon threads. */
#define LIBRARY
#include "tests/preload/exits.c"
