/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/events.h"

/* An event told: a step's events come a microsecond apart, its first a millisecond after that of the step before. */
enum { ORIGIN_MS = 1, PID = 100 };

struct teller {
	struct tt_check *check;
	const struct program *program;
	const struct step *step;
	struct state after;
	int64_t time_ns;
	uint8_t setter[MOST_OTHERS]; /* of events: who set it last */
	uint8_t waker[MOST_THREADS]; /* who let each thread go on; thread + 1 */
	uint8_t index[MOST_THREADS]; /* at its barrier */
	uint8_t poster[MOST_OTHERS]; /* of semaphores: who released it last */
	bool started[MOST_THREADS];  /* it has told so */
	bool slept[MOST_THREADS];    /* it has waited in this call */
};

uint64_t events_caller(unsigned thread, const struct op *op)
{
	return 1000 * (thread + UINT64_C(1)) + op->site + 1;
}

guint events_step_at(int64_t time_ns)
{
	return (guint)(time_ns / 1000000) - ORIGIN_MS;
}

static const char *thread_name(unsigned thread)
{
	static const char *const names[MOST_THREADS] = {"main", "T1", "T2", "T3", "T4"};
	return names[thread];
}

static const char *object_name(uint64_t id)
{
	g_autofree char *name = NULL;

	if (id < ID_LOCK)
		return thread_name((unsigned)id - ID_THREAD);
	if (id < ID_SEM)
		name = g_strdup_printf("%c", 'A' + (int)(id - ID_LOCK));
	else
		name = g_strdup_printf("object-%u", (unsigned)id);
	return g_intern_string(name);
}

static void tell_by(struct teller *teller, unsigned thread, struct tt_event event)
{
	if (!event.timeout_ns)
		event.timeout_ns = TT_NO_TIMEOUT;
	event.time_ns = teller->time_ns;
	event.pid = PID;
	event.thread_id = ID_THREAD + thread;
	event.thread = thread_name(thread);
	event.name = object_name(event.id);
	teller->time_ns += 1000;
	tt_check_feed(teller->check, &event);
}

#define TELL(teller, event, ...)                                                                                       \
	tell_by(teller, (teller)->step->move.thread,                                                                   \
	        (struct tt_event){.type = TT_EVENT_##event, .caller = caller_of(teller), __VA_ARGS__})

static const struct op *op_of(const struct teller *teller)
{
	return machine_op(teller->program, &teller->step->before, teller->step->move.thread);
}

static uint64_t caller_of(const struct teller *teller)
{
	const struct op *op = op_of(teller);
	return op ? events_caller(teller->step->move.thread, op) : 0;
}

static int64_t timeout_of(uint8_t limit)
{
	return limit == TT_LIMIT_TIMED ? 1000000000 : TT_NO_TIMEOUT;
}

/* Locks. */

static void tell_lock_wait(struct teller *teller, uint8_t lock, uint8_t mode, uint8_t limit)
{
	uint8_t holder = teller->step->before.holder[lock];

	TELL(teller, lock_wait, .id = ID_LOCK + lock, .kind = teller->program->lock_kinds[lock], .mode = mode,
	     .timeout_ns = timeout_of(limit), .holder = holder ? ID_THREAD + holder - 1u : 0);
}

static void tell_acquired(struct teller *teller, uint8_t lock, uint8_t mode, uint8_t limit)
{
	TELL(teller, lock_acquired, .id = ID_LOCK + lock, .kind = teller->program->lock_kinds[lock], .mode = mode,
	     .depth = mode == TT_MODE_SHARED ? 1u : teller->after.depth[lock], .limit = limit);
}

static void tell_released(struct teller *teller, uint8_t lock, uint8_t mode)
{
	TELL(teller, lock_released, .id = ID_LOCK + lock, .kind = teller->program->lock_kinds[lock], .mode = mode,
	     .depth = mode == TT_MODE_SHARED ? 0u : teller->after.depth[lock]);
}

static void tell_lock(struct teller *teller, const struct op *op)
{
	uint8_t kind = teller->program->lock_kinds[op->object];
	bool timed = op->limit == TT_LIMIT_TIMED;

	switch (teller->step->move.kind) {
	case MOVE_BEGIN_WAIT:
		tell_lock_wait(teller, op->object, op->mode, op->limit);
		break;
	case MOVE_GO:
		tell_acquired(teller, op->object, op->mode, op->limit);
		break;
	default:
		if (timed && !teller->slept[teller->step->move.thread])
			tell_lock_wait(teller, op->object, op->mode, op->limit);
		TELL(teller, lock_failed, .id = ID_LOCK + op->object, .kind = kind, .mode = op->mode,
		     .why = timed ? TT_FAILURE_TIMEOUT : TT_FAILURE_BUSY);
	}
}

static void tell_unlock(struct teller *teller, const struct op *op)
{
	if (!(teller->step->before.got_none[teller->step->move.thread] & 1u << op->hold))
		tell_released(teller, op->object, op->mode);
}

/* Conditions. */

static uint64_t waker_id(const struct teller *teller, bool known)
{
	uint8_t waker = teller->waker[teller->step->move.thread];
	return known && waker ? ID_THREAD + waker - 1u : 0;
}

static void tell_cond_wait(struct teller *teller, const struct op *op)
{
	const struct condition *cond = &teller->program->conds[op->object];
	unsigned id = ID_COND + op->object;

	if (teller->step->move.kind == MOVE_BEGIN_WAIT) {
		tell_lock_wait(teller, cond->lock, TT_MODE_EXCLUSIVE, TT_LIMIT_NONE);
		return;
	}
	switch (teller->step->before.phase[teller->step->move.thread]) {
	case PHASE_AT:
		TELL(teller, cond_wait, .id = id, .lock = ID_LOCK + cond->lock, .timeout_ns = timeout_of(op->limit));
		tell_released(teller, cond->lock, TT_MODE_EXCLUSIVE);
		break;
	case PHASE_WAITING:
		TELL(teller, cond_woken, .id = id, .result = TT_WAKE_TIMEOUT);
		break;
	case PHASE_WOKEN:
		TELL(teller, cond_woken, .id = id, .result = TT_WAKE_NOTIFIED,
		     .waker = waker_id(teller, cond->in_order));
		break;
	default:
		tell_acquired(teller, cond->lock, TT_MODE_EXCLUSIVE, TT_LIMIT_NONE);
	}
}

static void tell_notify(struct teller *teller, const struct op *op)
{
	unsigned woken = (unsigned)__builtin_popcount(teller->step->move.woken);

	TELL(teller, cond_notify, .id = ID_COND + op->object, .asked = op->kind == OP_NOTIFY ? 1 : -1, .woken = woken);
}

/* Events, semaphores, barriers. */

static void tell_event_wait(struct teller *teller, const struct op *op)
{
	bool found = teller->step->before.phase[teller->step->move.thread] == PHASE_AT;
	uint64_t waker = waker_id(teller, true);

	if (found)
		waker = ID_THREAD + teller->setter[op->object];
	if (teller->step->move.kind == MOVE_BEGIN_WAIT)
		TELL(teller, event_wait, .id = ID_EVENT + op->object);
	else
		TELL(teller, event_woken, .id = ID_EVENT + op->object, .result = TT_WAKE_SET, .waker = waker);
}

static void tell_event_set(struct teller *teller, const struct op *op)
{
	uint32_t woken = 0;

	for (unsigned t = 0; t < teller->program->n_threads; t++)
		woken += teller->after.phase[t] == PHASE_WOKEN && teller->step->before.phase[t] == PHASE_WAITING;
	teller->setter[op->object] = teller->step->move.thread;
	TELL(teller, event_set, .id = ID_EVENT + op->object, .woken = woken);
}

static void tell_event_clear(struct teller *teller, const struct op *op)
{
	TELL(teller, event_clear, .id = ID_EVENT + op->object);
}

static void tell_sem_wait(struct teller *teller, const struct op *op)
{
	bool knows = teller->program->sem_is_ours[op->object] && teller->slept[teller->step->move.thread];

	if (teller->step->move.kind == MOVE_BEGIN_WAIT)
		TELL(teller, sem_wait, .id = ID_SEM + op->object);
	else
		TELL(teller, sem_acquired, .id = ID_SEM + op->object, .value = teller->after.value[op->object],
		     .waker = knows ? ID_THREAD + (unsigned)teller->poster[op->object] : 0u);
}

static void tell_sem_post(struct teller *teller, const struct op *op)
{
	teller->poster[op->object] = teller->step->move.thread;
	TELL(teller, sem_released, .id = ID_SEM + op->object, .n = 1, .value = teller->after.value[op->object]);
}

static void tell_barrier(struct teller *teller, const struct op *op)
{
	unsigned thread = teller->step->move.thread;
	uint32_t before = (uint32_t)__builtin_popcount(teller->step->before.arrived[op->object]);
	unsigned id = ID_BARRIER + op->object;

	if (teller->step->before.phase[thread] == PHASE_AT)
		teller->index[thread] = (uint8_t)before;
	if (teller->step->move.kind == MOVE_BEGIN_WAIT)
		TELL(teller, barrier_wait, .id = id, .index = before, .n_waiting = before + 1,
		     .parties = teller->program->parties[op->object]);
	else
		TELL(teller, barrier_passed, .id = id, .index = teller->index[thread], .waker = waker_id(teller, true));
}

/* Threads. */

static void tell_start(struct teller *teller, unsigned thread)
{
	if (teller->started[thread])
		return;
	teller->started[thread] = true;
	tell_by(teller, thread,
	        (struct tt_event){.type = TT_EVENT_thread_start,
	                          .id = ID_THREAD + thread,
	                          .native_id = thread ? 1000 + thread : PID});
}

static void tell_create(struct teller *teller, const struct op *op)
{
	TELL(teller, thread_create, .id = ID_THREAD + op->object);
	if (!teller->program->plain_threads)
		tell_start(teller, op->object);
}

static void tell_join(struct teller *teller, const struct op *op)
{
	if (teller->step->move.kind == MOVE_BEGIN_WAIT)
		TELL(teller, thread_join_wait, .id = ID_THREAD + op->object);
	else
		TELL(teller, thread_join_done, .id = ID_THREAD + op->object, .result = TT_WAKE_JOINED);
}

static void (*const tell_call[N_OP_KINDS])(struct teller *teller, const struct op *op) = {
    [OP_LOCK] = tell_lock,           [OP_UNLOCK] = tell_unlock,
    [OP_SEM_WAIT] = tell_sem_wait,   [OP_SEM_POST] = tell_sem_post,
    [OP_COND_WAIT] = tell_cond_wait, [OP_NOTIFY] = tell_notify,
    [OP_NOTIFY_ALL] = tell_notify,   [OP_EVENT_WAIT] = tell_event_wait,
    [OP_EVENT_SET] = tell_event_set, [OP_EVENT_CLEAR] = tell_event_clear,
    [OP_BARRIER] = tell_barrier,     [OP_CREATE] = tell_create,
    [OP_JOIN] = tell_join,
};

static void note_wakers(struct teller *teller)
{
	const struct state *before = &teller->step->before;
	unsigned mover = teller->step->move.thread;

	for (unsigned t = 0; t < teller->program->n_threads; t++) {
		if (teller->after.phase[t] == PHASE_WOKEN && before->phase[t] == PHASE_WAITING)
			teller->waker[t] = (uint8_t)(mover + 1);
		else if (teller->after.pc[t] != before->pc[t])
			teller->waker[t] = 0;
	}
	teller->slept[mover] = teller->step->move.kind == MOVE_BEGIN_WAIT;
}

static void tell_step(struct teller *teller)
{
	const struct op *op = op_of(teller);

	teller->after = teller->step->before;
	machine_apply(teller->program, &teller->after, teller->step->move);
	tell_start(teller, teller->step->move.thread);
	if (op)
		tell_call[op->kind](teller, op);
	else
		TELL(teller, thread_exit, .id = ID_THREAD + teller->step->move.thread);
	note_wakers(teller);
}

/* The main thread makes all objects before anything else. */
static void tell_objects(struct teller *teller)
{
	const struct program *program = teller->program;

	for (unsigned i = 0; i < program->n_locks; i++)
		tell_by(
		    teller, 0,
		    (struct tt_event){.type = TT_EVENT_lock_init, .id = ID_LOCK + i, .kind = program->lock_kinds[i]});
	for (unsigned i = 0; i < program->n_sems; i++)
		tell_by(teller, 0,
		        (struct tt_event){.type = TT_EVENT_sem_init,
		                          .id = ID_SEM + i,
		                          .value = program->sem_values[i],
		                          .bound = UINT64_MAX});
	for (unsigned i = 0; i < program->n_conds; i++)
		tell_by(teller, 0,
		        (struct tt_event){
			    .type = TT_EVENT_cond_init, .id = ID_COND + i, .lock = ID_LOCK + program->conds[i].lock});
	for (unsigned i = 0; i < program->n_events; i++)
		tell_by(teller, 0, (struct tt_event){.type = TT_EVENT_event_init, .id = ID_EVENT + i});
	for (unsigned i = 0; i < program->n_barriers; i++)
		tell_by(teller, 0,
		        (struct tt_event){
			    .type = TT_EVENT_barrier_init, .id = ID_BARRIER + i, .parties = program->parties[i]});
}

void events_feed(struct tt_check *check, const struct program *program, const struct run *run, guint n)
{
	struct teller teller = {.check = check, .program = program};

	tell_start(&teller, 0);
	tell_objects(&teller);
	for (guint i = 0; i < n; i++) {
		teller.step = run_step(run, i);
		teller.time_ns = (int64_t)(i + ORIGIN_MS) * 1000000;
		tell_step(&teller);
	}
}
