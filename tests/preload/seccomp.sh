# A program that gives up system calls while it is recorded: it ends as it does without us, and what it did before is in
# the trace.
. "${0%/*}/lib.sh"

for how in strict prctl filter all busy errno; do
	record_plain seccomp $how
	check "$how: it comes through" "$(echo through | differs - "$dir/out")$(test $bare = 3 || echo "$bare")"
	tool events "$dir/trace"
	check "$how: what it did before is told" "$(has out 'lock_acquired')$(has out 'thread_exit')"
	tool check "$dir/trace"
	check "$how: nothing is found" "$(status_is 0)"
done
finish
