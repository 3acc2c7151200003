# SPDX-License-Identifier: MIT
# Standard descriptors that are closed when a program begins stay closed: no pipe or file of ours takes their numbers.
. "${0%/*}/lib.sh"

cat >"$dir/look" <<'END'
for n in 0 1 2; do
	! test -e /proc/$$/fd/$n || open="$open $n"
done
echo "open:$open" >"$1"
END

# looks WHICH EXPECTED REDIRECTION…: the program is started with these.
looks()
{
	which=$1
	expected=$2
	rm -rf "$dir/trace" "$dir/seen"
	tool record -q --preload -o "$dir/trace" -- sh -c "sh '$dir/look' '$dir/seen' $3; exit 7"
	check "closed: $which" "$(status_is 7)$(echo "open:$expected" | differs - "$dir/seen")"
}

# The recorder's own files and messages: it is the parent of what it runs.
for n in 0 1 2; do
	echo /dev/null
done >"$dir/expected"
for n in 0 1 2; do
	echo "readlink /proc/\$PPID/fd/$n >>'$dir/seen'"
done >"$dir/of_parent"
status=0
timeout --foreground $limit "$TOOL" record --preload -o "$dir/own" -- sh "$dir/of_parent" <&- >&- 2>&- || status=$?
check "closed in the recorder" "$(status_is 0)$(differs "$dir/expected" "$dir/seen")"

looks "all" "" "<&- >&- 2>&-"
looks "input and output" " 2" "<&- >&-"
looks "output" " 0 2" ">&-"
looks "none" " 0 1 2" ""
finish
