# SPDX-License-Identifier: MIT
# A program that is executed with a changed clock, in a process that was recorded until then: it is left out, which is
# said, and the rest is read.
. "${0%/*}/lib.sh"

echo 1 >"$dir/one"
found=
for path in /usr/lib/*/faketime/libfaketime.so.1 /usr/lib/*/faketime/libfaketimeMT.so.1; do
	test -e "$path" || continue
	found=1
	for order in "$path \$LD_PRELOAD" "\$LD_PRELOAD $path"; do
		rm -rf "$dir/trace"
		tool record -q --preload --timeout 60 -o "$dir/trace" -- sh -c \
			"$programs/inversion; LD_PRELOAD=\"$order\" FAKETIME=+10d exec $programs/inversion"
		check "$order: it runs, and is named as left out" \
			"$(status_is 3)$(has err 'left out: inversion \(pid [0-9]+\) .*clock of its own')"
		tool check "$dir/trace"
		check "$order: what has the machine's clock is judged" \
			"$(status_is 3)$(has out '^TT011 ')$(has out 'inversion \(pid [0-9]+\) has a clock of its own')"
		tool events "$dir/trace"
		grep -c " thread_exit  *MainThread " "$dir/out" >"$dir/ends"
		check "$order: nothing else is there" "$(differs "$dir/one" "$dir/ends")"
	done
done
test "$found" || skip "libfaketime is not there"
finish
