/* SPDX-License-Identifier: MIT */
/* So many pairs of lock events: many PAIRS. */
#include <stdlib.h>

#include <trace_thr.h>

int main(int argc, char **argv)
{
	static tthr_lock lock = TTHR_LOCK_INIT("many");

	for (long i = argc > 1 ? atol(argv[1]) : 1; i > 0; i--)
		TTHR_WITH (&lock) {
		}
	return 0;
}
