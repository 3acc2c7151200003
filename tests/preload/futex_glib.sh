# SPDX-License-Identifier: MIT
# GLib's GMutex and GCond.
. "${0%/*}/lib.sh"

tool record -q --preload -o "$dir/passes" -- "$programs/futex_glib" passes
check "waits that end: the program is as it was" "$(status_is 0)"
tool check "$dir/passes"
check "nothing is found" "$(status_is 0)"
tool events "$dir/passes"
check "a wait, a wake and its end" \
	"$(has out 'worker +futex_wait +ready.* wait_until_ready .*futex_glib.c:')$(has out 'MainThread +futex_wake +ready.* asked=1 woken=1 .* make_ready ')$(
	has out 'worker +futex_woken +ready.* result=notified')"

tool run --preload --hang-after 0.5 --timeout 50 -o "$dir/cond" -- "$programs/futex_glib" cond
check "a condition that nobody notifies" \
	"$(status_is 66)$(has err '^TT003 stuck \(actual\): worker waits for futex "ready')$(has err 'at wait_until_ready .*futex_glib.c:')"
tool run --preload --hang-after 0.5 --timeout 50 -o "$dir/abba" -- "$programs/futex_glib" abba
check "two locks taken crosswise: both threads are told" \
	"$(status_is 66)$(has err '^TT003 stuck \(actual\): worker waits for futex "second')$(has err '^TT003 .*: MainThread waits for futex "first')"
finish
