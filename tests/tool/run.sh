#!/bin/sh
# SPDX-License-Identifier: MIT
# trace-thr run: records and checks.
. "$(dirname "$0")/lib.sh"

tool run -o "$dir/clean" -- "$BUILD/examples/lock_with"
check "a clean program: its own status, a verdict that claims no more than it knows" \
	"$(status_is 0)$(has err 'no deadlock found: [0-9]+ events, [0-9]+ threads, 0 events lost')"
check "the last line has the shape of all last lines" "$(tail -1 "$dir/err" |
	grep -qx 'trace-thr: 0 deadlocks, 0 inversions, 0 suppressed, 0 events lost' || tail -1 "$dir/err")"

tool run --timeout 1 -o "$dir/abba" -- "$BUILD/examples/deadlock_abba"
check "a deadlock is 66" "$(status_is 66)$(has err '^TT001 deadlock \(actual\): alice and bob')"
check "with both sites of both threads, by function and line" \
	"$(has err 'acquired at [a-z_]+ examples/deadlock_abba.c:[0-9]+')$(has err 'waits for .* at [a-z_]+ examples/deadlock_abba.c:[0-9]+')"
check "the last line counts it" "$(tail -1 "$dir/err" |
	grep -q '^trace-thr: 1 deadlock, [0-9]* inversions, 0 suppressed, 0 events lost$' || tail -1 "$dir/err")"

tool run --error-exitcode 9 --timeout 1 -o "$dir/nine" -- "$BUILD/examples/deadlock_abba"
check "--error-exitcode" "$(status_is 9)"
tool run --error-exitcode 900 -- true
check "--error-exitcode out of range is a mistake" "$(status_is 2)$(lines err 1)"
tool run -o "$dir/five" -- sh -c "$BUILD/examples/rlock; exit 5"
check "without findings the program's status is passed on" "$(status_is 5)"
tool run --timeout 1 -o "$dir/slow" -- sh -c "$BUILD/examples/rlock; exec sleep 50"
check "a timeout without findings is 124" "$(status_is 124)"
tool run -o "$dir/foreign" -- true
check "a program without libtrace_thr is told so" "$(has err 'built with libtrace_thr')$(is_empty out)"

# A format for programs has a place of its own; annotations may be among what else is said.
tool run --format json -o "$dir/mixed" -- "$BUILD/examples/rlock"
check "a document among what people read is refused, before anything runs" \
	"$(status_is 2)$(lines err 1)$(has err '--format json needs a file, --report')$(is_empty out)$(ls -d "$dir/mixed" 2>/dev/null)"
tool run --format json --report "$dir/report" -o "$dir/reported" -- "$BUILD/examples/deadlock_abba"
check "in a file it is whole, also if the program was ended" "$(status_is 66)$(has err '^TT001')$(lacks err '"rule"')$(
	python3 -c 'import json, sys; print(*(f["rule"] for t in json.load(open(sys.argv[1]))["traces"] for f in t["findings"]))' \
		"$dir/report" 2>&1 | grep -vx 'TT001\( TT0[0-9]*\)*')"
tool run --format github -o "$dir/annotated" -- "$BUILD/examples/deadlock_abba"
check "annotations go to stderr" "$(status_is 66)$(has err '^::error .*title=TT001')"
tool run --fail-on actual -o "$dir/actual" -- "$BUILD/examples/deadlock_abba"
check "a hang is of the level on which every --fail-on fails" "$(status_is 66)$(has err 'hangs since')"

finish
