#!/bin/sh
# SPDX-License-Identifier: MIT
# trace-thr confirm: what a run can be steered into, and what not; what is kept of it, and what it says of mistakes.
. "$(dirname "$0")/lib.sh"

here=$(cd "$(dirname "$0")" && pwd)
python=/usr/bin/python3 # Debian's own has jsonschema
crossing=$BUILD/tests/tool/crossing
pthreads=$BUILD/tests/preload/crossing

# recorded NAME ARGUMENT…: makes the trace $dir/NAME.
recorded()
{
	name=$1
	shift
	tool record -q -o "$dir/$name" "$@"
	check "$name is recorded, and ends" "$(status_is 0)"
}

# confirmed NAME THREADS: a run was steered into that trace's cycle, and its own trace says so.
confirmed()
{
	tool confirm --yes -o "$dir/confirm-$1" "$dir/$1"
	check "$1 is confirmed" "$(status_is 1)$(is_empty out)$(
		has err '^TT01[01] .* \(confirmed\): ')$(has err "Confirmed in try [123] of 3: $2 wait for each other")$(
		lacks err 'Not excluded')"
	check "the last line has the shape of all last lines" "$(tail -1 "$dir/err" |
		grep -Eqx 'trace-thr: [01] deadlocks?, [01] inversions?, 0 suppressed, 0 events lost' || tail -1 "$dir/err")"
	tool check "$dir/confirm-$1/"[123]
	check "its trace has the deadlock" "$(status_is 1)$(has out "^TT001 deadlock \(actual\): $2 wait for each other")"
}

recorded late -- "$crossing" late
confirmed late 'Thread-1 and Thread-2'
line=$(sed -n '/acquire(walk->first)/=' "$(dirname "$0")/crossing.c")
check "at those sites" "$(for site in $line $((line + 1)); do has out "take_both tests/tool/crossing.c:$site\$"; done)"

recorded early -- "$crossing" early
confirmed early 'Thread-1 and Thread-2'
check "by the second try, in which the threads meet before" "$(test -d "$dir/confirm-early/2" || echo "no; ")"

recorded circle -- "$crossing" circle
confirmed circle 'Thread-1, Thread-2 and Thread-3'

recorded pthread --preload -- "$pthreads" pthread
confirmed pthread '.*Thread-1.* and .*Thread-2.*'

recorded cxx --preload -- "$pthreads" cxx
confirmed cxx '.*Thread-1.* and .*Thread-2.*'

# Semaphores that serve as locks.
recorded sem -- "$crossing" sem
recorded posix --preload -- "$pthreads" sem
for how in sem posix; do
	tool confirm --yes -o "$dir/confirm-$how" "$dir/$how"
	check "$how is confirmed" "$(status_is 1)$(has err '^TT010 .* \(confirmed\): ')$(has err 'Confirmed in try')"
done

# One who reads what it reads, behind a writer.
recorded again --preload -- "$pthreads" again
confirmed again '.*Thread-1.* and .*Thread-2.*'

# Threads that wait with a lock held for what another does that asks for it.
for how in condition event semaphore barrier join; do
	recorded "$how" -- "$BUILD/tests/tool/waiting" "$how"
	tool confirm --yes -o "$dir/confirm-$how" "$dir/$how"
	check "$how is confirmed" "$(status_is 1)$(has err '^TT013 .* \(confirmed\): ')$(has err 'Confirmed in try [123] of 3: ')"
done

# Kept apart by a variable that no event shows.
recorded flag -- "$crossing" flag
tool confirm --yes --tries 2 --pause 0.3 -o "$dir/confirm-flag" "$dir/flag"
check "what cannot happen is not reproduced, which claims nothing" "$(status_is 0)$(has err '\((predicted|potential)\): ')$(
	has err 'Not reproduced in 2 tries, which does not prove that it cannot happen')"
check "and nothing is left behind" "$(test ! -e "$dir/confirm-flag" || ls "$dir/confirm-flag")"
check "each try is told" "$(test "$(grep -c '^trace-thr: try [12] of 2: ' "$dir/err")" = 2 || echo "not twice; ")"

# Without a folder, beside the caller; a program other than the recorded one; nothing said of tries.
mkdir "$dir/here"
(cd "$dir/here" && timeout $limit "$TOOL" confirm -q "$dir/late" -- "$crossing" late) >"$dir/out" 2>"$dir/err"
status=$?
check "the trace is kept in a numbered folder" "$(status_is 1)$(lacks err 'trace-thr: try')$(
	has err '^ .*trace-thr-crossing-1\.$')$(test -d "$dir/here/trace-thr-crossing-1" || echo "no folder; ")"
tool confirm -q --tries 1 "$dir/late" -- "$BUILD/examples/rlock"
check "another program has no such sites" "$(status_is 0)$(has err 'Not reproduced in 1 try,')"

# A program that was built anew has other sites: the old ones say nothing.
cp "$pthreads" "$dir/prog"
recorded stale --preload -- "$dir/prog" pthread
rm "$dir/prog"
cp "$BUILD/tests/preload/mutex" "$dir/prog"
tool confirm --yes "$dir/stale"
check "a program that has changed is not tried" "$(status_is 0)$(lacks err 'trace-thr: try')$(
	has err 'Not tried: .*prog has changed')"

# So has another build that is named, which is found out when it was run.
mkdir "$dir/other"
run ${CC:-gcc} -std=gnu11 -g -O0 -I"$here/../../libtrace_thr/include" -o "$dir/other/crossing" "$here/crossing.c" \
	-L"$BUILD" -ltrace_thr -Wl,-rpath,"$BUILD" -Wl,--build-id -pthread
check "another build is made" "$(status_is 0)"
tool confirm --pause 0.3 -o "$dir/confirm-other" "$dir/late" -- "$dir/other/crossing" late
check "another build that is named is told after the first try" "$(status_is 0)$(lacks err 'Not reproduced')$(
	has err 'Not tried: crossing, as it was run, is another build')$(
	test "$(grep -c '^trace-thr: try' "$dir/err")" = 1 || echo "not one try; ")$(ls -d "$dir/confirm-other" 2>/dev/null)"

# For programs.
tool confirm --yes --format json --report "$dir/report.json" -o "$dir/confirm-json" "$dir/late"
check "--format json --report: the finding is confirmed, and its trace is named" "$(status_is 1)$(
	lacks err 'TT01')$($python "$here/validate.py" "$here/../../docs/check.schema.json" "$dir/report.json" 2>&1)$(
	$python -c 'import json, os, sys
finding = json.load(open(sys.argv[1]))["traces"][0]["findings"][0]
if finding["level"] != "confirmed" or not finding["witness"] or not os.path.isdir(finding["run"]):
    print(finding)' "$dir/report.json" 2>&1)"

# What is suppressed is not tried.
echo 'TT010:lock:*' >"$dir/suppressions"
TRACE_THR_SUPPRESSIONS=$dir/suppressions tool confirm --yes "$dir/late"
check "a suppressed finding is not tried" "$(status_is 0)$(lacks err 'trace-thr: try')$(has err ' 1 suppressed')"

# Nothing to try.
recorded clean -- "$BUILD/examples/rlock"
tool confirm --yes "$dir/clean"
check "a clean trace needs no run" "$(status_is 0)$(lacks err 'trace-thr: try')$(has err '^no deadlock found')"

# Mistakes: a line, and status 2.
mistake() # mistake WHAT REGEXP ARGUMENT…
{
	what=$1
	regexp=$2
	shift 2
	tool confirm "$@"
	check "$what" "$(status_is 2)$(is_empty out)$(has err "^trace-thr: $regexp")$(lines err 1)"
}
mistake "no trace" 'confirm: no trace given'
mistake "a trace that is not there" 'no such folder' "$dir/nothing"
mistake "no tries" '--tries takes a number' --tries 0 "$dir/late"
mistake "no pause" '--pause takes seconds' --pause 0 "$dir/late"
mistake "a format for programs on stderr" '--format json needs a file, --report' --format json "$dir/late"
mistake "an option that is none" 'Unknown option' --sideways "$dir/late"
mistake "a folder that is there" '.*cannot make the folder' -q --yes -o "$dir/here" "$dir/late"
mistake "the command of a recording is shown, and not run unasked" "confirm: .*it ran: $crossing late .*--yes" "$dir/late"
mistake "a program that is not there" 'no such program' -q "$dir/late" -- "$dir/nothing"
cp -r "$dir/late" "$dir/bare"
rm "$dir/bare/trace-thr.json"
mistake "no program known" 'confirm: no program given' "$dir/bare"
tool confirm --help
check "--help" "$(status_is 0)$(has out 'TRACE')$(has out 'tries')"

# A plan that is none is told by the library, once, and the program runs on.
TRACE_THR_STEER=left run "$BUILD/examples/rlock"
check "a plan that is none" "$(status_is 0)$(has err '^libtrace_thr: TRACE_THR_STEER is no plan')"

finish
