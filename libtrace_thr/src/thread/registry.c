/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/thread/registry.h"

#include <pthread.h>
#include <stdlib.h>

#include "libtrace_thr/src/thread/current_thread.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static tthr_thread *first;
static tthr_thread *last;
static size_t count;

/* Changes only while the process has one thread: when the library loads, and in a forked child. */
static tthr_thread *main_thread;

/*
 * How often the calling thread has the lock: a signal handler that exits or forks can have come in where it has it. It
 * is counted before, so that at no moment the handler would wait for its own thread.
 */
static __thread unsigned depth __attribute__((tls_model("initial-exec")));

void tt_registry_lock(void)
{
	if (depth++ == 0)
		pthread_mutex_lock(&lock);
}

void tt_registry_unlock(void)
{
	if (--depth == 0)
		pthread_mutex_unlock(&lock);
}

void tt_registry_add(tthr_thread *thread)
{
	tt_registry_lock();
	thread->prev = last;
	if (last)
		last->next = thread;
	else
		first = thread;
	last = thread;
	count++;
	tt_registry_unlock();
}

bool tt_registry_remove(tthr_thread *thread)
{
	tt_registry_lock();
	if (thread->prev)
		thread->prev->next = thread->next;
	else
		first = thread->next;
	if (thread->next)
		thread->next->prev = thread->prev;
	else
		last = thread->prev;
	thread->next = thread->prev = NULL;
	bool was_last = --count == 0;
	tt_registry_unlock();
	return was_last;
}

bool tt_registry_has(const tthr_thread *thread)
{
	return thread->prev || first == thread;
}

tthr_thread *tt_registry_find(bool (*wanted)(const tthr_thread *thread))
{
	tt_registry_lock();
	tthr_thread *thread = first;
	while (thread && !wanted(thread))
		thread = thread->next;
	if (thread)
		tthr_thread_ref(thread);
	tt_registry_unlock();
	return thread;
}

tthr_thread *tt_registry_first(void)
{
	return first;
}

tthr_thread *tt_registry_main(void)
{
	return main_thread;
}

void tt_registry_set_main(tthr_thread *thread)
{
	main_thread = thread;
}

tthr_thread *tt_registry_clear(void)
{
	tthr_thread *were = first;

	first = last = NULL;
	count = 0;
	return were;
}

tthr_thread *tthr_main(void)
{
	tt_current_id();
	return main_thread;
}

int tthr_enumerate(tthr_thread ***threads, size_t *n)
{
	int error = 0;

	tt_current_id();
	tt_registry_lock();
	tthr_thread **list = calloc(count + 1, sizeof(tthr_thread *));
	if (!list) {
		error = ENOMEM;
		goto out;
	}
	*n = 0;
	for (tthr_thread *thread = first; thread; thread = thread->next)
		list[(*n)++] = tthr_thread_ref(thread);
	*threads = list;
out:
	tt_registry_unlock();
	return error;
}

void tthr_thread_list_free(tthr_thread **threads, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tthr_thread_unref(threads[i]);
	free(threads);
}

size_t tthr_active_count(void)
{
	tt_current_id();
	tt_registry_lock();
	size_t n = count;
	tt_registry_unlock();
	return n;
}
