/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/trace/object.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Protects the making known of objects, and the counters of default names. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* How many default names each kind has had. The set is closed: the kinds of the public headers. */
static struct {
	const char *kind;
	unsigned count;
} counters[] = {{"Lock", 0},    {"RLock", 0}, {"Condition", 0}, {"Event", 0}, {"Semaphore", 0},
                {"Barrier", 0}, {"Local", 0}, {"Thread", 0},    {"Dummy", 0}};

uint64_t tt_object_new_id(void)
{
	static uint64_t last;
	/* Relaxed: only the numbers must differ. */
	return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

static unsigned next_number(const char *kind)
{
	for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++)
		if (!strcmp(counters[i].kind, kind))
			return ++counters[i].count;
	return 0;
}

static char *default_name(const char *kind)
{
	char *name;
	int n = asprintf(&name, "%s-%u", kind, next_number(kind));

	return n < 0 ? NULL : name;
}

static void publish(struct tthr_object *object, const char *name, char *copy)
{
	object->name = name;
	object->copy = copy;
	/* Release: pairs with the acquire in tt_object_known. */
	__atomic_store_n(&object->id, tt_object_new_id(), __ATOMIC_RELEASE);
}

int tt_object_init(struct tthr_object *object, const char *kind, const char *name)
{
	int saved = errno;
	char *copy;

	if (name) {
		copy = strdup(name);
	} else {
		pthread_mutex_lock(&lock);
		copy = default_name(kind);
		pthread_mutex_unlock(&lock);
	}
	if (copy)
		publish(object, copy, copy);
	errno = saved;
	return copy ? 0 : ENOMEM;
}

bool tt_object_make_known(struct tthr_object *object, const char *kind)
{
	int saved = errno;

	pthread_mutex_lock(&lock);
	bool mine = !tt_object_known(object);
	if (mine) {
		char *copy = object->name ? NULL : default_name(kind);
		publish(object, object->name ? object->name : copy ? copy : kind, copy);
	}
	pthread_mutex_unlock(&lock);
	errno = saved;
	return mine;
}

void tt_object_destroy(struct tthr_object *object)
{
	free(object->copy);
	*object = (struct tthr_object){0};
}

void tt_object_before_fork(void)
{
	pthread_mutex_lock(&lock);
}

void tt_object_after_fork(void)
{
	pthread_mutex_unlock(&lock);
}
