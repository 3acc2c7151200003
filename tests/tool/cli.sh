#!/bin/sh
# SPDX-License-Identifier: MIT
# The command line as such: help, version, mistakes.
. "$(dirname "$0")/lib.sh"

for command in run record check timeline events db doctor; do
	tool $command --help
	check "$command --help explains it" "$(status_is 0)$(has out "^ *trace-thr $command|Usage")$(is_empty err)"
	tool $command --version
	check "$command --version" "$(status_is 0)$(has out '^trace-thr [0-9]+\.[0-9]+')$(is_empty err)"
	tool $command --no-such-option
	check "$command refuses an unknown option in one line" "$(status_is 2)$(is_empty out)$(lines err 1)"
done

tool --help
check "--help lists the commands" "$(status_is 0)$(has out '^  timeline ')$(is_empty err)"
tool --version
check "--version" "$(status_is 0)$(has out '^trace-thr [0-9]')"
tool
check "no command is a mistake" "$(status_is 2)$(lines err 1)"
tool chekc
check "a misspelt command gets a suggestion" "$(status_is 2)$(has err "'check'")$(lines err 1)"

for command in check timeline events; do
	tool $command
	check "$command without a trace says what to name" "$(status_is 2)$(is_empty out)$(lines err 1)"
	tool $command "$dir/nowhere"
	check "$command of no trace says so in one line" "$(status_is 2)$(is_empty out)$(lines err 1)$(has err nowhere)"
done
for command in run record; do
	tool $command
	check "$command without a program says what to name" "$(status_is 2)$(is_empty out)$(lines err 1)"
	for timeout in 0 -1 soon nan ''; do
		tool $command --timeout "$timeout" -- true
		check "$command --timeout '$timeout' is a mistake" "$(status_is 2)$(lines err 1)"
	done
done

# Without a stderr: the status is the same, and nothing of ours gets into a file that the program opens in its place.
# closed STATUS COMMAND…
closed()
{
	expected=$1
	shift
	rm -rf "$dir/trace" "$dir/of_program"
	status=0
	timeout --foreground --kill-after=5 $limit "$TOOL" "$@" <&- >"$dir/out" 2>&- || status=$?
	mv "$dir/of_program" "$dir/err"
	check "$1 $2 $3, with stderr closed" "$(status_is "$expected")$(lacks out 'trace-thr:|TT0')$(
		lacks err 'trace-thr:|TT0')$(has err '^mine$')"
}
open="exec 2>'$dir/of_program'; echo mine >&2;"
closed 66 run -o "$dir/trace" -- sh -c "$open $BUILD/examples/deadlock_abba"
closed 66 run --no-live --timeout 1 -o "$dir/trace" -- sh -c "$open $BUILD/examples/deadlock_abba"
closed 66 run --repeat 1 -o "$dir/trace" -- sh -c "$open $BUILD/examples/deadlock_abba"
closed 7 run -o "$dir/trace" -- sh -c "$open $BUILD/examples/simple; exit 7"
closed 7 record --preload -o "$dir/trace" -- sh -c "$open $BUILD/examples/simple; exit 7"

# Variables: each that the sources name is in the README and in a --help; each that a program gets is in that of record.
root=$(cd "$(dirname "$0")/../.." && pwd)
variables=$(grep -rhoE '"TRACE_THR_[A-Z_]+"' "$root/libtrace_thr" "$root/tracepoints" "$root/tools" --include='*.[ch]' | tr -d '"' | sort -u)
check "there are variables" "$(test "$(echo "$variables" | wc -l)" -ge 9 || echo "$variables")"
for command in '' run record confirm; do
	# None, or one.
	# shellcheck disable=SC2086
	tool $command --help
	cat "$dir/out" >>"$dir/help"
done
for variable in $variables; do
	for text in "$root/README.md" "$dir/help"; do
		check "$variable is in $(basename "$text")" "$(grep -qw "$variable" "$text" || echo "it is not")"
	done
done
tool record -o "$dir/env" -- env
sed -n 's/^\(TRACE_THR_[A-Z_]*\|LTTNG_[A-Z_]*\)=.*/\1/p' "$dir/out" >"$dir/got"
tool record --help
for variable in $(cat "$dir/got"); do
	check "$variable is in record --help" "$(has out "$variable")"
done

finish
