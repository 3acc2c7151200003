# SPDX-License-Identifier: MIT
# Every function that the interposer stands before does what libc's does: what it returns, errno, whether it is a
# cancellation point, on the smallest stack, in a signal handler where libc lets it be called there; with a recording
# and without.
. "${0%/*}/lib.sh"
library=$BUILD/libtrace_thr-preload.so

# The table of the test has all that the library exports, but its own names, and all that it looks up in libc.
"$programs/calls" list | sort -u >"$dir/tested"
nm -D --defined-only "$library" | sed 's/.* //; s/@.*//' | grep -Ev '^(tthr_|TRACE_THR|GLIBC|__)' | sort -u >"$dir/exported"
check "each exported name is tested" "$(differs "$dir/exported" "$dir/tested")"
sed -n 's/^	X([^,]*, \([a-z0-9_]*\),.*/\1/p' "$here/../../libtrace_thr/interpose/core/libc.h" | sort -u >"$dir/real"
check "each name of libc.h is tested" "$(test -s "$dir/real" && comm -23 "$dir/real" "$dir/tested")"

run "$programs/calls"
cp "$dir/out" "$dir/bare"
check "libc's own" "$(status_is 0)$(is_empty err)"
grep -c 'ended, handled 1' "$dir/bare" >"$dir/points"
check "what is a cancellation point ends the thread" \
	"$(grep -E '^(close|sem_wait|pthread_cond_wait|pthread_join|fclose): .*returned .*(pending|blocked)' "$dir/bare")$(test "$(cat "$dir/points")" -gt 25 || cat "$dir/points")"

for libraries in "$library" "$library $BUILD/libtrace_thr-tracepoints.so"; do
	run env LD_PRELOAD="$libraries" "$programs/calls"
	check "without a recording" "$(status_is 0)$(differs "$dir/bare" "$dir/out")$(is_empty err)"
	run env LD_PRELOAD="$libraries" "$programs/calls" handlers
	check "in handlers, without a recording" "$(status_is 0)$(has out '^handlers: wrong 0, posted 0$')"
done
for stack in 1 8 64; do
	rm -rf "$dir/trace"
	tool record -q --preload --stack $stack -o "$dir/trace" -- "$programs/calls"
	check "recorded, $stack sites" "$(status_is 0)$(differs "$dir/bare" "$dir/out")$(is_empty err)"
	rm -rf "$dir/trace"
	tool record -q --preload --stack $stack -o "$dir/trace" -- "$programs/calls" handlers
	check "in handlers, recorded, $stack sites" "$(status_is 0)$(has out '^handlers: wrong 0, posted 0$')"
done
finish
