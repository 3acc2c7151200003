/* SPDX-License-Identifier: MIT */
/*
 * Which events the synchronisation objects emit, in which order, with what in them, and from which site.
 */
#include "recorder.h"

#include <errno.h>
#include <math.h>

#include <trace_thr.h>

static tthr_lock lock = TTHR_LOCK_INIT("L");
static tthr_rlock rlock = TTHR_RLOCK_INIT("R");
static tthr_condition cond = TTHR_CONDITION_INIT("C");
static tthr_event event = TTHR_EVENT_INIT("E");
static tthr_semaphore sem = TTHR_BOUNDED_SEMAPHORE_INIT("S", 1);
static tthr_barrier barrier = TTHR_BARRIER_INIT("B", 2);

/* What the other thread does, by the name of `other`. */
static int (*task)(void);
static int result;

static SITE void *run_task(void *arg)
{
	tthr_thread_set_name(tthr_current(), arg);
	__atomic_store_n(&result, __atomic_load_n(&task, __ATOMIC_RELAXED)(), __ATOMIC_RELAXED);
	return NULL;
}

static void other(struct crew *crew, int (*what)(void))
{
	static char name[] = "other";
	__atomic_store_n(&task, what, __ATOMIC_RELAXED);
	crew_start(crew, 1, run_task, name);
}

static SITE void first_look_tells_that_it_exists(void **state)
{
	(void)state;
	recorder_begin();
	tthr_lock_acquire(&lock);
	tthr_lock_release(&lock);
	tthr_rlock_id(&rlock);
	tthr_condition_name(&cond);
	tthr_event_id(&event);
	tthr_semaphore_acquire(&sem);
	tthr_semaphore_release(&sem, 1);
	tthr_barrier_id(&barrier);
	expect("MainThread", "lock_init L lock", "lock_acquired L lock depth=1", "lock_released L lock depth=0",
	       "lock_init R rlock", "lock_init C rlock", "cond_init C", "event_init E", "sem_init S value=1 bound=1",
	       "sem_acquired S value=0 by nobody", "sem_released S n=1 value=1", "barrier_init B parties=2 timeout=-1",
	       NULL);
}

static SITE void lives_of_objects(void **state)
{
	(void)state;
	tthr_lock l;
	tthr_rlock r;
	tthr_condition own, given, given_rlock;
	tthr_event e;
	tthr_semaphore s;
	tthr_barrier b;

	recorder_begin();
	tthr_lock_init(&l, "l");
	tthr_rlock_init(&r, "r");
	tthr_condition_init(&own, "own");
	tthr_condition_init_lock(&given, "given", &l);
	tthr_condition_init_rlock(&given_rlock, "given rlock", &r);
	tthr_event_init(&e, "e");
	tthr_semaphore_init(&s, "s", 3);
	tthr_barrier_init(&b, &(struct tthr_barrier_options){.name = "b", .parties = 4, .timeout = 1.5});
	tthr_condition_destroy(&given);
	tthr_condition_destroy(&given_rlock);
	tthr_condition_destroy(&own);
	tthr_lock_destroy(&l);
	tthr_rlock_destroy(&r);
	tthr_event_destroy(&e);
	tthr_semaphore_destroy(&s);
	tthr_barrier_destroy(&b);
	expect("MainThread", "lock_init l lock", "lock_init r rlock", "lock_init own rlock", "cond_init own",
	       "cond_init given", "cond_init given rlock", "event_init e", "sem_init s value=3 bound=-1",
	       "barrier_init b parties=4 timeout=1500000000", "cond_destroy given", "cond_destroy given rlock",
	       "cond_destroy own", "lock_destroy own rlock", "lock_destroy l lock", "lock_destroy r rlock",
	       "event_destroy e", "sem_destroy s", "barrier_destroy b", NULL);
}

static SITE int take_lock(void)
{
	int error = tthr_lock_try_acquire(&lock) == EBUSY ? 0 : EINVAL;
	error = error ? error : tthr_lock_acquire_timeout(&lock, 0) == ETIMEDOUT ? 0 : EINVAL;
	error = error ? error : tthr_lock_acquire_timeout(&lock, 0.001) == ETIMEDOUT ? 0 : EINVAL;
	error = error ? error : tthr_lock_acquire(&lock);
	return error ? error : tthr_lock_release(&lock);
}

static SITE void lock_contended(void **state)
{
	(void)state;
	struct crew crew;

	recorder_begin();
	tthr_lock_acquire(&lock);
	other(&crew, take_lock);
	/* After the short timed wait comes the long one. */
	wait_until(sleepers_on(&lock.word) == 1 && recorded() == 6);
	tthr_lock_release(&lock);
	crew_join(&crew);
	assert_int_equal(result, 0);
	expect("MainThread", "lock_acquired L lock depth=1", "lock_released L lock depth=0", NULL);
	expect("other", "lock_failed L lock busy", "lock_failed L lock timeout",
	       "lock_wait L lock timeout=1000000 held by MainThread", "lock_failed L lock timeout",
	       "lock_wait L lock timeout=-1 held by MainThread", "lock_acquired L lock depth=1",
	       "lock_released L lock depth=0", NULL);
	assert_true(place_of("MainThread", "lock_released L lock depth=0") <
	            place_of("other", "lock_acquired L lock depth=1"));
}

static SITE void rlock_depths(void **state)
{
	(void)state;
	recorder_begin();
	tthr_rlock_acquire(&rlock);
	tthr_rlock_try_acquire(&rlock);
	tthr_rlock_acquire_timeout(&rlock, 1);
	tthr_rlock_release(&rlock);
	tthr_rlock_release(&rlock);
	tthr_rlock_release(&rlock);
	expect("MainThread", "lock_acquired R rlock depth=1", "lock_acquired R rlock depth=2 try",
	       "lock_acquired R rlock depth=3 timed", "lock_released R rlock depth=2", "lock_released R rlock depth=1",
	       "lock_released R rlock depth=0", NULL);
}

static SITE void rlock_too_deep(void **state)
{
	(void)state;
	tthr_rlock_acquire(&rlock);
	rlock.depth = UINT32_MAX; /* that many acquires would last a minute */
	recorder_begin();
	assert_int_equal(tthr_rlock_acquire(&rlock), EAGAIN);
	assert_int_equal(tthr_rlock_try_acquire(&rlock), EAGAIN);
	expect("MainThread", "lock_failed R rlock error", "lock_failed R rlock error", NULL);
	rlock.depth = 1;
	assert_int_equal(tthr_rlock_release(&rlock), 0);
}

static SITE int wait_deep(void)
{
	tthr_condition_acquire(&cond);
	tthr_condition_acquire(&cond);
	int error = tthr_condition_wait(&cond);
	tthr_condition_release(&cond);
	tthr_condition_release(&cond);
	return error;
}

static SITE void condition_notified(void **state)
{
	(void)state;
	struct crew crew;

	recorder_begin();
	other(&crew, wait_deep);
	wait_until(__atomic_load_n(&cond.waiters.inside, __ATOMIC_SEQ_CST) == 1);
	tthr_condition_acquire(&cond);
	tthr_condition_notify(&cond, 3);
	tthr_condition_notify_all(&cond);
	wait_until(sleepers_on(&cond.own.lock.word) == 1); /* woken, it wants the lock */
	tthr_condition_release(&cond);
	crew_join(&crew);
	assert_int_equal(result, 0);
	expect("MainThread", "lock_acquired C rlock depth=1", "cond_notify C asked=3 woken=1",
	       "cond_notify C asked=-1 woken=0", "lock_released C rlock depth=0", NULL);
	expect("other", "lock_acquired C rlock depth=1", "lock_acquired C rlock depth=2", "cond_wait C timeout=-1",
	       "lock_released C rlock depth=0", "cond_woken C notified by MainThread",
	       "lock_wait C rlock timeout=-1 held by MainThread", "lock_acquired C rlock depth=2",
	       "lock_released C rlock depth=1", "lock_released C rlock depth=0", NULL);
	assert_true(place_of("MainThread", "cond_notify C asked=3 woken=1") <
	            place_of("other", "cond_woken C notified by MainThread"));
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static SITE void condition_times_out(void **state)
{
	(void)state;
	recorder_begin();
	TTHR_WITH (&cond) {
		tthr_condition_wait_timeout(&cond, 0.001);
		tthr_condition_wait_for(&cond, never, NULL, 0);
	}
	expect("MainThread", "lock_acquired C rlock depth=1", "cond_wait C timeout=1000000",
	       "lock_released C rlock depth=0", "cond_woken C timeout by nobody", "lock_acquired C rlock depth=1",
	       "cond_wait C timeout=0", "lock_released C rlock depth=0", "cond_woken C timeout by nobody",
	       "lock_acquired C rlock depth=1", "lock_released C rlock depth=0", NULL);
}

/* Of a lock that is the program's. */
static SITE void condition_of_a_lock_times_out(void **state)
{
	(void)state;
	tthr_condition of_lock;

	assert_int_equal(tthr_condition_init_lock(&of_lock, "G", &lock), 0);
	recorder_begin();
	TTHR_WITH (&of_lock)
		tthr_condition_wait_timeout(&of_lock, 0.001);
	expect("MainThread", "lock_acquired L lock depth=1", "cond_wait G timeout=1000000",
	       "lock_released L lock depth=0", "cond_woken G timeout by nobody", "lock_acquired L lock depth=1",
	       "lock_released L lock depth=0", NULL);
	assert_int_equal(tthr_condition_destroy(&of_lock), 0);
}

static SITE int wait_for_event(void)
{
	int error = tthr_event_wait_timeout(&event, 0) == ETIMEDOUT ? 0 : EINVAL;
	error = error ? error : tthr_event_wait_timeout(&event, 0.001) == ETIMEDOUT ? 0 : EINVAL;
	return error ? error : tthr_event_wait(&event);
}

static SITE void event_set(void **state)
{
	(void)state;
	struct crew crew;

	recorder_begin();
	other(&crew, wait_for_event);
	wait_until(__atomic_load_n(&event.waiters.inside, __ATOMIC_SEQ_CST) == 1 && recorded() == 4);
	tthr_event_set(&event);
	crew_join(&crew);
	assert_int_equal(result, 0);
	tthr_event_wait(&event);
	tthr_event_set(&event);
	tthr_event_clear(&event);
	expect("other", "event_woken E timeout by nobody", "event_wait E timeout=1000000",
	       "event_woken E timeout by nobody", "event_wait E timeout=-1", "event_woken E set by MainThread", NULL);
	expect("MainThread", "event_set E woken=1", "event_woken E set by MainThread", "event_set E woken=0",
	       "event_clear E", NULL);
	assert_true(place_of("MainThread", "event_set E woken=1") <
	            place_of("other", "event_woken E set by MainThread"));
}

static SITE int take_place(void)
{
	int error = tthr_semaphore_try_acquire(&sem) == EBUSY ? 0 : EINVAL;
	error = error ? error : tthr_semaphore_acquire_timeout(&sem, 0) == ETIMEDOUT ? 0 : EINVAL;
	error = error ? error : tthr_semaphore_acquire_timeout(&sem, 0.001) == ETIMEDOUT ? 0 : EINVAL;
	error = error ? error : tthr_semaphore_acquire(&sem);
	return error ? error : tthr_semaphore_release(&sem, 1);
}

static SITE void semaphore_contended(void **state)
{
	(void)state;
	struct crew crew;

	recorder_begin();
	tthr_semaphore_acquire(&sem);
	other(&crew, take_place);
	wait_until(__atomic_load_n(&sem.waiters.inside, __ATOMIC_SEQ_CST) == 1 && recorded() == 6);
	tthr_semaphore_release(&sem, 1);
	crew_join(&crew);
	assert_int_equal(result, 0);
	expect("MainThread", "sem_acquired S value=0 by nobody", "sem_released S n=1 value=1", NULL);
	expect("other", "sem_failed S busy", "sem_failed S timeout", "sem_wait S timeout=1000000",
	       "sem_failed S timeout", "sem_wait S timeout=-1", "sem_acquired S value=0 by MainThread",
	       "sem_released S n=1 value=1", NULL);
	assert_true(place_of("MainThread", "sem_released S n=1 value=1") <
	            place_of("other", "sem_acquired S value=0 by MainThread"));
}

static SITE int pass(void)
{
	return tthr_barrier_wait(&barrier, NULL);
}

static void one_waits(struct crew *crew)
{
	recorder_begin();
	other(crew, pass);
	wait_until(tthr_barrier_n_waiting(&barrier) == 1);
}

static SITE void barrier_passed(void **state)
{
	(void)state;
	struct crew crew;

	one_waits(&crew);
	assert_int_equal(tthr_barrier_wait(&barrier, NULL), 0);
	crew_join(&crew);
	expect("other", "barrier_wait B index=0 waiting=1/2 timeout=-1", "barrier_passed B index=0 by MainThread",
	       NULL);
	expect("MainThread", "barrier_passed B index=1 by MainThread", NULL);
	assert_true(place_of("MainThread", "barrier_passed B index=1 by MainThread") <
	            place_of("other", "barrier_passed B index=0 by MainThread"));
}

static SITE void barrier_broken(void **state)
{
	(void)state;
	struct crew crew;

	one_waits(&crew);
	tthr_barrier_abort(&barrier);
	crew_join(&crew);
	tthr_barrier_wait(&barrier, NULL);
	tthr_barrier_reset(&barrier);
	expect("other", "barrier_wait B index=0 waiting=1/2 timeout=-1", "barrier_broken B abort by MainThread", NULL);
	expect("MainThread", "barrier_abort B", "barrier_broken B abort by MainThread", "barrier_reset B", NULL);

	one_waits(&crew);
	tthr_barrier_reset(&barrier);
	crew_join(&crew);
	expect("other", "barrier_wait B index=0 waiting=1/2 timeout=-1", "barrier_broken B reset by MainThread", NULL);

	recorder_begin();
	tthr_barrier_wait_timeout(&barrier, NULL, 0.001);
	tthr_barrier_abort(&barrier); /* of a broken one: who broke it first is still the one */
	tthr_barrier_wait(&barrier, NULL);
	tthr_barrier_reset(&barrier);
	expect("MainThread", "barrier_wait B index=0 waiting=1/2 timeout=1000000",
	       "barrier_broken B timeout by MainThread", "barrier_abort B", "barrier_broken B timeout by MainThread",
	       "barrier_reset B", NULL);
}

static SITE int wait_for_a_moment(void)
{
	return tthr_barrier_wait_timeout(&barrier, NULL, 0.001);
}

/* Who waits without a limit is told who had one. */
static SITE void barrier_late_for_all(void **state)
{
	(void)state;
	static char name[] = "late";
	struct crew crew, late;

	barrier.parties = 3;
	one_waits(&crew);
	__atomic_store_n(&task, wait_for_a_moment, __ATOMIC_RELAXED);
	crew_start(&late, 1, run_task, name);
	crew_join(&late);
	crew_join(&crew);
	assert_int_equal(result, TTHR_EBROKEN);
	expect("late", "barrier_wait B index=1 waiting=2/3 timeout=1000000", "barrier_broken B timeout by late", NULL);
	expect("other", "barrier_wait B index=0 waiting=1/3 timeout=-1", "barrier_broken B timeout by late", NULL);
	barrier.parties = 2;
	tthr_barrier_reset(&barrier);
}

static int refuse(void *arg)
{
	(void)arg;
	return 1;
}

static SITE void barrier_action_failed(void **state)
{
	(void)state;
	struct crew crew;

	barrier.action = refuse;
	one_waits(&crew);
	assert_int_equal(tthr_barrier_wait(&barrier, NULL), TTHR_EBROKEN);
	crew_join(&crew);
	expect("other", "barrier_wait B index=0 waiting=1/2 timeout=-1", "barrier_broken B action by MainThread", NULL);
	expect("MainThread", "barrier_broken B action by MainThread", NULL);
	barrier.action = NULL;
	tthr_barrier_reset(&barrier);
}

static int open_gate_once_others_wait(void *gate)
{
	while (__atomic_load_n(&barrier.waiters.inside, __ATOMIC_SEQ_CST) == 1)
		nap();
	pthread_barrier_wait(gate);
	return 0;
}

static SITE int clear_and_pass(void)
{
	tthr_event_clear(&event); /* from here on the thread is known by its name */
	return tthr_barrier_wait(&barrier, NULL);
}

/* The library writes it under its lock, of which the race detector would have us in need as well. */
__attribute__((no_sanitize("thread"))) static bool is_acting(void)
{
	return *(const void *const volatile *)&barrier.acting;
}

static SITE int break_the_next(void)
{
	wait_until(is_acting());
	return tthr_barrier_wait_timeout(&barrier, NULL, 0.01);
}

/* Who comes while an action runs waits for its end first; here its time is over before. */
static SITE void barrier_late_while_an_action_runs(void **state)
{
	(void)state;
	pthread_barrier_t gate;
	struct crew crew, late;

	pthread_barrier_init(&gate, NULL, 2);
	barrier.action = open_gate_once_others_wait;
	barrier.arg = &gate;
	barrier.parties = 1;
	recorder_begin();
	other(&crew, clear_and_pass);
	wait_until(is_acting());
	static char name[] = "late";
	__atomic_store_n(&task, break_the_next, __ATOMIC_RELAXED);
	crew_start(&late, 1, run_task, name);
	crew_join(&late);
	assert_int_equal(result, TTHR_EBROKEN);
	pthread_barrier_wait(&gate);
	crew_join(&crew);
	expect("late", "barrier_wait B index=1 waiting=2/1 timeout=10000000", "barrier_broken B timeout by late", NULL);
	expect("other", "event_clear E", "barrier_passed B index=0 by other", NULL);
	barrier.action = NULL;
	barrier.parties = 2;
	tthr_barrier_reset(&barrier);
	pthread_barrier_destroy(&gate);
}

static SITE int release_what_is_not_ours(void)
{
	return tthr_rlock_release(&rlock);
}

static SITE void misuse_is_told_once(void **state)
{
	(void)state;
	struct crew crew;

	tthr_lock_acquire(&lock);
	tthr_rlock_acquire(&rlock);
	recorder_begin();
	tthr_lock_destroy(&lock);
	tthr_rlock_destroy(&rlock);
	other(&crew, release_what_is_not_ours);
	crew_join(&crew);
	assert_int_equal(result, EPERM);
	expect("other", "misuse R tthr_rlock_release: not owner", NULL);
	expect("MainThread", "misuse L tthr_lock_destroy: destroyed in use",
	       "misuse R tthr_rlock_destroy: destroyed in use", NULL);
	tthr_lock_release(&lock);
	tthr_rlock_release(&rlock);

	recorder_begin();
	tthr_lock_release(&lock);
	tthr_rlock_release(&rlock);
	tthr_lock_acquire_timeout(&lock, -2);
	tthr_condition_release(&cond);
	tthr_condition_wait(&cond);
	tthr_condition_wait_timeout(&cond, NAN);
	tthr_condition_wait_for(&cond, never, NULL, 1);
	tthr_condition_notify(&cond, 1);
	tthr_event_wait_timeout(&event, NAN);
	tthr_semaphore_release(&sem, 0);
	tthr_semaphore_release(&sem, 1);
	tthr_semaphore_acquire_timeout(&sem, NAN);
	tthr_barrier_wait_timeout(&barrier, NULL, NAN);
	expect("MainThread", "misuse L tthr_lock_release: not held", "misuse R tthr_rlock_release: not held",
	       "misuse L tthr_lock_acquire_timeout: bad argument", "misuse C tthr_rlock_release: not held",
	       "misuse C tthr_condition_wait: not held", "misuse C tthr_condition_wait_timeout: bad argument",
	       "misuse C tthr_condition_wait_for: not held", "misuse C tthr_condition_notify: not held",
	       "misuse E tthr_event_wait_timeout: bad argument", "misuse S tthr_semaphore_release: bad argument",
	       "misuse S tthr_semaphore_release: over bound", "misuse S tthr_semaphore_acquire_timeout: bad argument",
	       "misuse B tthr_barrier_wait_timeout: bad argument", NULL);
}

/* What is refused as it is made has a name, but is not known by a number. */
static struct {
	char text[80];
	uint8_t object;
} refused[8];
static unsigned n_refused;

static void on_refused(void *data, const struct tt_thread_ref *who, const void *caller,
                       const struct tt_object_ref *what, uint8_t object, const char *call, uint8_t why)
{
	(void)data, (void)who;
	must((const char *)caller >= __start_sites && (const char *)caller < __stop_sites && n_refused < 8);
	snprintf(refused[n_refused].text, sizeof refused->text, "%s %s: %s", what->name, call, misuses[why]);
	refused[n_refused++].object = object;
}

static SITE void what_is_refused_as_it_is_made(void **state)
{
	(void)state;
	static struct lttng_ust_tracepoint_probe probes[] = {{.func = (void (*)(void))on_refused}, {.func = NULL}};
	static const struct {
		const char *text;
		uint8_t object;
	} expected[] = {
	    {"Barrier tthr_barrier_init: bad argument", TT_OBJECT_BARRIER},
	    {"b tthr_barrier_init: bad argument", TT_OBJECT_BARRIER},
	    {"Semaphore tthr_semaphore_init: bad argument", TT_OBJECT_SEMAPHORE},
	    {"s tthr_bounded_semaphore_init: bad argument", TT_OBJECT_SEMAPHORE},
	    {"Condition tthr_condition_init_lock: bad argument", TT_OBJECT_CONDITION},
	    {"c tthr_condition_init_rlock: bad argument", TT_OBJECT_CONDITION},
	};
	tthr_barrier b;
	tthr_semaphore s;
	tthr_condition c;

	recorder_begin();
	lttng_ust_tracepoint_trace_thr___misuse.probes = probes;
	n_refused = 0;
	assert_int_equal(tthr_barrier_init(&b, NULL), EINVAL);
	assert_int_equal(tthr_barrier_init(&b, &(struct tthr_barrier_options){.name = "b"}), EINVAL);
	assert_int_equal(tthr_semaphore_init(&s, NULL, UINT32_MAX), EINVAL);
	assert_int_equal(tthr_bounded_semaphore_init(&s, "s", UINT32_MAX), EINVAL);
	assert_int_equal(tthr_condition_init_lock(&c, NULL, NULL), EINVAL);
	assert_int_equal(tthr_condition_init_rlock(&c, "c", NULL), EINVAL);
	assert_int_equal(n_refused, sizeof expected / sizeof *expected);
	for (unsigned i = 0; i < n_refused; i++) {
		assert_string_equal(refused[i].text, expected[i].text);
		assert_int_equal(refused[i].object, expected[i].object);
	}
	recorder_begin();
}

static SITE int leave(void)
{
	TTHR_WITH (&lock)
		TTHR_WITH (&rlock)
			TTHR_WITH (&cond)
				TTHR_WITH (&sem)
					return 7;
	return 0;
}

/* The sites of a block's acquire and release are the program's, not the library's. */
static SITE void with_has_the_program_s_sites(void **state)
{
	(void)state;
	recorder_begin();
	assert_int_equal(leave(), 7);
	expect("MainThread", "lock_acquired L lock depth=1", "lock_acquired R rlock depth=1",
	       "lock_acquired C rlock depth=1", "sem_acquired S value=0 by nobody", "sem_released S n=1 value=1",
	       "lock_released C rlock depth=0", "lock_released R rlock depth=0", "lock_released L lock depth=0", NULL);
}

int main(void)
{
	if (!lttng_ust_tracepoint_dlopen_ptr || !lttng_ust_tracepoint_dlopen_ptr->rcu_read_lock_sym)
		return fprintf(stderr, "LTTng-UST's tracepoint library cannot be loaded\n"), 1;
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_look_tells_that_it_exists),
	    cmocka_unit_test(lives_of_objects),
	    cmocka_unit_test(lock_contended),
	    cmocka_unit_test(rlock_depths),
	    cmocka_unit_test(rlock_too_deep),
	    cmocka_unit_test(condition_notified),
	    cmocka_unit_test(condition_times_out),
	    cmocka_unit_test(condition_of_a_lock_times_out),
	    cmocka_unit_test(event_set),
	    cmocka_unit_test(semaphore_contended),
	    cmocka_unit_test(barrier_passed),
	    cmocka_unit_test(barrier_broken),
	    cmocka_unit_test(barrier_late_for_all),
	    cmocka_unit_test(barrier_action_failed),
	    cmocka_unit_test(barrier_late_while_an_action_runs),
	    cmocka_unit_test(misuse_is_told_once),
	    cmocka_unit_test(what_is_refused_as_it_is_made),
	    cmocka_unit_test(with_has_the_program_s_sites),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
