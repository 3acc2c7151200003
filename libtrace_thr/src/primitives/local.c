/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/primitives/local.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <trace_thr/local.h>

#include "libtrace_thr/src/trace/object.h"
#include "libtrace_thr/src/thread/current_thread.h"

/*
 * A thread's value of a local. It is in two lists. That of its thread is the thread's own: nobody else walks or changes
 * it, so get and set take no lock. That of its local is under the lock; destroy takes cells off it and leaves them
 * to their threads as empty ones, `local` being NULL, which the threads sweep up when they come by.
 */
struct tthr_local_value {
	tthr_local *local;
	void *value;
	bool is_set;
	unsigned generation;
	struct tthr_local_value *next;  /* of the thread */
	struct tthr_local_value *later; /* of the local */
	struct tthr_local_value *sooner;
};

/*
 * At the end of a thread a free that uses locals makes new values, which are freed in their turn. So that this ends,
 * they are of the next generation, and as POSIX does with thread-specific data, what is made in the last generation is
 * let go without its free.
 */
static __thread unsigned generation __attribute__((tls_model("initial-exec")));

/* Protects the list of every local. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void tt_local_before_fork(void)
{
	pthread_mutex_lock(&lock);
}

void tt_local_after_fork(void)
{
	pthread_mutex_unlock(&lock);
}

static struct tt_object_ref identify(tthr_local *local, const void *caller)
{
	if (tt_object_identify(&local->object, "Local")) {
		struct tt_object_ref what = tt_object_ref_of(&local->object);
		TT_TRACE(local_init, caller, &what);
	}
	return tt_object_ref_of(&local->object);
}

/* Adds the cell to its local's list. The lock is held. */
static void link_cell(struct tthr_local_value *cell)
{
	cell->later = cell->local->values;
	if (cell->later)
		cell->later->sooner = cell;
	cell->local->values = cell;
}

/* Takes it out again. The lock is held. */
static void unlink_cell(struct tthr_local_value *cell)
{
	if (cell->sooner)
		cell->sooner->later = cell->later;
	else
		cell->local->values = cell->later;
	if (cell->later)
		cell->later->sooner = cell->sooner;
}

static tthr_local *local_of(const struct tthr_local_value *cell)
{
	/* Acquire: pairs with the release in tthr_local_destroy, which touches an empty cell no more. */
	return __atomic_load_n(&cell->local, __ATOMIC_ACQUIRE);
}

/* The calling thread's cell, or NULL. Frees the empty ones on the way. */
static struct tthr_local_value *find(tthr_thread *thread, const tthr_local *local)
{
	struct tthr_local_value **at = &thread->locals;

	while (*at) {
		struct tthr_local_value *cell = *at;
		tthr_local *its = local_of(cell);
		if (its == local)
			return cell;
		if (its) {
			at = &cell->next;
		} else {
			*at = cell->next;
			free(cell);
		}
	}
	return NULL;
}

/* A new cell of the calling thread, or NULL. */
static struct tthr_local_value *add(tthr_thread *thread, tthr_local *local)
{
	/* One that shares its entry with others has no list of its own. */
	struct tthr_local_value *cell = tt_current_is_placeholder() ? NULL : calloc(1, sizeof *cell);

	if (!cell)
		return NULL;
	cell->local = local;
	cell->generation = generation;
	cell->next = thread->locals;
	thread->locals = cell;
	pthread_mutex_lock(&lock);
	link_cell(cell);
	pthread_mutex_unlock(&lock);
	return cell;
}

/* Gives the cell another value, or none, and frees the one that it had. That may call the library again. */
static void replace(struct tthr_local_value *cell, void *value, bool is_set)
{
	const tthr_local *local = cell->local;
	struct tthr_local_value old = *cell;

	cell->value = value;
	cell->is_set = is_set;
	if (old.is_set && local->free && !(is_set && old.value == value))
		local->free(old.value);
}

int tthr_local_init(tthr_local *local, const struct tthr_local_options *options)
{
	static const struct tthr_local_options none;

	if (!options)
		options = &none;
	*local = (tthr_local)TTHR_LOCAL_INIT(NULL);
	local->init = options->init;
	local->arg = options->arg;
	local->free = options->free;
	int error = tt_object_init(&local->object, "Local", options->name);
	if (error)
		return error;
	struct tt_object_ref what = tt_object_ref_of(&local->object);
	TT_TRACE(local_init, TT_CALLER, &what);
	return 0;
}

/*
 * Takes one cell off the local and empties it. False if there is none; else *is_set and *value are what it had. Only
 * what is not its thread's own business may be read here.
 */
static bool take_value(tthr_local *local, bool *is_set, void **value)
{
	pthread_mutex_lock(&lock);
	struct tthr_local_value *cell = local->values;
	if (cell) {
		unlink_cell(cell);
		*is_set = cell->is_set;
		*value = cell->value;
		/* Release: pairs with the acquire in local_of. The cell is its thread's alone from here on. */
		__atomic_store_n(&cell->local, NULL, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&lock);
	return cell;
}

int tthr_local_destroy(tthr_local *local)
{
	bool is_set;
	void *value;

	while (take_value(local, &is_set, &value))
		if (is_set && local->free)
			local->free(value);
	if (tt_object_known(&local->object)) {
		struct tt_object_ref what = tt_object_ref_of(&local->object);
		TT_TRACE(local_destroy, TT_CALLER, &what);
	}
	tt_object_destroy(&local->object);
	return 0;
}

int tthr_local_get(tthr_local *local, void **value)
{
	tthr_thread *thread = tthr_current();
	struct tthr_local_value *cell = find(thread, local);

	*value = NULL;
	if (!cell && local->init) {
		/* The cell comes first: init may use the local, in which it finds nothing. */
		cell = add(thread, local);
		if (!cell)
			return ENOMEM;
		replace(cell, local->init(local->arg), true);
	}
	if (!cell || !cell->is_set)
		return ENOENT;
	*value = cell->value;
	return 0;
}

int tthr_local_set(tthr_local *local, void *value)
{
	tthr_thread *thread = tthr_current();
	struct tthr_local_value *cell = find(thread, local);

	if (!cell)
		cell = add(thread, local);
	if (!cell)
		return ENOMEM;
	replace(cell, value, true);
	return 0;
}

int tthr_local_delete(tthr_local *local)
{
	struct tthr_local_value *cell = find(tthr_current(), local);

	if (!cell || !cell->is_set)
		return ENOENT;
	replace(cell, NULL, false);
	return 0;
}

const char *tthr_local_name(tthr_local *local)
{
	return identify(local, TT_CALLER).name;
}

uint64_t tthr_local_id(tthr_local *local)
{
	return identify(local, TT_CALLER).id;
}

/* Frees a cell that its thread's list has no more, and its value if asked to. */
static void end_cell(struct tthr_local_value *cell, bool with_value)
{
	void (*end)(void *value) = NULL;
	void *value = cell->value;

	pthread_mutex_lock(&lock);
	if (cell->local) {
		if (cell->is_set && with_value)
			end = cell->local->free;
		unlink_cell(cell);
	}
	pthread_mutex_unlock(&lock);
	free(cell);
	if (end)
		end(value);
}

void tt_local_end_thread(tthr_thread *thread)
{
	while (thread->locals) {
		struct tthr_local_value *cell = thread->locals;
		thread->locals = cell->next;
		generation = cell->generation + 1;
		end_cell(cell, cell->generation < PTHREAD_DESTRUCTOR_ITERATIONS);
	}
	generation = 0;
}
