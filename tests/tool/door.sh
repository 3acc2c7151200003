#!/bin/sh
# SPDX-License-Identifier: MIT
# The door of a recording: who comes of the program is let in however it came about, also where recordings lie in each
# other and in pid namespaces; what happens when the door is not kept, or nobody knocks.
. "$(dirname "$0")/lib.sh"
family=$BUILD/tests/tool/family

# taken TRACE: each lock that is a family's, and how often it was taken, in all of the trace.
taken()
{
	babeltrace2 "$dir/$1" | sed -n 's/.*trace_thr:lock_acquired:.*[{ ]name = "\([a-z]*\)".*/\1/p' | sort | uniq -c |
		awk '{ printf "%s%s %s", sep, $2, $1; sep = ", " }'
}
taken_is() { test "$(taken "$1")" = "$2" || echo "in $1: $(taken "$1"), should be $2; "; }

# A door that is gone or was never there.
for door in /no/where "$dir" "$dir/$(printf '%0200d' 0)"; do
	run env TRACE_THR_DOOR="$door" "$family" alone
	check "with the door of a recording that is over, $(echo "$door" | cut -c 1-12)…, a program runs as ever" \
		"$(status_is 0)$(is_empty err)"
done

# The keeper is killed: the program goes on, what starts from then on is missing, and that is said.
cat >"$dir/keeperless" <<END
"$family" before
until pid=\$(pgrep -P "\$PPID" -x trace-thr-door); do sleep 0.01; done
kill -KILL "\$pid"
while pgrep -P "\$PPID" -x trace-thr-door | grep -qx "\$pid" && ! grep -q zombie /proc/\$pid/status; do sleep 0.01; done
"$family" after
exit 0
END
tool record -o "$dir/killed" -- sh "$dir/keeperless"
check "without its keeper a recording goes on, and what it misses is said" \
	"$(has err 'was killed: what starts')$(has err 'not let in')$(taken_is killed 'before 40')"
tool check "$dir/killed"
check "check gives no verdict" "$(status_is 3)"

# One in the other: what the inner one starts is its own.
tool record -q -o "$dir/outer" -- sh -c "$family a; '$TOOL' record -q -o '$dir/inner' -- sh -c '$family b; env -i $family c';
	$family d"
check "a recording in a recording works" "$(status_is 0)$(is_empty err)"
check "the inner one has what it started" "$(taken_is inner 'b 40, c 40')"
check "the outer one has the rest" "$(taken_is outer 'a 40, d 40')"

# A library of an earlier version does not knock: here, one that knows neither the variable nor the folder.
mkdir "$dir/old"
LC_ALL=C sed 's/TRACE_THR_DOOR/TRACE_THR_NONE/g; s,/run/lttng/trace-thr,/run/lttng/nothing-s,g' "$BUILD/libtrace_thr.so.0" \
	>"$dir/old/libtrace_thr.so.0"
cp "$BUILD/libtrace_thr-tracepoints.so" "$dir/old"
tool record -o "$dir/earlier" -- env LD_LIBRARY_PATH="$dir/old" "$family" a
check "a library that does not knock: no events, which is said" "$(status_is 0)$(has err 'no events.*this version')"
run env LD_LIBRARY_PATH="$dir/old" "$TOOL" doctor
check "doctor finds it" "$(status_is 1)$(has out "PROBLEM +library +$dir/old/libtrace_thr.so.0")$(has out 'remedy: .*install')"

# Sessions by hand are as they were, also while there are doors.
tool record -q -o "$dir/beside" -- sh -c "
	lttng -q create by-hand-$$ --output='$dir/hand' >'$dir/lttng' &&
		lttng -q enable-event --userspace --session=by-hand-$$ 'trace_thr:*' && lttng -q start by-hand-$$
	env -u TRACE_THR_DOOR LTTNG_UST_REGISTER_TIMEOUT=-1 setsid sh -c '$family ours; :'
	lttng -q destroy by-hand-$$"
check "a session by hand has what any program does" "$(status_is 0)$(taken_is hand 'ours 40')"

if test "$(id -u)" != 0 || ! unshare -p -f --mount-proc true 2>/dev/null; then
	skip "door.sh: namespaces need root"
	finish
fi

# Pid namespaces.
tool record -q -o "$dir/below" -- sh -c "unshare -p -f --mount-proc $family a; unshare -p -f $family b"
check "a program in a pid namespace is let in" "$(status_is 0)$(taken_is below 'a 40, b 40')"
daemon=
if ! lttng --no-sessiond list >/dev/null 2>&1; then
	lttng-sessiond --no-kernel --daemonize --pidfile="$dir/pid" && daemon=$(cat "$dir/pid")
fi
(until test -e "$dir/over"; do "$family" stranger; done) &
stranger=$!
# Who knows the name of a recording does not know its token.
(until test -s "$dir/name"; do sleep 0.05; done
	TRACE_THR_RECORDING=$(cat "$dir/name") LTTNG_UST_REGISTER_TIMEOUT=-1 "$family" liar; touch "$dir/lied") &
clean_up()
{
	touch "$dir/over"
	wait $stranger
	test -z "$daemon" || kill "$daemon"
	while test "$daemon" && kill -0 "$daemon" 2>/dev/null; do # while it ends, it serves nobody well
		sleep 0.02
	done
}
run unshare -p -f --mount-proc "$TOOL" record -q -o "$dir/above" -- sh -c "
	$family a; echo \$TRACE_THR_RECORDING >$dir/name; until test -e $dir/lied; do sleep 0.05; done"
check "with a daemon outside of the pid namespace, a recording takes all" "$(status_is 0)$(
	taken above | grep -w 'a 40' | grep -w stranger | grep -qw 'liar 40' || taken above)"
tool events "$dir/above"
check "and reads its own" "$(status_is 0)$(has out 'lock_acquired *a ')$(lacks out 'stranger|liar')"
run "$TOOL" record -q -o "$dir/here" -- sh -c "test -n \"\$TRACE_THR_DOOR\" && $family a"
check "with one inside, its own alone" "$(status_is 0)$(taken_is here 'a 40')"

# A stranger does not wait for a keeper that has no time for it.
"$TOOL" record -q -o "$dir/busy" -- sh -c "$family a; until test -e $dir/over; do sleep 0.05; done" >/dev/null 2>&1 &
busy=$!
check "a recording" "$(wait_until "it has begun" test -e "$dir/busy/ust")"
check "has a keeper" "$(wait_until "it is there" pgrep -P $busy -x trace-thr-door)"
keeper=$(pgrep -P $busy -x trace-thr-door)
kill -STOP "$keeper"
run timeout 10 "$family" alone
check "a stranger does not wait for its keeper" "$(status_is 0)"
kill -CONT "$keeper"
touch "$dir/over"
wait $busy

# The number of one that has ended, of a stranger: first it is struck off.
cat >"$dir/reuse" <<END
"$TOOL" record -q -o "$dir/reused" -- sh -c 'sh -c "echo \\\$\\\$ >$dir/number; exec $family a"; : >"$dir/ended"
	until test -e "$dir/stop"; do sleep 0.02; done' &
until test -e "$dir/ended"; do sleep 0.02; done
number=\$(cat "$dir/number")
session=\$(lttng --no-sessiond list | sed -n 's/.*\(trace-thr-[^ ]*\) .*/\1/p')
until lttng --no-sessiond list "\$session" >"$dir/listed" && ! grep -qw "\$number" "$dir/listed"; do sleep 0.05; done
echo \$((number - 1)) >/proc/sys/kernel/ns_last_pid
"$family" stranger & test \$! = \$number || exit 77
wait \$!
: >"$dir/stop"
wait
END
run unshare -p -f --mount-proc -m sh -c "mount -t tmpfs -o mode=755 lttng /run/lttng && sh '$dir/reuse'"
if test "$status" = 77; then
	skip "the number of a process could not be had again"
else
	check "a stranger with the number of a process that has ended is a stranger" \
		"$(status_is 0)$(taken_is reused 'a 40')"
fi
finish
