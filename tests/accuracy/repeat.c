#include "tests/accuracy/repeat.h"

/* To say that one waits changes nothing, but at events and barriers, and of writers that keep readers out. */
static bool is_idle(const struct program *program, const struct state *state, struct move move)
{
	const struct op *op = machine_op(program, state, move.thread);
	struct move moves[MOST_MOVES];

	if (move.kind != MOVE_BEGIN_WAIT || op->kind == OP_EVENT_WAIT || op->kind == OP_BARRIER)
		return false;
	if (!machine_keeps_readers_out(program, state, move.thread))
		return true;
	/* Here the writer may find the lock free. */
	unsigned n = machine_thread_moves(program, state, move.thread, moves);
	return n > 0 && moves[0].kind == MOVE_GO;
}

bool repeat_move(const struct program *program, struct state *state, struct move move)
{
	struct move moves[MOST_MOVES];

	if (is_idle(program, state, move))
		return true;
	unsigned n = machine_thread_moves(program, state, move.thread, moves);
	for (unsigned m = 0; m < n; m++) {
		if (moves[m].kind == move.kind && !(moves[m].woken & ~move.woken)) {
			machine_apply(program, state, moves[m]);
			return true;
		}
	}
	return false;
}
