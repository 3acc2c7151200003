/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/machine.h"

#include <string.h>

_Static_assert(sizeof(struct state) % sizeof(uint64_t) == 0, "the table of states hashes words");

#define BIT(n) ((uint8_t)(1u << (n)))

struct state machine_start(const struct program *program)
{
	struct state state = {.created = BIT(0)};

	memcpy(state.value, program->sem_values, sizeof state.value);
	return state;
}

const struct op *machine_op(const struct program *program, const struct state *state, unsigned thread)
{
	const struct thread *code = &program->threads[thread];
	return state->pc[thread] < code->n ? &code->ops[state->pc[thread]] : NULL;
}

/* Locks. */

bool machine_request(const struct program *program, const struct state *state, unsigned thread, struct request *request)
{
	const struct op *op = machine_op(program, state, thread);

	if (!(state->created & BIT(thread)) || !op)
		return false;
	if (op->kind == OP_LOCK) {
		*request = (struct request){op->object, op->mode, op->limit};
		return true;
	}
	if (op->kind != OP_COND_WAIT || state->phase[thread] < PHASE_BACK)
		return false;
	*request = (struct request){program->conds[op->object].lock, TT_MODE_EXCLUSIVE, TT_LIMIT_NONE};
	return true;
}

unsigned machine_holders(const struct program *program, const struct state *state, unsigned thread,
                         const struct request *request)
{
	uint8_t holder = state->holder[request->lock];
	unsigned holders = 0;

	if (holder) {
		bool again = holder == thread + 1 && kind_is_recursive(program->lock_kinds[request->lock]);
		return again ? 0u : 1u << (holder - 1);
	}
	for (unsigned t = 0; request->mode == TT_MODE_EXCLUSIVE && t < program->n_threads; t++) {
		if (state->readers[request->lock][t])
			holders |= BIT(t);
	}
	return holders;
}

/* As glibc has it: a writer that waits keeps those who would read out, also when the last who reads has let go. */
unsigned machine_writers_before(const struct program *program, const struct state *state, unsigned thread,
                                const struct request *request)
{
	unsigned writers = 0;

	if (request->mode != TT_MODE_SHARED || program->lock_kinds[request->lock] != TT_KIND_RWLOCK_WRITER)
		return 0;
	for (unsigned t = 0; t < program->n_threads; t++) {
		const struct op *op = machine_op(program, state, t);
		if (t != thread && op && op->kind == OP_LOCK && op->object == request->lock &&
		    op->mode == TT_MODE_EXCLUSIVE && state->phase[t] == PHASE_WAITING)
			writers |= BIT(t);
	}
	return writers;
}

bool machine_keeps_readers_out(const struct program *program, const struct state *state, unsigned thread)
{
	struct request request;

	return machine_request(program, state, thread, &request) && request.mode == TT_MODE_EXCLUSIVE &&
	       program->lock_kinds[request.lock] == TT_KIND_RWLOCK_WRITER;
}

static void take(struct state *state, unsigned thread, const struct request *request)
{
	if (request->mode == TT_MODE_SHARED) {
		state->readers[request->lock][thread]++;
		return;
	}
	state->holder[request->lock] = (uint8_t)(thread + 1);
	state->depth[request->lock]++;
}

static void let_go(struct state *state, unsigned thread, uint8_t lock, uint8_t mode)
{
	if (mode == TT_MODE_SHARED)
		state->readers[lock][thread]--;
	else if (--state->depth[lock] == 0)
		state->holder[lock] = 0;
}

/* What the moves do. */

static void next(struct state *state, unsigned thread)
{
	state->pc[thread]++;
	state->phase[thread] = PHASE_AT;
}

static void wake(struct state *state, unsigned threads)
{
	for (unsigned t = 0; t < MOST_THREADS; t++) {
		if (threads & BIT(t))
			state->phase[t] = PHASE_WOKEN;
	}
}

static void leave_queue(uint8_t queue[MOST_THREADS], unsigned threads)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MOST_THREADS; i++) {
		uint8_t waiter = queue[i];
		queue[i] = 0;
		if (waiter && !(threads & BIT(waiter - 1)))
			queue[n++] = waiter;
	}
}

static void go_in_cond(const struct program *program, struct state *state, unsigned thread, const struct op *op)
{
	uint8_t lock = program->conds[op->object].lock;
	uint8_t *queue = state->queue[op->object];

	if (state->phase[thread] == PHASE_AT) {
		while (*queue)
			queue++;
		*queue = (uint8_t)(thread + 1);
		let_go(state, thread, lock, TT_MODE_EXCLUSIVE);
		state->phase[thread] = PHASE_WAITING;
	} else if (state->phase[thread] == PHASE_WOKEN) {
		state->phase[thread] = PHASE_BACK;
	} else {
		take(state, thread, &(struct request){lock, TT_MODE_EXCLUSIVE, TT_LIMIT_NONE});
		next(state, thread);
	}
}

static void unlock(struct state *state, unsigned thread, const struct op *op)
{
	if (state->got_none[thread] & BIT(op->hold))
		state->got_none[thread] &= (uint8_t)~BIT(op->hold);
	else
		let_go(state, thread, op->object, op->mode);
}

/* All whose call is `kind` on the object, and who wait to be woken. */
static unsigned waiting_at(const struct program *program, const struct state *state, enum op_kind kind, uint8_t object)
{
	unsigned threads = 0;

	for (unsigned t = 0; t < program->n_threads; t++) {
		const struct op *op = machine_op(program, state, t);
		if (op && op->kind == kind && op->object == object && state->phase[t] == PHASE_WAITING)
			threads |= BIT(t);
	}
	return threads;
}

static void pass_barrier(struct state *state, const struct op *op, uint8_t phase)
{
	if (phase != PHASE_AT)
		return;
	wake(state, state->arrived[op->object]);
	state->arrived[op->object] = 0;
}

/* The call has its effect, and the thread goes on to the next; but for conditions, which take several moves. */
static void go(const struct program *program, struct state *state, struct move move, const struct op *op)
{
	switch (op->kind) {
	case OP_COND_WAIT:
		go_in_cond(program, state, move.thread, op);
		return;
	case OP_LOCK:
		take(state, move.thread, &(struct request){op->object, op->mode, op->limit});
		break;
	case OP_UNLOCK:
		unlock(state, move.thread, op);
		break;
	case OP_NOTIFY:
	case OP_NOTIFY_ALL:
		leave_queue(state->queue[op->object], move.woken);
		wake(state, move.woken);
		break;
	case OP_SEM_WAIT:
		state->value[op->object]--;
		break;
	case OP_SEM_POST:
		state->value[op->object]++;
		break;
	case OP_EVENT_SET:
		wake(state, waiting_at(program, state, OP_EVENT_WAIT, op->object));
		state->set |= BIT(op->object);
		break;
	case OP_EVENT_CLEAR:
		state->set &= (uint8_t)~BIT(op->object);
		break;
	case OP_BARRIER:
		pass_barrier(state, op, state->phase[move.thread]);
		break;
	case OP_CREATE:
		state->created |= BIT(op->object);
		break;
	default: /* OP_EVENT_WAIT, OP_JOIN: nothing changes but who goes on */
		break;
	}
	next(state, move.thread);
}

static void give_up(struct state *state, unsigned thread, const struct op *op)
{
	if (op->kind == OP_COND_WAIT) {
		leave_queue(state->queue[op->object], BIT(thread));
		state->phase[thread] = PHASE_BACK;
		return;
	}
	state->got_none[thread] |= BIT(op->hold);
	next(state, thread);
}

static void begin_wait(struct state *state, unsigned thread, const struct op *op)
{
	if (op->kind == OP_BARRIER)
		state->arrived[op->object] |= BIT(thread);
	state->phase[thread] = state->phase[thread] == PHASE_BACK ? PHASE_BACK_WAITING : PHASE_WAITING;
}

void machine_apply(const struct program *program, struct state *state, struct move move)
{
	const struct op *op = machine_op(program, state, move.thread);

	switch (move.kind) {
	case MOVE_BEGIN_WAIT:
		begin_wait(state, move.thread, op);
		break;
	case MOVE_GO:
		go(program, state, move, op);
		break;
	case MOVE_GIVE_UP:
		give_up(state, move.thread, op);
		break;
	default:
		state->ended |= BIT(move.thread);
	}
}
