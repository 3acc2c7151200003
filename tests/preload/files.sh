# SPDX-License-Identifier: MIT
# A program that closes all descriptors, as daemons do: those of LTTng stay, nothing of LTTng comes into its files, and
# no event is lost.
. "${0%/*}/lib.sh"

for how in close syscall closefrom close_range part cloexec; do
	record_plain files "$how" "$dir/file"
	check "$how: what it writes is its own" "$(echo 'written, 30 untouched' | differs - "$dir/out")"
	tool events --format csv "$dir/trace"
	n=$(grep -c ',lock_acquired,' "$dir/out")
	check "$how: its events are there" "$(test "$n" = 50000 || echo "$n of 50000; ")"
done
finish
