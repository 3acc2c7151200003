#!/bin/sh
# SPDX-License-Identifier: MIT
# Ctrl-C, and other signals to the recorder: the program gets them, the recording is whole, nothing is left.
. "$(dirname "$0")/lib.sh"

# Before a wait for what a program in the background says: the test before may have said it as well.
anew()
{
	: >"$dir/out" >"$dir/err"
}

deadlocks()
{
	test "$(cat "$dir/out" "$dir/err" | grep -c 'wants the')" = 2
}

# hang NAME: starts a recording of a program that deadlocks, and waits until it does. A shell without job control has
# SIGINT ignored by what it starts in the background; env undoes that.
hang()
{
	anew
	env --default-signal=INT "$TOOL" record -o "$dir/$1" -- "$BUILD/examples/deadlock_abba" >"$dir/out" 2>"$dir/err" \
		</dev/null &
	recorder=$!
	check "$1: the program deadlocks" "$(wait_until "it deadlocks" deadlocks)"
}

ended()
{
	status=0
	wait $recorder || status=$?
}

for signal in INT:130 TERM:143 HUP:129; do
	name=${signal%:*}
	hang "$name"
	kill -"$name" $recorder
	ended
	check "$name ends the program and keeps the trace" "$(status_is "${signal#*:}")$(has err 'recorded into .*, 0 events lost')"
	tool check "$dir/$name"
	check "$name: the trace is whole" "$(status_is 1)$(has out '^TT001 deadlock')"
done

# Ctrl-C: to the terminal's foreground group, that is the recorder and the program.
if command -v script >/dev/null; then
	mkfifo "$dir/keys"
	anew
	env --default-signal=INT script -qec "'$TOOL' record -o '$dir/tty' -- '$BUILD/examples/deadlock_abba'" /dev/null \
		<"$dir/keys" >"$dir/out" 2>"$dir/err" &
	recorder=$!
	exec 3>"$dir/keys"
	check "on a terminal: the program deadlocks" "$(wait_until "it deadlocks" deadlocks)"
	printf '\003' >&3
	ended
	exec 3>&-
	check "Ctrl-C ends the program and keeps the trace" "$(status_is 130)$(has out 'recorded into .*, 0 events lost')"
	tool check "$dir/tty"
	check "Ctrl-C: the trace is whole" "$(status_is 1)$(has out '^TT001 deadlock')"
else
	skip "Ctrl-C: there is no script(1) here"
fi

# A program that ignores a signal goes on; a second one ends it.
anew
sh -c 'exec "$@"' sh "$TOOL" record -o "$dir/twice" -- sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done' \
	>"$dir/out" 2>"$dir/err" </dev/null &
recorder=$!
check "the program ignores SIGTERM" "$(wait_until "it is ready" grep ready "$dir/out")"
kill -TERM $recorder
sleep 0.3
check "one signal is the program's to ignore" "$(kill -0 $recorder 2>&1)"
kill -TERM $recorder
ended
check "the second ends it" "$(status_is 137)"
check "no session is left" "$(lttng --no-sessiond list 2>/dev/null | grep "trace-thr-$recorder-")"

# SIGKILL, which no recorder can answer: its heir does what is left to do.
left() # left NAME: what there is of the recording: processes, by the trace in their command lines, and the session
{
	pgrep -fl "$dir/$1"
	lttng --no-sessiond list 2>/dev/null | grep "trace-thr-$recorder-"
}
nothing_left() { test -z "$(left "$1")"; }
cp "$BUILD/examples/deadlock_abba" "$dir/abba"
for command in record 'run --keep-going' 'run --no-live'; do
	name=killed$(echo "$command" | tr -d ' ')
	anew
	# Of several words.
	# shellcheck disable=SC2086
	LD_LIBRARY_PATH=$BUILD "$TOOL" $command -o "$dir/$name" -- sh -c "trap '' TERM; $dir/abba; : $dir/$name" >"$dir/out" \
		2>"$dir/err" </dev/null &
	recorder=$!
	check "$command: the program deadlocks" "$(wait_until "it deadlocks" deadlocks)"
	kill -KILL $recorder
	ended
	check "$command, killed: nothing of it is left, nor of a program that ignores SIGTERM" \
		"$(status_is 137)$(wait_until "nothing is left" nothing_left "$name")$(left "$name")$(pgrep -fl "^$dir/abba")"
	check "$command, killed: it is said" "$(has err '^trace-thr: the recorder was killed.*'"$name")"
	tool check "$dir/$name"
	check "$command, killed: what was recorded can be checked" "$(status_is 1)$(has out '^TT001 deadlock')"
	tool run -q -o "$dir/after-$name" -- "$BUILD/examples/rlock"
	check "$command, killed: the next one works" "$(status_is 0)"
done

finish
