#!/bin/sh
# SPDX-License-Identifier: MIT
# What is left out of a report: suppressions and baselines, of real programs.
. "$(dirname "$0")/lib.sh"

for program in deadlock_abba lost_wakeup; do
	tool record -q -o "$dir/$program" --timeout 2 -- "$BUILD/examples/$program"
done
tool record -q -o "$dir/inversion" -- "$BUILD/examples/inversion"
abba=$dir/deadlock_abba

# suppressed LINE…: checks the deadlock with a file of these lines.
suppressed()
{
	printf '%s\n' "$@" >"$dir/known"
	tool check --suppressions "$dir/known" "$abba"
}

silenced() # prints if the deadlock was not silenced
{
	status_is 0
	lacks out 'TT001'
	has out '^trace-thr: 0 deadlocks, 0 inversions, 1 suppressed, 0 events lost$'
	is_empty err
}

for line in 'TT001:lock:printer' 'TT*:lock:scan*' 'TT001:thread:alice' 'TT001:function:copy_page' \
	'TT001:file:deadlock_abba.c' 'TT001:file:examples/*' '*:check_?olours'; do
	suppressed "# known" "" "$line"
	check "$line silences the deadlock" "$(silenced)"
done
for line in 'TT011:lock:printer' 'TT001:lock:print' 'TT001:thread:printer' 'TT001:function:main' \
	'TT001:file:abba.c'; do
	suppressed "$line"
	check "$line does not, and is named" "$(status_is 1)$(has out '^TT001 ')$(lines err 1)$(
		has err "^trace-thr: $dir/known:1: unused suppression: TT0")"
done

suppressed 'TT001:lock:printer' 'TT001:mutex:printer'
check "a wrong line is one error, with its place" \
	"$(status_is 2)$(is_empty out)$(lines err 1)$(has err "^trace-thr: $dir/known:2: no field 'mutex': use lock")"
tool check --suppressions "$dir/none" "$abba"
check "so is a file that is not there" "$(status_is 2)$(is_empty out)$(lines err 1)$(has err "$dir/none")"

# The environment can name the file, as that of other checkers does.
suppressed 'TT001:lock:printer'
run env TRACE_THR_SUPPRESSIONS="$dir/known" "$TOOL" check "$abba"
check "TRACE_THR_SUPPRESSIONS names a file too" "$(silenced)"

# What is printed silences what was found.
tool check --print-suppressions "$abba" "$dir/lost_wakeup" "$dir/inversion"
check "--print-suppressions prints a line a finding" \
	"$(status_is 1)$(lines out 6)$(has out '^# deadlock \(actual\): alice and bob')$(has out '^TT003:lock:mailbox$')"
cp "$dir/out" "$dir/printed"
tool check --fail-on potential --suppressions "$dir/printed" "$abba" "$dir/lost_wakeup" "$dir/inversion"
check "and they silence them" "$(status_is 0)$(is_empty err)$(has out '0 deadlocks, 0 inversions, 3 suppressed')"
tool check --print-suppressions --format json "$abba"
check "it is no format" "$(status_is 2)$(lines err 1)"

# A baseline: only what is new fails.
tool check --format json -o "$dir/before.json" "$abba" "$dir/inversion"
tool record -q -o "$dir/again" --timeout 2 -- "$BUILD/examples/deadlock_abba"
tool check --baseline "$dir/before.json" "$dir/again"
check "what the baseline has does not fail" "$(status_is 0)$(lacks out TT001)$(
	has out "^Baseline $dir/before.json: 1 known, not shown; 1 of its 2 gone\.\$")"
tool check --baseline "$dir/before.json" "$dir/again" "$dir/lost_wakeup"
check "what is new does" "$(status_is 1)$(lacks out TT001)$(has out '^TT003 ')$(has out '^trace-thr: 1 deadlock, ')"
tool check --baseline "$dir/before.json" --format sarif "$dir/again" "$dir/lost_wakeup"
check "SARIF says which are which" "$(has out '"baselineState": "unchanged"')$(has out '"baselineState": "new"')"
echo '{}' >"$dir/no.json"
tool check --baseline "$dir/no.json" "$abba"
check "a file that is no report is a mistake" "$(status_is 2)$(is_empty out)$(lines err 1)$(has err 'is no baseline')"

# `run` leaves out the same.
suppressed 'TT001:lock:printer'
tool run -q -o "$dir/run" --timeout 2 --suppressions "$dir/known" -- "$BUILD/examples/deadlock_abba"
check "run has the same options" "$(status_is 124)$(has err '0 deadlocks, 0 inversions, 1 suppressed')"
for format in text json; do
	tool run -q -o "$dir/run_$format" --timeout 2 --format $format --report "$dir/report" -- \
		"$BUILD/examples/deadlock_abba"
	check "and writes its report into a file, as $format" "$(status_is 66)$(grep -q TT001 "$dir/report" ||
		echo "no TT001 in it")"
done
finish
