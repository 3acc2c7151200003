/* SPDX-License-Identifier: MIT */
/*
 * The library's own mutexes: whoever lets one go has it, what a call takes it gives back, and the lists that threads
 * share change only under them. A lock that is missing would be a race that no other test sees.
 */
#include "threads.h"

#include <dlfcn.h>

#include "libtrace_thr/src/thread/registry.h"
#include "libtrace_thr/src/trace/call_chain.h"

enum { MOST = 8 };

/* So that the loader finds it as well: it is the program that stands before libc. */
#define EXPORTED __attribute__((visibility("default")))

/* Those that the calling thread has, and how often it has taken one. */
static __thread const pthread_mutex_t *had[MOST];
static __thread unsigned n_taken;

static int (*next_of(const char *name))(pthread_mutex_t *mutex)
{
	union {
		void *address;
		int (*call)(pthread_mutex_t *mutex);
	} next = {.address = dlsym(RTLD_NEXT, name)};

	return next.call;
}

static const pthread_mutex_t **place_of(const pthread_mutex_t *mutex)
{
	for (int i = 0; i < MOST; i++)
		if (had[i] == mutex)
			return &had[i];
	return NULL;
}

EXPORTED int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	int error = next_of("pthread_mutex_lock")(mutex);
	const pthread_mutex_t **place = place_of(NULL);

	must(place);
	*place = mutex;
	n_taken++;
	return error;
}

EXPORTED int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	const pthread_mutex_t **place = place_of(mutex);

	must(place); /* else another thread may have it */
	*place = NULL;
	return next_of("pthread_mutex_unlock")(mutex);
}

/* Nothing is held, and who takes the registry's lock gets it indeed: it was not counted up or down too often. */
static void be_balanced(void)
{
	for (int i = 0; i < MOST; i++)
		must(!had[i]);
	unsigned before = n_taken;
	tt_registry_lock();
	must(n_taken == before + 1);
	tt_registry_unlock();
	for (int i = 0; i < MOST; i++)
		must(!had[i]);
}

static bool is_any(const tthr_thread *thread)
{
	(void)thread;
	must(had[0]);
	return true;
}

static bool is_none(const tthr_thread *thread)
{
	(void)thread;
	return false;
}

static void the_registry(void **state)
{
	(void)state;
	tthr_thread **list;
	size_t n;

	be_balanced();
	assert_int_equal(tthr_active_count(), 1);
	be_balanced();
	assert_int_equal(tthr_enumerate(&list, &n), 0);
	tthr_thread_list_free(list, n);
	be_balanced();
	assert_int_equal(tthr_thread_set_name(tthr_main(), "m"), 0);
	be_balanced();
	tthr_thread *found = tt_registry_find(is_any);
	assert_ptr_equal(found, tthr_main());
	tthr_thread_unref(found);
	assert_null(tt_registry_find(is_none));
	be_balanced();
	/* Within one that is had already. */
	tt_registry_lock();
	assert_int_equal(tthr_active_count(), 1);
	must(had[0]);
	tt_registry_unlock();
	be_balanced();
}

static void *look_at_itself(void *arg)
{
	be_balanced();
	must(tthr_current());
	be_balanced();
	return arg;
}

static pthread_key_t at_end;

/* In the last rounds, when the library has ended the thread. */
static void look_at_end(void *arg)
{
	be_balanced();
	if (--*(unsigned *)arg)
		pthread_setspecific(at_end, arg);
}

static void *look_until_the_end(void *arg)
{
	pthread_setspecific(at_end, arg);
	return look_at_itself(arg);
}

static void threads(void **state)
{
	(void)state;
	struct crew crew;
	unsigned rounds = PTHREAD_DESTRUCTOR_ITERATIONS;

	must(!pthread_key_create(&at_end, look_at_end));
	tthr_thread *thread = started(look_until_the_end, &rounds);
	be_balanced();
	joined(thread);
	be_balanced();
	assert_int_equal(rounds, 0);
	rounds = PTHREAD_DESTRUCTOR_ITERATIONS;
	crew_start(&crew, 1, look_until_the_end, &rounds);
	crew_join(&crew);
	assert_int_equal(rounds, 0);
	be_balanced();
}

static void *use_local(void *local)
{
	must(!tthr_local_set(local, local));
	be_balanced();
	return NULL;
}

static void locals(void **state)
{
	(void)state;
	tthr_local local, another;
	void *value;

	must(!tthr_local_init(&local, NULL) && !tthr_local_init(&another, NULL));
	be_balanced();
	must(!tthr_local_set(&local, &value) && !tthr_local_set(&another, &value));
	be_balanced();
	joined(started(use_local, &local));
	must(!tthr_local_get(&local, &value) && !tthr_local_delete(&local));
	be_balanced();
	tthr_local_destroy(&local);
	be_balanced();
	tthr_local_destroy(&another);
	be_balanced();
}

static void names(void **state)
{
	(void)state;
	static tthr_lock lock = TTHR_LOCK_INIT(NULL);
	tthr_lock made;

	n_taken = 0;
	must(!tthr_lock_init(&made, NULL));
	assert_int_equal(n_taken, 1); /* default names are numbered */
	must(tthr_lock_id(&lock) && tthr_lock_id(&lock));
	assert_int_equal(n_taken, 2);
	be_balanced();
	tthr_lock_destroy(&made);
	tthr_lock_destroy(&lock);
}

static void look(void *arg)
{
	(void)arg;
	be_balanced();
	joined(started(look_at_itself, NULL));
	be_balanced();
}

static void forks(void **state)
{
	(void)state;
	n_taken = 0;
	in_child(look, NULL);
	assert_int_equal(n_taken, 3); /* the registry's, that of objects, and that of locals: libc's are not seen */
	be_balanced();
}

/* As of a sanitizer's runtime, which does not survive libunwind: see call_chain.c. */
static void no_call_chains_where_the_program_makes_the_locks(void **state)
{
	(void)state;
	must(!setenv("TRACE_THR_STACK", "8", 1));
	tt_stack_prepare();
	assert_int_equal(tt_stack_depth, 1);
}

int main(void)
{
	if (dlsym(RTLD_DEFAULT, "__tsan_init"))
		return 0; /* it stands before the same functions, and looks for races itself */
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_registry), cmocka_unit_test(threads),
	    cmocka_unit_test(locals),       cmocka_unit_test(names),
	    cmocka_unit_test(forks),        cmocka_unit_test(no_call_chains_where_the_program_makes_the_locks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
