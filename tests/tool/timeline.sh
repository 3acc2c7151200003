#!/bin/sh
# SPDX-License-Identifier: MIT
# trace-thr timeline: pictures of recordings, selections, and what it says when it cannot draw.
. "$(dirname "$0")/lib.sh"
LC_ALL=C.UTF-8
export LC_ALL
unset NO_COLOR COLUMNS

is_svg() # is_svg FILE
{
	xmllint --noout "$1" 2>&1 || return
	size=$(wc -c <"$1")
	test "$size" -lt 2000000 || echo "$1 has $size bytes"
	grep -q '<svg xmlns="http://www.w3.org/2000/svg"' "$1" || echo "$1 is no SVG"
}

widest_is() # widest_is COLUMNS: of the axis, which fills the line
{
	columns=$(grep '^ *[┬┈]' "$dir/out" | head -1 | wc -m)
	test $((columns - 1)) -eq "$1" || echo "$((columns - 1)) columns, not $1"
}

is_not_there()
{
	test ! -e "$1" || echo "$1 is there; "
}

command -v xmllint >/dev/null || is_svg() { grep -q '</svg>' "$1" || echo "$1 is not whole"; }

tool record -q -o "$dir/condition" -- "$BUILD/examples/condition"
tool record -q --timeout 2 -o "$dir/deadlock" -- "$BUILD/examples/deadlock_abba"
tool record -q -o "$dir/fork" -- "$BUILD/tests/tool/two_processes"

# The terminal.
tool timeline "$dir/condition"
check "a lane a thread, a legend, an axis" "$(status_is 0)$(lacks err lost)$(has out '^condition: 4 threads, ')$(
	has out '^MainThread ')$(has out '^c1 ')$(has out '^c2 ')$(has out '^p ')$(has out '░ condition ← p ░')$(
	has out 'runs or sleeps')$(has out '200 ms')"
check "without colour, as it is no terminal" "$(lacks out "$(printf '\033')")"
check "100 columns wide, as there is no terminal" "$(widest_is 100)"
tool timeline --color=always "$dir/condition"
check "colour on demand" "$(status_is 0)$(has out "$(printf '\033')\[33m")"
tool timeline --color=always --no-color "$dir/condition"
check "--no-color has the last word" "$(lacks out "$(printf '\033')")"
run env LC_ALL=C "$TOOL" timeline "$dir/condition"
check "plain ASCII where the locale has no more" "$(status_is 0)$(has out '\. condition <- p \.')$(
	test -z "$(tr -d '\000-\177' <"$dir/out")" || echo "not ASCII")"
run env COLUMNS=60 "$TOOL" timeline "$dir/condition"
check "as wide as COLUMNS" "$(widest_is 60)"
tool timeline "$dir/deadlock"
check "who is blocked, for what, by whom, where" "$(status_is 0)$(has out '▓ blocked: printer ▓')$(
	has out 'alice waits for lock printer, held by bob, since .* at copy_page .*deadlock_abba.c:25$')$(
	has out 'MainThread waits for thread alice')"
tool timeline "$dir/fork"
check "a header a process, and no escape of a name" "$(has out '^process [0-9]+ \([a-z_]+\), child of [0-9]+$')$(
	has out '^工人 ')$(lacks out "$(printf '\033')")"

# SVG.
for name in condition deadlock fork; do
	tool timeline --format svg -o "$dir/$name.svg" "$dir/$name"
	check "$name as SVG" "$(status_is 0)$(is_empty out)$(is_svg "$dir/$name.svg")"
done
tool timeline --format svg "$dir/condition"
check "the same on stdout" "$(cmp "$dir/out" "$dir/condition.svg" 2>&1)"
tool timeline --format svg --width 700 "$dir/condition"
check "as wide as asked for" "$(has out '<svg [^>]*width="700"')"

# Selections.
tool timeline --thread 'c?' "$dir/condition"
check "--thread" "$(status_is 0)$(has out '2 threads left out')$(has out '^c1 ')$(lacks out '^p ')"
tool timeline --object printer "$dir/deadlock"
check "--object" "$(status_is 0)$(has out '1 thread left out')$(lacks out '^MainThread')"
tool timeline --from 0.1 --to 0.15 "$dir/condition"
check "--from and --to" "$(status_is 0)$(has out 'shown: 0.100000 s to 0.150000 s')$(has out '^c1 +░+ condition')$(
	has out '^p +┄+$')"
tool timeline --last 0.1 "$dir/condition"
check "--last" "$(status_is 0)$(has out 'shown: 0\.[23]')$(has out '^p ')"
tool timeline "$dir/fork"
pid=$(sed -n 's/^process \([0-9]*\) .*, child of .*/\1/p' "$dir/out" | tail -1)
tool timeline --pid "$pid" "$dir/fork"
check "--pid" "$(status_is 0)$(has out '2 threads left out')$(lacks out '^process')"
tool timeline --thread nobody "$dir/fork"
check "nothing selected is nothing to show" "$(status_is 0)$(has out 'Nothing to show')"
for scale in time order; do
	tool timeline --scale $scale --format svg -o "$dir/scale.svg" "$dir/condition"
	check "--scale $scale" "$(status_is 0)$(is_svg "$dir/scale.svg")"
done

# A hundred thousand events.
tool record -q -o "$dir/many" -- "$BUILD/tests/tool/many" 50000
tool timeline --format svg -o "$dir/many.svg" "$dir/many"
check "many events are thinned, which is said" "$(status_is 0)$(is_svg "$dir/many.svg")$(
	grep -q 'drawn together' "$dir/many.svg" || echo "not said")"

# What cannot be done: one line, nothing half-made.
refused() # refused NAME REGEXP ARGUMENT…
{
	name=$1
	regexp=$2
	shift 2
	tool timeline "$@"
	check "$name" "$(status_is 2)$(lines err 1)$(is_empty out)$(has err "^trace-thr: $regexp")"
}
: >"$dir/plain"
refused "no trace" '.*no trace given'
refused "two traces" '.*one trace' "$dir/condition" "$dir/fork"
refused "no such folder" '' "$dir/nothing"
refused "no trace in it" '' "$dir/plain"
refused "an unknown option" '.*--help' --nonsense "$dir/condition"
refused "an unknown format" ".*'png'" --format png "$dir/condition"
refused "an unknown scale" ".*'log'" --scale log "$dir/condition"
refused "an unknown colour" ".*'red'" --color=red "$dir/condition"
refused "too narrow" '.*--width' --width 3 "$dir/condition"
refused "seconds that are none" '.*--last' --last -1 "$dir/condition"
refused "seconds that are no number" '.*--from' --from nan --to inf "$dir/condition"
refused "an end before the beginning" '.*--to' --from 2 --to 1 "$dir/condition"
refused "--last with --from" '.*--last' --from 2 --last 1 "$dir/condition"
refused "a folder as file" '.*name another file' -o "$dir" "$dir/condition"
refused "a file in no folder" '.*name another file' -o "$dir/none/x.svg" "$dir/condition"
check "nothing is made" "$(is_not_there "$dir/none")"
refused "a full disk" '.*No space' -o /dev/full "$dir/condition"
echo before >"$dir/kept.svg"
refused "an unusable trace" '' --format svg -o "$dir/kept.svg" "$dir/plain"
check "what was there stays" "$(test "$(cat "$dir/kept.svg")" = before || echo "it is changed")"
run sh -c '"$0" timeline "$1" >/dev/full' "$TOOL" "$dir/condition"
check "a full disk behind stdout" "$(status_is 2)$(lines err 1)"

tool timeline --help
check "--help" "$(status_is 0)$(has out 'timeline .*TRACE')$(has out '--object=GLOB')"
tool timeline --version
check "--version" "$(status_is 0)$(has out '^trace-thr [0-9]')"
finish
