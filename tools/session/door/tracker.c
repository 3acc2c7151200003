/* SPDX-License-Identifier: MIT */
/*
 * LTTng's tracker of virtual process ids, of the domain of user space. The daemon takes the id of a process from the
 * kernel (SO_PEERCRED), so nobody can claim another's.
 */
#include "tools/session/door/tracker.h"

#include <glib.h>
#include <lttng/lttng.h>
#include <lttng/tracker.h>

struct tt_tracker {
	struct lttng_process_attr_tracker_handle *handle;
};

struct tt_tracker *tt_tracker_open(const char *session)
{
	struct lttng_process_attr_tracker_handle *handle;

	if (lttng_session_get_tracker_handle(session, LTTNG_DOMAIN_UST, LTTNG_PROCESS_ATTR_VIRTUAL_PROCESS_ID,
	                                     &handle) != LTTNG_OK)
		return NULL;
	struct tt_tracker *tracker = g_new(struct tt_tracker, 1);
	tracker->handle = handle;
	return tracker;
}

void tt_tracker_close(struct tt_tracker *tracker)
{
	if (!tracker)
		return;
	lttng_process_attr_tracker_handle_destroy(tracker->handle);
	g_free(tracker);
}

bool tt_tracker_restrict(struct tt_tracker *tracker)
{
	return lttng_process_attr_tracker_handle_set_tracking_policy(
		   tracker->handle, LTTNG_TRACKING_POLICY_INCLUDE_SET) == LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_OK;
}

bool tt_tracker_add(struct tt_tracker *tracker, pid_t pid)
{
	enum lttng_process_attr_tracker_handle_status status =
	    lttng_process_attr_virtual_process_id_tracker_handle_add_pid(tracker->handle, pid);

	return status == LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_OK ||
	       status == LTTNG_PROCESS_ATTR_TRACKER_HANDLE_STATUS_EXISTS;
}

void tt_tracker_remove(struct tt_tracker *tracker, pid_t pid)
{
	lttng_process_attr_virtual_process_id_tracker_handle_remove_pid(tracker->handle, pid);
}
