#include "fork.h"

#include <pthread.h>

#include "object.h"
#include "registry.h"
#include "self.h"
#include "thread.h"
#include "waiters.h"

static void before(void)
{
	tt_registry_lock();
	tt_object_before_fork();
}

static void after_in_parent(void)
{
	tt_object_after_fork();
	tt_registry_unlock();
}

static void after_in_child(void)
{
	tt_object_after_fork();
	tt_waiters_after_fork_in_child();
	tt_self_after_fork_in_child();
	tt_registry_unlock();
}

void tt_fork_prepare(void)
{
	pthread_atfork(before, after_in_parent, after_in_child);
}
