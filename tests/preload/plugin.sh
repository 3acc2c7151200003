# SPDX-License-Identifier: MIT
# A library that is loaded many times at one address: each time its mutex is another one.
. "${0%/*}/lib.sh"

${CC:-cc} -g -O1 -fPIC -shared -DLIBRARY -o "$dir/plugin.so" "$here/plugin.c" -pthread || exit 1
for depth in 1 8; do
	rm -rf "$dir/trace"
	tool record -q --preload --stack $depth -o "$dir/trace" -- "$programs/plugin" "$dir/plugin.so"
	check "with $depth sites" "$(status_is 0)$(echo done | differs - "$dir/out")"
	babeltrace2 --no-delta "$dir/trace" | sed -n 's/.* trace_thr:lock_acquired:.*name = "mutex [^"]*", id = \([0-9]*\),.*/\1/p' |
		sort -u | wc -l >"$dir/ids"
	check "each has its own id, with $depth sites" "$(echo 50 | differs - "$dir/ids")"
done
finish
