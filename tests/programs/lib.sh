# SPDX-License-Identifier: MIT
# What the tests with programs of others share, beyond tests/tool/lib.sh: the program runs without us and with us, must
# do the same, and must have no finding, since it is right.
#
#     . "$(dirname "$0")/lib.sh"
#     same sqlite "$programs/sqlite"
#     has_events sqlite lock_acquired thread_start
#     is_right sqlite
#     finish
here=$(dirname "$0")
. "$here/../tool/lib.sh"
programs=$BUILD/tests/programs
limit=60

# same NAME COMMAND…: runs it without and with --preload, into $dir/NAME. Output and status must be the same.
same()
{
	name=$1
	shift
	run "$@"
	bare=$status
	mv "$dir/out" "$dir/bare_out"
	mv "$dir/err" "$dir/bare_err"
	tool record -q --preload -o "$dir/$name" -- "$@"
	check "$name: the same status and output" \
		"$(status_is "$bare")$(diff "$dir/bare_out" "$dir/out")$(diff "$dir/bare_err" "$dir/err")"
}

# has_events NAME EVENT…: each is in the trace, made by the program: what else runs here can be in it as well.
has_events()
{
	name=$1
	shift
	run "$TOOL" events --format csv "$dir/$name"
	mv "$dir/out" "$dir/$name.csv"
	cut -d, -f6 "$dir/$name.csv" | sort | uniq -c >"$dir/out"
	for event; do
		check "$name: $event" "$(has out " $event\$")"
	done
}

# After has_events: has_threads NAME N: so many threads started.
has_threads()
{
	cut -d, -f6 "$dir/$1.csv" | grep -c '^thread_start$' >"$dir/out"
	check "$1: $2 threads" "$(has out "^$2\$")"
}

# After has_events: has_locks_of NAME MODULE: the module's own locks are in the trace.
has_locks_of()
{
	grep ',lock_acquired,' "$dir/$1.csv" | grep -c ",$2[^,]*,0x" >"$dir/out"
	check "$1: locks of $2" "$(lacks out '^0$')"
}

# is_right NAME: check finds nothing in it, whatever it is asked for, and nothing was lost.
is_right()
{
	run "$TOOL" check --all --fail-on inversion "$dir/$1"
	check "$1: check finds nothing" "$(status_is 0)$(has out '0 deadlocks, 0 inversions, 0 suppressed, 0 events lost')"
}

# needs COMMAND: ends the test, which has nothing to say, where the command is not installed.
needs()
{
	command -v "$1" >/dev/null || { skip "$1 is not installed"; finish; }
}
