#!/bin/sh
# SPDX-License-Identifier: MIT
# trace-thr doctor, where all is well and where something is missing.
. "$(dirname "$0")/lib.sh"

tool doctor
check "a machine that passes these tests is well" "$(status_is 0)$(has out 'All is well')$(is_empty err)"
for part in command user daemon sessions tracer probes preload library stacks memory reader; do
	check "it has looked at: $part" "$(has out "^  ok +$part ")"
done

run env PATH=/nowhere "$TOOL" doctor
check "without lttng-sessiond it names the remedy" \
	"$(status_is 1)$(has out 'PROBLEM +daemon')$(has out 'remedy: apt-get install lttng-tools')"

mkdir "$dir/alone"
cp "$TOOL" "$dir/alone"
run "$dir/alone/trace-thr" doctor
check "without the probes it names the remedy" "$(status_is 1)$(has out 'PROBLEM +probes')$(has out 'remedy: make')"

finish
