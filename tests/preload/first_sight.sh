# SPDX-License-Identifier: MIT
# What two threads see first at the same moment is one object, not two, and never none.
. "${0%/*}/lib.sh"

record_plain first_sight
babeltrace2 --no-delta "$dir/trace" | grep -E ' trace_thr:cond_(init|notify):' >"$dir/events"
check "each condition is made once" "$(test "$(grep -c cond_init "$dir/events")" = 1000 || grep -c cond_init "$dir/events")"
check "each signal is told, of a condition that was made" "$(awk '
	{ sub(/.* name = "cond [^"]*", id = /, "", $0) || /cond_/; id = $0; sub(/,.*/, "", id) }
	{ times[id]++ }
	END { for (id in times) if (times[id] != 3 || !id) print id " is told " times[id] " times" }' "$dir/events" | head -3)"
finish
