/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/machine.h"

/* Which moves a thread can make: a function for each way in which a call waits. */

#define BIT(n) ((uint8_t)(1u << (n)))

static bool is_free(const struct program *program, const struct state *state, unsigned thread,
                    const struct request *request)
{
	return !machine_holders(program, state, thread, request) &&
	       !machine_writers_before(program, state, thread, request);
}

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

static void lock_moves(struct moves *moves, unsigned thread)
{
	uint8_t phase = moves->state->phase[thread];
	bool waits = phase == PHASE_WAITING || phase == PHASE_BACK_WAITING;
	struct request request;

	if (!machine_request(moves->program, moves->state, thread, &request))
		return;
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
