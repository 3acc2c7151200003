/* SPDX-License-Identifier: MIT */
#include "tools/check/actual/live_hangs.h"

#include "tools/check/actual/untraced_threads.h"
#include "tools/check/rules.h"

/* How much of the trace must have passed over a cycle, and for how long one stands that is of Locks. */
static const int64_t moment_ns = 20 * INT64_C(1000000);
static const int64_t half_second_ns = 500 * INT64_C(1000000);

/* LTTng sets the clock of each user's events anew against the epoch, and not all readers tell the same time for it. */
static const int64_t clocks_ns = 10 * INT64_C(1000000);

struct tt_hangs {
	struct tt_check *check;
	int64_t patience_ns;
	int64_t modules_ns;   /* all modules are known that were recorded up to then */
	GHashTable *standing; /* struct hang, by key: found in the last look */
	uint64_t events;      /* of the check, at the last look */
	bool any;             /* whether anything stands that is not told yet */
	bool lack;            /* and waits for modules */
};

/* A finding that has stood since a look. */
struct hang {
	struct tt_hang_key key;
	int64_t since_ns;
	int64_t alone_ns; /* when the process was looked at, and had nobody else; 0: not yet */
	int64_t last_ns;  /* of its events then */
	bool told;
};

static guint hash_key(gconstpointer data)
{
	const struct tt_hang_key *key = data;
	return (guint)(key->thread * 31 + key->pid) ^ (guint)key->since_ns;
}

static gboolean same_key(gconstpointer a, gconstpointer b)
{
	const struct tt_hang_key *x = a, *y = b;
	return x->rule == y->rule && x->thread == y->thread && x->since_ns == y->since_ns && x->pid == y->pid;
}

struct tt_hang_key tt_hang_key(const struct tt_finding *finding)
{
	const struct tt_edge *first = tt_finding_edge(finding, 0);

	return (struct tt_hang_key){.rule = finding->rule,
	                            .pid = first->thread->process->pid,
	                            .thread = first->thread->id,
	                            .since_ns = first->wanted_ns};
}

bool tt_hang_key_is(const struct tt_hang_key *key, const struct tt_finding *finding)
{
	if (finding->level != TT_LEVEL_ACTUAL || finding->edges->len == 0)
		return false;
	struct tt_hang_key its = tt_hang_key(finding);
	if (ABS(its.since_ns - key->since_ns) <= clocks_ns)
		its.since_ns = key->since_ns;
	return same_key(key, &its);
}

static GHashTable *new_standing(void)
{
	return g_hash_table_new_full(hash_key, same_key, NULL, g_free);
}

struct tt_hangs *tt_hangs_new(int64_t patience_ns)
{
	struct tt_hangs *hangs = g_new0(struct tt_hangs, 1);

	hangs->check = tt_check_new_without_rules();
	hangs->patience_ns = patience_ns;
	hangs->modules_ns = INT64_MAX;
	hangs->standing = new_standing();
	return hangs;
}

void tt_hangs_free(struct tt_hangs *hangs)
{
	g_hash_table_destroy(hangs->standing);
	tt_check_free(hangs->check);
	g_free(hangs);
}

void tt_hangs_know_modules(struct tt_hangs *hangs, int64_t until_ns)
{
	hangs->modules_ns = until_ns;
}

struct tt_check *tt_hangs_check(struct tt_hangs *hangs)
{
	return hangs->check;
}

/* When the last thread of a cycle began to wait. */
static int64_t formed_ns(const struct tt_finding *finding)
{
	int64_t last = INT64_MIN;

	for (guint i = 0; i < finding->edges->len; i++)
		last = MAX(last, tt_finding_edge(finding, i)->wanted_ns);
	return last;
}

static int64_t patience_of(const struct tt_hangs *hangs, const struct tt_finding *finding)
{
	if (finding->cycle && !finding->anybody)
		return moment_ns;
	return finding->cycle && finding->edges->len > 1 ? half_second_ns : hangs->patience_ns;
}

static void add_blocked(GHashTable *blocked, const GArray *edges, uint32_t pid)
{
	for (guint i = 0; i < edges->len; i++) {
		const struct tt_edge *edge = &g_array_index(edges, struct tt_edge, i);
		if (edge->wanted && edge->thread->process->pid == pid)
			g_hash_table_add(blocked, GUINT_TO_POINTER(edge->thread->native_id));
	}
}

/* The threads of a process that wait for good, in whichever finding: their ids. */
static GHashTable *blocked_of(const struct tt_check *check, uint32_t pid)
{
	GHashTable *blocked = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		add_blocked(blocked, finding->edges, pid);
		add_blocked(blocked, finding->blocked, pid);
	}
	return blocked;
}

/* Of what a signal handler may call, sem_post wakes, and so may what sets an event or wakes a futex. */
static bool may_be_for_handlers(const struct tt_finding *finding)
{
	for (guint i = 0; i < finding->edges->len; i++) {
		const struct tt_object *wanted = tt_finding_edge(finding, i)->wanted;
		if (wanted && (wanted->family == TT_FAMILY_SEMAPHORE || wanted->family == TT_FAMILY_EVENT ||
		               wanted->family == TT_FAMILY_FUTEX))
			return true;
	}
	return false;
}

/* Whether somebody could end it of whom the trace knows nothing. */
static bool has_outsiders(const struct tt_check *check, const struct tt_finding *finding)
{
	uint32_t pid = tt_finding_edge(finding, 0)->thread->process->pid;
	g_autoptr(GHashTable) blocked = blocked_of(check, pid);
	return tt_untraced_run(pid, blocked) || (may_be_for_handlers(finding) && tt_untraced_handle_signals(pid));
}

/* What is known beyond the trace, since the program still runs. */
static void add_grounds(const struct tt_hangs *hangs, struct tt_finding *finding)
{
	if (!finding->cycle && finding->anybody)
		tt_finding_note(finding,
		                "Nothing changed for %g s, and the process was looked at: it has no thread but those "
		                "that wait%s.",
		                (double)hangs->patience_ns / 1e9,
		                may_be_for_handlers(finding) ? ", and no signal handler" : "");
}

/* What this finding was at the last look, or is from now on. */
static struct hang *stand(const struct tt_hangs *hangs, const struct tt_finding *finding, int64_t now_ns)
{
	const struct tt_hang_key key = tt_hang_key(finding);
	const struct hang *before = g_hash_table_lookup(hangs->standing, &key);
	struct hang *hang = g_new0(struct hang, 1);

	if (before)
		*hang = *before;
	else
		*hang = (struct hang){.key = key, .since_ns = finding->cycle ? formed_ns(finding) : now_ns};
	return hang;
}

/*
 * Whether nobody is there of whom the trace knows nothing. The trace lags behind the process: who acted last may be
 * gone already, and what it did not yet told. So the trace must be past the moment of looking, and still be as it was.
 */
static bool is_alone(const struct tt_hangs *hangs, const struct tt_finding *finding, struct hang *hang, int64_t now_ns)
{
	int64_t last_ns = tt_finding_edge(finding, 0)->thread->process->last_ns;

	if (finding->cycle || !finding->anybody)
		return true;
	if (hang->alone_ns && hang->last_ns == last_ns)
		return now_ns > hang->alone_ns;
	hang->alone_ns = has_outsiders(hangs->check, finding) ? 0 : g_get_real_time() * 1000;
	hang->last_ns = last_ns;
	return false;
}

/* Whether a module may be missing that the site lies in, or by which the object would have a name. */
static bool lacks_module(const struct tt_check *check, uint32_t pid, uint64_t caller, const struct tt_object *object)
{
	return (caller && !tt_symbols_module(check->symbols, pid, caller)) ||
	       (object && tt_symbol_names_lacks(check->names, pid, object->id));
}

/* Of edges, that a module may be missing, and is not known to be none. */
static bool lack_modules(const struct tt_hangs *hangs, const GArray *edges)
{
	const struct tt_check *check = hangs->check;

	for (guint i = 0; i < edges->len; i++) {
		const struct tt_edge *edge = &g_array_index(edges, struct tt_edge, i);
		uint32_t pid = edge->thread->process->pid;

		if (MAX(edge->wanted_ns, edge->held_ns) <= hangs->modules_ns)
			continue;
		tt_symbols_at(check->symbols, edge->wanted_ns);
		if (lacks_module(check, pid, edge->wanted_caller, edge->wanted) ||
		    lacks_module(check, pid, edge->held_caller, edge->held) ||
		    lacks_module(check, pid, 0, edge->thread->object))
			return true;
	}
	return false;
}

static bool is_due(const struct tt_hangs *hangs, const struct tt_finding *finding, struct hang *hang, int64_t now_ns)
{
	return now_ns - hang->since_ns >= patience_of(hangs, finding) && is_alone(hangs, finding, hang, now_ns);
}

/* What stands now, of which the due ones are appended. */
static GHashTable *look(struct tt_hangs *hangs, int64_t now_ns, GPtrArray *due)
{
	GHashTable *standing = new_standing();
	GPtrArray *findings = hangs->check->findings;

	hangs->any = hangs->lack = false;
	for (guint i = 0; i < findings->len; i++) {
		struct tt_finding *finding = findings->pdata[i];
		if (finding->level != TT_LEVEL_ACTUAL)
			continue;
		struct hang *hang = stand(hangs, finding, now_ns);
		bool lacks =
		    !hang->told && (lack_modules(hangs, finding->edges) || lack_modules(hangs, finding->blocked));
		hangs->lack |= lacks;
		if (!hang->told && is_due(hangs, finding, hang, now_ns) && !lacks) {
			hang->told = true;
			add_grounds(hangs, finding);
			g_ptr_array_add(due, finding);
		}
		hangs->any |= !hang->told;
		g_hash_table_replace(standing, &hang->key, hang);
	}
	return standing;
}

/* Leaves only these of the check's findings. */
static void keep(GPtrArray *findings, GPtrArray *kept)
{
	for (guint i = findings->len; i-- > 0;)
		if (g_ptr_array_find(kept, findings->pdata[i], NULL))
			g_ptr_array_steal_index(findings, i);
	g_ptr_array_set_size(findings, 0);
	g_ptr_array_extend(findings, kept, NULL, NULL);
}

guint tt_hangs_look(struct tt_hangs *hangs, int64_t complete_ns)
{
	struct tt_check *check = hangs->check;
	g_autoptr(GPtrArray) due = g_ptr_array_new();

	g_ptr_array_set_size(check->findings, 0);
	if (check->events == hangs->events && !hangs->any)
		return 0;
	hangs->events = check->events;
	tt_actual_family.finish(check, NULL);
	GHashTable *standing = look(hangs, complete_ns, due);
	g_hash_table_destroy(hangs->standing);
	hangs->standing = standing;
	keep(check->findings, due);
	return due->len;
}

bool tt_hangs_any(const struct tt_hangs *hangs)
{
	return hangs->any;
}

bool tt_hangs_lack_modules(const struct tt_hangs *hangs)
{
	return hangs->lack;
}
