/* SPDX-License-Identifier: MIT */
/* Spin locks. */
#include "tests/preload/forced.h"

static pthread_spinlock_t plain;
static pthread_spinlock_t between_processes;

static void *waiter(void *arg)
{
	(void)arg;
	TELL(pthread_spin_trylock(&plain));
	me();
	TELL(pthread_spin_lock(&plain));
	TELL(pthread_spin_unlock(&plain));
	return NULL;
}

int main(void)
{
	pthread_t thread;

	TELL(pthread_spin_init(&plain, PTHREAD_PROCESS_PRIVATE));
	TELL(pthread_spin_trylock(&plain));
	TELL(pthread_spin_unlock(&plain));
	TELL(pthread_spin_lock(&plain));
	pthread_create(&thread, NULL, waiter, NULL);
	await_spinning();
	TELL(pthread_spin_unlock(&plain));
	pthread_join(thread, NULL);
	TELL(pthread_spin_unlock(&plain));
	TELL(pthread_spin_destroy(&plain));
	TELL(pthread_spin_init(&plain, PTHREAD_PROCESS_PRIVATE));
	TELL(pthread_spin_lock(&plain));
	TELL(pthread_spin_destroy(&plain));
	TELL(pthread_spin_init(&between_processes, PTHREAD_PROCESS_SHARED));
	TELL(pthread_spin_lock(&between_processes));
	TELL(pthread_spin_unlock(&between_processes));
	TELL(pthread_spin_destroy(&between_processes));
	return 0;
}
