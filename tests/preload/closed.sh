# SPDX-License-Identifier: MIT
# Code from dlopen has its names, also when another library took its place; and libc still knows who calls dlopen.
. "${0%/*}/lib.sh"

line_of() { grep -n "$1" "$here/closed.c" | cut -d: -f1; }

mkdir "$dir/inner"
cc="${CC:-cc} -D_GNU_SOURCE"
$cc -g -O1 -rdynamic -o "$dir/closed" "$here/closed.c" -pthread -ldl || exit 1
for part in FIRST SECOND; do
	$cc -g -O1 -fPIC -shared -D$part -o "$dir/$part.so" "$here/closed.c" || exit 1
done
$cc -g -O1 -fPIC -shared -DOUTER -o "$dir/outer.so" "$here/closed.c" -Wl,-rpath,'$ORIGIN/inner' || exit 1
$cc -shared -DFIRST -fPIC -o "$dir/inner/libinner.so" "$here/closed.c" || exit 1

for depth in 1 8; do
	rm -rf "$dir/trace"
	tool record -q --preload --stack $depth -o "$dir/trace" -- "$dir/closed" "$dir/FIRST.so" "$dir/SECOND.so"
	check "it runs, with $depth sites" "$(status_is 0)$(echo done | differs - "$dir/out")"
	tool events "$dir/trace"
	check "each plug-in has its lines, with $depth sites" "$(status_is 0)$(
		has out "lock_acquired +other .* use .*closed\.c:$(line_of 'in first')")$(
		has out "lock_acquired +one .* use .*closed\.c:$(line_of 'in second')")$(
		lacks out '\?\+0x')"
	babeltrace2 --no-delta "$dir/trace" | grep -c ' trace_thr:module_unloaded:' >"$dir/out"
	check "both are told to be gone, with $depth sites" "$(echo 2 | differs - "$dir/out")"
done

rm -rf "$dir/trace"
tool record -q --preload -o "$dir/trace" -- "$dir/closed" "$dir/outer.so"
check "a library's RUNPATH holds for what it opens" "$(status_is 0)$(echo done | differs - "$dir/out")"
run env LD_PRELOAD="$BUILD/libtrace_thr-preload.so" "$dir/closed" "$dir/outer.so"
check "also with nobody recording" "$(status_is 0)$(echo done | differs - "$dir/out")"
finish
