/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/program.h"

#include <stdio.h>
#include <string.h>

#include "tools/read/event.h"

const char *const op_names[N_OP_KINDS] = {
    [OP_LOCK] = "lock",
    [OP_UNLOCK] = "unlock",
    [OP_SEM_WAIT] = "sem_wait",
    [OP_SEM_POST] = "sem_post",
    [OP_COND_WAIT] = "cond_wait",
    [OP_NOTIFY] = "notify",
    [OP_NOTIFY_ALL] = "broadcast",
    [OP_EVENT_WAIT] = "event_wait",
    [OP_EVENT_SET] = "event_set",
    [OP_EVENT_CLEAR] = "event_clear",
    [OP_BARRIER] = "barrier",
    [OP_CREATE] = "create",
    [OP_JOIN] = "join",
};

bool kind_is_recursive(uint8_t kind)
{
	return kind == TT_KIND_RLOCK || kind == TT_KIND_RECURSIVE;
}

bool kind_is_rwlock(uint8_t kind)
{
	return kind == TT_KIND_RWLOCK || kind == TT_KIND_RWLOCK_WRITER;
}

bool kind_is_ours(uint8_t kind)
{
	return kind == TT_KIND_LOCK || kind == TT_KIND_RLOCK;
}

bool sem_is_lock(const struct program *program, uint8_t sem)
{
	for (unsigned t = 0; t < program->n_threads; t++) {
		int has = 0;
		for (unsigned i = 0; i < program->threads[t].n; i++) {
			const struct op *op = &program->threads[t].ops[i];
			if (op->object == sem && op->kind == OP_SEM_WAIT)
				has++;
			if (op->object == sem && op->kind == OP_SEM_POST && --has < 0)
				return false;
		}
		if (has != 0)
			return false;
	}
	return program->sem_values[sem] > 0;
}

/* What a thread has of each lock, as the validity goes through its calls. */
struct has {
	unsigned depth[MOST_LOCKS];
	bool shared[MOST_LOCKS];
	uint8_t holds;   /* a bit each that is open */
	uint8_t certain; /* of those, the ones without a limit */
	uint8_t lock_of_hold[8];
};

static bool may_lock(const struct program *program, struct has *has, const struct op *op)
{
	uint8_t kind = program->lock_kinds[op->object];
	bool shared = op->mode == TT_MODE_SHARED;
	bool again = kind_is_rwlock(kind) ? shared && has->shared[op->object] : kind_is_recursive(kind);

	if (has->holds & 1u << op->hold || (has->depth[op->object] > 0 && !again) || (shared && !kind_is_rwlock(kind)))
		return false;
	has->holds |= (uint8_t)(1u << op->hold);
	if (op->limit == TT_LIMIT_NONE)
		has->certain |= (uint8_t)(1u << op->hold);
	has->lock_of_hold[op->hold] = op->object;
	has->depth[op->object]++;
	has->shared[op->object] = shared;
	return true;
}

static bool may_unlock(struct has *has, const struct op *op)
{
	if (!(has->holds & 1u << op->hold) || has->lock_of_hold[op->hold] != op->object)
		return false;
	if (has->shared[op->object] != (op->mode == TT_MODE_SHARED))
		return false;
	has->holds &= (uint8_t) ~(1u << op->hold);
	has->certain &= (uint8_t) ~(1u << op->hold);
	has->depth[op->object]--;
	return true;
}

/* The lock is held for certain, once. */
static bool has_surely(const struct has *has, uint8_t lock)
{
	for (unsigned hold = 0; hold < 8; hold++) {
		if (has->certain & 1u << hold && has->lock_of_hold[hold] == lock)
			return has->depth[lock] == 1;
	}
	return false;
}

static bool is_valid_call(const struct program *program, struct has *has, const struct op *op)
{
	switch (op->kind) {
	case OP_LOCK:
		return may_lock(program, has, op);
	case OP_UNLOCK:
		return may_unlock(has, op);
	case OP_COND_WAIT:
		return has_surely(has, program->conds[op->object].lock);
	case OP_NOTIFY:
	case OP_NOTIFY_ALL:
		return !program->conds[op->object].in_order || has_surely(has, program->conds[op->object].lock);
	default:
		return true;
	}
}

/*
 * Who made and who joined each thread, 0xff nobody. A thread joins only one that was made before itself, by the same
 * maker, or that it made.
 */
static bool are_threads_valid(const struct program *program)
{
	uint8_t maker[MOST_THREADS], joiner[MOST_THREADS], when[MOST_THREADS] = {0};

	memset(maker, 0xff, sizeof maker);
	memset(joiner, 0xff, sizeof joiner);
	for (uint8_t t = 0; t < program->n_threads; t++) {
		for (uint8_t i = 0; i < program->threads[t].n; i++) {
			const struct op *op = &program->threads[t].ops[i];
			if (op->kind == OP_CREATE && (op->object <= t || maker[op->object] != 0xff))
				return false;
			if (op->kind == OP_CREATE) {
				maker[op->object] = t;
				when[op->object] = i;
			}
			if (op->kind != OP_JOIN)
				continue;
			uint8_t other = op->object;
			bool made = maker[other] == t && when[other] < i;
			bool sibling = t > 0 && maker[other] == maker[t] && maker[t] != 0xff && when[other] < when[t];
			if (joiner[other] != 0xff || other == t || (!made && !sibling))
				return false;
			joiner[other] = t;
		}
	}
	for (uint8_t t = 1; t < program->n_threads; t++) {
		if (maker[t] == 0xff)
			return false;
	}
	return true;
}

bool program_is_valid(const struct program *program)
{
	for (unsigned t = 0; t < program->n_threads; t++) {
		struct has has = {0};
		for (unsigned i = 0; i < program->threads[t].n; i++) {
			if (!is_valid_call(program, &has, &program->threads[t].ops[i]))
				return false;
		}
		if (has.holds)
			return false;
	}
	return are_threads_valid(program);
}

char *thread_text(unsigned thread)
{
	return thread == 0 ? g_strdup("main") : g_strdup_printf("T%u", thread);
}

char *op_text(const struct program *program, const struct op *op)
{
	const char *name = op->limit == TT_LIMIT_TRY     ? "try"
	                   : op->limit == TT_LIMIT_TIMED ? "timed"
	                                                 : op_names[op->kind];

	switch (op->kind) {
	case OP_LOCK:
	case OP_UNLOCK:
		return g_strdup_printf("%s %c%s", op->kind == OP_LOCK ? name : "unlock", 'A' + op->object,
		                       op->mode == TT_MODE_SHARED ? " shared" : "");
	case OP_CREATE:
	case OP_JOIN:
		return g_strdup_printf("%s T%u", op_names[op->kind], op->object);
	case OP_COND_WAIT:
		return g_strdup_printf("%scond_wait %u (%c)", op->limit == TT_LIMIT_TIMED ? "timed " : "", op->object,
		                       'A' + program->conds[op->object].lock);
	default:
		return g_strdup_printf("%s %u", op_names[op->kind], op->object);
	}
}

static bool is_used(const struct program *program, enum op_kind first, enum op_kind last, unsigned object)
{
	for (unsigned t = 0; t < program->n_threads; t++) {
		for (unsigned i = 0; i < program->threads[t].n; i++) {
			const struct op *op = &program->threads[t].ops[i];
			if (op->kind >= first && op->kind <= last && op->object == object)
				return true;
		}
	}
	return false;
}

static void print_objects(const struct program *program)
{
	for (unsigned i = 0; i < program->n_locks; i++) {
		if (is_used(program, OP_LOCK, OP_UNLOCK, i))
			printf("  %c: %s\n", 'A' + (int)i, tt_word_lock_kind(program->lock_kinds[i]));
	}
	for (unsigned i = 0; i < program->n_sems; i++) {
		if (is_used(program, OP_SEM_WAIT, OP_SEM_POST, i))
			printf("  semaphore %u: value %u\n", i, program->sem_values[i]);
	}
	for (unsigned i = 0; i < program->n_conds; i++) {
		if (is_used(program, OP_COND_WAIT, OP_NOTIFY_ALL, i))
			printf("  condition %u: lock %c\n", i, 'A' + program->conds[i].lock);
	}
	for (unsigned i = 0; i < program->n_barriers; i++) {
		if (is_used(program, OP_BARRIER, OP_BARRIER, i))
			printf("  barrier %u: %u parties\n", i, program->parties[i]);
	}
}

void program_print(const struct program *program)
{
	print_objects(program);
	if (program->plain_threads)
		printf("  threads of pthreads\n");
	for (unsigned t = 0; t < program->n_threads; t++) {
		g_autofree char *who = thread_text(t);
		printf("  %s:", who);
		for (unsigned i = 0; i < program->threads[t].n; i++) {
			g_autofree char *what = op_text(program, &program->threads[t].ops[i]);
			printf("%s %s", i ? "," : "", what);
		}
		printf("\n");
	}
}
