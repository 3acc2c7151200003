# SPDX-License-Identifier: MIT
# A program that writes its title over its environment: what its children do first is told as well.
. "${0%/*}/lib.sh"

record_plain title
babeltrace2 "$dir/trace" | sed -En 's/.* trace_thr:([a-z_]+): .*"MainThread", thread_id = .*/\1/p' | sort | uniq -c |
	grep -E ' (thread_start|lock_acquired|lock_released)$' >"$dir/events"
check 'each child has all its events' "$(printf '%7d %s\n' 4 lock_acquired 4 lock_released 5 thread_start |
	differs - "$dir/events")"
tool check "$dir/trace"
check 'none is left out' "$(status_is 0)$(lacks err 'left out')"
finish
