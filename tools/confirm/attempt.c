/* SPDX-License-Identifier: MIT */
#include "tools/confirm/attempt.h"

#include "tools/check/check.h"
#include "tools/confirm/build_ids.h"
#include "tools/confirm/match_deadlock.h"
#include "tools/session/dirs.h"

/* A trace without an event is one without a deadlock. */
static void look_for_deadlock(struct tt_attempt *attempt, const char *folder, const struct tt_confirm_edges *edges,
                              GError **error)
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
	const struct tt_finding *deadlock = tt_match_deadlock(check, edges, &planned);
	if (deadlock) {
		attempt->end = planned && !attempt->changed ? TT_ATTEMPT_CONFIRMED : TT_ATTEMPT_OTHER;
		attempt->verdict = g_strdup(deadlock->verdict);
	}
	tt_check_free(check);
}

static void look_at(struct tt_attempt *attempt, const char *folder, const struct tt_attempt_request *request,
                    GError **error)
{
	g_autoptr(GHashTable) builds = tt_build_ids_of(folder);

	attempt->changed = g_strdup(tt_build_ids_changed(request->builds, builds, request->edges->all));
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
