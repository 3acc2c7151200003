/* SPDX-License-Identifier: MIT */
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

/* Of the moves of that kind the one that wakes the fewest whom the move of the run did not. */
static const struct move *find_like(const struct move *moves, unsigned n, struct move move)
{
	const struct move *best = NULL;

	for (unsigned i = 0; i < n; i++) {
		if (moves[i].kind == move.kind &&
		    (!best || (best->woken & ~move.woken && !(moves[i].woken & ~move.woken))))
			best = &moves[i];
	}
	return best;
}

bool repeat_move(const struct program *program, struct state *state, struct move move, bool strict)
{
	struct move moves[MOST_MOVES];

	if (is_idle(program, state, move))
		return true;
	unsigned n = machine_thread_moves(program, state, move.thread, moves);
	const struct move *like = find_like(moves, n, move);
	if (!like || (strict && like->woken & ~move.woken))
		return false;
	machine_apply(program, state, *like);
	return true;
}
