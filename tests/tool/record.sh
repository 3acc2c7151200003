#!/bin/sh
# SPDX-License-Identifier: MIT
# trace-thr record: what it makes, what it leaves alone, what it says when it cannot.
. "$(dirname "$0")/lib.sh"

# Sessions that their recorder has left behind. Others may be recording.
sessions()
{
	for session in $(lttng --no-sessiond list 2>/dev/null | grep -o 'trace-thr-[0-9]*'); do
		kill -0 "${session#trace-thr-}" 2>/dev/null || echo "$session is left"
	done
}

# left_over FOLDER: what a failed recording has left behind.
left_over()
{
	test ! -e "$1" || echo "$1 is there"
	sessions
}

# A program that ends.
run "$BUILD/examples/lock_reacquire"
cp "$dir/out" "$dir/expected"
tool record -o "$dir/a" -- "$BUILD/examples/lock_reacquire"
check "the program's exit status and output are its own" "$(status_is 0)$(cmp "$dir/out" "$dir/expected")"
check "it says where the recording is, and what to do next" \
	"$(has err "recorded into $dir/a, 0 events lost")$(has err "next: trace-thr check $dir/a")"
check "no session is left" "$(sessions)"
tool events "$dir/a"
check "the events are there" "$(has out 'lock_acquired')$(has out 'lock_failed')$(has out 'thread_exit')"
run babeltrace2 "$dir/a"
check "babeltrace2 reads it too" "$(status_is 0)$(has out 'trace_thr:lock_acquired.*thread = "MainThread"')"

tool record -o "$dir/dlopen" -- "$BUILD/tests/tool/own_dlopen"
tool events "$dir/dlopen"
check "the probes are found where a sanitizer stands before dlopen" "$(has out 'lock_acquired')"

tool record -q -o "$dir/q" -- "$BUILD/examples/lock_reacquire"
check "--quiet says nothing" "$(status_is 0)$(is_empty err)"

# Exit statuses.
tool record -o "$dir/s7" -- sh -c 'exit 7'
check "a program's exit status is passed on" "$(status_is 7)"
tool record -o "$dir/kill" -- sh -c 'kill -KILL $$'
check "a program ended by signal 9 is 137" "$(status_is 137)$(has err 'signal 9')"
tool record -o "$dir/n" -- "$dir/nothing"
check "no such program is 127, in one line" "$(status_is 127)$(lines err 1)$(left_over "$dir/n")"
tool record -o "$dir/n" -- no-such-program-anywhere
check "no such program on the PATH is 127" "$(status_is 127)$(lines err 1)$(left_over "$dir/n")"
: >"$dir/plain"
tool record -o "$dir/n" -- "$dir/plain"
check "a file that cannot be executed is 126" "$(status_is 126)$(lines err 1)$(left_over "$dir/n")"
chmod +x "$dir/plain"
printf '\177ELF' >"$dir/plain"
tool record -o "$dir/n" -- "$dir/plain"
check "a broken program is 126, in one line" "$(status_is 126)$(lines err 1)$(left_over "$dir/n")"

# Arguments and standard input are the program's.
run sh -c "echo given | $TOOL record -q -o $dir/in -- sh -c 'read x; echo \$x \$1' sh --timeout"
check "arguments and standard input reach the program" "$(status_is 0)$(has out '^given --timeout$')"

# The folder.
tool record -o "$dir/a" -- true
check "a folder that is not empty is refused" "$(status_is 2)$(lines err 1)"
check "and left as it was" "$(test -e "$dir/a/trace-thr.json" || echo "$dir/a is changed")"
mkdir "$dir/empty"
tool record -o "$dir/empty" -- "$BUILD/examples/lock_reacquire"
check "an empty one is used" "$(status_is 0)$(test -e "$dir/empty/trace-thr.json" || echo "nothing in it")"
tool record -o "$dir/no/such/place" -- true
check "a folder that cannot be made is refused" "$(status_is 2)$(lines err 1)"
absolute=$(realpath "$TOOL")
(cd "$dir" && mkdir names && cd names && "$absolute" record -q -- true && "$absolute" record -q -- true)
check "without -o it finds names of its own" \
	"$(test -d "$dir/names/trace-thr-true-1" && test -d "$dir/names/trace-thr-true-2" || ls "$dir/names")"

# A program that hangs.
tool record --timeout 1 -o "$dir/hang" -- "$BUILD/examples/deadlock_abba"
check "--timeout ends a program that hangs" "$(status_is 124)$(has err 'was ended after 1 s')"
tool check "$dir/hang"
check "and the trace is whole" "$(status_is 1)$(has out '^TT001 ')$(has out '0 events lost')"
tool record --timeout 0.5 -o "$dir/stubborn" -- sh -c 'trap "" TERM; while :; do sleep 1; done'
check "also one that ignores SIGTERM" "$(status_is 124)"

tool record --timeout 0.5 -o "$dir/shell" -- sh -c "echo \$\$; $BUILD/examples/deadlock_abba; echo not reached"
check "what a shell has started ends with it" "$(status_is 124)$(lacks out 'not reached')$(
	pgrep -f "^$BUILD/examples/deadlock_abba" -P 1)"
tool record --timeout 1 -o "$dir/busy" -- "$BUILD/tests/tool/many" 1000000000
check "one that is busy loses no event" "$(status_is 124)$(has err ', 0 events lost')$(lacks err 'in the midst')"
tool record -o "$dir/handler" --timeout 0.5 -- sh -c "trap '$BUILD/examples/rlock; exit 3' TERM; while :; do sleep 0.1; done"
tool events "$dir/handler"
check "what a program does when it gets SIGTERM is recorded" "$(has out 'depth=2')"

# Two at a time do not see each other's events.
"$TOOL" record -q -o "$dir/one" -- "$BUILD/examples/names_log" >/dev/null 2>&1 &
other=$!
tool record -q -o "$dir/two" -- "$BUILD/examples/barrier"
wait $other
tool events "$dir/two"
check "one recording has not the other's threads" "$(! grep -q my_service "$dir/out" || grep my_service "$dir/out" | head -3)"
check "but its own" "$(has out worker-2)"

# A child process is recorded, under its own process id.
tool record -q -o "$dir/sh" -- sh -c "$BUILD/examples/lock_reacquire; $BUILD/examples/rlock"
tool events --format csv "$dir/sh"
check "programs that the program starts are recorded" "$(has out 'lock_init,lock,.*lock_reacquire.c')$(has out 'lock_init,lock,.*examples/rlock.c')"

# A full disk. Needs the right to mount. The consumer lets go of the disk soon after.
mkdir "$dir/small"
if mount -t tmpfs -o size=256k tmpfs "$dir/small" 2>/dev/null; then
	tool record -o "$dir/small/full" -- "$BUILD/tests/tool/many" 1000000000
	check "a disk that is full: told, nothing half-made left" \
		"$(status_is 2)$(lines err 1)$(has err 'disk .* is full')$(left_over "$dir/small/full")"
	check "the disk is let go" "$(wait_until "it can be unmounted" umount "$dir/small")"
	mount -t tmpfs -o size=160m tmpfs "$dir/small"
	tool record -o "$dir/small/full" -- "$BUILD/tests/tool/many" 1000000000
	check "one that becomes full: told, the program ended, and what was recorded is kept" \
		"$(status_is 3)$(has err 'disk is full')"
	tool check "$dir/small/full"
	check "it can be read, and is no verdict" "$(status_is 3)$(has out 'the disk was full')$(has out '[1-9][0-9]+ events')"
	check "the disk is let go again" "$(wait_until "it can be unmounted" umount "$dir/small")"
fi

run env PATH="$dir" "$TOOL" record -o "$dir/n" -- "$BUILD/examples/rlock"
if lttng --no-sessiond list >/dev/null 2>&1; then
	check "a daemon that runs is used" "$(status_is 0)"
else
	check "without lttng-sessiond it names the remedy" "$(status_is 2)$(has err 'lttng-tools')$(left_over "$dir/n")"
fi

finish
