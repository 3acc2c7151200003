# SPDX-License-Identifier: MIT
# A semaphore posted in a signal handler, while its thread is in the midst of events: it never hangs, and what is told
# is right. Each of them is told, also those that come while an event is emitted: of a thread that does little else that
# is nearly all of the 300 that come at any moment.
. "${0%/*}/lib.sh"

for depth in 1 8; do
	rm -rf "$dir/trace"
	tool record -q --preload --stack $depth -o "$dir/trace" -- "$programs/handler"
	check "it comes to its end, with $depth sites" "$(status_is 0)$(echo done | differs - "$dir/out")"
	babeltrace2 --no-delta "$dir/trace" | grep -Eo ' trace_thr:sem_(acquired|released):' | sort | uniq -c >"$dir/counts"
	check "all places that were given and taken are told, with $depth sites" \
		"$(awk '/acquired/ { taken = $1 } /released/ { given = $1 } END { exit !(taken == 320 && given == 320) }' \
			"$dir/counts" || cat "$dir/counts")"
	tool check "$dir/trace"
	check "nothing is found, with $depth sites" "$(status_is 0)"
done
finish
