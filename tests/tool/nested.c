/* SPDX-License-Identifier: MIT */
/* Acquires of each limit, three calls deep: main, work, insert. */
#include <trace_thr.h>

#define CALL __attribute__((noinline))
#define STAY __asm__ volatile("" ::: "memory")

static tthr_lock queue = TTHR_LOCK_INIT("queue");
static tthr_semaphore places = TTHR_SEMAPHORE_INIT("places", 1);

static CALL void insert(void)
{
	tthr_lock_acquire(&queue);
	tthr_semaphore_try_acquire(&places);
	tthr_semaphore_release(&places, 1);
	tthr_lock_release(&queue);
	STAY; /* else the release would be a jump, not a call of this function */
}

static CALL void work(void)
{
	if (!tthr_lock_acquire_timeout(&queue, 60))
		tthr_lock_release(&queue);
	if (!tthr_lock_try_acquire(&queue))
		tthr_lock_release(&queue);
	insert();
	STAY;
}

int main(void)
{
	work();
	STAY;
	return 0;
}
