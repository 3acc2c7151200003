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

looks "all" "" "<&- >&- 2>&-"
looks "input and output" " 2" "<&- >&-"
looks "output" " 0 2" ">&-"
looks "none" " 0 1 2" ""
finish
