# SPDX-License-Identifier: MIT
# A process that is another user's by now forks: LTTng's handler in the child then forks itself, to make what it shares
# with the daemon.
. "${0%/*}/lib.sh"
if test "$(id -u)" != 0; then
	skip 'only root can become another user'
	finish
fi

rm -f /dev/shm/lttng-ust-wait-*-54321
limit=30
record_plain drops
babeltrace2 "$dir/trace" | sed -En 's/.* trace_thr:([a-z_]+): .* thread_id = .*/\1/p' | sort | uniq -c |
	grep -E ' (thread_start|lock_acquired)$' >"$dir/events"
check 'each child has all its events' "$(printf '%7d %s\n' 4 lock_acquired 5 thread_start | differs - "$dir/events")"
tool check "$dir/trace"
check 'none is left out' "$(status_is 0)$(lacks err 'left out')"
rm -f /dev/shm/lttng-ust-wait-*-54321
finish
