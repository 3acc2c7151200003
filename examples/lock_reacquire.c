/* SPDX-License-Identifier: MIT
 * A plain lock cannot be taken twice, not even by the thread that holds it.
 * The tutorial's "Re-entrant Locks", threading_lock_reacquire.py.
 */
#include <stdio.h>

#include <trace_thr.h>

int main(void)
{
	tthr_lock lock = TTHR_LOCK_INIT("lock");

	printf("First try : %s\n", tthr_lock_acquire(&lock) == 0 ? "True" : "False");
	printf("Second try: %s\n", tthr_lock_try_acquire(&lock) == 0 ? "True" : "False");
	return 0;
}
