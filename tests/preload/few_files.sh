# SPDX-License-Identifier: MIT
# A program that may open few files (ulimit -n): LTTng waits for ever where it gets too few, before main and in a forked
# child. Such a process is left out, which is said, and runs as ever; with a few more it is recorded.
. "${0%/*}/lib.sh"

# leaves_out WHAT NAME…: the last recording has left out programs of those names.
leaves_out()
{
	what=$1
	shift
	for name; do
		check "$what: $name runs, and is named as left out" \
			"$(status_is 3)$(has err "left out: $name \(pid [0-9]+\) .*ulimit -n")"
	done
	tool check "$dir/trace"
	for name; do
		check "$what: check has no verdict on $name" "$(status_is 3)$(has out "  $name \(pid [0-9]+\) may open too few")"
	done
}

for n in 3 4 5 8 16 20; do
	run sh -c "ulimit -n $n; exec $programs/inversion"
	test "$status" != 0 && skip "with $n descriptors it does not run by itself" && continue
	rm -rf "$dir/trace"
	tool record --preload --timeout 60 -o "$dir/trace" -- sh -c "ulimit -n $n; exec $programs/inversion"
	leaves_out "$n descriptors" inversion
	rm -rf "$dir/trace"
	tool record --preload --timeout 60 -o "$dir/trace" -- sh -c "ulimit -n $n; ($programs/inversion; exit \$?); exit \$?"
	leaves_out "$n descriptors of a recorded program's child" sh inversion
done

rm -rf "$dir/trace"
tool record --timeout 60 -o "$dir/trace" -- sh -c "ulimit -n 12; exec $BUILD/tests/tool/nested"
check "without --preload, of a program with the library, likewise" \
	"$(status_is 3)$(has err 'left out: nested \(pid [0-9]+\) .*ulimit -n')"

# LTTng takes more where there are more CPUs.
enough=$((64 + 5 * $(getconf _NPROCESSORS_CONF)))
for after in "exec $programs/inversion" "$programs/inversion; exit \$?"; do
	rm -rf "$dir/trace"
	tool record --preload -o "$dir/trace" -- sh -c "ulimit -n $enough; $after"
	check "with $enough it is recorded: $after" "$(status_is 0)$(lacks err 'left out')"
	tool check "$dir/trace"
	check "and judged" "$(has out '^TT010')"
done
finish
