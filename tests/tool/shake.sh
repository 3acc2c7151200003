#!/bin/sh
# SPDX-License-Identifier: MIT
# --shake: the seed reaches the program, and what programs do under it stays the same, event by event.
. "$(dirname "$0")/lib.sh"

tool record -o "$dir/five" --shake=5 -- sh -c "echo seed \$TRACE_THR_SHAKE; exec $BUILD/tests/tool/crossing late"
check "a seed" "$(status_is 0)$(has out '^seed 5$')$(has err '^trace-thr: shaken, as --shake=5 does again$')"
tool record -o "$dir/any" --shake -- sh -c "echo seed \$TRACE_THR_SHAKE; exec $BUILD/tests/tool/crossing late"
seed=$(sed -n 's/^seed \([0-9][0-9]*\)$/\1/p' "$dir/out")
check "without one it is drawn, and told" "$(status_is 0)$(has err "^trace-thr: shaken, as --shake=${seed:-none} does")"
tool record -o "$dir/none" -- sh -c "echo seed \$TRACE_THR_SHAKE; exec $BUILD/tests/tool/crossing late"
check "unless asked for there is none" "$(status_is 0)$(has out '^seed *$')$(lacks err 'shaken')"
tool record --shake=x -- true
check "a seed that is none" "$(status_is 2)$(lines err 1)$(has err '^trace-thr: --shake=x is no seed')"
TRACE_THR_SHAKE=x run "$BUILD/tests/tool/crossing" late
check "one in the environment is told by the library" "$(status_is 0)$(lines err 1)$(
	has err '^libtrace_thr: TRACE_THR_SHAKE=x is no number')"

# The programs of the interposer's tests fail if a result is another, and so does their test if an event is.
for seed in 1 2; do
	TRACE_THR_SHAKE=$seed run "$(dirname "$0")/../preload/run" barrier c11 cond mutex once rwlock sem spin thread
	check "seed $seed changes no result" "$(status_is 0)$(has out '^preload: 9 passed, 0 failed$')"
done

finish
