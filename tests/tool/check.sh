#!/bin/sh
# SPDX-License-Identifier: MIT
# trace-thr check, of real programs: what it finds, what it does not, and what it says when it cannot.
. "$(dirname "$0")/lib.sh"

examples=$BUILD/examples
hangs=$BUILD/tests/tool/hangs

# checked NAME [SECONDS] PROGRAM…: records the program, for so long at most, and checks the recording.
checked()
{
	name=$1
	seconds=$2
	shift 2
	tool record -q -o "$dir/$name" --timeout "$seconds" -- "$@"
	tool check "$dir/$name"
}

# The last line has one shape, whatever was found.
closing() # closing REGEXP
{
	tail -1 "$dir/out" | grep -Eqx "trace-thr: $1, 0 suppressed, 0 events lost" ||
		echo "the last line is: $(tail -1 "$dir/out"); "
}

narrow()
{
	LC_ALL=C.UTF-8 awk 'length > 110' "$dir/out"
}

# Deadlocks.
checked abba 2 "$examples/deadlock_abba"
check "deadlock_abba is a deadlock of alice and bob" \
	"$(status_is 1)$(has out '^TT001 deadlock \(actual\): alice and bob wait for each other$')"
check "both have both of their sites" \
	"$(for site in 'holds .*"scanner".* acquired at copy_page examples/deadlock_abba.c:21$' \
		'waits for .*"printer".* at copy_page examples/deadlock_abba.c:25$' \
		'holds .*"printer".* acquired at check_colours examples/deadlock_abba.c:35$' \
		'waits for .*"scanner".* at check_colours examples/deadlock_abba.c:39$'; do has out "$site"; done)"
check "the main thread is blocked by it" "$(has out '^    MainThread ')$(has out 'thread "alice".* at main examples/')"
check "it is told once" "$(closing '1 deadlock, 0 inversions')$(lacks out TT011)"
check "lines are narrow" "$(narrow)"
check "no colour into a file" "$(lacks out "$(printf '\033')")"

checked dining 2 "$examples/deadlock_dining"
check "deadlock_dining is a circle of five" "$(status_is 1)$(closing '1 deadlock, 0 inversions')$(has out \
	'^TT001 deadlock \(actual\): Aristotle, Hypatia, Kant, Plato and Spinoza wait for each other, in a circle$')"
check "its lines are narrow" "$(narrow)"

checked self 2 "$hangs" self
check "a lock taken twice is a self-deadlock" "$(status_is 1)$(closing '1 deadlock, 0 inversions')$(has out \
	'^TT002 self-deadlock \(actual\): twice waits for lock "lock", which it holds itself$')"

checked daemons 10 "$hangs" daemons
check "a deadlock of daemons is one, though the process ended" "$(status_is 1)$(closing '1 deadlock, 0 inversions')$(
	has out '^TT001 deadlock \(actual\): forth and back wait for each other$')$(has out 'until the process ended')"

# Stuck.
checked lost 2 "$examples/lost_wakeup"
check "lost_wakeup is stuck" "$(status_is 1)$(closing '1 deadlock, 0 inversions')$(has out \
	'^TT003 stuck \(actual\): reader waits for condition "mailbox", and nobody is left to notify it$')"
check "its last notify came too early" "$(has out 'Last notified by writer at .*, before this wait began\.')"

checked short 2 "$examples/barrier_short"
check "barrier_short lacks one" "$(status_is 1)$(closing '1 deadlock, 0 inversions')$(has out \
	'^TT003 stuck \(actual\): (runner-[0-2][, and]*){3} wait at barrier "start line", where 3 of 4 have')"
check "its lines are narrow" "$(narrow)"

checked holder 2 "$hangs" holder
check "a lock of an exited thread" "$(status_is 1)$(closing '1 deadlock, 0 inversions')$(has out \
	'^TT003 stuck \(actual\): late waits for rlock "first", whose holder leaves has exited$')"
check "the main thread waits at the exit" "$(has out 'thread "late"  since .* s, at the exit of the process$')"

checked fork 2 "$hangs" fork
check "a lock of a thread left behind by fork" "$(status_is 1)$(has out \
	'^TT003 stuck \(actual\): MainThread waits for rlock "first", whose holder keeper is not in this process$')$(has out 'since before the fork$')"

checked busy 1 "$hangs" busy
check "a daemon that waits for work is no finding" "$(status_is 0)$(closing '0 deadlocks, 0 inversions')"

# Inversions.
checked inversion 20 "$examples/inversion"
check "an inversion that could have met is a predicted deadlock" "$(status_is 1)$(closing '1 deadlock, 0 inversions')$(has out \
	'^TT010 predicted deadlock \(predicted\): alice and bob can wait for each other: lock "scanner" and lock')"
check "with both sites of both threads" \
	"$(for site in 'held .*"scanner".* acquired at copy_page examples/inversion.c:[0-9]+$' \
		'asked for .*"printer".* at copy_page examples/inversion.c:[0-9]+$' \
		'held .*"printer".* acquired at check_colours examples/inversion.c:[0-9]+$' \
		'asked for .*"scanner".* at check_colours examples/inversion.c:[0-9]+$'; do has out "$site"; done)"
check "and the steps that lead there" \
	"$(for step in '1  acquires scanner +copy_page examples/inversion.c:[0-9]+$' \
		'2 +acquires printer +check_colours examples/inversion.c:[0-9]+$' \
		'3  waits for printer +copy_page examples/inversion.c:[0-9]+$' \
		'4 +waits for scanner +check_colours examples/inversion.c:[0-9]+$'; do has out "^     $step"; done)"
check "its lines are narrow" "$(narrow)"
tool check --fail-on actual "$dir/inversion"
check "--fail-on actual lets it pass" "$(status_is 0)$(closing '1 deadlock, 0 inversions')"
tool check --fail-on inversion "$dir/inversion"
check "--fail-on inversion does not" "$(status_is 1)"
tool check --fail-on=sometimes "$dir/inversion"
check "--fail-on of no level is a mistake" "$(status_is 2)$(lines err 1)$(is_empty out)"

# Clean programs, with nothing in them that looks like more.
for program in simple simpleargs names names_log daemon daemon_join daemon_join_timeout enumerate subclass \
	subclass_args timer event lock lock_noblock lock_reacquire rlock lock_with condition barrier barrier_abort \
	semaphore local local_defaults; do
	checked "$program" 30 "$examples/$program"
	check "$program is clean" "$(status_is 0)$(closing '0 deadlocks, 0 inversions')$(
		has out '^no deadlock found: [0-9]+ events, [0-9]+ threads?, 0 events lost$')"
done

# Several traces, and none.
tool check "$dir/lock" "$dir/abba"
check "several traces are told apart, and summed" \
	"$(status_is 1)$(has out "^$dir/abba:\$")$(has out "^$dir/lock:\$")$(closing '1 deadlock, 0 inversions')"
tool check "$dir/nothing" "$dir/lock"
check "one of no use is named, the others are reported, and it is no pass" "$(status_is 2)$(lines err 1)$(
	has err "$dir/nothing")$(has out '^no deadlock found: ')$(closing '0 deadlocks, 0 inversions')"
tool check "$dir/lock" "$dir/nothing" "$dir/abba"
check "findings of the others count" \
	"$(status_is 1)$(lines err 1)$(has err "$dir/nothing")$(closing '1 deadlock, 0 inversions')"
tool check "$dir/nothing" "$dir/nowhere"
check "none of use is a mistake, and nothing is printed" "$(status_is 2)$(lines err 2)$(is_empty out)"
tool check
check "no trace is a mistake" "$(status_is 2)$(lines err 1)$(is_empty out)"
mkdir "$dir/empty"
tool check "$dir/empty"
check "an empty folder is a mistake" "$(status_is 2)$(lines err 1)$(is_empty out)"
tool check --help
check "--help" "$(status_is 0)$(has out 'TRACE')$(has out 'fail-on')"
tool check --version
check "--version" "$(status_is 0)$(has out '^trace-thr [0-9]')"
if test -e /dev/full; then
	status=0
	"$TOOL" check "$dir/abba" >/dev/full 2>"$dir/err" || status=$?
	: >"$dir/out"
	check "a report that cannot be written is no verdict" "$(status_is 2)$(has err "^trace-thr: cannot write the report")"
fi

finish
