# SPDX-License-Identifier: MIT
# A library whose constructor uses all before the interposer is set up, and whose handlers do so after its end.
. "${0%/*}/lib.sh"

${CC:-cc} -D_GNU_SOURCE -g -O1 -fPIC -shared -DLIBRARY -o "$dir/libearly.so" "$here/early.c" -pthread || exit 1
${CC:-cc} -D_GNU_SOURCE -g -O1 -no-pie -o "$dir/needs" "$here/early.c" -L"$dir" -Wl,--no-as-needed -learly -Wl,-rpath,"$dir" -pthread || exit 1

# events_of NAME…: how many of these events there are of the parent, by name.
events_of()
{
	for event; do
		babeltrace2 --no-delta "$dir/trace" | grep -c " trace_thr:$event:" | sed "s/^/$event /"
	done
}

# runs WHAT COMMAND…: it does what it does without us; what was made too early is known from its first sight.
runs()
{
	what=$1
	shift
	rm -rf "$dir/trace"
	tool record -q --preload --stack 8 -o "$dir/trace" -- "$@"
	check "$what" "$(status_is 3)$(echo 'done, 0' | differs - "$dir/out")"
	events_of sem_init object_shared barrier_init misuse >"$dir/events"
	check "$what: what was made before is told by what is seen of it" "$(differs - "$dir/events" <<-END
		sem_init 0
		object_shared 1
		barrier_init 0
		misuse 0
	END
	)"
	# One party, which the constructor has made, waits untold: of the two others one is the last.
	babeltrace2 --no-delta "$dir/trace" | grep -Eo ' trace_thr:barrier_[a-z]*:|index = [0-9]' | paste -sd' ' >"$dir/events"
	check "$what: who is at the barrier" \
		"$(echo ' trace_thr:barrier_wait: index = 1  trace_thr:barrier_passed: index = 2  trace_thr:barrier_passed: index = 1' |
			differs - "$dir/events")"
	tool check "$dir/trace"
	# By the destructor's last round a thread has told its end: one that lives until then makes eight calls there.
	check "$what: nothing is found; what the last round of destructors did is counted" \
		"$(status_is 3)$(has err '8 calls of the program lost')"
}

export LD_PRELOAD="$dir/libearly.so"
runs 'preloaded' "$programs/early" fork
unset LD_PRELOAD
runs 'needed' "$dir/needs" fork
finish
