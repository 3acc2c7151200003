# SPDX-License-Identifier: MIT
# What the fault tests share. A script does one thing to a recording, and tells what became of it, as a row of the table:
#
#     # half: fast               (of `make faults-fast` as well; without this line, of `make faults` alone)
#     . "$(dirname "$0")/lib.sh"
#     begin record --preload -- "$FAULTS/pairs" …
#     … the fault …
#     ended
#     row "consumer daemon killed" …
#     finish
#
# Beside what tests/tool/lib.sh has: $FAULTS is the folder of the test programs, $trace the recording, $WHO who runs it.
. "$(dirname "$0")/../tool/lib.sh"
FAULTS=$BUILD/tests/faults
WHO=$(test "$(id -u)" = 0 && echo root || echo user)
TABLE=${TABLE:-/dev/null}
trace=$dir/trace
made=0
recorded=0

# begin ARGUMENT…: starts the command in the background, in $recorder; ended waits for it. A shell without job control
# has SIGINT ignored by what it starts so; env undoes that. Its output is a pipe's: it has no limit (ulimit -f).
begin()
{
	rm -rf "$trace" "$dir/made" "$dir/noticed" "$dir/ready"
	: >"$dir/out" >"$dir/err"
	command=$1
	shift
	set -- -o "$trace" "$@"
	MADE=$dir/made NOTICED=$dir/noticed READY=$dir/ready env --default-signal=INT,TERM,HUP timeout --foreground --kill-after=5 $limit \
		sh -c 'echo $$ >"$0"; exec "$@"' "$dir/recorder" "$TOOL" "$command" "$@" >"$dir/out" 2>"$dir/err" </dev/null &
	job=$!
	wait_until "the recorder runs" test -s "$dir/recorder"
	recorder=$(cat "$dir/recorder")
	rm "$dir/recorder"
}

# at_work [N]: waits until N processes are.
at_work()
{
	n=${1:-1}
	check "it is at work" "$(wait_until "it is at work" is_ready)"
}
is_ready() { test "$(wc -l <"$dir/ready")" -ge "$n"; }

ended()
{
	status=0
	wait $job || status=$?
	count
}

# The pairs of lock and unlock that the program says it made, and those in the trace.
count()
{
	made=$(awk '{ n += $1 } END { print n + 0 }' "$dir/made" 2>/dev/null || echo 0)
	recorded=$("$TOOL" events "$trace" 2>/dev/null | grep -c lock_released)
}

# What check says of the recording: $verdict is its exit status.
judge()
{
	verdict=0
	timeout $limit "$TOOL" check "$trace" >"$dir/check.out" 2>"$dir/check.err" </dev/null || verdict=$?
}

# told [VERDICT]: is the loss said, where there is one? By the recorder and by check, whose status is to be VERDICT; prints
# what is wrong.
told()
{
	judge
	test "$verdict" = "${1:-$verdict}" || echo "check's status is $verdict, should be $1; "
	if test "$made" = "$recorded"; then
		return
	fi
	test "$status" != 0 || echo "lost $((made - recorded)), and the recorder's status is 0; "
	test "$verdict" != 0 || echo "lost $((made - recorded)), and check's status is 0; "
}

# What the recording has left behind: processes, sessions, files in shared memory but LTTng's own.
left()
{
	pgrep -l trace-thr
	pgrep -l lttng-
	pgrep -fl "$dir/" | grep -v "^$$ "
	ls -A /dev/shm | grep -v '^lttng-ust-wait'
	lttng --no-sessiond list 2>/dev/null | grep trace-thr-
}
nothing_left() { test -z "$(left)"; }

# row FAULT SAID WHY: a row of the table, and a check: a failure unless WHY is empty. What is made and recorded is of the
# last `count`; what is left behind is waited for.
row()
{
	late=$(wait_until "nothing is left" nothing_left)
	behind=$(left | tr '\n' ' ')
	noticed=$(sort -u "$dir/noticed" 2>/dev/null | tr '\n' ' ')
	why=$3${late:+left behind: $behind}
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$WHO" "${noticed:-nothing}" "$made" "$recorded" "$2" \
		"${behind:-nothing}" "$(test -z "$why" && echo ok || echo FAIL)" >>"$TABLE"
	check "$1" "$why"
}
