# SPDX-License-Identifier: MIT
# A program with its own malloc, under a mutex: it works as without us, with call chains too, and its mutex is told.
. "${0%/*}/lib.sh"

# counts: the events by name, of those whose number is certain.
counts()
{
	babeltrace2 --no-delta "$dir/trace" | grep -Eo ' trace_thr:(lock_acquired|lock_released|lock_destroy|thread_exit):' |
		sort | uniq -c | awk '{ print " " $2, $1 }'
}

for depth in 1 8; do
	rm -rf "$dir/trace"
	tool record -q --preload --stack $depth -o "$dir/trace" -- "$programs/malloc"
	check "its results, with $depth sites" "$(status_is 0)$(echo done | differs - "$dir/out")"
	counts >"$dir/counts"
	# 32 threads with 200 mutexes each: every one is allocated and freed, and used with the one that all share.
	check "its events, with $depth sites" "$(differs - "$dir/counts" <<-END
		 trace_thr:lock_acquired: 25600
		 trace_thr:lock_destroy: 6400
		 trace_thr:lock_released: 25600
		 trace_thr:thread_exit: 33
	END
	)"
	tool check "$dir/trace"
	check "nothing is found, with $depth sites" "$(status_is 0)"
done
finish
