#include "tools/confirm/attempt.h"

#include "tools/check/check.h"
#include "tools/check/rules.h"
#include "tools/confirm/builds.h"
#include "tools/confirm/plan.h"
#include "tools/session/files.h"

/*
 * Of semaphores it is not told as a circle, since anybody may post them: who is stuck there is told alone. Whether
 * they stand in one with the places that they have is asked here. NULL: the thread is in none; else to be freed.
 */
static struct tt_finding *circle_of(struct tt_thread *first)
{
	struct tt_finding *circle = tt_finding_new(&tt_rules[TT_RULE_CYCLE], TT_LEVEL_ACTUAL, NULL);
	struct tt_edge edge = tt_edge_of_wait(first);

	while (edge.wanted && edge.wanted->holds->len == 1 && circle->edges->len < TT_STEER_EDGES) {
		const struct tt_hold *hold = edge.wanted->holds->pdata[0]; /* by whom it waits for */

		g_array_append_val(circle->edges, edge);
		if (hold->thread == first) {
			tt_edge_set_hold(tt_finding_edge(circle, 0), hold);
			return circle;
		}
		edge = tt_edge_of_wait(hold->thread);
		tt_edge_set_hold(&edge, hold);
	}
	tt_finding_free(circle);
	return NULL;
}

static bool has_edges(const struct tt_check *check, const struct tt_finding *finding, const GPtrArray *edges)
{
	g_autofree char *why = NULL;
	g_autoptr(GPtrArray) its = tt_confirm_edges(check, finding, &why);

	return its && tt_confirm_is_same(its, edges);
}

static bool is_planned(const struct tt_check *check, const struct tt_finding *finding, const GPtrArray *edges)
{
	bool planned = finding->rule == &tt_rules[TT_RULE_CYCLE] && has_edges(check, finding, edges);

	for (guint i = 0; !planned && i < finding->edges->len; i++) {
		struct tt_finding *circle = circle_of(tt_finding_edge(finding, i)->thread);
		planned = circle && has_edges(check, circle, edges);
		tt_finding_free(circle);
	}
	return planned;
}

/* The deadlock of the plan, else another one; NULL: none. */
static const struct tt_finding *find_deadlock(const struct tt_check *check, const GPtrArray *edges, bool *planned)
{
	const struct tt_finding *other = NULL;

	*planned = false;
	for (guint i = 0; i < check->findings->len; i++) {
		const struct tt_finding *finding = check->findings->pdata[i];
		if (finding->level != TT_LEVEL_ACTUAL)
			continue;
		*planned = is_planned(check, finding, edges);
		if (*planned)
			return finding;
		other = other ? other : finding;
	}
	return other;
}

/* A trace without an event is one without a deadlock. */
static void look_for_deadlock(struct tt_attempt *attempt, const char *folder, const GPtrArray *edges, GError **error)
{
	const struct tt_check_options options = TT_CHECK_DEFAULTS;
	g_autoptr(GError) failure = NULL;
	struct tt_check *check = tt_check_read(folder, &options, &failure);
	bool planned;

	if (!check) {
		if (g_error_matches(failure, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE)) {
			attempt->end = TT_ATTEMPT_FAILED;
			g_propagate_error(error, g_steal_pointer(&failure));
		}
		return;
	}
	const struct tt_finding *deadlock = find_deadlock(check, edges, &planned);
	if (deadlock) {
		attempt->end = planned && !attempt->changed ? TT_ATTEMPT_CONFIRMED : TT_ATTEMPT_OTHER;
		attempt->verdict = g_strdup(deadlock->verdict);
	}
	tt_check_free(check);
}

static void look_at(struct tt_attempt *attempt, const char *folder, const struct tt_attempt_request *request,
                    GError **error)
{
	g_autoptr(GHashTable) builds = tt_builds_of(folder);

	attempt->changed = g_strdup(tt_builds_changed(request->builds, builds, request->edges));
	attempt->end = attempt->changed ? TT_ATTEMPT_CHANGED : TT_ATTEMPT_NOTHING;
	look_for_deadlock(attempt, folder, request->edges, error);
}

struct tt_attempt tt_attempt_make(const struct tt_attempt_request *request, GError **error)
{
	struct tt_attempt attempt = {.end = TT_ATTEMPT_FAILED};
	struct tt_record_options options = request->options;
	struct tt_recording recording;
	int status;
	uint64_t seed = request->number;

	options.steer = request->plan;
	options.shake = request->number > 1 ? &seed : NULL;
	if (!tt_record(&options, &recording, &status, error))
		return attempt;
	look_at(&attempt, recording.folder, request, error);
	if (attempt.end == TT_ATTEMPT_CONFIRMED || attempt.end == TT_ATTEMPT_OTHER)
		attempt.folder = g_strdup(recording.folder);
	else
		tt_remove_tree(recording.folder);
	if (attempt.end == TT_ATTEMPT_NOTHING && recording.end.interrupted)
		attempt.end = TT_ATTEMPT_INTERRUPTED;
	tt_recording_clear(&recording);
	return attempt;
}

void tt_attempt_clear(struct tt_attempt *attempt)
{
	g_clear_pointer(&attempt->folder, g_free);
	g_clear_pointer(&attempt->verdict, g_free);
	g_clear_pointer(&attempt->changed, g_free);
}
