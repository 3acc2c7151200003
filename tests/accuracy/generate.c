/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/generate.h"

#include <string.h>

/*
 * First each thread takes and releases locks, nested or not. Then calls on other objects are put in anywhere, and the
 * main thread makes and joins the others. What comes out may hang in every schedule: that is a case as well.
 */

struct making {
	struct random *random;
	struct program program;
	unsigned limits;   /* percent of acquires that are tried or timed */
	unsigned crossing; /* percent of releases that are not of the latest */
};

static const uint8_t plain_kinds[] = {TT_KIND_MUTEX, TT_KIND_MUTEX,      TT_KIND_LOCK,     TT_KIND_RLOCK,
                                      TT_KIND_SPIN,  TT_KIND_ERRORCHECK, TT_KIND_RECURSIVE};

static uint8_t some_kind(struct random *random)
{
	if (random_percent(random, 25))
		return random_percent(random, 50) ? TT_KIND_RWLOCK : TT_KIND_RWLOCK_WRITER;
	return plain_kinds[random_below(random, G_N_ELEMENTS(plain_kinds))];
}

static bool insert(struct thread *thread, unsigned at, struct op op)
{
	if (thread->n == MOST_OPS)
		return false;
	memmove(&thread->ops[at + 1], &thread->ops[at], (thread->n - at) * sizeof *thread->ops);
	thread->ops[at] = op;
	thread->n++;
	return true;
}

/* The holds that are open before the call `at`; returns how many, in the order of acquiring. */
static unsigned open_holds(const struct thread *thread, unsigned at, struct op open[8])
{
	unsigned n = 0;

	for (unsigned i = 0; i < at; i++) {
		const struct op *op = &thread->ops[i];
		if (op->kind == OP_LOCK)
			open[n++] = *op;
		for (unsigned j = 0; op->kind == OP_UNLOCK && j < n; j++) {
			if (open[j].hold != op->hold)
				continue;
			memmove(&open[j], &open[j + 1], (--n - j) * sizeof *open);
			break;
		}
	}
	return n;
}

static uint8_t free_hold(const struct op open[8], unsigned n)
{
	unsigned used = 0;
	uint8_t hold = 0;

	for (unsigned i = 0; i < n; i++)
		used |= 1u << open[i].hold;
	while (used & 1u << hold)
		hold++;
	return hold;
}

static const struct op *find_open(const struct op open[8], unsigned n, uint8_t lock)
{
	for (unsigned i = 0; i < n; i++) {
		if (open[i].object == lock)
			return &open[i];
	}
	return NULL;
}

/* Locks. */

/* Which lock to take next, and how; false if that would be no valid call. */
static bool choose_lock(struct making *making, const struct op open[8], unsigned n, struct op *op)
{
	struct random *random = making->random;
	uint8_t lock = (uint8_t)random_below(random, making->program.n_locks);
	uint8_t kind = making->program.lock_kinds[lock];
	const struct op *has = find_open(open, n, lock);
	bool shared = kind_is_rwlock(kind) && random_percent(random, 60);

	if (has && !(kind_is_recursive(kind) || (shared && has->mode == TT_MODE_SHARED)))
		return false;
	*op = (struct op){.kind = OP_LOCK, .object = lock, .mode = shared ? TT_MODE_SHARED : TT_MODE_EXCLUSIVE};
	op->hold = free_hold(open, n);
	if (random_percent(random, making->limits))
		op->limit = random_percent(random, 50) ? TT_LIMIT_TRY : TT_LIMIT_TIMED;
	return true;
}

static struct op choose_unlock(struct making *making, const struct op open[8], unsigned n)
{
	bool any = random_percent(making->random, making->crossing);
	struct op op = open[any ? random_below(making->random, n) : n - 1];

	op.kind = OP_UNLOCK;
	op.limit = TT_LIMIT_NONE;
	return op;
}

static void make_locking(struct making *making, struct thread *thread, unsigned acquires)
{
	struct op open[8], op;

	for (unsigned tries = 0; tries < 100; tries++) {
		unsigned n = open_holds(thread, thread->n, open);
		if (acquires == 0 && n == 0)
			return;
		bool deeper = acquires > 0 && n < 3 && (n == 0 || random_percent(making->random, 60));
		if (!deeper && n > 0) {
			insert(thread, thread->n, choose_unlock(making, open, n));
		} else if (acquires > 0 && choose_lock(making, open, n, &op)) {
			insert(thread, thread->n, op);
			acquires--;
		}
	}
}

/* A loop: the thread does once more, at the same sites, what it did from one place without locks to the next. */
static void make_loop(struct thread *thread)
{
	struct op open[8];
	unsigned end = 1;

	while (end < thread->n && open_holds(thread, end, open) > 0)
		end++;
	for (unsigned i = 0; i < end && 2 * end < MOST_OPS / 2; i++)
		insert(thread, end + i, thread->ops[i]);
}

/* Other objects. */

static struct thread *some_thread(struct making *making)
{
	return &making->program.threads[random_below(making->random, making->program.n_threads)];
}

static void put_in(struct making *making, struct thread *thread, enum op_kind kind, uint8_t object)
{
	unsigned at = random_below(making->random, thread->n + 1u);
	insert(thread, at, (struct op){.kind = (uint8_t)kind, .object = object, .site = 0xff});
}

/* One thread posts what another takes; or each gives back what it takes. */
static void make_sem(struct making *making)
{
	uint8_t sem = making->program.n_sems++;
	bool as_lock = random_percent(making->random, 40);

	making->program.sem_is_ours[sem] = random_percent(making->random, 50);
	making->program.sem_values[sem] = (uint8_t)(as_lock ? random_from(making->random, 1, 2) : 0);
	if (!as_lock && random_percent(making->random, 20))
		making->program.sem_values[sem] = 1;
	for (unsigned n = random_from(making->random, 1, 2 + as_lock); n > 0; n--) {
		struct thread *thread = some_thread(making);
		unsigned at = random_below(making->random, thread->n + 1u);
		insert(thread, at, (struct op){.kind = OP_SEM_WAIT, .object = sem, .site = 0xff});
		if (!as_lock)
			thread = some_thread(making);
		unsigned after = as_lock ? random_from(making->random, at + 1, thread->n)
		                         : random_below(making->random, thread->n + 1u);
		insert(thread, after, (struct op){.kind = OP_SEM_POST, .object = sem, .site = 0xff});
	}
}

/* A call that needs the condition's lock: where it is held, or with it taken around. */
static void put_under(struct making *making, struct thread *thread, struct op op, uint8_t lock)
{
	unsigned at = random_below(making->random, thread->n + 1u);
	struct op open[8], around = {.kind = OP_LOCK, .object = lock, .site = 0xff};
	unsigned n = open_holds(thread, at, open);

	insert(thread, at, op);
	if (find_open(open, n, lock) || thread->n + 2 > MOST_OPS)
		return;
	around.hold = free_hold(open, n);
	insert(thread, at, around);
	around.kind = OP_UNLOCK;
	insert(thread, at + 2, around);
}

static void make_cond(struct making *making)
{
	uint8_t lock = (uint8_t)random_below(making->random, making->program.n_locks);
	uint8_t kind = making->program.lock_kinds[lock], cond = making->program.n_conds;
	bool ours = kind_is_ours(kind);

	if (kind_is_rwlock(kind) || kind == TT_KIND_SPIN)
		return;
	making->program.conds[making->program.n_conds++] = (struct condition){lock, ours};
	for (unsigned n = random_from(making->random, 1, 2); n > 0; n--) {
		struct op op = {.kind = OP_COND_WAIT, .object = cond, .site = 0xff};
		op.limit = random_percent(making->random, 20) ? TT_LIMIT_TIMED : TT_LIMIT_NONE;
		put_under(making, some_thread(making), op, lock);
	}
	for (unsigned n = random_from(making->random, 1, 2); n > 0; n--) {
		enum op_kind notify = random_percent(making->random, 60) ? OP_NOTIFY : OP_NOTIFY_ALL;
		struct op op = {.kind = (uint8_t)notify, .object = cond, .site = 0xff};
		if (ours || random_percent(making->random, 70))
			put_under(making, some_thread(making), op, lock);
		else
			put_in(making, some_thread(making), notify, cond);
	}
}

static void make_event(struct making *making)
{
	uint8_t event = making->program.n_events++;

	put_in(making, some_thread(making), OP_EVENT_SET, event);
	for (unsigned n = random_from(making->random, 1, 2); n > 0; n--)
		put_in(making, some_thread(making), OP_EVENT_WAIT, event);
	if (random_percent(making->random, 25))
		put_in(making, some_thread(making), OP_EVENT_CLEAR, event);
	if (random_percent(making->random, 25))
		put_in(making, some_thread(making), OP_EVENT_SET, event);
}

static void make_barrier(struct making *making)
{
	uint8_t barrier = making->program.n_barriers++;
	unsigned first = random_below(making->random, 2);
	unsigned parties = random_from(making->random, 2, making->program.n_threads - first);

	making->program.parties[barrier] = (uint8_t)parties;
	for (unsigned i = 0; i < parties; i++)
		put_in(making, &making->program.threads[first + i], OP_BARRIER, barrier);
}

/* Threads. */

/* Each is made by the main thread, or one made before it; the main thread joins most. */
static void make_threads(struct making *making)
{
	struct program *program = &making->program;
	struct thread *main = &program->threads[0];
	unsigned at = random_below(making->random, main->n / 2 + 1u);

	for (uint8_t t = 1; t < program->n_threads; t++) {
		uint8_t maker =
		    t > 1 && random_percent(making->random, 15) ? (uint8_t)random_from(making->random, 1, t - 1u) : 0;
		struct op op = {.kind = OP_CREATE, .object = t, .site = 0xff};
		if (maker) {
			insert(&program->threads[maker], random_below(making->random, program->threads[maker].n + 1u),
			       op);
			continue;
		}
		insert(main, at, op);
		at = random_percent(making->random, 70) ? at + 1 : random_from(making->random, at + 1, main->n);
	}
	for (uint8_t t = 1; t < program->n_threads; t++) {
		struct op op = {.kind = OP_JOIN, .object = t, .site = 0xff};
		uint8_t joiner =
		    random_percent(making->random, 15) ? (uint8_t)random_below(making->random, program->n_threads) : 0;
		struct thread *thread = &program->threads[joiner];
		unsigned earliest = joiner ? 0 : at;
		if (random_percent(making->random, 85))
			insert(thread,
			       random_percent(making->random, 70)
			           ? thread->n
			           : random_from(making->random, MIN(earliest, thread->n), thread->n),
			       op);
	}
}

/* Sites are numbered as they come, but those of a loop were given already. */
static void number_sites(struct thread *thread)
{
	uint8_t site = 100;

	for (unsigned i = 0; i < thread->n; i++) {
		if (thread->ops[i].site == 0xff)
			thread->ops[i].site = site++;
	}
}

static struct program make(struct random *random)
{
	static void (*const others[])(struct making *) = {make_sem, make_cond, make_event, make_barrier};
	struct making making = {.random = random};
	struct program *program = &making.program;

	program->n_threads = (uint8_t)random_from(random, 3, MOST_THREADS);
	program->n_locks = (uint8_t)random_from(random, 2, MOST_LOCKS);
	program->plain_threads = random_percent(random, 50);
	making.limits = random_percent(random, 25) ? 25 : 0;
	making.crossing = random_percent(random, 30) ? 60 : 0;
	for (unsigned i = 0; i < program->n_locks; i++)
		program->lock_kinds[i] = random_percent(random, 50) ? TT_KIND_MUTEX : some_kind(random);
	for (unsigned t = 0; t < program->n_threads; t++) {
		struct thread *thread = &program->threads[t];
		make_locking(&making, thread,
		             t == 0 ? random_below(random, 3) : random_from(random, 2, program->n_threads > 4 ? 3 : 5));
		for (unsigned i = 0; i < thread->n; i++)
			thread->ops[i].site = (uint8_t)i;
		if (t > 0 && random_percent(random, 10))
			make_loop(thread);
	}
	for (unsigned n = random_below(random, 3); n > 0; n--)
		others[random_below(random, G_N_ELEMENTS(others))](&making);
	make_threads(&making);
	for (unsigned t = 0; t < program->n_threads; t++)
		number_sites(&program->threads[t]);
	return *program;
}

struct program generate(struct random *random)
{
	struct program program = make(random);

	while (!program_is_valid(&program))
		program = make(random);
	return program;
}
