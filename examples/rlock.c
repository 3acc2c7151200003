/* SPDX-License-Identifier: MIT
 * A re-entrant lock can be taken again by the thread that holds it.
 * The tutorial's "Re-entrant Locks", threading_rlock.py.
 */
#include <stdio.h>

#include <trace_thr.h>

int main(void)
{
	tthr_rlock lock = TTHR_RLOCK_INIT("lock");

	printf("First try : %s\n", tthr_rlock_acquire(&lock) == 0 ? "True" : "False");
	printf("Second try: %s\n", tthr_rlock_try_acquire(&lock) == 0 ? "True" : "False");
	return 0;
}
