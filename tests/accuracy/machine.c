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
		return again ? 0 : BIT(holder - 1);
	}
	for (unsigned t = 0; request->mode == TT_MODE_EXCLUSIVE && t < program->n_threads; t++) {
		if (state->readers[request->lock][t])
			holders |= BIT(t);
	}
	return holders;
}

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

static bool is_free(const struct program *program, const struct state *state, unsigned thread,
                    const struct request *request)
{
	return !machine_holders(program, state, thread, request) &&
	       !machine_writers_before(program, state, thread, request);
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

/* Which moves a thread can make: one function for what a call waits for, and the table of them. */

struct moves {
	const struct program *program;
	const struct state *state;
	bool all_waits;
	struct move *list;
	unsigned n;
};

static void add(struct moves *moves, unsigned thread, enum move_kind kind, uint8_t woken)
{
	moves->list[moves->n++] = (struct move){(uint8_t)thread, (uint8_t)kind, woken};
}

/* A writer that waits makes a difference where writers go first. */
bool machine_keeps_readers_out(const struct program *program, const struct state *state, unsigned thread)
{
	struct request request;

	return machine_request(program, state, thread, &request) && request.mode == TT_MODE_EXCLUSIVE &&
	       program->lock_kinds[request.lock] == TT_KIND_RWLOCK_WRITER;
}

static void lock_moves(struct moves *moves, unsigned thread)
{
	uint8_t phase = moves->state->phase[thread];
	bool waits = phase == PHASE_WAITING || phase == PHASE_BACK_WAITING;
	struct request request;

	machine_request(moves->program, moves->state, thread, &request);
	if (is_free(moves->program, moves->state, thread, &request)) {
		add(moves, thread, MOVE_GO, 0);
		return;
	}
	if (request.limit != TT_LIMIT_NONE)
		add(moves, thread, MOVE_GIVE_UP, 0);
	if (request.limit != TT_LIMIT_TRY && !waits &&
	    (moves->all_waits || machine_keeps_readers_out(moves->program, moves->state, thread)))
		add(moves, thread, MOVE_BEGIN_WAIT, 0);
}

/* What can go on when it is `ready`, and is not changed by waiting. */
static void plain_moves(struct moves *moves, unsigned thread, bool ready)
{
	if (ready)
		add(moves, thread, MOVE_GO, 0);
	else if (moves->all_waits && moves->state->phase[thread] == PHASE_AT)
		add(moves, thread, MOVE_BEGIN_WAIT, 0);
}

/* What has to wait to be woken, unless it is `ready`. */
static void woken_moves(struct moves *moves, unsigned thread, bool ready)
{
	uint8_t phase = moves->state->phase[thread];

	if (phase == PHASE_WOKEN || (phase == PHASE_AT && ready))
		add(moves, thread, MOVE_GO, 0);
	else if (phase == PHASE_AT)
		add(moves, thread, MOVE_BEGIN_WAIT, 0);
}

static void cond_moves(struct moves *moves, unsigned thread, const struct op *op)
{
	uint8_t phase = moves->state->phase[thread];

	if (phase >= PHASE_BACK) {
		lock_moves(moves, thread);
		return;
	}
	if (phase != PHASE_WAITING)
		add(moves, thread, MOVE_GO, 0);
	else if (op->limit == TT_LIMIT_TIMED)
		add(moves, thread, MOVE_GIVE_UP, 0);
}

static void notify_moves(struct moves *moves, unsigned thread, const struct op *op)
{
	const uint8_t *queue = moves->state->queue[op->object];
	uint8_t all = 0;

	for (unsigned i = 0; i < MOST_THREADS && queue[i]; i++) {
		all |= BIT(queue[i] - 1);
		if (op->kind == OP_NOTIFY && (i == 0 || !moves->program->conds[op->object].in_order))
			add(moves, thread, MOVE_GO, BIT(queue[i] - 1));
	}
	if (op->kind == OP_NOTIFY_ALL || !all)
		add(moves, thread, MOVE_GO, all);
}

static bool is_last_party(const struct program *program, const struct state *state, const struct op *op)
{
	return __builtin_popcount(state->arrived[op->object]) + 1 == program->parties[op->object];
}

static void thread_moves(struct moves *moves, unsigned thread)
{
	const struct state *state = moves->state;
	const struct op *op = machine_op(moves->program, state, thread);

	if (!op) {
		add(moves, thread, MOVE_END, 0);
		return;
	}
	switch (op->kind) {
	case OP_LOCK:
		lock_moves(moves, thread);
		break;
	case OP_COND_WAIT:
		cond_moves(moves, thread, op);
		break;
	case OP_NOTIFY:
	case OP_NOTIFY_ALL:
		notify_moves(moves, thread, op);
		break;
	case OP_SEM_WAIT:
		plain_moves(moves, thread, state->value[op->object] > 0);
		break;
	case OP_JOIN:
		plain_moves(moves, thread, state->ended & BIT(op->object));
		break;
	case OP_EVENT_WAIT:
		woken_moves(moves, thread, state->set & BIT(op->object));
		break;
	case OP_BARRIER:
		woken_moves(moves, thread, is_last_party(moves->program, state, op));
		break;
	default:
		add(moves, thread, MOVE_GO, 0);
	}
}

unsigned machine_moves(const struct program *program, const struct state *state, bool all_waits,
                       struct move moves[MOST_MOVES])
{
	struct moves found = {program, state, all_waits, moves, 0};

	for (unsigned t = 0; t < program->n_threads; t++) {
		if (state->created & ~state->ended & BIT(t))
			thread_moves(&found, t);
	}
	return found.n;
}

unsigned machine_thread_moves(const struct program *program, const struct state *state, unsigned thread,
                              struct move moves[MOST_MOVES])
{
	struct moves found = {program, state, false, moves, 0};

	if (state->created & ~state->ended & BIT(thread))
		thread_moves(&found, thread);
	return found.n;
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
