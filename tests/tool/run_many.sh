#!/bin/sh
# SPDX-License-Identifier: MIT
# trace-thr run --repeat, --until-fail, --shake.
. "$(dirname "$0")/lib.sh"
traces() { ls -d "$dir/$1"* 2>/dev/null | xargs -n1 basename 2>/dev/null | tr '\n' ' '; }
traces_are() { test "$(traces "$1")" = "$2" || echo "the traces are $(traces "$1"), should be $2; "; }

tool run --repeat 3 -o "$dir/passes" -- "$BUILD/examples/rlock"
check "runs that pass: a summary, and no trace" \
	"$(status_is 0)$(lines err 2)$(has err '^trace-thr: 3 runs: 3 passed, 0 with findings, 0 failed without$')$(traces_are passes '')"
check "the last line is that of every report" "$(tail -1 "$dir/err" |
	grep -qx 'trace-thr: 0 deadlocks, 0 inversions, 0 suppressed, 0 events lost' || tail -1 "$dir/err")"
check "the program's output is its own" "$(lines out 6)"
tool run --repeat 2 --keep-traces -o "$dir/kept" -- "$BUILD/examples/rlock"
check "--keep-traces" "$(status_is 0)$(traces_are kept 'kept-1 kept-2 ')"

# Each run makes the file longer; the third is another one.
third() # third COMMAND: a script that runs rlock, and in the third run then the command
{
	: >"$dir/count"
	echo "$BUILD/examples/rlock; echo >>$dir/count; test \$(wc -l <$dir/count) != 3 || $1"
}
tool run --until-fail -o "$dir/fails" -- sh -c "$(third 'exit 7')"
check "--until-fail stops at a failing status" \
	"$(status_is 7)$(has err 'that was run 3, exit status 7')$(has err '^trace-thr: 3 runs: 2 passed, 0 with findings, 1 failed')$(traces_are fails 'fails-3 ')"
tool run --until-fail --repeat 2 -o "$dir/two" -- sh -c "$(third 'exit 7')"
check "but not beyond --repeat" "$(status_is 0)$(has err '^trace-thr: 2 runs: 2 passed')$(traces_are two '')"
tool run --until-fail -o "$dir/finds" -- sh -c "$(third "exec $BUILD/examples/deadlock_abba")"
check "and at findings" "$(status_is 66)$(has err '^TT001')$(has err '^trace-thr: 3 runs: 2 passed, 1 with findings')$(
	tail -1 "$dir/err" | grep -q '^trace-thr: 1 deadlock, ' || tail -1 "$dir/err")$(traces_are finds 'finds-3 ')"
tool check "$dir/finds-3"
check "of which the trace is kept" "$(status_is 1)$(has out '^TT001')"
tool run --repeat 4 -o "$dir/goes" -- sh -c "$(third "exec $BUILD/examples/deadlock_abba")"
check "--repeat alone goes on" "$(status_is 66)$(has err '^trace-thr: 4 runs: 3 passed, 1 with findings')$(traces_are goes 'goes-3 ')"
tool run --repeat 5 -o "$dir/none" -- "$dir/nothing"
check "what cannot be run is not tried again" "$(status_is 127)$(has err '^trace-thr: 1 run: ')$(traces_are none '')"
tool run --repeat 5 -o "$dir/foreign" -- true
check "nor what makes no events" "$(status_is 2)$(has err 'built with libtrace_thr')$(has err '^trace-thr: 1 run: ')"

# Ctrl-C ends all of it.
env --default-signal=INT "$TOOL" run --until-fail -o "$dir/endless" -- "$BUILD/examples/rlock" >"$dir/out" \
	2>"$dir/err" </dev/null &
runner=$!
several() { test "$(wc -l <"$dir/out")" -ge 4; }
check "it runs again and again" "$(wait_until "it has run twice" several)"
kill -INT $runner
status=0
wait $runner || status=$?
check "Ctrl-C ends it" "$(has err '^trace-thr: [0-9]+ runs: ')$(pgrep -fl "run --until-fail -o $dir/endless")"

# Seeds.
seeds='echo "seed $TRACE_THR_SHAKE"; '$BUILD/examples/rlock
tool run --shake=5 --repeat 2 -o "$dir/seeds" -- sh -c "$seeds"
check "--shake=SEED: the next run has the next seed" "$(status_is 0)$(has out '^seed 5$')$(has out '^seed 6$')$(has err '--shake=5')"
tool run --shake -o "$dir/drawn" -- sh -c "$seeds"
seed=$(sed -n 's/^seed //p' "$dir/out")
check "--shake draws one, and tells it" "$(status_is 0)$(has err "--shake=$seed ")$(test -n "$seed" || echo "no seed; ")"
tool run --shake=18446744073709551615 -o "$dir/large" -- sh -c "$seeds"
check "a large seed" "$(status_is 0)$(has out '^seed 18446744073709551615$')"
tool run -o "$dir/still" -- sh -c "$seeds"
check "without, there is none" "$(has out '^seed $')"
for mistake in --shake=x --shake=-1 --repeat=-1 --hang-after=soon --hang-after=-1 --hang-after=; do
	tool run $mistake -o "$dir/mistake" -- true
	check "$mistake is a mistake, in one line" "$(status_is 2)$(lines err 1)$(traces_are mistake '')"
done

finish
