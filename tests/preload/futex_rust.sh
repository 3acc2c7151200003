# SPDX-License-Identifier: MIT
# Rust's standard library, where there is a compiler for it.
. "${0%/*}/lib.sh"

if ! command -v rustc >/dev/null; then
	skip "no rustc here: Rust's locks are not looked at"
	finish
fi
rustc -g -o "$dir/futex_rust" "$here/futex_rust.rs" 2>"$dir/err" || {
	check "it compiles" "rustc failed"
	finish
}
tool record -q --preload -o "$dir/passes" -- "$dir/futex_rust" passes
check "waits that end: the program is as it was" "$(status_is 0)"
tool check "$dir/passes"
check "nothing is found" "$(status_is 0)"
tool events "$dir/passes"
check "a wait, a wake and its end" "$(has out 'futex_wait .*futex_rust.rs:')$(has out 'futex_wake .*woken=1')$(
	has out 'futex_woken .*result=notified')"
tool run --preload --hang-after 0.5 --timeout 50 -o "$dir/channel" -- "$dir/futex_rust" channel
check "a channel to which nobody sends" "$(status_is 66)$(has err '^TT003 stuck \(actual\)')"
tool run --preload --hang-after 0.5 --timeout 50 -o "$dir/abba" -- "$dir/futex_rust" abba
check "two locks taken crosswise" "$(status_is 66)$(has err '^TT003 stuck \(actual\): MainThread')$(
	has err 'at .*abba.* .*futex_rust.rs:')$(has err '^trace-thr: 2 deadlocks,')"
finish
