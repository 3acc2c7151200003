# SPDX-License-Identifier: MIT
# Forks while other threads are at work: no child hangs, and each has its own events.
. "${0%/*}/lib.sh"

record_plain fork 100
babeltrace2 --no-delta "$dir/trace" | grep " trace_thr:" >"$dir/raw"

# Each process: how it has started, and what it has told before. That none has only what its parent has told.
awk '
{ match($0, /trace_thr:[a-z_]+/); event = substr($0, RSTART + 10, RLENGTH - 10) }
match($0, /pid = [0-9]+/) { pid = substr($0, RSTART + 6, RLENGTH - 6) }
event == "thread_start" && /, name = "MainThread"/ && !(pid in started) { started[pid] = 1; n++; next }
!(pid in started) { print "before its start: " $0 }
event == "lock_acquired" && /"MainThread".*0x/ { locked[pid]++ }
event == "thread_exit" { ended[pid]++ }
event == "misuse" { print }
END {
	for (pid in started)
		if (locked[pid] == 3 && ended[pid] == 2)
			children++
	print n " processes, " children " children that did all"
}' "$dir/raw" >"$dir/processes"
# The parent; a child that made the daemon, and one in between.
check 'each child has its own events' "$(echo '105 processes, 102 children that did all' | differs - "$dir/processes")"
tool check "$dir/trace"
check 'nothing is found' "$(status_is 0)"
finish
