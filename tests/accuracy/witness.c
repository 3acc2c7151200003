#include "tests/accuracy/witness.h"

#include "tests/accuracy/events.h"
#include "tests/accuracy/repeat.h"

struct following {
	const struct program *program;
	const struct run *run;
	struct state state;
	guint done[MOST_THREADS]; /* of each thread: what it did before this step of the run */
};

/* The thread does all it did in the run before step `end`. False if it cannot. */
static bool follow(struct following *following, unsigned thread, guint end)
{
	for (guint i = following->done[thread]; i < end; i++) {
		const struct step *step = run_step(following->run, i);
		if (step->move.thread == thread && !repeat_move(following->program, &following->state, step->move))
			return false;
	}
	following->done[thread] = MAX(following->done[thread], end);
	return true;
}

/* Writers that ask keep readers out from then on. */
static void ask(struct following *following, unsigned thread)
{
	struct move moves[MOST_MOVES];
	unsigned n = machine_thread_moves(following->program, &following->state, thread, moves);

	if (n > 0 && moves[n - 1].kind == MOVE_BEGIN_WAIT &&
	    machine_keeps_readers_out(following->program, &following->state, thread))
		machine_apply(following->program, &following->state, moves[n - 1]);
}

static char *follow_step(struct following *following, const struct tt_witness_step *step)
{
	unsigned thread = (unsigned)(step->thread->id - ID_THREAD);
	guint at = events_step_at(step->time_ns);

	if (thread >= following->program->n_threads || at >= following->run->steps->len ||
	    run_step(following->run, at)->move.thread != thread)
		return g_strdup("a step of the witness is none of the run");
	if (!follow(following, thread, step->blocks ? at : at + 1))
		return g_strdup_printf("%s cannot do step %u of the run there", step->thread->name, at);
	if (step->blocks)
		ask(following, thread);
	return NULL;
}

char *witness_fault(const struct program *program, const struct run *run, const struct tt_finding *finding,
                    deadlock which)
{
	struct following following = {.program = program, .run = run, .state = machine_start(program)};
	struct deadlocks found = deadlocks_new();
	char *fault = finding->witness->len > 0 ? NULL : g_strdup("it has no witness");

	for (guint i = 0; i < finding->witness->len && !fault; i++)
		fault = follow_step(&following, &g_array_index(finding->witness, struct tt_witness_step, i));
	deadlocks_of_state(program, &following.state, ~0u, &found);
	if (!fault && !deadlocks_has_part(&found, which))
		fault = g_strdup("the witness does not end in the deadlock");
	deadlocks_free(&found);
	return fault;
}
