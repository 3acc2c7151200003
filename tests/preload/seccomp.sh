# A program that gives up system calls while it is recorded: it ends as it does without us, and what it did before is in
# the trace.
. "${0%/*}/lib.sh"

for how in strict prctl filter all busy errno; do
	record_plain seccomp $how
	check "$how: it comes through" "$(echo through | differs - "$dir/out")$(test $bare = 3 || echo "$bare")"
	check "$how: record says what the recording lacks" \
		"$(grep -q "^trace-thr: left out: seccomp (pid [0-9]*) gave up system calls" "$dir/all_err" || cat "$dir/all_err")"
	tool events "$dir/trace"
	check "$how: what it did before is told" "$(has out 'lock_acquired')$(has out 'thread_exit')"
	tool check "$dir/trace"
	check "$how: nothing is found, and that is no verdict" "$(status_is 3)$(has out 'gave up system calls')"
done

# A change of user that keeps capabilities, and then one of the group: glibc aborts, and record says why.
if test "$(id -u)" = 0 && run setpriv --reuid=65533 --regid=65533 --clear-groups true && test $status = 0; then
	rm -rf "$dir/trace"
	tool record --preload -o "$dir/trace" -- setpriv --reuid=65533 --regid=65533 --clear-groups true
	check "setpriv: what became of it, and the remedy" \
		"$(status_is 134)$(has err 'setpriv \(pid [0-9]+\) kept its capabilities.*record what it starts')"
	rm -rf "$dir/trace"
	tool record --preload -o "$dir/trace" -- sh -c 'kill -ABRT $$'
	check "another that is aborted is not said to have" "$(status_is 134)$(lacks err capabilities)"
else
	skip "setpriv: it needs root, and setpriv"
fi
finish
