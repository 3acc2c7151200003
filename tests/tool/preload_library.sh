#!/bin/sh
# SPDX-License-Identifier: MIT
# A program that is built with libtrace_thr, recorded with --preload: each call of the library is told once, in the
# library's terms, and the pthread calls of the program's own beside them.
. "$(dirname "$0")/lib.sh"

# story FOLDER: who did what with what, whatever the order. Waits, and joins at exit, depend on the moment.
story()
{
	"$TOOL" events --format json "$1" |
		sed -n 's/.*"thread":"\([^"]*\)".*"event":"\([a-z_]*\)","name":"\([^"]*\)".*/\1 \2 \3/p' | grep -v -e '_wait ' -e ' thread_join_done ' | sort
}

for example in simple rlock lock_reacquire local subclass barrier; do
	run "$TOOL" record -q -o "$dir/$example-plain" -- "$BUILD/examples/$example"
	check "$example: recorded" "$(status_is 0)"
	run "$TOOL" record -q --preload -o "$dir/$example-preload" -- "$BUILD/examples/$example"
	check "$example: recorded with --preload" "$(status_is 0)"
	story "$dir/$example-plain" >"$dir/out"
	story "$dir/$example-preload" >"$dir/err"
	check "$example: it has a story" "$(test -s "$dir/out" || echo 'no event; ')"
	check "$example: the same story" "$(cmp "$dir/out" "$dir/err" 2>&1)"
done

# Its own mutex, and its own thread, beside those of the library.
run "$TOOL" record -q --preload -o "$dir/beside" -- "$BUILD/tests/tool/beside"
check "beside: recorded" "$(status_is 0)$(has out '^worker has counted 2$')"
run "$TOOL" events "$dir/beside"
check "beside: the library's thread takes the program's mutex" "$(has out 'worker +lock_acquired +(counter_lock|mutex)')"
check "beside: the library's lock is one of the library" "$(has out 'lock_acquired.* L .*lock')"
check "beside: a thread of pthread_create takes the library's lock" "$(has out 'Thread-1 .*lock_acquired.* L ')"
check "beside: each thread begins once" \
	"$(test "$(grep -c thread_start "$dir/out")" = 3 || echo "$(grep -c thread_start "$dir/out") starts, should be 3; ")"
finish
